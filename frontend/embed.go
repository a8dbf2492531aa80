// Package frontend carries the built page and the sentences that both the
// window and the command line speak.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed messages/*.json
var messages embed.FS

// CSP is the policy that the window's handler sends with every response. The
// page's templates are compiled to node-by-node code, so that no trusted-types
// policy is needed at all.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Dist is the built page. Before the first build it is empty but for a marker file.
var Dist = within(dist, "dist")

// Messages holds the catalogues ru.json and en.json.
var Messages = within(messages, "messages")

func within(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // only for an invalid name, and both are constants
	}
	return sub
}
