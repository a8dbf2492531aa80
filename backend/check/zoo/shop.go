package zoo

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"time"

	"opora/backend/opora"
)

// Shop is an honest site with one account, "anna": a form at /login, and a page
// that asks by HTTP itself at /basic.
type Shop struct {
	Password string
	Delay    time.Duration // before each answer

	mu       sync.Mutex
	sessions map[string]bool
	told     int
}

// Told counts how often a credential arrived.
func (s *Shop) Told() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}

// Door is the path at which a kind of login is asked for.
func (s *Shop) Door(kind opora.Kind) string {
	if kind == opora.Web {
		return "/login"
	}
	return "/basic"
}

func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(s.Delay):
	case <-r.Context().Done():
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie, err := r.Cookie("shop")
	inside := err == nil && s.sessions[cookie.Value]
	switch {
	case r.URL.Path == "/basic":
		login, password, given := r.BasicAuth()
		if given {
			s.told++
		}
		if login != "anna" || password != s.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="shop"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		page(w, "<h1>Склад</h1>")
	case r.Method == http.MethodPost && r.URL.Path == "/login":
		s.told++
		if r.PostFormValue("user") != "anna" || r.PostFormValue("pass") != s.Password {
			page(w, form("/login", `<p class="error">Неверный логин или пароль</p>`))
			return
		}
		id := rand.Text()
		if s.sessions == nil {
			s.sessions = map[string]bool{}
		}
		s.sessions[id] = true
		http.SetCookie(w, &http.Cookie{Name: "shop", Value: id, Path: "/"})
		http.Redirect(w, r, "/orders", http.StatusSeeOther)
	case r.URL.Path == "/logout":
		if inside {
			delete(s.sessions, cookie.Value)
		}
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	case r.URL.Path == "/login":
		page(w, form("/login", ""))
	case inside:
		page(w, `<nav><a href="/orders">Заказы</a> <a href="/goods">Товары</a> <a href="/people">Покупатели</a> <a href="/logout">Выйти</a></nav><h1>Заказы</h1>`+
			fmt.Sprintf("<p>Здравствуйте, anna. Заказов: %d</p>", 12))
	default:
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	}
}
