package web_test

import (
	"testing"

	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// TestFormMatrix: whatever a site does with redirects, refreshes and actions,
// a password goes to the origin that the operator named and to no other (R14).
func TestFormMatrix(t *testing.T) {
	cases := zoo.Forms()
	if len(cases) < 400 {
		t.Errorf("%d cases, want at least 400", len(cases))
	}
	zoo.Matrix{Checker: &web.Checker{Engine: opora.EngineHTTP}, Quiet: true}.Run(t, cases)
}
