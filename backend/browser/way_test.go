package browser

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestWayOut shares one browser among the tests of where it gets.
func TestWayOut(t *testing.T) {
	panel := newSite(t, map[string]string{"/": "<h1>Колос</h1>"})
	way := &recorder{to: map[string]string{"panel.example:80": panel.Listener.Addr().String()}}
	b := start(t, Options{Dial: way.dial, Language: "ru,en"})
	t.Run("by the dial alone", func(t *testing.T) { testDial(t, b, way) })
	t.Run("unconfined", func(t *testing.T) { testUnconfined(t, b) })
	t.Run("confined", func(t *testing.T) { testConfined(t, b, way) })
}

// testDial visits a name that only the dial can resolve.
func testDial(t *testing.T, b *Browser, way *recorder) {
	ctx := tab(t, b)
	if fault := visit(t, ctx, "http://panel.example/"); fault != "" {
		t.Fatal(fault)
	}
	if got := ask[string](t, ctx, "document.body.innerText"); got != "Колос" {
		t.Errorf("got %q", got)
	}
	if got := ask[string](t, ctx, "navigator.userAgent"); strings.Contains(got, "Headless") {
		t.Errorf("its name is %q", got)
	}
	if got := ask[string](t, ctx, "navigator.languages.join()"); !strings.HasPrefix(got, "ru") {
		t.Errorf("its languages are %q", got)
	}
	for _, place := range way.dialled() {
		if place != "panel.example:80" {
			t.Errorf("dialled %s", place)
		}
	}
}

// stranger counts everybody who comes by TCP or UDP.
type stranger struct {
	tcp      net.Listener
	udp      net.PacketConn
	visitors atomic.Int32
	packets  atomic.Int32
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	s := &stranger{}
	var err error
	if s.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if s.udp, err = net.ListenPacket("udp", s.tcp.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.tcp.Close(), s.udp.Close() })
	go func() {
		for {
			conn, err := s.tcp.Accept()
			if err != nil {
				return
			}
			s.visitors.Add(1)
			_ = conn.Close()
		}
	}()
	go func() {
		for {
			if _, _, err := s.udp.ReadFrom(make([]byte, 1500)); err != nil {
				return
			}
			s.packets.Add(1)
		}
	}()
	return s
}

// attempts are the ways in which a page can try to reach somebody. %s is the
// host and port of the stranger.
var attempts = []struct{ name, code string }{
	{"image", `new Image().src = "http://%s/i.png"`},
	{"fetch", `fetch("http://%s/f", {method: "POST", body: "secret", mode: "no-cors"}).catch(() => {})`},
	{"request", `{let x = new XMLHttpRequest(); x.open("GET", "http://%s/x"); x.send()}`},
	{"websocket", `new WebSocket("ws://%s/w")`},
	{"secure websocket", `new WebSocket("wss://%s/w")`},
	{"events", `new EventSource("http://%s/e")`},
	{"beacon", `navigator.sendBeacon("http://%s/b", "secret")`},
	{"keepalive", `fetch("https://%s/k", {keepalive: true, mode: "no-cors"}).catch(() => {})`},
	{"preconnect", `add("link", {rel: "preconnect", href: "http://%s"})`},
	{"dns-prefetch", `add("link", {rel: "dns-prefetch", href: "http://%s"})`},
	{"prefetch", `add("link", {rel: "prefetch", href: "http://%s/p"})`},
	{"preload", `add("link", {rel: "preload", as: "script", href: "http://%s/p.js"})`},
	{"prerender", `add("script", {type: "speculationrules", textContent: JSON.stringify({prerender: [{urls: ["http://%s/s"]}], prefetch: [{urls: ["http://%[1]s/t"], requires: ["anonymous-client-ip-when-cross-origin"]}]})})`},
	{"stylesheet", `add("link", {rel: "stylesheet", href: "http://%s/c.css"})`},
	{"font", `{let f = new FontFace("f", "url(http://%s/f.woff2)"); f.load().catch(() => {})}`},
	{"script", `add("script", {src: "http://%s/s.js"})`},
	{"module", `import("http://%s/m.js").catch(() => {})`},
	{"frame", `add("iframe", {src: "http://%s/frame"})`},
	{"object", `add("object", {data: "http://%s/o"})`},
	{"video", `add("video", {src: "http://%s/v.mp4", autoplay: true})`},
	{"ping", `{let a = add("a", {href: "#x", ping: "http://%s/ping"}); a.click()}`},
	{"form in a frame", `{add("iframe", {name: "target"}); let f = add("form", {action: "http://%s/form", method: "post", target: "target"}); f.submit()}`},
	{"window", `window.open("http://%s/window")`},
	{"WebRTC", `{let c = new RTCPeerConnection({iceServers: [{urls: ["stun:%s", "turn:%[1]s?transport=tcp"], username: "u", credential: "p"}]}); c.createDataChannel("d"); c.createOffer().then(o => c.setLocalDescription(o))}`},
	{"WebTransport", `try { new WebTransport("https://%s/").ready.catch(() => {}) } catch {}`},
	{"worker", `new Worker(URL.createObjectURL(new Blob(['fetch("http://%s/worker").catch(() => {})'])))`},
	{"page itself", `setTimeout(() => { location = "http://%s/away" }, 700)`},
}

const addElement = `function add(name, what) { const e = document.createElement(name); Object.assign(e, what); document.body.append(e); return e }`

// testConfined has a page try everything after Confine.
func testConfined(t *testing.T, b *Browser, way *recorder) {
	site, other := newSite(t, map[string]string{"/": "<body><script>" + addElement + "</script>"}), newStranger(t)
	before := len(way.dialled())
	ctx := tab(t, b)
	visit(t, ctx, site.URL)
	own, port, _ := net.SplitHostPort(site.Listener.Addr().String())
	b.Confine(func(host, at string) bool { return host == own && at == port })
	place := other.tcp.Addr().String()
	for _, a := range attempts {
		ask[any](t, ctx, fmt.Sprintf(a.code, place)+"; 0")
	}
	if !within(patience, func() bool { return slices.Contains(b.Refused(), place) }) {
		t.Errorf("refused %q, want %s in it", b.Refused(), place)
	}
	time.Sleep(1500 * time.Millisecond)
	if n, packets := other.visitors.Load(), other.packets.Load(); n+packets > 0 {
		t.Errorf("reached %d times, and by %d packets", n, packets)
	}
	for _, to := range way.dialled()[before:] {
		if to != site.Listener.Addr().String() {
			t.Errorf("dialled %s", to)
		}
	}
}

// testUnconfined shows that the attempts are real: before Confine each
// arrives, but for those that the browser itself does not make.
func testUnconfined(t *testing.T, b *Browser) {
	never := map[string]bool{"WebTransport": true, "dns-prefetch": true, "preconnect": true, "prerender": true, "ping": true}
	site := newSite(t, map[string]string{"/": "<body><script>" + addElement + "</script>"})
	ctx := tab(t, b)
	others := make([]*stranger, len(attempts))
	visit(t, ctx, site.URL)
	for i, a := range attempts {
		others[i] = newStranger(t)
		ask[any](t, ctx, fmt.Sprintf(a.code, others[i].tcp.Addr().String())+"; 0")
	}
	for i, a := range attempts {
		if never[a.name] {
			continue
		}
		if !within(5*time.Second, func() bool { return others[i].visitors.Load() > 0 }) {
			t.Errorf("%s did not arrive", a.name)
		}
	}
	for i, a := range attempts {
		if never[a.name] && others[i].visitors.Load() > 0 {
			t.Errorf("%s arrived", a.name)
		}
		if others[i].packets.Load() > 0 {
			t.Errorf("%s arrived past the proxy", a.name)
		}
	}
}
