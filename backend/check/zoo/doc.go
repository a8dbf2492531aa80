// Package zoo keeps the hostile servers, the broken roads and the strange
// answers that tests hold the checkers to. Only tests import it. What runs a
// checker takes any [check.Checker], so that the plain engine and the browser
// are held to the same.
package zoo
