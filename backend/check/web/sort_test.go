package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"opora/backend/check"
	"opora/backend/opora"
)

func pageFrom(t *testing.T, body string) *page {
	t.Helper()
	at, err := url.Parse("https://example.org/login")
	if err != nil {
		t.Fatal(err)
	}
	return read(&check.Reply{URL: at, Status: 200, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte("<html><body>" + body + "</body></html>")})
}

func TestRefusal(t *testing.T) {
	for _, test := range []struct {
		said   string
		status bool
		want   opora.Reason // "" where nothing is decided
	}{
		{"Incorrect user name or password or account is temporarily blocked.", false, opora.BadCredentials},
		{"Неверный логин или пароль, либо учётная запись заблокирована", false, opora.BadCredentials},
		{"Неверный логин или пароль. Слишком много попыток, подождите", false, opora.RateLimited},
		{"The password you entered for the username Anna.K is incorrect.", false, opora.BadCredentials},
		{"Your account is temporarily blocked", false, opora.RateLimited},
		{"Неудачная попытка входа.", false, opora.BadCredentials},
		{"Connection to storage server failed.", true, ""},
		{"Error: 401 Unauthorized", true, opora.BadCredentials},
		{"Error: 500", false, ""},
		{"Welcome", false, ""},
	} {
		finding := refusal([]message{{test.said, true}}, "Anna.K", test.status)
		got := opora.Reason("")
		if finding != nil {
			got = finding.Reason
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.said, got, test.want)
		}
	}
}

func TestTakesOver(t *testing.T) {
	const form = `<form method="post" action="/login"><input type="hidden" name="proof" value=""><input name="user"><input type="password" name="pass"><button>Log in</button></form>`
	for _, test := range []struct {
		name, body string
		want       bool
	}{
		{"no script", form, false},
		{"focus only", form + `<script>document.getElementById('user').focus()</script>`, false},
		{"sent by a library", strings.Replace(form, "<form", `<form v-on:submit.prevent="go"`, 1), true},
		{"sent by the page", form + `<script>f.onsubmit = e => { e.preventDefault(); fetch("/api", {method: "POST"}) }</script>`, true},
		{"a hidden field filled in", form + `<script>document.forms[0].proof.value = 6 * 7</script>`, true},
		{"a cookie set", form + `<script>document.cookie = "js=1"</script>`, true},
		{"data, not a script", form + `<script type="application/json">{"x": "fetch( preventDefault document.cookie ="}</script>`, false},
	} {
		p := pageFrom(t, test.body)
		if got := p.takesOver(p.login()); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestTold(t *testing.T) {
	before := pageFrom(t, `<script>labels = {"a": "Some label text"}</script>`)
	after := pageFrom(t, `<script>labels = {"a": "Some label text"}; show("\u041d\u0435\u0432\u0435\u0440\u043d\u044b\u0439 пароль", "warning"); go('/a path/x<b>')</script>`)
	said := told(after, before)
	if len(said) != 1 || fold(said[0].text) != "неверный пароль" {
		t.Errorf("got %v", said)
	}
}

func TestStep(t *testing.T) {
	door := pageFrom(t, `<form method="post"><input name="user"><input type="password" name="pass"><button>Go</button></form>`)
	for _, test := range []struct {
		name, body string
		want       opora.Reason
	}{
		{"a short code", `<p>Tere</p><form method="post"><input name="x" maxlength="6"><button>Edasi</button></form>`, opora.SecondFactor},
		{"six boxes", `<form method="post">` + strings.Repeat(`<input name="d" maxlength="1">`, 6) + `<button>OK</button></form>`, opora.SecondFactor},
		{"a new password", `<form method="post"><input type="password" name="n1" autocomplete="new-password"><input type="password" name="n2" autocomplete="new-password"><button>OK</button></form>`, opora.PasswordExpired},
		{"a login again", `<form method="post"><input name="user"><input type="password" name="pass"><button>Go</button></form>`, ""},
		{"an address to recover with", `<form method="post"><input type="email" name="mail"><button>Send</button></form>`, ""},
		{"no form", `<p>Hello</p>`, ""},
	} {
		got := opora.Reason("")
		if finding := step(pageFrom(t, test.body), door); finding != nil {
			got = finding.Reason
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
