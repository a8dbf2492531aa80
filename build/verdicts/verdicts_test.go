package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opora/backend/browser"
	"opora/backend/lab"
	"opora/backend/opora"
)

func TestMain(m *testing.M) {
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// TestQuick runs the cases of the systems that start at once. Neither verdict
// may be wrong in any of them.
func TestQuick(t *testing.T) {
	wiki, err := lab.StartDokuWiki(t.Context(), t.TempDir(), lab.DokuWikiOptions{Users: users()})
	lab.Require(t, err) // what keeps this one from starting keeps the others
	wiki.Stop()
	table, err := measure(t.Context(), order{quick: true, engine: opora.EngineHTTP}, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	f := count(table.results)
	if f.worksTrue != f.works || f.refusedOK != f.refused {
		t.Errorf("a verdict is wrong: %s\n%s", table.summary(), table.astray())
	}
	if f.works < 15 || f.refused < 30 {
		t.Errorf("got %d times works and %d times rejected, want at least 15 and 30: nothing was measured", f.works, f.refused)
	}
	if len(table.absent) > 0 {
		t.Errorf("not started: %q", table.absent)
	}
}

// TestSimpleRulesSeeTheForm keeps the comparison fair: on a plain login page
// the rules in common use must be able to speak, and to be right.
func TestSimpleRulesSeeTheForm(t *testing.T) {
	site, err := lab.StartOdd(t.Context(), "many-forms", users()...)
	if err != nil {
		t.Fatal(err)
	}
	defer site.Stop()
	site2, err := lab.StartOdd(t.Context(), "german", users()...)
	if err != nil {
		t.Fatal(err)
	}
	defer site2.Stop()
	for _, tt := range []struct {
		password string
		works    bool
	}{{users()[0].Password, true}, {"wrong", false}} {
		said, found := attempt(t.Context(), trial{address: site2.URL, login: users()[0].Name, password: tt.password})
		if !found || said[ruleGone] != tt.works || said[ruleMoved] != tt.works {
			t.Errorf("password right %v: found the form %v, said %v", tt.works, found, said)
		}
	}
	// The first form with a password field is the registration here: a simple
	// rule takes it, and that is what the comparison is to show.
	if said, found := attempt(t.Context(), trial{address: site.URL, login: users()[0].Name, password: users()[0].Password}); !found || said[ruleClean] {
		t.Errorf("found a form %v, said %v", found, said)
	}
}

// TestFigures counts made-up results, so that a wrong verdict cannot hide.
func TestFigures(t *testing.T) {
	ok, bad := []opora.Reason{opora.OK}, []opora.Reason{opora.BadCredentials}
	human := []opora.Reason{opora.SecondFactor}
	of := func(want []opora.Reason, got opora.Reason) result {
		return result{System: "x", Want: want, Reason: got, Verdict: got.Verdict(), Engine: opora.EngineHTTP, MS: 10}
	}
	f := count([]result{of(ok, opora.OK), of(bad, opora.OK), of(bad, opora.AccountLocked), of(ok, opora.BadCredentials),
		of(ok, opora.Ambiguous), of(human, opora.SecondFactor), of(human, opora.BadCredentials)})
	for name, pair := range map[string][2]int{
		"works": {f.works, 2}, "works and true": {f.worksTrue, 1}, "rejected": {f.refused, 3}, "rejected and true": {f.refusedOK, 1},
		"decidable": {f.decidable, 5}, "open": {f.open, 1}, "astray": {f.astray, 4},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %d, want %d", name, pair[0], pair[1])
		}
	}
}

// TestNoPasswordInJSON looks for the passwords of the trials in what is written down.
func TestNoPasswordInJSON(t *testing.T) {
	table, err := measure(t.Context(), order{only: "german,flash", engine: opora.EngineHTTP}, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := writeJSON(path, table.results); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines != len(table.results) || lines == 0 {
		t.Errorf("got %d lines for %d results", lines, len(table.results))
	}
	for _, user := range users() {
		if strings.Contains(string(text), user.Password) {
			t.Errorf("the password of %s is written down", user.Name)
		}
	}
}

// TestNames sees that every system can be asked for by its name.
func TestNames(t *testing.T) {
	var names []string
	for _, s := range systems() {
		if slices.Contains(names, s.name) || s.what == "" || strings.ContainsAny(s.name, " ,") {
			t.Errorf("%q: taken, unexplained or with a comma", s.name)
		}
		names = append(names, s.name)
	}
	if err := run(t.Context(), []string{"-only", "no-such"}, io.Discard); err == nil {
		t.Error("a system that is not there was measured")
	}
}
