package browser

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"opora/backend/pace"
)

// TestHostilePages shares one browser among the pages that do not end it.
func TestHostilePages(t *testing.T) {
	b := start(t, Options{Pins: []string{keySum([]byte("another key"))}})
	for name, test := range map[string]func(*testing.T, *Browser){
		"downloads": testDownloads, "local addresses": testLocalAddresses, "permissions": testPermissions,
		"second window": testSecondWindow, "challenges": testChallenges, "wrong pin": testWrongPin,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

// testDownloads has a page force files on its visitor.
func testDownloads(t *testing.T, b *Browser) {
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			_, _ = w.Write([]byte("<body><a id=a href=/file.bin download=evil.sh>x</a>"))
			return
		}
		select {
		case asked <- r.URL.Path:
		default:
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="evil.sh"`)
		for range 100 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	ctx := tab(t, b)
	visit(t, ctx, server.URL)
	ask[any](t, ctx, "a.click(); 0")
	ask[any](t, ctx, `{let a = document.createElement("a"); a.href = URL.createObjectURL(new Blob(["echo evil"])); a.download = "evil.sh"; a.click()}; 0`)
	ask[any](t, ctx, `for (let i = 0; i < 20; i++) { let f = document.createElement("iframe"); f.src = "/again" + i; document.body.append(f) }; 0`)
	<-asked
	time.Sleep(500 * time.Millisecond)
	for _, folder := range []string{b.profile.dir} {
		_ = filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (strings.Contains(path, "evil") || strings.HasSuffix(path, ".crdownload")) {
				t.Errorf("there is %s", path)
			}
			return nil
		})
	}
	if got := ask[int](t, ctx, "1 + 1"); got != 2 {
		t.Error("the page does not answer any more")
	}
}

// TestDialogs has pages that ask without end.
func TestDialogs(t *testing.T) {
	site := newSite(t, map[string]string{
		"/":     `<body><script>said = []; said.push(alert("one"), confirm("two"), prompt("three", "x"))</script>`,
		"/stay": `<body onbeforeunload="event.preventDefault(); event.returnValue = 'stay'; return 'stay'"><button>x</button>`,
		"/loop": `<body><script>setTimeout(() => { for (;;) alert("again") }, 50)</script>`,
	})
	b := start(t, Options{})
	ctx := tab(t, b)
	visit(t, ctx, site.URL)
	if got := ask[string](t, ctx, "JSON.stringify(said)"); got != "[null,false,null]" {
		t.Errorf("the dialogs gave %s", got)
	}
	visit(t, ctx, site.URL+"/stay")
	ask[any](t, ctx, "document.querySelector('button').click(); 0")
	if fault := visit(t, ctx, site.URL+"/"); fault != "" {
		t.Errorf("the page was not left: %s", fault)
	}
	visit(t, ctx, site.URL+"/loop")
	time.Sleep(200 * time.Millisecond)
	at := time.Now()
	b.Close()
	if took := time.Since(at); took > pace.Limit(closeTime) {
		t.Errorf("closing took %v", took)
	}
}

// closeTime is what closing may take: a second, and as much again for a
// machine that has other things to do.
const closeTime = 2 * time.Second

// TestBombs closes browsers with pages that take all they can get.
func TestBombs(t *testing.T) {
	site := newSite(t, map[string]string{
		"/cpu":    `<script>setTimeout(() => { for (;;); }, 20)</script>`,
		"/memory": `<script>let all = []; setInterval(() => { all.push(new Uint8Array(64 << 20).fill(1)) }, 5)</script>`,
		"/nodes":  `<body><script>setInterval(() => { for (let i = 0; i < 1e4; i++) document.body.append(document.createElement("div")) }, 1)</script>`,
		"/reload": `<script>location.reload()</script>`,
		"/log":    `<script>let s = "x".repeat(1 << 20); setInterval(() => { for (let i = 0; i < 100; i++) console.log(s + i) }, 1)</script>`,
		"/frames": `<body><script>if (location.hash.length < 6) for (let i = 0; i < 4; i++) { let f = document.createElement("iframe"); f.src = location.pathname + location.hash + "#" + i; document.body.append(f) }</script>`,
		"/popups": `<body><script>setInterval(() => window.open("/popups"), 1)</script>`,
	})
	paths := []string{"/memory", "/popups"} // the worst two
	if pace.Long() {
		paths = append(paths, "/cpu", "/nodes", "/reload", "/log", "/frames")
	}
	for _, path := range paths {
		pace.Within(t, closeTime, "closing "+path, func() time.Duration {
			b := start(t, Options{})
			ctx := tab(t, b)
			_, _ = chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: site.URL + path})
			time.Sleep(200 * time.Millisecond)
			at := time.Now()
			b.Close()
			took := time.Since(at)
			if exists(b.profile.dir) {
				t.Errorf("%s: the profile is left", path)
			}
			return took
		})
	}
}

// testLocalAddresses has a page go where only the machine itself may.
func testLocalAddresses(t *testing.T, b *Browser) {
	secret := filepath.Join(t.TempDir(), "secret.html")
	if err := os.WriteFile(secret, []byte("<h1>secret</h1>"), 0o644); err != nil {
		t.Fatal(err)
	}
	site := newSite(t, map[string]string{"/": "<body>here"})
	ctx := tab(t, b)
	for _, address := range []string{"file://" + secret, "file:///etc/passwd", "chrome://version", "chrome://settings", "devtools://devtools/bundled/inspector.html", "chrome-untrusted://new-tab-page", "view-source:file:///etc/passwd", "filesystem:http://x/", "about:settings", "mailto:a@b.example", "ssh://127.0.0.1"} {
		if fault := visit(t, ctx, site.URL); fault != "" {
			t.Fatal(fault)
		}
		ask[any](t, ctx, `{let f = document.createElement("iframe"); f.src = "`+address+`"; document.body.append(f)}; 0`)
		ask[any](t, ctx, `fetch("`+address+`").then(r => r.text()).then(s => { document.title = s }).catch(() => {})`)
		time.Sleep(100 * time.Millisecond)
		if got := ask[int](t, ctx, "Array.from(frames).filter(f => { try { return f.document.body.innerText } catch { return false } }).length"); got > 0 {
			t.Errorf("%s can be read in a frame", address)
		}
		if got := ask[string](t, ctx, "document.title"); got != "" {
			t.Errorf("%s can be read: %q", address, got)
		}
		ask[any](t, ctx, `setTimeout(() => { location = "`+address+`" }); 0`)
		time.Sleep(150 * time.Millisecond)
		if got := ask[string](t, ctx, "location.href"); got != site.URL+"/" && got != "about:blank#blocked" {
			t.Errorf("%s led to %s", address, got)
		}
	}
}

// testPermissions asks for what a page may ask.
func testPermissions(t *testing.T, b *Browser) {
	site := newSite(t, map[string]string{"/": "<body>here"})
	ctx := tab(t, b)
	visit(t, ctx, site.URL)
	for _, name := range []string{"geolocation", "notifications", "camera", "microphone", "midi", "clipboard-read", "local-fonts", "window-management", "idle-detection"} {
		if got := ask[string](t, ctx, `navigator.permissions.query({name: "`+name+`"}).then(p => p.state, () => "unknown")`); got != "denied" && got != "unknown" {
			t.Errorf("%s is %s", name, got)
		}
	}
	for _, code := range []string{
		`typeof Notification === "undefined" ? "denied" : Notification.requestPermission()`,
		`navigator.mediaDevices.getUserMedia({audio: true}).then(() => "granted", () => "denied")`,
		`new Promise(done => navigator.geolocation.getCurrentPosition(() => done("granted"), () => done("denied")))`,
		`navigator.clipboard.readText().then(() => "granted", () => "denied")`,
		`navigator.usb ? navigator.usb.requestDevice({filters: []}).then(() => "granted", () => "denied") : "denied"`,
		`navigator.bluetooth ? navigator.bluetooth.requestDevice({acceptAllDevices: true}).then(() => "granted", () => "denied") : "denied"`,
		`window.showOpenFilePicker ? Promise.race([showOpenFilePicker().then(() => "granted", () => "denied"), new Promise(d => setTimeout(() => d("denied"), 500))]) : "denied"`,
		`navigator.serial ? navigator.serial.requestPort().then(() => "granted", () => "denied") : "denied"`,
	} {
		if got := ask[string](t, ctx, code); got != "denied" {
			t.Errorf("%s gave %q", code, got)
		}
	}
}

// testSecondWindow has a page open others: they are closed, whatever they are.
func testSecondWindow(t *testing.T, b *Browser) {
	site := newSite(t, map[string]string{"/": `<body><a id=a href=/second target=_blank>x</a><a id=b href=/third target=_blank rel=noopener>x</a>`, "/second": "second", "/third": "third"})
	ctx := tab(t, b)
	visit(t, ctx, site.URL)
	for _, code := range []string{"a.click()", "b.click()", `open("/second")`, `open("/third", "", "noopener,popup")`, `open("about:blank")`} {
		ask[any](t, ctx, code+"; 0")
		one := func() bool {
			list, err := chromedp.Targets(b.ctx)
			pages := 0
			for _, info := range list {
				if info.Type == "page" {
					pages++
				}
			}
			return err == nil && pages == 1
		}
		time.Sleep(100 * time.Millisecond)
		if !within(5*time.Second, one) {
			t.Errorf("%s: there are other pages", code)
		}
	}
	if got := ask[string](t, ctx, "location.pathname"); got != "/" {
		t.Errorf("the page is at %s", got)
	}
}

// testChallenges has sites ask for a login of HTTP's own, which nobody would see.
func testChallenges(t *testing.T, b *Browser) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.Header().Set("WWW-Authenticate", r.URL.Query().Get("scheme")+` realm="inside"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = w.Write([]byte("<body>answer"))
	}))
	t.Cleanup(server.Close)
	ctx := tab(t, b)
	visit(t, ctx, server.URL)
	for _, scheme := range []string{"Basic", "Negotiate", "NTLM", "Bearer", "Own"} {
		if got := ask[int](t, ctx, `fetch("/api?scheme=`+scheme+`").then(r => r.status)`); got != http.StatusUnauthorized {
			t.Errorf("%s: the page got %d, want 401", scheme, got)
		}
		if fault := visit(t, ctx, server.URL+"/page?scheme="+scheme); fault != "" {
			t.Errorf("%s: not opened: %s", scheme, fault)
		}
		if got := ask[string](t, ctx, "document.body.innerText"); got != "answer" {
			t.Errorf("%s: the page says %q", scheme, got)
		}
	}
}

// testWrongPin shows a certificate that nobody vouches for, with another key
// than the pinned one. TestNothingIsCarried has the right one pass.
func testWrongPin(t *testing.T, b *Browser) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	if got, want := visit(t, tab(t, b), server.URL), "net::ERR_CERT_AUTHORITY_INVALID"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStartFaults(t *testing.T) {
	program := testProgram(t)
	dial := (&net.Dialer{}).DialContext
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	room := roomForProfiles(t)
	for name, try := range map[string]func() (*Browser, error){
		"no program":    func() (*Browser, error) { return Start(t.Context(), Program{}, Options{Dial: dial}) },
		"not a browser": func() (*Browser, error) { return Start(t.Context(), Program{"true", "/bin/true"}, Options{Dial: dial}) },
		"not there": func() (*Browser, error) {
			return Start(t.Context(), Program{"x", "/nonexistent/x"}, Options{Dial: dial})
		},
		"too late": func() (*Browser, error) { return Start(ended, program, Options{Dial: dial}) },
		"a switch as pin": func() (*Browser, error) {
			return Start(t.Context(), program, Options{Dial: dial, Pins: []string{"a --no-sandbox"}})
		},
		"no display": func() (*Browser, error) {
			t.Setenv("DISPLAY", "")
			t.Setenv("WAYLAND_DISPLAY", "")
			return Start(t.Context(), program, Options{Dial: dial, Visible: true})
		},
	} {
		at := time.Now()
		b, err := try()
		if err == nil {
			b.Close()
			t.Errorf("%s: started", name)
		}
		if took := time.Since(at); took > pace.Limit(10*time.Second) {
			t.Errorf("%s: took %v", name, took)
		}
		t.Log(name, err)
	}
	var entries []os.DirEntry
	if !within(10*time.Second, func() bool { entries, _ = os.ReadDir(room); return len(entries) == 0 }) {
		t.Errorf("left: %v", entries)
	}
}
