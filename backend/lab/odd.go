package lab

import (
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Odd is a small site that behaves in one way that no real application can be
// made to show on demand.
type Odd struct {
	Name string
	What string
	make func(*odd) http.Handler
}

// Odds lists them. Each has its own answer to a right and to a wrong password.
func Odds() []Odd {
	return append(append(plainOdds(), stopOdds()...), scriptOdds()...)
}

// StartOdd serves one of [Odds].
func StartOdd(ctx context.Context, name string, users ...User) (*Site, error) {
	for _, choice := range Odds() {
		if choice.Name != name {
			continue
		}
		o := &odd{users: map[string]string{}, sessions: map[string]string{}}
		for _, user := range users {
			o.users[user.Name] = user.Password
		}
		server, err := serve(ctx, choice.make(o))
		if err != nil {
			return nil, err
		}
		return Around("http://"+server.addr+"/", server), nil
	}
	return nil, fmt.Errorf("there is no odd site %q", name)
}

// handling is a server within this program.
type handling struct {
	addr   string
	server *http.Server
}

// Stop ends the server.
func (h *handling) Stop() { _ = h.server.Close() }

func serve(ctx context.Context, handler http.Handler) (*handling, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &handling{addr: listener.Addr().String(), server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = h.server.Serve(listener) }() // ends with Close
	context.AfterFunc(ctx, h.Stop)
	return h, nil
}

// odd is what these sites have in common: accounts and sessions.
type odd struct {
	users map[string]string

	mu       sync.Mutex
	sessions map[string]string
}

func (o *odd) right(name, password string) bool {
	known, found := o.users[name]
	return found && known == password
}

// begin makes a session for an account.
func (o *odd) begin(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	token := rand.Text()
	o.sessions[token] = name
	return token
}

// owner is the account that a session belongs to, or "".
func (o *odd) owner(token string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sessions[token]
}

func (o *odd) end(token string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.sessions, token)
}

const oddCookie = "sid"

func (o *odd) who(r *http.Request) string {
	cookie, err := r.Cookie(oddCookie)
	if err != nil {
		return ""
	}
	return o.owner(cookie.Value)
}

func (o *odd) enter(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: oddCookie, Value: o.begin(name), Path: "/", HttpOnly: true})
}

func (o *odd) leave(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(oddCookie); err == nil {
		o.end(cookie.Value)
	}
	http.SetCookie(w, &http.Cookie{Name: oddCookie, Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// show writes a page. The text is HTML.
func show(w http.ResponseWriter, status int, title, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>%s</title></head><body>
<header><a href="/">Пекарня «Колос»</a></header><main>%s</main><footer>© 2026 · <a href="/about">О нас</a></footer></body></html>`, title, text)
}

const (
	oddFields  = `<p><label>Логин <input name="login" autocomplete="username"></label></p><p><label>Пароль <input type="password" name="password"></label></p>`
	oddForm    = `<h1>Вход</h1>%s<form method="post" action="/login">` + oddFields + `<button>Войти</button></form>`
	oddRefusal = `<p class="error">Неверный логин или пароль</p>`
)

func oddInside(name string) string {
	return `<h1>Заказы на сегодня</h1><p>Вы вошли как ` + html.EscapeString(name) + `. <a href="/logout">Выйти</a></p><ul><li>Бородинский, 12</li><li>Батон, 40</li></ul>`
}

// classic is a site with a login page in the old way; its fields replace what a
// site does differently.
type classic struct {
	form   string                                                  // with one %s for the text of a refusal
	refuse func(w http.ResponseWriter, r *http.Request)            // answers a wrong password
	after  func(w http.ResponseWriter, r *http.Request, in string) // answers a right one
	inside func(w http.ResponseWriter, r *http.Request, in string) // the start page of an account
	public func(w http.ResponseWriter, r *http.Request)            // the start page of a stranger
	more   map[string]http.HandlerFunc
}

func (o *odd) classic(c classic) http.Handler {
	if c.form == "" {
		c.form = oddForm
	}
	if c.refuse == nil {
		c.refuse = func(w http.ResponseWriter, _ *http.Request) {
			show(w, http.StatusOK, "Вход", fmt.Sprintf(c.form, oddRefusal))
		}
	}
	if c.after == nil {
		c.after = func(w http.ResponseWriter, r *http.Request, in string) {
			o.enter(w, in)
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	}
	if c.inside == nil {
		c.inside = func(w http.ResponseWriter, _ *http.Request, in string) {
			show(w, http.StatusOK, "Заказы", oddInside(in))
		}
	}
	if c.public == nil {
		c.public = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusSeeOther) }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, "Вход", fmt.Sprintf(c.form, ""))
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if name := r.PostFormValue("login"); o.right(name, r.PostFormValue("password")) {
			c.after(w, r, name)
			return
		}
		c.refuse(w, r)
	})
	mux.HandleFunc("GET /logout", o.leave)
	mux.HandleFunc("GET /about", func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, "О нас", "<p>Печём с 1998 года.</p>")
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if in := o.who(r); in != "" {
			c.inside(w, r, in)
			return
		}
		if r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/orders") {
			show(w, http.StatusNotFound, "Нет такой страницы", "<p>Нет такой страницы.</p>")
			return
		}
		c.public(w, r)
	})
	for pattern, handler := range c.more {
		mux.HandleFunc(pattern, handler)
	}
	return mux
}
