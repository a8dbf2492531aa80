package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
	"opora/backend/pace"
)

func TestMain(m *testing.M) {
	if guard, status := browser.Guard(os.Args[1:]); guard {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// application is a single-page application: one shell for everyone, a login that
// answers JSON, and calls that need what the login gave.
type application struct {
	attempts int
	script   string
}

func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("Authorization")
	if c, err := r.Cookie("app"); err == nil && c.Value == "let-in" {
		token = "Bearer let-in"
	}
	switch r.URL.Path {
	case "/app.js":
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, a.script)
	case "/api/login":
		a.attempts++
		var said struct{ Login, Password string }
		_ = json.NewDecoder(r.Body).Decode(&said)
		w.Header().Set("Content-Type", "application/json")
		if said.Login != user || said.Password != right && said.Password != reversed(right) {
			w.WriteHeader(a.refusal())
			_, _ = fmt.Fprint(w, `{"error":{"code":"auth","message":"Неверный логин или пароль"}}`)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "app", Value: a.cookie(), Path: "/", HttpOnly: true})
		_, _ = fmt.Fprint(w, `{"token":"let-in"}`)
	case "/api/me":
		w.Header().Set("Content-Type", "application/json")
		if token != "Bearer let-in" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"error":"unauthorized"}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"name":"Анна","orders":12}`)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, `<!doctype html><html><head><title>Приложение</title></head><body><div id="app"></div><script src="/app.js"></script></body></html>`)
	}
}

func (a *application) refusal() int {
	if strings.Contains(a.script, "/*200*/") {
		return http.StatusOK
	}
	return http.StatusUnauthorized
}

func (a *application) cookie() string {
	if strings.Contains(a.script, "/*cookie*/") {
		return "let-in"
	}
	return "guest"
}

func reversed(text string) string {
	runes := []rune(text)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

const shell = `
const app = document.getElementById("app");
const keep = %s;
async function call(path, body, token) {
  const r = await fetch(path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers: { "Content-Type": "application/json", ...(token ? { Authorization: "Bearer " + token } : {}) } });
  return { ok: r.ok, data: await r.json() };
}
async function panel(token) {
  const me = await call("/api/me", null, token);
  if (!me.ok) return door();
  app.innerHTML = "<nav><a href='#/orders'>Заказы</a> <a href='#/goods'>Товары</a> <a href='#/money'>Деньги</a></nav><h1>Здравствуйте, " + me.data.name + "</h1><button id=out>Выйти</button>";
}
function door(message) {
  app.innerHTML = %s;
  const go = async () => {
    const login = app.querySelector("[type=text]").value, password = app.querySelector("[type=password]").value;
    const answer = await call("/api/login", { Login: login, Password: %s });
    if (!answer.data.token) return door(answer.data.error.message);
    keep.set(answer.data.token);
    panel(answer.data.token);
  };
  app.querySelector("#go").onclick = go;
  app.querySelector("[type=password]").onkeydown = (e) => e.key === "Enter" && go();
}
%s
`

const (
	inLocal   = `{ get: () => localStorage.getItem("t"), set: (t) => localStorage.setItem("t", t) }`
	inMemory  = `{ get: () => null, set: () => {} }`
	inCookie  = `{ get: () => "x", set: () => {} } /*cookie*/`
	form1     = "`<h1>Вход</h1>${message ? `<p role=alert>${message}</p>` : \"\"}<input type=text placeholder=Логин><input type=password placeholder=Пароль><button id=go>Войти</button><a href=#/forgot>Забыли пароль?</a>`"
	quietForm = "`<h1>Вход</h1><input type=text placeholder=Логин><input type=password placeholder=Пароль><button id=go>Войти</button>`"
	divButton = "`<h1>Вход</h1>${message ? `<p class=err>${message}</p>` : \"\"}<input type=text placeholder=Логин><input type=password placeholder=Пароль><div id=go role=button>Войти</div>`"
	begin     = `keep.get() ? panel(keep.get()) : door();`
)

func browse(t *testing.T, address, login, password string) opora.Check {
	t.Helper()
	if len(browser.Programs()) == 0 {
		t.Skip("no browser on this machine")
	}
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &Checker{}}, Ledger: memory, HostKeys: memory, Timeout: check.BrowserTime}
	result := runner.Check(context.Background(), opora.Credential{Kind: opora.Web, Address: address, Login: login},
		opora.Secrets{Password: opora.NewSecret(password)}, nil)
	if memory.Attempts() > 1 {
		t.Errorf("%d attempts in one check", memory.Attempts())
	}
	if text, _ := json.Marshal(result); strings.Contains(string(text), password) {
		t.Error("the secret stands in the result")
	}
	return result
}

func TestApplications(t *testing.T) {
	for i, test := range []struct{ name, keep, form, sent, begin string }{
		{"token in memory only", inMemory, form1, "password", begin},
		{"password changed in the page", inLocal, form1, `[...password].reverse().join("")`, begin},
		{"door behind a button", inLocal, form1, "password", "app.innerHTML = '<p>Добро пожаловать</p><button>Войти</button>'; app.querySelector('button').onclick = () => door(); if (keep.get()) panel(keep.get());"},
		{"token in storage", inLocal, form1, "password", begin},
		{"session cookie", inCookie, form1, "password", begin},
		{"refusal shown nowhere", inLocal, quietForm, "password", begin},
		{"a button that is none", inLocal, divButton, "password", begin},
		{"200 with an error", inLocal + "/*200*/", form1, "password", begin},
		{"slow to appear", inLocal, form1, "password", "setTimeout(() => { " + begin + " }, 900);"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if i > 2 && !pace.Long() {
				t.Skip("a further kind of application: only with OPORA_TESTS=long")
			}
			t.Parallel()
			for _, attempt := range []struct {
				password string
				reason   opora.Reason
			}{{right, opora.OK}, {"Wrong-77-pass", opora.BadCredentials}} {
				app := &application{script: fmt.Sprintf(shell, test.keep, test.form, test.sent, test.begin)}
				server := httptest.NewServer(app)
				got := browse(t, server.URL+"/some/page", user, attempt.password)
				server.Close()
				want(t, got, attempt.reason)
				if app.attempts != 1 {
					t.Errorf("%d logins were sent", app.attempts)
				}
				if got.Finding.Engine != opora.EngineBrowser {
					t.Errorf("judged by %s", got.Finding.Engine)
				}
				if len(got.Picture) == 0 {
					t.Error("there is no picture")
				}
				t.Logf("%s: %d ms", attempt.reason, got.MS)
			}
		})
	}
}
