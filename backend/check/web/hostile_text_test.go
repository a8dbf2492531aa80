package web_test

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// texts are what servers would say to mislead whoever reads a finding (R25).
var texts = []string{
	"\x1b[2J\x1b[31mroot#", "\x1b]8;;http://evil.test\x07link\x1b]8;;\x07", "user\u202etxt.exe", "\u2066hidden\u2069", "pay\u200bpal", "a\ufeffb", "x\u00ady",
	"\u0000null", "bad \xff\xfe\xc3\x28", "line\r\nSet-Cookie: x=1", "\u2028next", strings.Repeat("long ", 4000), strings.Repeat("я", 5000),
	"e" + strings.Repeat("\u0301", 900), "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]><b>", "$(calc)", "`id`", "{{7*7}}", "%s%n%x", "\U000e0041\U000e0042",
	"\u3164\u3164", "\u2800", "'; DROP TABLE notes; --", "\x9b31m", "\b\b\b\bgone", "javascript:alert(1)", "\ufff9a\ufffab\ufffb",
}

// plain fails when a text of a finding has more or other runes than may be shown.
func plain(t *testing.T, where, text string) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > opora.MaxVisible || !utf8.ValidString(text) {
		t.Errorf("%s has %d runes, valid %v", where, n, utf8.ValidString(text))
	}
	for _, r := range text {
		if r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) {
			t.Errorf("%s has %U: %q", where, r, text)
		}
	}
}

// TestHostileTexts puts each text wherever a server can put one.
func TestHostileTexts(t *testing.T) {
	for i, text := range texts {
		oneLine := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(text)
		for place, handler := range map[string]http.HandlerFunc{
			"message": func(w http.ResponseWriter, r *http.Request) {
				message := ""
				if r.Method == http.MethodPost {
					message = "<p class=error>Неверный пароль " + text + "</p><p class=error>" + html.EscapeString(text) + "</p>"
				}
				w.Header()["Server"] = []string{oneLine[:min(len(oneLine), 9000)]}
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = fmt.Fprint(w, "<title>"+html.EscapeString(text)+"</title><meta name=generator content='"+html.EscapeString(text)+"'>"+message+
					`<form method=post action="/login?`+html.EscapeString(text)+`"><input name=user><input type=password name=pass><button>Войти</button></form>`)
			},
			"path": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/door" {
					w.Header()["Location"] = []string{"/" + oneLine[:min(len(oneLine), 9000)]}
					w.WriteHeader(http.StatusFound)
					return
				}
				_, _ = fmt.Fprint(w, "<p>nothing here</p>")
			},
			"elsewhere": func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{"https://" + oneLine[:min(len(oneLine), 9000)] + ".evil.test/" + oneLine[:min(len(oneLine), 9000)]}
				w.WriteHeader(http.StatusFound)
			},
		} {
			t.Run(fmt.Sprintf("%s %d", place, i), func(t *testing.T) {
				t.Parallel()
				server := zoo.Listen(t, "127.0.0.1", "", nil, handler)
				memory := &check.Memory{}
				runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineHTTP}}, Ledger: memory, HostKeys: memory}
				got := runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: server.URL + "/door", Login: "anna"}, zoo.NewCanary().Secrets(), nil)
				f := got.Finding
				for where, said := range map[string]string{"address": f.FinalAddress, "title": f.Title, "product": f.Product, "fingerprint": f.Fingerprint} {
					plain(t, where, said)
				}
				for _, hint := range f.Hints {
					plain(t, "hint "+string(hint.Code), hint.Detail)
				}
				for _, step := range got.Evidence {
					plain(t, "step "+string(step.Step), step.Detail)
				}
				if len(got.Evidence) > 100 || len(f.Hints) > 20 {
					t.Errorf("%d steps, %d hints", len(got.Evidence), len(f.Hints))
				}
				if f.Verdict == opora.Works || f.Verdict == opora.Rejected && place != "message" {
					t.Errorf("got %s/%s", f.Verdict, f.Reason)
				}
			})
		}
	}
}
