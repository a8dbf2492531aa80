// Package web proves a login at any site by plain HTTP, without knowing the
// site. It finds the door from whatever page the customer named, takes the
// login form as a browser would, submits it once, and believes nothing that a
// page merely says.
//
// What decides, and what does not:
//
//   - works: the page after the login, asked for again, is one thing with the
//     session and another without it, twice each, and the session's has a sign of
//     being inside (the way out, the name, somewhere to go) and is no page in
//     between (a second step, a recovery, a guest's page, an apology);
//   - rejected: the same form is back and near it stands a message that the page
//     did not have before and that turns the credential down (or the login itself
//     answered 401 or 422, or the field is marked as invalid, and nothing else is
//     said), with no sign of throttling, of an expired session or of a firewall;
//   - a cookie, a redirect, a status of 200, a password field that is gone, or a
//     text by itself prove nothing;
//   - whatever else comes is unknown, with what was seen.
//
// The proof of acceptance needs no language. A refusal needs words that are
// known, in some twenty languages; in others it is unknown.
package web
