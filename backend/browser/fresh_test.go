package browser

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// keep sets every kind of storage that a page has.
const keep = `(async () => {
	document.cookie = "script=kept; max-age=9999"
	localStorage.kept = sessionStorage.kept = "kept"
	await new Promise((done, failed) => { const r = indexedDB.open("kept"); r.onsuccess = done; r.onerror = failed })
	await (await caches.open("kept")).put("/kept", new Response("kept"))
	const root = await navigator.storage.getDirectory(); await root.getFileHandle("kept", {create: true})
	await navigator.serviceWorker.register("/worker.js"); await navigator.serviceWorker.ready
	window.name = "kept"
	return "set"
})()`

// recall lists what is still there.
const recall = `(async () => {
	const found = []
	if (document.cookie) found.push("cookie " + document.cookie)
	if (localStorage.kept) found.push("localStorage")
	if (sessionStorage.kept) found.push("sessionStorage")
	if ((await indexedDB.databases()).length) found.push("IndexedDB")
	if ((await caches.keys()).length) found.push("Cache")
	for await (const [name] of (await navigator.storage.getDirectory()).entries()) found.push("file " + name)
	if ((await navigator.serviceWorker.getRegistrations()).length) found.push("service worker")
	if (window.name) found.push("window name")
	return found.join(", ")
})()`

// TestNothingIsCarried lets one visitor keep everything, then asks the next
// one, in the same browser and in another.
func TestNothingIsCarried(t *testing.T) {
	var mu sync.Mutex
	var came []string // what the next visitor's requests carry
	asks := true      // for a login of HTTP's own
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if cookies := r.Header.Get("Cookie"); cookies != "" {
			came = append(came, "cookie "+cookies)
		}
		if r.Header.Get("If-None-Match") != "" {
			came = append(came, "cached page")
		}
		login := r.Header.Get("Authorization")
		if login != "" {
			came = append(came, "HTTP login")
		}
		ask := asks && login == "" && r.URL.Path == "/private"
		mu.Unlock()
		if ask {
			w.Header().Set("WWW-Authenticate", `Digest realm="kept", nonce="kept", qop="auth"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte("addEventListener('fetch', () => {})"))
		default:
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("ETag", `"kept"`)
			w.Header().Set("Cache-Control", "max-age=9999")
			w.Header().Set("Strict-Transport-Security", "max-age=9999; includeSubDomains")
			w.Header().Add("Set-Cookie", "server=kept; HttpOnly; Max-Age=9999")
			w.Header().Add("Set-Cookie", "__Host-s=kept; Secure; Path=/; HttpOnly; Max-Age=9999")
			_, _ = w.Write([]byte("<body>here"))
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	plain := newSite(t, map[string]string{"/": "<body>plain"})
	pins := []string{keySum(server.Certificate().RawSubjectPublicKeyInfo)}
	way := &recorder{to: map[string]string{"kept.example:443": server.Listener.Addr().String(), "kept.example:80": plain.Listener.Addr().String()}}
	start1 := func() *Browser { return start(t, Options{Dial: way.dial, Pins: pins}) }
	reset := func() {
		mu.Lock()
		defer mu.Unlock()
		came, asks = nil, false
	}

	b := start1()
	first := tab(t, b)
	visit(t, first, "https://kept.example/")
	if got := ask[string](t, first, keep); got != "set" {
		t.Fatalf("nothing was kept: %q", got)
	}
	visit(t, first, "https://user:secret@kept.example/private")
	visit(t, first, "https://kept.example/")
	if got := ask[string](t, first, recall); strings.Count(got, ",") < 6 {
		t.Fatalf("only kept: %s", got)
	}
	visit(t, first, "http://kept.example/")
	if got := ask[string](t, first, "location.protocol"); got != "https:" {
		t.Fatalf("the first visitor does not know HSTS: %s", got)
	}
	mu.Lock()
	if len(came) < 2 || !strings.Contains(strings.Join(came, ","), "HTTP login") {
		t.Fatalf("the server has seen only %q", came)
	}
	mu.Unlock()

	for name, next := range map[string]func() *Browser{"the same browser": func() *Browser { return b }, "another browser": start1} {
		reset()
		other := next()
		ctx := tab(t, other)
		visit(t, ctx, "http://kept.example/")
		if got := ask[string](t, ctx, "location.protocol"); got != "http:" {
			t.Errorf("%s: HSTS was carried", name)
		}
		// The first request must not carry anything; later ones may have what
		// this visit itself was given.
		visit(t, ctx, "https://kept.example/private")
		mu.Lock()
		if len(came) > 0 {
			t.Errorf("%s: the server was shown %q", name, came)
		}
		mu.Unlock()
		visit(t, ctx, "https://kept.example/")
		if got := ask[string](t, ctx, recall); got != "" {
			t.Errorf("%s: carried %s", name, got)
		}
		mu.Lock()
		if strings.Contains(strings.Join(came, ","), "cached") {
			t.Errorf("%s: the cache was carried", name)
		}
		mu.Unlock()
	}
}
