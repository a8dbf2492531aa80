package bridge

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"opora/backend/opora"
	"opora/backend/sqlite"
	"time"
)

// TestImages: pictures of two kinds are served by their ids, and nothing else is
// below their path.
func TestImages(t *testing.T) {
	dir := t.TempDir()
	shelf, err := sqlite.OpenShelf(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	source, err := shelf.AddSource(t.Context(), opora.SourceFolder, "/docs", "Docs")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := shelf.Stage(t.Context(), source.ID)
	if err != nil {
		t.Fatal(err)
	}
	png, svg := strings.Repeat("0a", 32), strings.Repeat("0b", 32)
	for id, kind := range map[string]string{png: "image/png", svg: "image/svg+xml"} {
		if err := stage.PutImage(t.Context(), opora.Image{ID: id, MIME: kind, Data: []byte("bytes of " + kind)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := stage.Leave(); err != nil {
		t.Fatal(err)
	}
	if err := shelf.Close(); err != nil {
		t.Fatal(err)
	}
	app := open(t, dir)
	handler := app.Images(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("page")) }))
	get := func(method, path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
		return answer
	}
	if got := get("GET", "/image/"+png); got.Code != 200 || got.Body.String() != "bytes of image/png" || got.Header().Get("Content-Type") != "image/png" {
		t.Errorf("got %d %q %v", got.Code, got.Body, got.Header())
	}
	if got := get("HEAD", "/image/"+png); got.Code != 200 || got.Body.Len() != 0 || got.Header().Get("Content-Length") != "18" {
		t.Errorf("got %d %q %v", got.Code, got.Body, got.Header())
	}
	for _, path := range []string{
		"/image/", "/image/" + svg, "/image/" + strings.ToUpper(png), "/image/" + png + "/", "/image/" + png[:63], "/image/" + png + "?x", "/image/../image/" + png,
		"/image/" + strings.Repeat("c", 64), "/image/%2e%2e/" + png, "/image/..%2fopora.db",
	} {
		if got := get("GET", path); got.Code != 404 || got.Body.Len() != 0 {
			t.Errorf("%s: %d %q", path, got.Code, got.Body)
		}
	}
	if got := get("GET", "/index.html"); got.Body.String() != "page" {
		t.Errorf("the page is not served: %q", got.Body)
	}
}
