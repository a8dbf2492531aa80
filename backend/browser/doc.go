// Package browser runs a throw-away browser of the Chromium family that is on
// the machine: a profile made for one check and gone after it, driven through
// pipes and no port, in its sandbox, with one way out to the network that the
// caller holds. It knows pages, fields and requests; it knows nothing of
// logins, and decides nothing.
package browser
