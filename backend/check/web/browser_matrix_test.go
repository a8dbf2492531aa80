package web_test

import (
	"testing"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
	"opora/backend/pace"
)

// brief are the ways that are tried with each commit, once each.
var brief = map[string]bool{"action": true, "307": true, "action on submit": true, "formaction late": true, "swap before typing": true}

// TestBrowserMatrix leads the browser astray in the ways of [TestFormMatrix],
// and in those that only a script knows (R14, R21).
func TestBrowserMatrix(t *testing.T) {
	needBrowser(t)
	if errNames != nil {
		t.Fatal(errNames)
	}
	var cases []zoo.Case
	tried := map[string]bool{}
	for i, c := range zoo.Forms() {
		// Each check takes seconds: of the other ways, plain HTTP tries all.
		if brief := brief[c.Means] && c.Where == "" && i%2 == 0 && !tried[c.Means] && (pace.Alone() || len(tried) < 2); brief || pace.Long() {
			tried[c.Means] = true
			cases = append(cases, c)
		}
	}
	t.Logf("%d cases", len(cases))
	zoo.Matrix{Checker: &web.Checker{Engine: opora.EngineBrowser}, Names: names, Limit: check.BrowserTime}.Run(t, cases)
}
