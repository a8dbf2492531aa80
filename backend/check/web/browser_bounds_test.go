package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/opora"
	"opora/backend/pace"
)

// endless are pages that do not come to an end, at the door or, where their
// name says so, behind it.
var endless = map[string]string{
	"alerts":                   `<script>setInterval(() => alert("a"), 0); for (;;) alert("b")</script>`,
	"alerts at each key":       plainDoor + `<script>addEventListener("keydown", () => { for (let i = 0; i < 50; i++) alert(i) })</script>`,
	"blocked thread":           plainDoor + `<script>setTimeout(() => { for (;;); }, 50)</script>`,
	"blocked on the first key": plainDoor + `<script>addEventListener("keydown", () => { for (;;); })</script>`,
	"blocked on the submit":    plainDoor + `<script>addEventListener("submit", () => { for (;;); })</script>`,
	"mutations":                plainDoor + `<script>setInterval(() => { document.body.append(document.createElement("p")); document.body.className = Math.random() }, 0)</script>`,
	"a million nodes":          plainDoor + `<script>let h = ""; for (let i = 0; i < 1000000; i++) h += "<i>x</i>"; document.body.insertAdjacentHTML("beforeend", h)</script>`,
	"nested nodes":             plainDoor + `<script>let n = document.body; for (let i = 0; i < 30000; i++) { const d = document.createElement("div"); n.append(d); n = d } n.append("x")</script>`,
	"redirects by script":      `<script>location.replace("/?" + Math.random())</script>`,
	"reloads":                  plainDoor + `<script>location.reload()</script>`,
	"history":                  plainDoor + `<script>setInterval(() => history.pushState(null, "", "/?" + Math.random()), 0)</script>`,
	"hashes":                   plainDoor + `<script>setInterval(() => location.hash = Math.random(), 0)</script>`,
	"memory":                   plainDoor + `<script>const l = []; setInterval(() => l.push(new Uint8Array(64 << 20).fill(1)), 0)</script>`,
	"requests":                 plainDoor + `<script>setInterval(() => { for (let i = 0; i < 50; i++) fetch("/x?" + Math.random()).catch(() => {}) }, 0)</script>`,
	"worker loops":             plainDoor + `<script>for (let i = 0; i < 4; i++) new Worker(URL.createObjectURL(new Blob(["for (;;);"]))); navigator.serviceWorker?.register("/worker.js")</script>`,
	"frames":                   plainDoor + `<script>setInterval(() => { const f = document.createElement("iframe"); f.src = "/"; document.body.append(f) }, 0)</script>`,
	"windows":                  plainDoor + `<script>setInterval(() => open("/"), 0); addEventListener("keydown", () => { for (let i = 0; i < 9; i++) open("/") })</script>`,
	"question on leaving":      plainDoor + `<script>onbeforeunload = () => "no"; addEventListener("submit", e => { e.preventDefault(); location = "/x" })</script>`,
	"print":                    plainDoor + `<script>setInterval(() => print(), 0)</script>`,
	"page without an end":      "endless body",
	"answer without an end":    "endless answer",
}

func endlessSite(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pour := func() {
			for r.Context().Err() == nil {
				_, err := fmt.Fprint(w, strings.Repeat("<p>more", 100))
				if f, ok := w.(http.Flusher); ok {
					f.Flush()
				}
				if err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}
		switch {
		case r.URL.Path == "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = fmt.Fprint(w, "for (;;);")
		case r.URL.Path == "/x":
			w.WriteHeader(http.StatusNoContent)
		case body == "endless body":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, plainDoor)
			pour()
		case body == "endless answer" && r.Method == http.MethodPost:
			w.Header().Set("Content-Type", "text/html")
			pour()
		case body == "endless answer":
			htmlPage(w, plainDoor)
		default:
			htmlPage(w, body)
		}
	})
}

// bounded checks a site within a limit and tells how long that took, and what
// was left of its browser two seconds later.
func bounded(t *testing.T, ctx context.Context, handler http.Handler, limit time.Duration) (opora.Check, time.Duration) {
	server := httptest.NewUnstartedServer(handler)
	server.Start()
	defer func() { server.CloseClientConnections(); server.Close() }()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineBrowser}}, Ledger: memory, HostKeys: memory, Timeout: limit}
	started := time.Now()
	got := runner.Check(ctx, opora.Credential{Kind: opora.Web, Address: server.URL + "/", Login: "anna"}, opora.Secrets{Password: opora.NewSecret("Kx-7-of-anna")}, nil)
	return got, time.Since(started)
}

// TestEndlessPages: whatever a page does, its check ends in time, with no
// verdict on the password, and nothing of its browser is left (R15).
func TestEndlessPages(t *testing.T) {
	pace.NeedAlone(t)
	needBrowser(t)
	room := ownRoom(t)
	limit, some := 5*time.Second, map[string]bool{"blocked on the submit": true}
	if pace.Long() {
		limit = 12 * time.Second
	}
	for name, body := range endless {
		if !pace.Long() && !some[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got, took := bounded(t, t.Context(), endlessSite(body), limit)
			if took > limit+time.Second {
				t.Errorf("took %v, want at most %v", took, limit+time.Second)
			}
			if v := got.Finding.Verdict; v == opora.Works || v == opora.Rejected {
				t.Errorf("got %s/%s", v, got.Finding.Reason)
			}
			nothingLeft(t, room)
			t.Logf("%s after %v", got.Finding.Reason, took.Round(time.Millisecond))
		})
	}
}

// ownRoom has the browsers of this test keep their profiles where no others are.
func ownRoom(t *testing.T) string {
	room, err := os.MkdirTemp("/tmp", "opora-bounds-") // short: sockets live below it
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(room, 0o711)
	t.Cleanup(func() { _ = os.RemoveAll(room) })
	t.Setenv("TMPDIR", room)
	t.Setenv("XDG_RUNTIME_DIR", "")
	return room
}

// nothingLeft waits until neither a profile nor a process that names one is there.
func nothingLeft(t *testing.T, room string) {
	t.Helper()
	const patience = 4 * time.Second
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(room, "*"))
		var alive []string
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, line := range lines {
			if text, err := os.ReadFile(line); err == nil && strings.Contains(string(text), room) {
				alive = append(alive, filepath.Base(filepath.Dir(line)))
			}
		}
		if len(files)+len(alive) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("left %v later: %v, processes %v", patience, files, alive)
			return
		}
	}
}

// TestCancelLeavesNothing stops checks at random moments: none says anything of
// the password, and no profile and no process is left (R59).
func TestCancelLeavesNothing(t *testing.T) {
	pace.NeedAlone(t)
	needBrowser(t)
	room := ownRoom(t)
	times := 4
	if pace.Long() {
		times = 40
	}
	bodies := []string{plainDoor, endless["blocked thread"], endless["mutations"], endless["blocked on the submit"]}
	var delays []time.Duration
	for i := range times {
		ctx, cancel := context.WithCancel(t.Context())
		moment := time.Duration(rand.Int64N(int64(6 * time.Second)))
		asked := make(chan time.Time, 1)
		timer := time.AfterFunc(moment, func() { asked <- time.Now(); cancel() })
		began := time.Now()
		got, took := bounded(t, ctx, endlessSite(bodies[i%len(bodies)]), check.BrowserTime)
		if timer.Stop() {
			cancel()
			continue // it was over before
		}
		late := began.Add(took).Sub(<-asked)
		delays = append(delays, late.Round(time.Millisecond))
		if v := got.Finding.Verdict; v == opora.Works || v == opora.Rejected {
			t.Errorf("got %s/%s", v, got.Finding.Reason)
		}
	}
	nothingLeft(t, room)
	slices.Sort(delays)
	t.Logf("gave up later by %v", delays)
	// One in twenty may be the machine's doing.
	if n := len(delays); n > 0 && delays[(n-1)*19/20] > 500*time.Millisecond {
		t.Errorf("gave up %v later", delays)
	}
}
