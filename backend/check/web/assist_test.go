package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/clipboard/displaytest"
	"opora/backend/opora"
	"opora/backend/pace"
)

// recipes remembers in memory.
type recipes map[string]opora.Recipe

func (r recipes) Recipe(_ context.Context, site string) (opora.Recipe, error) { return r[site], nil }
func (r recipes) NoteRecipe(_ context.Context, recipe opora.Recipe) error {
	r[recipe.Site] = recipe
	return nil
}

// TestAssist plays the operator with real keys in a real window.
func TestAssist(t *testing.T) {
	if len(browser.Programs()) == 0 {
		t.Skip("no browser on this machine")
	}
	displaytest.Start(t)
	app := &application{script: fmt.Sprintf(shell, inLocal, form1, "password", begin)}
	server := httptest.NewServer(app)
	defer server.Close()

	assist := func(t *testing.T, password string, operator func(words chan<- opora.Word, steps <-chan opora.Step)) (opora.Check, recipes) {
		known := recipes{}
		memory := &check.Memory{}
		runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &Checker{}}, Ledger: memory, HostKeys: memory, Recipes: known}
		words, steps := make(chan opora.Word), make(chan opora.Step, 100)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		go operator(words, steps)
		got := runner.Assist(ctx, opora.Credential{Kind: opora.Web, Address: server.URL, Login: user},
			opora.Secrets{Password: opora.NewSecret(password)}, func(s opora.Step) { steps <- s }, words)
		return got, known
	}
	handed := func(steps <-chan opora.Step) {
		for s := range steps {
			if s.Step == opora.StepHandOver {
				return
			}
		}
	}
	enter := func(t *testing.T) {
		time.Sleep(700 * time.Millisecond)
		if out, err := exec.Command("xdotool", "key", "Return").CombinedOutput(); err != nil {
			t.Errorf("xdotool: %v %s", err, out)
		}
	}

	t.Run("the operator presses Enter, the proof is Opora's own", func(t *testing.T) {
		got, known := assist(t, right, func(_ chan<- opora.Word, steps <-chan opora.Step) {
			handed(steps)
			enter(t)
		})
		want(t, got, opora.OK)
		for _, hint := range got.Finding.Hints {
			if hint.Code == opora.HintByOperator {
				t.Error("a proof is put down as the operator's word")
			}
		}
		if recipe := known[server.URL]; recipe.Door == "" {
			t.Errorf("nothing is remembered of the site: %v", known)
		}
	})
	if !pace.Alone() {
		return
	}
	t.Run("a wrong password, asked to judge", func(t *testing.T) {
		got, _ := assist(t, "Wrong-77-pass", func(words chan<- opora.Word, steps <-chan opora.Step) {
			handed(steps)
			enter(t)
			time.Sleep(2 * time.Second)
			words <- opora.WordJudge
		})
		want(t, got, opora.BadCredentials)
	})
	t.Run("the operator's word is kept as such", func(t *testing.T) {
		got, _ := assist(t, right, func(words chan<- opora.Word, steps <-chan opora.Step) {
			handed(steps)
			words <- opora.WordWorks
		})
		want(t, got, opora.OK)
		if len(got.Finding.Hints) == 0 || got.Finding.Hints[0].Code != opora.HintByOperator {
			t.Errorf("hints %v", got.Finding.Hints)
		}
	})
	t.Run("left", func(t *testing.T) {
		got, _ := assist(t, right, func(words chan<- opora.Word, steps <-chan opora.Step) {
			handed(steps)
			words <- opora.WordStop
		})
		want(t, got, opora.Ambiguous)
	})
}
