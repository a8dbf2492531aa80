// Package web proves a login at any site by plain HTTP, without knowing the
// site. It finds the door from whatever page the customer named, takes the
// login form as a browser would, submits it once, and believes nothing that a
// page merely says.
//
// What decides, and what does not:
//
//   - works: the page after the login, asked for again, is one thing with the
//     session and another without it (the stranger is sent to the login, or
//     lacks the way out and the name), and says nothing of a failure;
//   - rejected: the same form is back and near it stands a text that the page
//     did not have before (or the login itself answered 401, 403 or 422), with
//     no sign of throttling, of an expired session or of a firewall;
//   - a cookie, a redirect, a status of 200, a password field that is gone, or a
//     text by itself prove nothing;
//   - whatever else comes is unknown, with what was seen.
//
// Words in many languages only sort the reason of a refusal and recognise the
// pages of another sort (second factor, captcha, throttling); the proof needs none.
package web
