package web_test

import (
	"fmt"
	"strings"
	"testing"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// TestOutcomes plays what follows a login at real products, in Russian and
// English (R19). No page may make a checker say that a login works or is refused
// when it is not so; where a better word than unknown was due, it is counted.
func TestOutcomes(t *testing.T) {
	outcomes, err := zoo.Outcomes()
	if err != nil {
		t.Fatal(err)
	}
	if len(outcomes) < 300 {
		t.Errorf("%d outcomes, want at least 300", len(outcomes))
	}
	found := make([]opora.Reason, len(outcomes))
	t.Run("outcomes", func(t *testing.T) {
		for i, o := range outcomes {
			t.Run(o.Product+" "+o.Name, func(t *testing.T) {
				t.Parallel()
				server := zoo.Listen(t, "127.0.0.1", "", nil, o.Play())
				canary, memory := zoo.NewCanary(), &check.Memory{}
				runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineHTTP}}, Ledger: memory, HostKeys: memory}
				got := runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: server.URL + o.Path, Login: "anna"}, canary.Secrets(), nil)
				found[i] = got.Finding.Reason
				if o.Wrong(got.Finding.Verdict) {
					t.Errorf("got %s/%s, but the login was %s; evidence %v", got.Finding.Verdict, got.Finding.Reason, o.Truth, got.Evidence)
				}
				if strings.Count(string(server.Heard()), "POST ") > 1 || memory.Attempts() > 1 {
					t.Error("the login was sent more than once")
				}
			})
		}
	})
	due, missed := 0, 0
	var list strings.Builder
	for i, o := range outcomes {
		if o.Due[0] == opora.Ambiguous || o.Due[0].Verdict() == opora.Unreachable {
			continue
		}
		due++
		if !o.Fits(found[i]) {
			missed++
			_, _ = fmt.Fprintf(&list, "\n  %s %s: %s, due %s", o.Product, o.Name, found[i], o.Due[0])
		}
	}
	t.Logf("%d of %d outcomes with a better word than unknown did not get it:%s", missed, due, list.String())
	if missed*10 > due {
		t.Errorf("%d of %d are more than a tenth", missed, due)
	}
}
