package lab

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// scriptOdds are single-page applications: one shell for everybody, filled by
// a script from JSON calls.
func scriptOdds() []Odd {
	page := func(a application) func(*odd) http.Handler {
		return func(o *odd) http.Handler { return o.application(a) }
	}
	return []Odd{
		{"spa-cookie", "a session in a cookie, addresses behind #", page(application{})},
		{"spa-storage", "a token in the browser's storage", page(application{Keep: "storage"})},
		{"spa-memory", "a token in the page's memory only", page(application{Keep: "memory"})},
		{"spa-guest", "everybody has a token; the login changes it", page(application{Keep: "storage", Guest: true})},
		{"spa-mark", "shows a refusal by marking the field only", page(application{Error: "mark"})},
		{"spa-silent", "shows no refusal at all; the call answers 401", page(application{Error: "none"})},
		{"spa-200", "the call answers 200 and says no in JSON", page(application{Says200: true})},
		{"spa-hash", "sends a hash of the password and a number used once", page(application{Hash: true})},
		{"spa-dialog", "the form is in a dialog that a button opens", page(application{Form: "dialog", Keep: "storage"})},
		{"spa-frame", "the form is built in a frame", page(application{Form: "frame"})},
		{"spa-name-first", "asks for the name, then for the password, in one page", page(application{Form: "steps"})},
		{"spa-no-form", "the fields lie in no form, and the button is no button", page(application{Form: "loose"})},
		{"spa-slow", "takes three seconds to say anything", page(application{Slow: true})},
		{"spa-second-factor", "asks for a code after the right password", page(application{Code: true})},
		{"spa-throttled", "the call answers 429", page(application{Busy: http.StatusTooManyRequests})},
		{"spa-firewall", "a firewall answers the call with 403 and a page", page(application{Busy: http.StatusForbidden})},
	}
}

// application says how a single-page application differs from the plainest one.
// The page's script reads it.
type application struct {
	Form    string `json:"form"`    // "", "dialog", "frame", "steps", "loose"
	Keep    string `json:"keep"`    // "" for a cookie, "storage", "memory"
	Error   string `json:"error"`   // "" for a text, "mark", "none"
	Guest   bool   `json:"guest"`   // strangers get a token as well
	Hash    bool   `json:"hash"`    // the password is hashed in the page
	Says200 bool   `json:"says200"` // a refusal has status 200
	Slow    bool   `json:"slow"`
	Code    bool   `json:"code"` // a second factor follows
	Busy    int    `json:"-"`    // status that every login gets instead
}

//go:embed application.js
var applicationScript string

func (o *odd) application(a application) http.Handler {
	shell := func(inFrame bool) http.HandlerFunc {
		settings, _ := json.Marshal(a) // of strings and flags: it cannot fail
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			frame := "false"
			if inFrame {
				frame = "true"
			}
			_, _ = w.Write([]byte(`<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Учёт</title><link rel="icon" href="data:,"></head><body><div id="app"></div><script>const settings = ` +
				string(settings) + `, inFrame = ` + frame + `;</script><script src="/application.js"></script></body></html>`))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", shell(false))
	mux.HandleFunc("GET /frame", shell(true))
	mux.HandleFunc("GET /application.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write([]byte(applicationScript))
	})
	mux.HandleFunc("GET /api/nonce", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"nonce": o.begin("nonce")})
	})
	mux.HandleFunc("POST /api/guest", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"token": rand.Text()})
	})
	mux.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) { o.applicationLogin(w, r, a) })
	mux.HandleFunc("POST /api/logout", func(w http.ResponseWriter, r *http.Request) {
		o.end(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if cookie, err := r.Cookie(oddCookie); err == nil {
			o.end(cookie.Value)
		}
		answer(w, http.StatusOK, map[string]any{})
	})
	mux.HandleFunc("GET /api/orders", func(w http.ResponseWriter, r *http.Request) {
		in := o.who(r)
		if a.Keep != "" {
			in = o.owner(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		}
		if in == "" {
			answer(w, http.StatusUnauthorized, map[string]any{"error": "unauthorized"})
			return
		}
		answer(w, http.StatusOK, map[string]any{"user": in, "orders": []string{"Бородинский, 12", "Батон, 40"}})
	})
	return mux
}

func (o *odd) applicationLogin(w http.ResponseWriter, r *http.Request, a application) {
	if a.Slow {
		time.Sleep(3 * time.Second)
	}
	switch a.Busy {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "600")
		answer(w, a.Busy, map[string]any{"error": "too_many_requests"})
		return
	case http.StatusForbidden:
		show(w, a.Busy, "Attention Required!", "<h1>Sorry, you have been blocked</h1><p>You are unable to access this site. Ray ID: 8a1f00c2</p>")
		return
	}
	var order struct{ Login, Password, Nonce string }
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"error": "bad_request"})
		return
	}
	known, found := o.users[order.Login]
	fits := found && known == order.Password
	if a.Hash {
		sum := sha256.Sum256([]byte(order.Nonce + known))
		fits = found && o.owner(order.Nonce) == "nonce" && order.Password == hex.EncodeToString(sum[:])
		o.end(order.Nonce)
	}
	switch {
	case !fits && a.Says200:
		answer(w, http.StatusOK, map[string]any{"success": false, "message": "Неверный логин или пароль"})
	case !fits:
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_credentials"})
	case a.Code:
		answer(w, http.StatusOK, map[string]any{"success": true, "step": "otp"})
	case a.Keep == "":
		o.enter(w, order.Login)
		answer(w, http.StatusOK, map[string]any{"success": true})
	default:
		answer(w, http.StatusOK, map[string]any{"success": true, "token": o.begin(order.Login)})
	}
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the other side may be gone
}
