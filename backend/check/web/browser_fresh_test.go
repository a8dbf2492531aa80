package web_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
	"opora/backend/pace"
)

// marker is a site that marks each visitor in every way that there is, at the
// login, and notes who comes back with a mark.
type marker struct {
	mu       sync.Mutex
	logins   int
	carried  []string // marks that came after the login from one who should have none
	visitors map[string]bool
	session  map[string]bool   // connections that carried the session
	earlier  map[string]string // connections that took up the TLS session of another
}

const (
	leaveMarks = `(async () => { const v = "kept"; document.cookie = "js=kept; max-age=9999; path=/";
localStorage.k = v; sessionStorage.k = v; window.name = v; history.replaceState({k: v}, "");
try { await new Promise(d => { const r = indexedDB.open("k"); r.onsuccess = r.onerror = d }) } catch {}
try { await (await caches.open("k")).put("/k", new Response("k")) } catch {}
try { await navigator.serviceWorker.register("/worker.js") } catch {}
try { await fetch("/etag"); await fetch("/dated", {cache: "force-cache"}) } catch {} })();`
	findMarks = `(async () => { const f = [];
if (document.cookie.includes("js=")) f.push("cookie"); if (localStorage.k) f.push("local"); if (sessionStorage.k) f.push("session"); if (window.name) f.push("name");
if (history.state) f.push("history"); if (performance.getEntriesByType("navigation")[0]?.type == "back_forward") f.push("bfcache");
try { if ((await indexedDB.databases()).length) f.push("indexed") } catch {}
try { if ((await caches.keys()).length) f.push("cache") } catch {}
try { if ((await navigator.serviceWorker.getRegistrations()).length) f.push("worker") } catch {}
fetch("/found?" + f.join(",")); fetch("/etag"); fetch("/dated") })();`
)

func (m *marker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cookie, _ := r.Cookie("sid")
	mine := cookie != nil && cookie.Value == "in"
	after := m.logins > 0
	note := func(what string) {
		if after && !mine {
			m.carried = append(m.carried, what)
		}
	}
	if c, err := r.Cookie("js"); err == nil {
		note("cookie " + c.Value)
	}
	if r.Header.Get("If-None-Match") == `"true"` {
		note("an entity's tag")
	}
	m.session[r.RemoteAddr] = m.session[r.RemoteAddr] || mine
	if m.session[m.earlier[r.RemoteAddr]] {
		note("a TLS session")
	}
	switch r.URL.Path {
	case "/found":
		if found := r.URL.RawQuery; found != "" {
			note("found " + found)
		}
		m.visitors[fmt.Sprintf("after %v, session %v", after, mine)] = true
	case "/etag":
		w.Header().Set("ETag", fmt.Sprintf(`"%v"`, mine))
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = io.WriteString(w, "x")
	case "/dated":
		w.Header().Set("Cache-Control", "max-age=99999, immutable")
		if after && !mine {
			m.visitors["stranger asked anew"] = true
		}
		_, _ = io.WriteString(w, "x")
	case "/worker.js":
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, `addEventListener("fetch", () => {})`)
	case "/login":
		m.logins++
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "in", Path: "/", HttpOnly: true, MaxAge: 9999})
		http.Redirect(w, r, "/panel", http.StatusSeeOther)
	default:
		w.Header().Set("Strict-Transport-Security", "max-age=9999")
		script := findMarks
		if mine {
			script = leaveMarks
		}
		if mine {
			htmlPage(w, strings.ReplaceAll(panel, "/logout", "/panel?logout")+"<script>"+script+"</script>")
			return
		}
		if r.URL.Path == "/panel" {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		htmlPage(w, plainDoor+"<script>"+script+"</script>")
	}
}

// TestFreshVisitors: what the session leaves is seen neither by the stranger of
// the same check nor by the next check (R22).
func TestFreshVisitors(t *testing.T) {
	pace.NeedAlone(t)
	t.Parallel()
	needBrowser(t)
	if errNames != nil {
		t.Fatal(errNames)
	}
	authority, err := zoo.NewAuthority("fresh")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Leaf("fresh.test")
	if err != nil {
		t.Fatal(err)
	}
	names.Set("fresh.test", "127.0.0.1")
	m := &marker{visitors: map[string]bool{}, session: map[string]bool{}, earlier: map[string]string{}}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	shared := config.Clone()
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		at, own := hello.Conn.RemoteAddr().String(), shared.Clone()
		// Each ticket holds the connection that it was given to.
		own.WrapSession = func(state tls.ConnectionState, session *tls.SessionState) ([]byte, error) {
			session.Extra = append(session.Extra, []byte(at))
			return shared.EncryptTicket(state, session)
		}
		own.UnwrapSession = func(ticket []byte, state tls.ConnectionState) (*tls.SessionState, error) {
			session, err := shared.DecryptTicket(ticket, state)
			if err == nil && session != nil && len(session.Extra) > 0 {
				m.mu.Lock()
				m.earlier[at] = string(session.Extra[len(session.Extra)-1])
				m.mu.Unlock()
			}
			return session, err
		}
		return own, nil
	}
	site := zoo.Listen(t, "127.0.0.1", "fresh.test", config, m)
	for turn := range 2 {
		memory := &check.Memory{}
		runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineBrowser}}, Ledger: memory, HostKeys: memory, Timeout: check.BrowserTime}
		got := runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: site.URL + "/", Login: "anna", Options: opora.Options{AcceptFingerprint: check.Fingerprint(certificate.Leaf)}},
			opora.Secrets{Password: opora.NewSecret("Kx-7-of-anna")}, nil)
		if got.Finding.Reason != opora.OK {
			t.Errorf("check %d: got %s; evidence %v", turn, got.Finding.Reason, got.Evidence)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.carried) > 0 {
		t.Errorf("carried over: %v", m.carried)
	}
	if !m.visitors["after true, session false"] || !m.visitors["stranger asked anew"] {
		t.Errorf("no stranger has looked for marks: %v", m.visitors)
	}
	if len(m.earlier) == 0 {
		t.Error("no TLS session was taken up by anybody, so nothing was tried")
	}
	t.Logf("%d logins, %d connections, %d of them resumed; %v", m.logins, len(m.session), len(m.earlier), m.visitors)
}
