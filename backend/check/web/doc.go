// Package web proves a login at any site, without knowing the site. It finds
// the door from whatever page the customer named, takes the login form as a
// browser would, submits it once, and believes nothing that a page merely says.
//
// Plain HTTP goes first (search, attempt). A page that scripts build, a form
// that scripts send or encrypt, and a page behind the login that only scripts
// can show go to a throw-away browser (screen); what the page is decides that,
// never its address. Both see pages with the same eyes (page, form) and decide
// by the same rules:
//
//   - works: the page after the login, asked for again, is one thing with the
//     session and another without it, twice each, and the session's has a sign of
//     being inside (the way out, the name, somewhere to go) and is no page in
//     between (a second step, a recovery, a guest's page, an apology). Where the
//     page is the same for everyone, the same question is put to the calls that
//     its scripts make: let in with what the login gave, turned away without;
//   - rejected: the same form is back and near it stands a message that the page
//     did not have before and that turns the credential down (or the login itself
//     answered 401 or 422, or the field is marked as invalid, and nothing else is
//     said), with no sign of throttling, of an expired session or of a firewall;
//   - needs_human: a second factor, a captcha, a consent, a password to change,
//     another origin; never a refusal;
//   - a cookie, a redirect, a status of 200, a password field that is gone, or a
//     text by itself prove nothing;
//   - whatever else comes is unknown, with what was seen.
//
// The proof of acceptance needs no language. A refusal needs words that are
// known, in some twenty languages, or a status; in others it is unknown.
//
// Before the password is typed in a browser, its way out is confined to the
// target (check.MayFollow): scripts of the page may then do what they like.
package web
