package window

import (
	"bytes"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"opora/frontend"
)

// TestHeaders asks for what is there and what is not. Behind the middleware is
// a handler that would list folders.
func TestHeaders(t *testing.T) {
	page := fstest.MapFS{
		"index.html":       {Data: []byte("<!doctype html><title>Opora</title>")},
		"assets/index.js":  {Data: []byte("export {}")},
		"assets/index.css": {Data: []byte("body{}")},
	}
	handler := headers(http.FileServerFS(page))
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 200},
		{"GET", "/assets/index.js", 200},
		{"HEAD", "/assets/index.css", 200},
		{"GET", "/none.js", 404},
		{"GET", "/assets/", 403},
		{"GET", "/none/", 403},
		{"GET", "/../../etc/passwd", 404},
		{"DELETE", "/assets/index.js", 405},
		{"POST", "/", 405},
		{"PUT", "/index.html", 405},
	} {
		r := httptest.NewRequest(test.method, "http://wails"+test.path, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s %s: got %d, want %d", test.method, test.path, w.Code, test.status)
		}
		if got := w.Header()["Content-Security-Policy"]; len(got) != 1 || got[0] != frontend.CSP {
			t.Errorf("%s %s: policy %q, want the page's, once", test.method, test.path, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: types may be guessed", test.method, test.path)
		}
	}
	if strings.Contains(frontend.CSP, "unsafe") || !strings.Contains(frontend.CSP, "frame-src 'none'") {
		t.Errorf("the policy %q is too weak", frontend.CSP)
	}
}

// TestWailsLogKeepsNoArguments gives the logger what the framework gives it
// when a call fails: the whole message of the page.
func TestWailsLogKeepsNoArguments(t *testing.T) {
	const canary = "canary-9f3a"
	var out bytes.Buffer
	l := wailsLog{slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.Level(math.MinInt)}))}
	for _, log := range []func(string){l.Print, l.Trace, l.Debug, l.Info, l.Warning, l.Error} {
		log(`process message error: C{"name":"bridge.Accesses.Edit","args":["` + canary + `"]} -> boom`)
		log(canary)
	}
	if strings.Contains(out.String(), canary) {
		t.Error("an argument reached the log")
	}
	if got := strings.Count(out.String(), "process message error"); got != 2 {
		t.Errorf("%d lines tell what failed; want one for the warning and one for the error", got)
	}
}

func TestLogDoesNotGrow(t *testing.T) {
	dir := t.TempDir()
	file, err := openLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer file.file.Close()
	log := slog.New(slog.NewJSONHandler(file, nil))
	for range 3 * logSize / 1000 {
		log.Info("line", "text", strings.Repeat("x", 1000))
	}
	var total int64
	for _, name := range []string{logName, logName + ".1"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v; want 0600", name, info.Mode())
		}
	}
	if total > 2*logSize+5000 {
		t.Errorf("%d bytes of log; want at most twice %d", total, logSize)
	}
}

// TestPlace keeps any place and reads it back as one that a window can have.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(-10, 3000), rapid.Int())
		p := place{
			Width: side.Draw(rt, "width"), Height: side.Draw(rt, "height"),
			X: side.Draw(rt, "x"), Y: side.Draw(rt, "y"), Placed: true, Dark: rapid.Bool().Draw(rt, "dark"),
		}
		if err := p.write(dir); err != nil {
			rt.Fatal(err)
		}
		got := readPlace(dir)
		if got.Width < minWidth || got.Height < minHeight || got.Width > maxSide || got.Height > maxSide || got.X < 0 || got.Y < 0 {
			rt.Fatalf("wrote %+v, read %+v", p, got)
		}
		if got.on(1920, 1080) && (got.X > 1800 || got.Y > 960) {
			rt.Fatalf("%+v cannot be grasped on 1920 × 1080", got)
		}
		sane := p.Width >= minWidth && p.Width <= maxSide && p.Height >= minHeight && p.Height <= maxSide &&
			p.X >= 0 && p.X <= maxSide && p.Y >= 0 && p.Y <= maxSide
		if sane && got != p {
			rt.Fatalf("wrote %+v, read %+v", p, got)
		}
	})
	for _, text := range []string{"", "{", "[]", `{"width":"wide"}`, strings.Repeat("x", 10_000)} {
		if err := os.WriteFile(filepath.Join(dir, placeName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := readPlace(dir), readPlace(t.TempDir()); got != want {
			t.Errorf("%.20q: got %+v, want a fresh start", text, got)
		}
	}
}
