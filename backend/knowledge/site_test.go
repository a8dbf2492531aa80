package knowledge

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

// testSite serves pages by path, and remembers what it was asked.
type testSite struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string
	other map[string]http.HandlerFunc
	asked []string
}

func newSite(t *testing.T) *testSite {
	s := &testSite{pages: map[string]string{}, other: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *testSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page, found := s.pages[r.URL.RequestURI()]
	other := s.other[r.URL.Path]
	s.mu.Unlock()
	tag := fmt.Sprintf(`"%d"`, hashed(page))
	status := 200
	switch {
	case other != nil:
		other(w, r)
	case !found:
		status = 404
		http.NotFound(w, r)
	case r.Header.Get("If-None-Match") == tag:
		status = 304
		w.WriteHeader(304)
	default:
		w.Header().Set("ETag", tag)
		if strings.HasSuffix(r.URL.Path, ".txt") {
			w.Header().Set("Content-Type", "text/plain")
		}
		_, _ = w.Write([]byte(strings.ReplaceAll(page, "ORIGIN", s.URL)))
	}
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%s %d", r.URL.RequestURI(), status))
	s.mu.Unlock()
}

// sinceThen gives what was asked since it was asked last.
func (s *testSite) sinceThen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func siteImport(t *testing.T, shelf Shelf, location string) (opora.Report, error) {
	t.Helper()
	return (&Importer{Shelf: shelf, pause: time.Millisecond, sitemap: 1 << 20}).Import(t.Context(), opora.Source{ID: 1, Kind: opora.SourceSite, Location: location, Title: "Help"})
}

func page(title, body string) string {
	return "<html><head><title>" + title + " | Help</title></head><body><nav><a href=/>Home</a></nav><main><h1>" + title + "</h1>" + body + "</main></body></html>"
}

func TestSite(t *testing.T) {
	site := newSite(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, `<urlset><url><loc>%s/docs/b</loc></url><url><loc>/docs/private/x</loc></url><url><loc>http://elsewhere.example/</loc></url></urlset>`, site.URL)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	site.pages["/robots.txt"] = "User-agent: *\nDisallow: /docs/private/\nSitemap: ORIGIN/maps.xml\n"
	site.pages["/maps.xml"] = `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>ORIGIN/map.xml</loc></sitemap><sitemap><loc>ORIGIN/packed.xml.gz</loc></sitemap></sitemapindex>`
	site.pages["/map.xml"] = `<urlset xmlns:image="i"><url><loc>ORIGIN/docs/a</loc><image:image><image:loc>ORIGIN/docs/no</image:loc></image:image></url><url><loc>ORIGIN/blog/x</loc></url><url><loc> ORIGIN/docs/gone </loc></url></urlset>`
	site.pages["/packed.xml.gz"] = packed.String()
	site.pages["/docs/a"] = page("First", `<p>x <a href="b#part">B</a> <a href="/blog/x">blog</a> <img src="/p.png"> <img src="http://elsewhere.example/x.png" alt="far">`)
	site.pages["/docs/b"] = page("Second", `<p>y`)
	site.pages["/p.png"] = string(asPNG(t, drawn(10, 10)))

	shelf := &memory{}
	report, err := siteImport(t, shelf, site.URL+"/docs/")
	if err != nil || report.Added != 2 || report.Images != 1 || report.SkippedOf != 1 || report.Skipped[0].Why != opora.SourceForbids {
		t.Fatalf("got %+v, %v", report, err)
	}
	first := shelf.Pages["docs/a"]
	want := `h1=first("First") p("x " a=page:docs/b#part("B") " " a=` + site.URL + `/blog/x("blog") " " img=`
	if got := sketch(first.Nodes); first.Title != "First" || first.Address != site.URL+"/docs/a" || first.ETag == "" || !strings.HasPrefix(got, want) || !strings.HasSuffix(got, `" far")`) {
		t.Errorf("got %q %q %s", first.Title, first.Address, got)
	}
	for _, asked := range site.sinceThen() {
		if strings.Contains(asked, "private") || strings.Contains(asked, "/blog") {
			t.Errorf("asked for %s", asked)
		}
	}

	site.pages["/docs/b"] = page("Second", `<p>z`)
	report, err = siteImport(t, shelf, site.URL+"/docs/")
	asked := site.sinceThen()
	if err != nil || report.Changed != 1 || report.Same != 1 || !slices.Contains(asked, "/docs/a 304") || !slices.Contains(asked, "/docs/b 200") {
		t.Errorf("got %+v, %v, %v", report, err, asked)
	}

	// A server in trouble loses nothing; a page that is gone goes.
	delete(site.pages, "/docs/b")
	site.other["/docs/a"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
	site.pages["/docs/gone"] = page("Third", "<p>x")
	report, err = siteImport(t, shelf, site.URL+"/docs/")
	if err != nil && !errors.Is(err, opora.SourceOffline) || err == nil && (report.Removed != 1 || report.Same != 1 || report.Added != 1) {
		t.Errorf("got %+v, %v", report, err)
	}
	site.Close()
	if _, err = siteImport(t, shelf, site.URL+"/docs/"); !errors.Is(err, opora.SourceOffline) || len(shelf.Pages) != 2 {
		t.Errorf("a site that is off: %v, readers see %d pages", err, len(shelf.Pages))
	}
}

func TestSiteWithoutSitemap(t *testing.T) {
	site := newSite(t)
	site.pages["/kb/"] = page("Home", `<p>Text <a href="one.html?from=home">1</a> <a href="/out/">out</a>`)
	site.pages["/kb/one.html"] = page("One", `<p>Text <a href="two.html#x">2</a> <a href="./">home</a>`)
	site.pages["/kb/two.html"] = page("Two", `<p>Text <a href="one.html">1</a> <a href="//elsewhere.example/kb/">e</a> <a href="javascript:x">j</a>`)
	shelf := &memory{}
	report, err := siteImport(t, shelf, site.URL+"/kb/")
	if err != nil || report.Added != 3 || sketch(shelf.Pages["kb/two.html"].Nodes) != `h1=two("Two") p("Text " a=page:kb/one.html("1") " " a=http://elsewhere.example/kb/("e") " j")` {
		t.Errorf("got %+v, %v, %s", report, err, sketch(shelf.Pages["kb/two.html"].Nodes))
	}
	if report, err = siteImport(t, shelf, site.URL+"/kb/"); err != nil || report.Same != 3 {
		t.Errorf("again: %+v, %v", report, err)
	}
}

// TestHostileSites sees that no server keeps an import for ever, fills the
// memory or leads it elsewhere.
func TestHostileSites(t *testing.T) {
	outside := newSite(t)
	outside.pages["/"] = page("Outside", "<p>x")
	tests := map[string]struct {
		set  func(*testSite)
		want error // nil: one page, taken
	}{
		"a sitemap that names itself": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<sitemapindex><sitemap><loc>ORIGIN/sitemap.xml</loc></sitemap><sitemap><loc>ORIGIN/b.xml</loc></sitemap></sitemapindex>`
			s.pages["/b.xml"] = `<sitemapindex><sitemap><loc>ORIGIN/sitemap.xml</loc></sitemap></sitemapindex>`
		}, nil},
		"sitemaps without end": {func(s *testSite) {
			s.other["/sitemap.xml"] = func(w http.ResponseWriter, r *http.Request) {
				for i := range 300 {
					_, _ = fmt.Fprintf(w, "<sitemap><loc>/sitemap.xml?%s%d</loc></sitemap>", r.URL.RawQuery, i)
				}
			}
		}, nil},
		"a sitemap of 5 GB": {func(s *testSite) {
			s.other["/sitemap.xml"] = func(w http.ResponseWriter, r *http.Request) { endless(w, r, "<url><loc>/x</loc></url>") }
		}, nil},
		"entities": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&b;&f;</loc></url></urlset>`
		}, opora.SourceEmpty},
		"a packed bomb": {func(s *testSite) {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, _ = w.Write(bytes.Repeat([]byte(" "), 2<<20))
			_ = w.Close()
			s.pages["/sitemap.xml"] = packed.String()
		}, nil},
		"a page without end": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<urlset><url><loc>ORIGIN/</loc></url><url><loc>/big</loc></url></urlset>`
			s.other["/big"] = func(w http.ResponseWriter, r *http.Request) { endless(w, r, "<p>text") }
		}, nil},
		"a page that is longer than it says": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<urlset><url><loc>ORIGIN/</loc></url><url><loc>/lie</loc></url></urlset>`
			s.other["/lie"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000000")
				_, _ = w.Write([]byte("<p>x"))
			}
		}, nil},
		"redirects out": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<urlset><url><loc>ORIGIN/</loc></url><url><loc>/out</loc></url></urlset>`
			s.other["/out"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, outside.URL, http.StatusFound) }
		}, nil},
		"redirects in a circle": {func(s *testSite) {
			s.pages["/sitemap.xml"] = `<urlset><url><loc>ORIGIN/</loc></url><url><loc>/round</loc></url></urlset>`
			s.other["/round"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) }
		}, nil},
		"no login":  {func(s *testSite) { s.other["/"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) } }, opora.SourceForbids},
		"forbidden": {func(s *testSite) { s.pages["/robots.txt"] = "User-agent: *\nDisallow: /\n" }, opora.SourceForbids},
		"a page of links to itself": {func(s *testSite) {
			s.pages["/"] = page("Home", "<p>x "+strings.Repeat(`<a href="/?x=1">x</a><a href="#y">y</a> `, 3000))
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.pages["/"] = page("Home", "<p>x")
			test.set(site)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			shelf := &memory{}
			report, err := siteImport(t, shelf, site.URL)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, test.want) || err == nil && len(shelf.Pages) != 1 {
				t.Errorf("got %+v, %v, %d pages", report, err, len(shelf.Pages))
			}
			if took := time.Since(began); took > pace.Limit(10*time.Second) {
				t.Errorf("took %v", took)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 600 {
				t.Errorf("took %d MiB in all", used)
			}
		})
	}
	if asked := outside.sinceThen(); len(asked) > 0 {
		t.Errorf("another origin was asked for %v", asked)
	}
}

// endless writes until the reader has enough.
func endless(w http.ResponseWriter, r *http.Request, text string) {
	block := []byte(strings.Repeat(text, 1000))
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// TestPolite sees that a site is asked as slowly as it wants, and waited for.
func TestPolite(t *testing.T) {
	site := newSite(t)
	site.pages["/robots.txt"] = "User-agent: Opora\nCrawl-delay: 0.3\n"
	tries := 0
	site.pages["/sitemap.xml"] = `<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url></urlset>`
	site.pages["/b"] = page("B", "<p>x")
	site.other["/a"] = func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		_, _ = w.Write([]byte(page("A", "<p>x")))
	}
	began := time.Now()
	report, err := siteImport(t, &memory{}, site.URL)
	if took := time.Since(began); err != nil || report.Added != 2 || took < 1700*time.Millisecond {
		t.Errorf("got %+v, %v in %v", report, err, took)
	}
}

func TestSlowSiteIsLeft(t *testing.T) {
	site := newSite(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	site.other["/"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for {
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-release:
				return
			case <-r.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	f := newFetcher(mustParse(t, site.URL+"/"), time.Millisecond)
	f.patience = 200 * time.Millisecond
	began := time.Now()
	if _, err := f.get(t.Context(), f.origin, maxBytes, nil); !errors.Is(err, opora.SourceOffline) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > pace.Limit(2*time.Second) {
		t.Errorf("took %v", took)
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
