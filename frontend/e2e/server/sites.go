package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// site is a small customer's system, written here because no package behaves
// like this on demand: a login that scripts build, one with a second factor, one
// with a certificate of its own making, one that never answers.
type site struct {
	password string
	code     string

	mu       sync.Mutex
	sessions map[string]*visit
	asked    bool // by a page that waits for the second factor, since the last approval or code
}

// visit is one session: who it is, and whether the second factor is still due.
type visit struct {
	login string
	due   bool
}

func newSite(password string) *site {
	return &site{password: password, code: "482913", sessions: map[string]*visit{}}
}

// startSites gives a door for each; they end with ctx.
func startSites(ctx context.Context) (map[string]door, *site) {
	password := "Kx7-" + rand.Text()[:10] + "!q"
	panel := newSite(password)
	plain := newSite(password)
	doors := map[string]door{}
	// Each is a host of its own: one that waits for a person holds up nobody else.
	open := func(name, host string, handler http.Handler, start func(*httptest.Server)) {
		server := httptest.NewUnstartedServer(handler)
		if listener, err := net.Listen("tcp", host+":0"); err == nil {
			_ = server.Listener.Close()
			server.Listener = listener
		}
		start(server)
		context.AfterFunc(ctx, server.CloseClientConnections)
		doors[name] = door{Address: server.URL + "/", Login: "anna", Password: password}
	}
	open("shop", "127.0.0.2", newSite(password).application(), (*httptest.Server).Start)
	open("panel", "127.0.0.3", panel.pages(true), (*httptest.Server).Start)
	open("cert", "127.0.0.1", plain.pages(false), (*httptest.Server).StartTLS)
	open("slow", "127.0.0.4", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), (*httptest.Server).Start)
	return doors, panel
}

// approve is the customer who presses "yes" on their phone.
func (s *site) approve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.sessions {
		v.due = false
	}
}

// waiting reports whether somebody looks at the page that asks for the code.
func (s *site) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *site) begin(w http.ResponseWriter, login string, due bool) {
	token := rand.Text()
	s.mu.Lock()
	s.sessions[token] = &visit{login: login, due: due}
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: token, Path: "/", HttpOnly: true})
}

// who gives a copy of the visit that a request belongs to.
func (s *site) who(r *http.Request) (visit, bool) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return visit{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.sessions[cookie.Value]
	if v == nil {
		return visit{}, false
	}
	return *v, true
}

func (s *site) end(r *http.Request) {
	if cookie, err := r.Cookie("session"); err == nil {
		s.mu.Lock()
		delete(s.sessions, cookie.Value)
		s.mu.Unlock()
	}
}

func show(w http.ResponseWriter, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="ru"><meta charset="utf-8"><title>%s</title><body style="font:16px sans-serif;margin:3em">%s`, title, body)
}

// pages is a system of ordinary pages, with a second factor or without.
func (s *site) pages(factor bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { loginPage(w, "") })
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("pass") != s.password {
			loginPage(w, "Неверный логин или пароль")
			return
		}
		s.begin(w, r.PostFormValue("user"), factor)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /code", func(w http.ResponseWriter, _ *http.Request) {
		show(w, "Второй шаг", `<h1>Подтвердите вход</h1><p>Введите код подтверждения из приложения или нажмите «Да» в телефоне.</p>
<form method="post" action="/code"><input name="code" autocomplete="one-time-code" inputmode="numeric" autofocus> <button>Подтвердить</button></form>
<script>setInterval(async () => { if ((await (await fetch("/state")).text()) === "inside") location = "/" }, 400)</script>`)
	})
	mux.HandleFunc("POST /code", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("session")
		if err == nil && r.PostFormValue("code") == s.code {
			s.mu.Lock()
			if v := s.sessions[cookie.Value]; v != nil {
				v.due = false
			}
			s.mu.Unlock()
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, r *http.Request) {
		v, here := s.who(r)
		if here && !v.due {
			_, _ = w.Write([]byte("inside"))
		}
		s.mu.Lock()
		s.asked = here && v.due
		s.mu.Unlock()
	})
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		s.end(r)
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		switch v, here := s.who(r); {
		case !here:
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		case v.due:
			http.Redirect(w, r, "/code", http.StatusSeeOther)
		default:
			show(w, "Панель магазина", `<nav><a href="/orders">Заказы</a> <a href="/goods">Товары</a> <a href="/customers">Покупатели</a> <a href="/logout">Выйти</a></nav>
<h1>Панель магазина</h1><p>Вы вошли как `+html.EscapeString(v.login)+`</p>`)
		}
	})
	return mux
}

func loginPage(w http.ResponseWriter, refusal string) {
	show(w, "Вход в панель", `<h1>Вход в панель</h1><p role="alert">`+refusal+`</p><form method="post" action="/login">
<p><label>Логин <input name="user" autocomplete="username"></label><p><label>Пароль <input name="pass" type="password" autocomplete="current-password"></label><p><button>Войти</button></form>`)
}

// application is a system of one page that scripts build, and that speaks JSON.
func (s *site) application() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		show(w, "Склад", `<div id="app"></div><script>
const app = document.getElementById("app")
async function show() {
  const me = await fetch("/api/me")
  if (me.ok) { app.innerHTML = "<nav><a href=/orders>Заказы</a> <a href=/goods>Товары</a> <button>Выйти</button></nav><h1>Склад</h1><p>Вы вошли как " + (await me.json()).login; return }
  app.innerHTML = "<h1>Склад</h1><form><p><input name=user autocomplete=username placeholder=Логин><p><input name=pass type=password placeholder=Пароль><p><button>Войти</button><p role=alert></p></form>"
  const form = app.querySelector("form")
  form.onsubmit = async (event) => {
    event.preventDefault()
    const answer = await fetch("/api/login", { method: "POST", body: JSON.stringify({ login: form.user.value, password: form.pass.value }) })
    if (answer.ok) show(); else form.querySelector("[role=alert]").textContent = "Неверный логин или пароль"
  }
}
show()
</script>`)
	})
	mux.HandleFunc("GET /api/me", func(w http.ResponseWriter, r *http.Request) {
		v, here := s.who(r)
		if !here {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		reply(w, map[string]string{"login": v.login})
	})
	mux.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) {
		var given struct{ Login, Password string }
		if json.NewDecoder(r.Body).Decode(&given) != nil || given.Password != s.password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.begin(w, given.Login, false)
	})
	return mux
}
