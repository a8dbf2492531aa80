package web

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"sync"
)

// site is a small web application that misbehaves on demand in the ways that
// real ones do and packages cannot be told to.
type site struct {
	mux      *http.ServeMux
	mu       sync.Mutex
	sessions map[string]map[string]string
	attempts int
	sent     []string // the bodies' passwords, as they came
}

const (
	user  = "anna"
	right = `Пароль&"7<k`
)

func newSite() *site {
	return &site{mux: http.NewServeMux(), sessions: map[string]map[string]string{}}
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// session gives the visitor's session, new when there is none.
func (s *site) session(w http.ResponseWriter, r *http.Request) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, err := r.Cookie("sid"); err == nil && s.sessions[c.Value] != nil {
		return s.sessions[c.Value]
	}
	id := rand.Text()
	s.sessions[id] = map[string]string{}
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/"})
	return s.sessions[id]
}

// accepts counts an attempt and judges it.
func (s *site) accepts(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts++
	s.sent = append(s.sent, r.PostFormValue("pass"))
	return r.PostFormValue("user") == user && r.PostFormValue("pass") == right
}

func (s *site) page(path string, show func(w http.ResponseWriter, r *http.Request)) {
	s.mux.HandleFunc(path, show)
}

func write(w http.ResponseWriter, title, body string, values ...any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!doctype html><html><head><title>"+title+"</title></head><body>"+body+"</body></html>", values...)
}

func loginForm(action, message string) string {
	return `<h1>Вход</h1>` + message + `<form method="post" action="` + action + `"><input type="hidden" name="csrf" value="` + rand.Text() + `">
		<label>Логин <input name="user"></label><label>Пароль <input type="password" name="pass"></label><button>Войти</button></form>
		<p><a href="/forgot">Забыли пароль?</a></p>`
}

const inside = `<nav><a href="/">Главная</a> <a href="/logout">Выйти</a></nav><h1>Панель</h1><p>Заказов: 12</p>`

// guarded is an application with a door at /login and a panel at /panel.
// refuse says what follows a wrong attempt.
func guarded(refuse func(s *site, w http.ResponseWriter, r *http.Request, session map[string]string)) *site {
	s := newSite()
	s.page("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if s.session(w, r)["user"] != "" {
			write(w, "Shop", `<a href="/panel">Кабинет</a> <a href="/logout">Выйти</a><p>Товары</p>`)
			return
		}
		write(w, "Shop", `<a href="/login">Войти</a> <a href="/register">Регистрация</a><p>Товары</p>`)
	})
	s.page("GET /login", func(w http.ResponseWriter, r *http.Request) {
		session := s.session(w, r)
		message := session["flash"]
		delete(session, "flash")
		write(w, "Вход", loginForm("/login", message))
	})
	s.page("POST /login", func(w http.ResponseWriter, r *http.Request) {
		session := s.session(w, r)
		if s.accepts(r) {
			session["user"] = user
			http.Redirect(w, r, "/panel", http.StatusFound)
			return
		}
		refuse(s, w, r, session)
	})
	s.page("GET /panel", func(w http.ResponseWriter, r *http.Request) {
		if s.session(w, r)["user"] == "" {
			http.Redirect(w, r, "/login", http.StatusFound)
			return
		}
		write(w, "Панель", inside)
	})
	s.page("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		delete(s.session(w, r), "user")
		http.Redirect(w, r, "/", http.StatusFound)
	})
	return s
}

// said answers a wrong attempt with the form and a message, at once.
func said(status int, message string) func(*site, http.ResponseWriter, *http.Request, map[string]string) {
	return func(_ *site, w http.ResponseWriter, r *http.Request, _ map[string]string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, "<html><body>"+loginForm("/login", `<div class="note">`+message+`</div>`)+"<p>"+html.EscapeString(r.PostFormValue("user"))+"</p></body></html>")
	}
}

// page answers a wrong attempt with a page of its own.
func pageOf(status int, body string) func(*site, http.ResponseWriter, *http.Request, map[string]string) {
	return func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, "<html><body>"+body+"</body></html>")
	}
}

func flash(message string) func(*site, http.ResponseWriter, *http.Request, map[string]string) {
	return func(_ *site, w http.ResponseWriter, r *http.Request, session map[string]string) {
		session["flash"] = message
		http.Redirect(w, r, "/login", http.StatusFound)
	}
}

// leadsTo leads to a page that only this session may see.
func leadsTo(body string) func(*site, http.ResponseWriter, *http.Request, map[string]string) {
	return func(_ *site, w http.ResponseWriter, r *http.Request, session map[string]string) {
		session["between"] = body
		http.Redirect(w, r, "/between", http.StatusFound)
	}
}
