package knowledge

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"opora/backend/knowledge/knowledgetest"
	"opora/backend/opora"
)

// A page of a few kilobytes that takes longer than this hangs.
const hang = 5 * time.Second

func watched(t *testing.T, try func()) {
	t.Helper()
	began := time.Now()
	try()
	if took := time.Since(began); took > hang {
		t.Errorf("took %v", took)
	}
}

func checkTree(t *testing.T, nodes []opora.Node) {
	t.Helper()
	for _, fault := range faults(nodes) {
		t.Error(fault)
	}
	kept, err := opora.MarshalNodes(nodes)
	if err != nil {
		t.Fatal(err)
	}
	back, err := opora.UnmarshalNodes(kept)
	if err != nil || sketch(back) != sketch(nodes) {
		t.Errorf("does not come back as it was kept: %v", err)
	}
	page := opora.Page{Nodes: nodes}
	fill(&page)
	for _, head := range page.Heads {
		if head.At > len(page.Text) || page.Text[head.At:][:min(len(head.Text), len(page.Text)-head.At)] != head.Text {
			t.Errorf("heading %q is not at %d", head.Text, head.At)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for i, v := range knowledgetest.Vectors("canary.example") {
		if i%40 == 0 {
			f.Add([]byte(v.HTML))
		}
	}
	f.Add([]byte(`<table class=highlighttable><tr><td class=linenos><pre>1</pre><td><pre>x</pre></table><div class="note"><dl><dt id=a>b<dd><ol start=3><li>c</ol></dl></div>`))
	c := newConverter()
	f.Fuzz(func(t *testing.T, raw []byte) {
		watched(t, func() {
			if doc, err := c.html(decoded(raw, ""), testPlace{}); err == nil {
				checkTree(t, doc.nodes)
				if unseen(pageOf("x", doc, time.Time{}).Title) {
					t.Errorf("title %q", doc.title)
				}
			}
		})
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, v := range knowledgetest.MarkdownVectors("canary.example") {
		f.Add([]byte(v.HTML), false)
	}
	f.Add([]byte("---\ntitle: x\ntags: [a]\n---\n!!! note \"x\"\n    a\n\n:::tip\nb\n:::\n\n> [!NOTE]\n> c\n\nd\n: e\n\n[^1]\n\n[^1]: f\n"), true)
	c := newConverter()
	f.Fuzz(func(t *testing.T, raw []byte, mdx bool) {
		watched(t, func() {
			if doc, err := c.markdownText(decoded(raw, ""), mdx, testPlace{}); err == nil {
				checkTree(t, doc.nodes)
				for _, tag := range tagsOf(doc.tags) {
					if unseen(tag) {
						t.Errorf("tag %q", tag)
					}
				}
			}
		})
	})
}

func FuzzZip(f *testing.F) {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for _, name := range []string{"docs/a.md", "docs/b.html", "img/p.png"} {
		part, err := w.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := part.Write([]byte("# A")); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(data.Bytes())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		watched(t, func() {
			b, err := bundleOf(t.Context(), archive)
			if err != nil {
				return
			}
			for _, file := range append(append(b.articles, b.images...), b.others...) {
				if !safeName(file.name) || unseen(file.path) && isArticle(file.path) {
					t.Errorf("took %q", file.name)
				}
				text, _ := b.read(file, 1<<20)
				if len(text) > 1<<20 {
					t.Errorf("read %d bytes", len(text))
				}
			}
		})
	})
}

func FuzzImage(f *testing.F) {
	f.Add(asPNG(f, drawn(9, 7)))
	f.Add(asJPEG(f, drawn(9, 7)))
	f.Add(asGIF(f, drawn(9, 7)))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8L\x18\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		watched(t, func() {
			made, err := new(encoder).encode(raw)
			if err != nil {
				return
			}
			if made.width < 1 || made.height < 1 || made.width > maxWidth || len(made.image.Data) == 0 || bytes.Equal(made.image.Data, raw) && len(raw) > 200 {
				t.Errorf("%d×%d, %d bytes", made.width, made.height, len(made.image.Data))
			}
		})
	})
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(`<urlset><url><loc>http://a.example/</loc></url></urlset>`))
	f.Add([]byte(`<sitemapindex><sitemap><loc>/x.xml.gz</loc></sitemap></sitemapindex>`))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		watched(t, func() {
			if pages, maps := sitemapOf(raw, maxSitemap, 100); len(pages)+len(maps) > 100 {
				t.Errorf("%d pages, %d maps", len(pages), len(maps))
			}
		})
	})
}

func FuzzZendesk(f *testing.F) {
	f.Add([]byte(centreExport))
	f.Add([]byte(`[{"id":1,"title":"a","body":"<p>b","html_url":"javascript:x","label_names":["\u202e"]}]`))
	c := newConverter()
	f.Fuzz(func(t *testing.T, raw []byte) {
		watched(t, func() {
			h := &helpCentre{}
			if h.add(raw) != nil {
				return
			}
			s := &session{converter: c, now: time.Now}
			h.paths = map[int64]string{}
			for i, article := range h.Articles {
				if i == 10 {
					break
				}
				o := s.article(t.Context(), h, article, "", kept{}, time.Time{})
				if o.taken {
					checkTree(t, o.page.Nodes)
					fields, err := json.Marshal([]any{o.page.Path, o.page.Title, o.page.Tags, o.page.Address, o.page.Section})
					if err != nil || unseen(string(fields)) {
						t.Errorf("fields %s, %v", fields, err)
					}
				}
			}
		})
	})
}
