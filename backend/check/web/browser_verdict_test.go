package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/opora"
)

// liar is a site with one account whose pages mislead about the login.
type liar struct {
	name  string
	door  string // what stands in the body at /
	right bool   // the password that the check is given
	// answer is what follows a login; nothing follows by itself.
	answer func(w http.ResponseWriter, r *http.Request, in bool)
	// page answers for everything else; false leaves it to a 404.
	page func(w http.ResponseWriter, r *http.Request) bool
	once bool           // the page sends each login once
	due  []opora.Reason // the true words; none means that only a wrong verdict fails
}

const (
	liarLogin    = "anna-7"
	liarPassword = "Kn0wn-word-of-anna"
)

func htmlPage(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, "<!doctype html><html><head><title>Магазин</title></head><body>"+body+"</body></html>")
}

func (l liar) serve(sent *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/login":
			sent.Add(1)
			body, _ := io.ReadAll(r.Body)
			in := strings.Contains(string(body), liarPassword) || strings.Contains(string(body), hashed)
			l.answer(w, r, in)
		case l.page != nil && l.page(w, r):
		case r.URL.Path == "/":
			htmlPage(w, l.door)
		default:
			http.NotFound(w, r)
		}
	})
}

// hashed is how the pages below hide the password.
const hashed = "d3adb33f-right"

// plainDoor is a form that the server answers, scriptDoor one that a script
// sends: {then} is what it does with the answer r and its data d.
const plainDoor = `<h1>Вход</h1><form method=post action=/login><input name=user placeholder=Логин><input type=password name=pass placeholder=Пароль><button>Войти</button></form>`

func scriptDoor(then string) string {
	return `<div id=app><h1>Вход</h1><form id=f><input name=user placeholder=Логин><input type=password name=pass placeholder=Пароль><button>Войти</button></form><p id=m role=alert></p></div><script>
const say = t => { document.getElementById("m").textContent = t };
const show = h => { document.getElementById("app").innerHTML = h };
const send = async (o) => { const r = await fetch("/login", {method: "POST", body: JSON.stringify(o ?? {user: f.user.value, pass: f.pass.value})}); return [r, await r.json().catch(() => ({}))] };
const f = document.getElementById("f");
f.addEventListener("submit", async e => { e.preventDefault(); ` + then + ` });</script>`
}

func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// refuses401 is the honest answer of a server to a script's login.
func refuses401(w http.ResponseWriter, _ *http.Request, in bool) {
	if !in {
		answerJSON(w, http.StatusUnauthorized, map[string]string{"message": "Неверный логин или пароль"})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: "in", Path: "/"})
	answerJSON(w, http.StatusOK, map[string]string{"token": "in"})
}

func signedIn(r *http.Request) bool {
	c, err := r.Cookie("sid")
	return err == nil && c.Value == "in"
}

const panel = `<nav><a href="/orders">Заказы</a> <a href="/goods">Товары</a> <a href="/money">Деньги</a> <a href="/staff">Сотрудники</a> <a href="/logout">Выйти</a></nav><h1>Панель</h1><p>Заказов: 12</p>`

// lie checks one account of a liar in the browser.
func lie(t *testing.T, l liar) (opora.Check, int64) {
	t.Helper()
	var sent atomic.Int64
	server := httptest.NewServer(l.serve(&sent))
	defer server.Close()
	password := liarPassword
	if !l.right {
		password = "Not-the-word-of-anna"
	}
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineBrowser}}, Ledger: memory, HostKeys: memory, Timeout: check.BrowserTime}
	got := runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: server.URL + "/", Login: liarLogin}, opora.Secrets{Password: opora.NewSecret(password)}, nil)
	return got, sent.Load()
}

// needBrowser skips a test where no browser is.
func needBrowser(t *testing.T) {
	t.Helper()
	if len(browser.Programs()) == 0 {
		t.Skip("no browser on this machine")
	}
}

// judgeLiar holds a verdict to the truth.
func judgeLiar(t *testing.T, l liar) {
	t.Helper()
	got, sent := lie(t, l)
	v := got.Finding.Verdict
	if v == opora.Works && !l.right || v == opora.Rejected && l.right {
		t.Errorf("got %s/%s, the password was right: %v; evidence %v", v, got.Finding.Reason, l.right, got.Evidence)
	}
	if sent > 1 && l.once {
		t.Errorf("the login was sent %d times", sent)
	}
	if sent == 0 {
		t.Errorf("the login was not sent, so nothing was tried: %s %v", got.Finding.Reason, got.Evidence)
	}
	fits := len(l.due) == 0
	for _, due := range l.due {
		fits = fits || due == got.Finding.Reason
	}
	if !fits {
		t.Errorf("got %s/%s, due %v; evidence %v", v, got.Finding.Reason, l.due, got.Evidence)
	}
	t.Logf("%s/%s in %d ms %v", v, got.Finding.Reason, got.MS, got.Evidence)
}
