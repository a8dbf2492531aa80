package web_test

import (
	"testing"

	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// names is the resolver of this test process, there before its first test.
var names, errNames = zoo.Resolve()

// TestFormMatrix: whatever a site does with redirects, refreshes and actions,
// a password goes to the origin that the operator named and to no other (R14).
func TestFormMatrix(t *testing.T) {
	if errNames != nil {
		t.Fatal(errNames)
	}
	cases := zoo.Forms()
	if len(cases) < 400 {
		t.Errorf("%d cases, want at least 400", len(cases))
	}
	zoo.Matrix{Checker: &web.Checker{Engine: opora.EngineHTTP}, Names: names, Quiet: true}.Run(t, cases)
}
