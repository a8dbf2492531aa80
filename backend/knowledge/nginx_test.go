package knowledge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opora/backend/lab"
	"opora/backend/opora"
)

// TestRealServer imports a site from nginx, packed on the way and with the tags
// and dates that nginx gives, twice, and then after a change.
func TestRealServer(t *testing.T) {
	dir := t.TempDir()
	server, err := lab.StartNginx(t.Context(), dir, lab.NginxOptions{Public: true, Server: "gzip on; gzip_min_length 100; gzip_types text/xml; types { text/html html; image/png png; text/xml xml; text/plain txt; }"})
	lab.Require(t, err)
	t.Cleanup(server.Stop)

	www := filepath.Join(dir, "www")
	sitemap := "<urlset>"
	for i := range 30 {
		name := fmt.Sprintf("docs/page-%d.html", i)
		write(t, www, name, page(fmt.Sprintf("Page %d", i), strings.Repeat("<p>Text of the page.", 50)+fmt.Sprintf(`<p><a href="page-%d.html">the page after this</a>`, i+1)))
		sitemap += "<url><loc>" + server.URL + name + "</loc></url>"
	}
	write(t, www, "sitemap.xml", sitemap+"<url><loc>"+server.URL+"private/deep/page</loc></url></urlset>")
	for _, name := range []string{"docs", "sitemap.xml"} { // nginx may run as another user
		if err := os.Chmod(filepath.Join(www, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	shelf := &memory{}
	update := func(what string, want opora.Report) {
		t.Helper()
		importer := &Importer{Shelf: shelf, pause: time.Millisecond}
		got, err := importer.Import(t.Context(), opora.Source{ID: 1, Kind: opora.SourceSite, Location: server.URL, Title: "Help"})
		if err != nil || got.Added != want.Added || got.Same != want.Same || got.Changed != want.Changed || got.Removed != want.Removed || got.SkippedOf != 1 || got.Skipped[0].Why != opora.SourceForbids {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	update("first", opora.Report{Added: 30})
	if first := shelf.Pages["docs/page-0.html"]; first.ETag == "" || first.LastModified == "" || first.Title != "Page 0" || !strings.Contains(sketch(first.Nodes), "a=page:docs/page-1.html") {
		t.Errorf("got %q %q %q", first.ETag, first.LastModified, first.Title)
	}
	update("again", opora.Report{Same: 30})
	if shelf.Puts != 30 {
		t.Errorf("%d pages made for 30", shelf.Puts)
	}
	write(t, www, "docs/page-3.html", page("Another", "<p>x"))
	if err := os.Remove(filepath.Join(www, "docs/page-4.html")); err != nil {
		t.Fatal(err)
	}
	update("after changes", opora.Report{Same: 28, Changed: 1, Removed: 1})
}
