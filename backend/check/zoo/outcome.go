package zoo

import (
	"crypto/rand"
	"embed"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"opora/backend/opora"
)

// The outcomes are written in outcomes/*.txt, product by product: first the
// door, then what may follow a login there.
//
//	= door NAME PATH
//	the page; {message} is where it complains
//	= TRUTH REASONS HOW :: name
//	what is said
//
// TRUTH is accepted, refused, or open where nobody could tell. REASONS are the
// words that fit, joined by "|", the best one first. HOW is
//
//	form[:status]          the door with the message
//	flash                  a redirect to the door, which shows the message once
//	page:status[:Name=value]  a page of its own
//	json:status            JSON of its own
//	inside                 a redirect to a page that only this session may see
//	away                   a redirect to another origin
//
//go:embed outcomes/*.txt
var outcomes embed.FS

// Outcome is one thing that may follow a login at one product.
type Outcome struct {
	Product string
	Name    string
	Truth   string
	Due     []opora.Reason
	How     string
	Text    string
	Path    string // of the door
	door    string
}

// Outcomes reads them all.
func Outcomes() ([]Outcome, error) {
	files, err := outcomes.ReadDir("outcomes")
	if err != nil {
		return nil, err
	}
	var list []Outcome
	for _, file := range files {
		text, err := outcomes.ReadFile("outcomes/" + file.Name())
		if err != nil {
			return nil, err
		}
		var product, path, door string
		for _, section := range strings.Split("\n"+string(text), "\n= ")[1:] {
			head, body, _ := strings.Cut(section, "\n")
			words := strings.Fields(head)
			if words[0] == "door" && len(words) == 3 {
				product, path, door = words[1], words[2], body
				continue
			}
			what, name, found := strings.Cut(head, " :: ")
			words = strings.Fields(what)
			if !found || len(words) != 3 || !slices.Contains([]string{"accepted", "refused", "open"}, words[0]) {
				return nil, fmt.Errorf("%s: cannot read %q", file.Name(), head)
			}
			o := Outcome{Product: product, Name: name, Truth: words[0], How: words[2], Text: body, Path: path, door: door}
			for _, reason := range strings.Split(words[1], "|") {
				if !slices.Contains(opora.Reasons(), opora.Reason(reason)) {
					return nil, fmt.Errorf("%s: %s: no reason is called %q", file.Name(), name, reason)
				}
				o.Due = append(o.Due, opora.Reason(reason))
			}
			list = append(list, o)
		}
	}
	return list, nil
}

// Fits reports whether a finding is a word that fits the outcome.
func (o Outcome) Fits(reason opora.Reason) bool { return slices.Contains(o.Due, reason) }

// Wrong reports whether a verdict states as a fact what is not one.
func (o Outcome) Wrong(verdict opora.Verdict) bool {
	return verdict == opora.Works && o.Truth != "accepted" || verdict == opora.Rejected && o.Truth != "refused"
}

// Play is a site where every login has this outcome.
func (o Outcome) Play() http.Handler {
	return &playing{outcome: o, sessions: map[string]string{}, flashes: map[string]string{}}
}

type playing struct {
	outcome Outcome

	mu       sync.Mutex
	sessions map[string]string // id to the login that it was given for; empty for none yet
	flashes  map[string]string // said at the next look, once
}

func (p *playing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := p.outcome
	id, login := p.session(w, r)
	how := strings.Split(o.How, ":")
	status := http.StatusOK
	if len(how) > 1 {
		status, _ = strconv.Atoi(how[1])
	}
	switch {
	case r.Method == http.MethodPost:
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			_ = r.ParseForm()
		}
		login = "anna"
		if len(how) > 2 {
			name, value, _ := strings.Cut(how[2], "=")
			w.Header().Set(name, value)
		}
		switch how[0] {
		case "form":
			p.show(w, status, p.fill(o.door, p.fill(o.Text, "", login), login))
		case "flash":
			p.mu.Lock()
			p.flashes[id] = p.fill(o.Text, "", login)
			p.mu.Unlock()
			http.Redirect(w, r, o.Path, http.StatusFound)
		case "page":
			p.show(w, status, p.fill(o.Text, "", login))
		case "json":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(strings.TrimSpace(o.Text)))
		case "inside":
			p.let(w, login)
			http.Redirect(w, r, "/inside", http.StatusFound)
		case "away":
			http.Redirect(w, r, "https://accounts.elsewhere.test/login", http.StatusFound)
		}
	case r.URL.Path == o.Path:
		p.mu.Lock()
		message := p.flashes[id]
		delete(p.flashes, id)
		p.mu.Unlock()
		p.show(w, http.StatusOK, p.fill(o.door, message, ""))
	case r.URL.Path == "/inside" && login != "":
		p.show(w, http.StatusOK, p.fill(o.Text, "", login))
	case r.URL.Path == "/inside" || r.URL.Path == "/":
		http.Redirect(w, r, o.Path, http.StatusFound)
	default:
		p.show(w, http.StatusNotFound, "<h1>404</h1>")
	}
}

// session finds the visitor's session, or begins one as most sites do.
func (p *playing) session(w http.ResponseWriter, r *http.Request) (id, login string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range []string{"auth", "sid"} {
		if cookie, err := r.Cookie(name); err == nil {
			if login, found := p.sessions[cookie.Value]; found {
				return cookie.Value, login
			}
		}
	}
	id = rand.Text()
	p.sessions[id] = ""
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/"})
	return id, ""
}

// let gives the visitor a session that the inside knows.
func (p *playing) let(w http.ResponseWriter, login string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := rand.Text()
	p.sessions[id] = login
	http.SetCookie(w, &http.Cookie{Name: "auth", Value: id, Path: "/"})
}

func (p *playing) fill(text, message, login string) string {
	return strings.NewReplacer("{message}", message, "{login}", html.EscapeString(login), "{csrf}", rand.Text()).Replace(text)
}

func (p *playing) show(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, "<!doctype html><html>"+body+"</html>")
}
