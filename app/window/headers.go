package window

import (
	"net/http"
	"path"

	"opora/frontend"
)

// headers sends the page's policy with every response, whatever the path and
// the method, and answers nothing but reading.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", frontend.CSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		// The root is the page; below it there are files and no folders. Without
		// this, the framework shows a page of its own for a path that ends so.
		if clean := path.Clean("/" + r.URL.Path); clean != "/" && r.URL.Path[len(r.URL.Path)-1] == '/' {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
