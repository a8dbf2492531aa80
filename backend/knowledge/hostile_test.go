package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"opora/backend/knowledge/knowledgetest"
	"opora/backend/opora"
	"opora/backend/pace"
)

// testPlace has one article and one image beside the page.
type testPlace struct{}

func (testPlace) find(name string) string {
	if name == "other.md" {
		return name
	}
	return ""
}

func (p testPlace) link(href string) string { return linkFrom("page.md", href, nil, p) }

func (testPlace) image(src string) (string, int, int, bool) {
	return strings.Repeat("0a", 32), 10, 20, src == "picture.png"
}

// faults says what is wrong with a tree, by the contract and not by the code
// that makes it.
func faults(nodes []opora.Node) []string {
	var found []string
	anchors := map[string]bool{}
	var walk func(nodes []opora.Node, depth int)
	walk = func(nodes []opora.Node, depth int) {
		if depth > 2*maxDepth {
			found = append(found, "too deep")
			return
		}
		for _, n := range nodes {
			is := func(kinds ...opora.NodeKind) bool { return slices.Contains(kinds, n.Kind) }
			complain := func(what, text string) { found = append(found, fmt.Sprintf("%s of %s: %q", what, n.Kind, text)) }
			if !slices.Contains(opora.NodeKinds(), n.Kind) {
				complain("kind", string(n.Kind))
			}
			if n.Text != "" && !is(opora.NodeText, opora.NodeBlock, opora.NodeCode, opora.NodeImage) {
				complain("text", n.Text)
			}
			if n.Level != 0 && !is(opora.NodeHeading, opora.NodeOrdered) || n.Kind == opora.NodeHeading && (n.Level < 1 || n.Level > 6) {
				complain("level", fmt.Sprint(n.Level))
			}
			if n.ID != "" {
				if !is(opora.NodeHeading, opora.NodeTerm, opora.NodeItem) || anchors[n.ID] || strings.ContainsAny(n.ID, "<>\"'#&\\ `") || len(n.ID) > 200 {
					complain("id", n.ID)
				}
				anchors[n.ID] = true
			}
			switch {
			case n.Kind == opora.NodeNote:
				if !slices.Contains([]string{"note", "tip", "warning", "danger"}, n.Lang) {
					complain("sort", n.Lang)
				}
			case n.Kind == opora.NodeBlock:
				if strings.ContainsFunc(n.Lang, func(r rune) bool { return r > 'z' || r <= ' ' || strings.ContainsRune(`<>"'&=/\`, r) }) {
					complain("language", n.Lang)
				}
			case n.Lang != "":
				complain("language", n.Lang)
			}
			if n.To != "" && !goodTo(n) {
				complain("to", n.To)
			}
			if (n.Width != 0 || n.Height != 0) != (n.Kind == opora.NodeImage) {
				complain("size", fmt.Sprint(n.Width, n.Height))
			}
			if len(n.Nodes) > 0 && is(opora.NodeText, opora.NodeBlock, opora.NodeCode, opora.NodeImage, opora.NodeRule, opora.NodeBreak) {
				complain("nodes", "")
			}
			if n.Kind != opora.NodeBlock {
				for what, text := range map[string]string{"unseen in text": n.Text, "unseen in id": n.ID, "unseen in to": n.To, "unseen in language": n.Lang} {
					if unseen(text) {
						complain(what, text)
					}
				}
			}
			walk(n.Nodes, depth+1)
		}
	}
	walk(nodes, 0)
	return found
}

func goodTo(n opora.Node) bool {
	switch n.Kind {
	case opora.NodeImage:
		return len(n.To) == 64 && strings.Trim(n.To, "0123456789abcdef") == ""
	case opora.NodeLink:
		if strings.HasPrefix(n.To, opora.LinkAnchor) || strings.HasPrefix(n.To, opora.LinkPage) {
			return true
		}
		u, err := url.Parse(n.To)
		return err == nil && u.User == nil && (u.Scheme == "mailto" || (u.Scheme == "http" || u.Scheme == "https") && u.Host != "") && !strings.Contains(n.To, `\`)
	}
	return false
}

func unseen(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x61c || r == 0x200b || r == 0xfeff ||
			r == 0x2028 || r == 0x2029 || r >= 0xe0000 && r <= 0xe007f || r == 0xad
	})
}

// TestHostileMarkup puts every vector into HTML, into Markdown and into HTML
// that stands within Markdown.
func TestHostileMarkup(t *testing.T) {
	c := newConverter()
	tried := 0
	try := func(name string, nodes []opora.Node, err error) {
		tried++
		if err != nil {
			return // refused whole
		}
		for _, fault := range faults(nodes) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	vectors := append(knowledgetest.Vectors("canary.example"), knowledgetest.MarkdownVectors("canary.example")...)
	for i, v := range vectors {
		if !pace.Alone() && i%3 != 0 {
			continue // every third has every element, attribute and address as well
		}
		doc, err := c.html("<title>"+v.HTML+"</title><body><p>before</p>"+v.HTML, testPlace{})
		try(v.Name+" as HTML", doc.nodes, err)
		doc, err = c.markdownText("before\n\n"+v.HTML+"\n\nafter", false, testPlace{})
		try(v.Name+" as Markdown", doc.nodes, err)
		doc, err = c.markdownText("- before "+strings.ReplaceAll(v.HTML, "\n", " ")+" after", true, testPlace{})
		try(v.Name+" within Markdown", doc.nodes, err)
	}
	if tried < 5000 {
		t.Errorf("only %d were tried", tried)
	}
	t.Log(tried, "vectors")
}

// TestHostileFields imports the vectors as files and as an export, with a
// payload in every field that an import has.
func TestHostileFields(t *testing.T) {
	dir := t.TempDir()
	count, err := knowledgetest.Hostile(dir, "canary.example")
	if err != nil {
		t.Fatal(err)
	}
	if count < 5000 {
		t.Errorf("only %d payloads", count)
	}
	for pattern, want := range map[string]string{"html/*.html": "<script>window.__canary()</script>", "markdown/*.md": "http://canary.example/", "zendesk/*.json": `\u003cscript\u003ewindow.__canary()`} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s, %v", pattern, err)
		}
		found := 0
		for i, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found += strings.Count(string(text), want)
			if !pace.Alone() && i%8 != 0 && len(files) > 1 {
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
		}
		if found < 20 {
			t.Errorf("%q stands in %s %d times", want, pattern, found)
		}
	}
	if !pace.Alone() {
		thin(t, filepath.Join(dir, "zendesk", "export.json"))
	}
	for kind, location := range map[opora.SourceKind]string{opora.SourceFolder: dir, opora.SourceZendesk: filepath.Join(dir, "zendesk", "export.json")} {
		shelf := &memory{}
		report, err := (&Importer{Shelf: shelf}).Import(context.Background(), opora.Source{ID: 1, Kind: kind, Location: location})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", kind, report)
		if report.Added < 50 {
			t.Errorf("%s: only %d pages of all payloads", kind, report.Added)
		}
		for path, page := range shelf.Pages {
			for _, fault := range faults(page.Nodes) {
				t.Errorf("%s: %s", path, fault)
			}
			fields := append([]string{page.Path, page.Title, page.Section, page.Address}, page.Tags...)
			for _, head := range page.Heads {
				fields = append(fields, head.Text, head.Anchor)
				if !strings.HasPrefix(page.Text[head.At:], head.Text) {
					t.Errorf("%s: heading %q is not at %d", path, head.Text, head.At)
				}
			}
			for _, skipped := range report.Skipped {
				fields = append(fields, skipped.Path)
			}
			for _, field := range fields {
				if unseen(field) || len(field) > maxPath {
					t.Errorf("%s: a field %q", path, field)
				}
			}
			if page.Address != "" && !goodTo(opora.Node{Kind: opora.NodeLink, To: page.Address}) {
				t.Errorf("%s: address %q", path, page.Address)
			}
			withoutCode := slices.Clone(page.Nodes)
			text, err := json.Marshal(dropCode(withoutCode))
			if err != nil || unseen(string(text)) || strings.Contains(string(text), `\u0000`) {
				t.Errorf("%s: the whole page holds what nobody sees (%v)", path, err)
			}
		}
	}
}

// thin leaves every tenth article of an export.
func thin(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var export map[string][]json.RawMessage
	if err := json.Unmarshal(text, &export); err != nil {
		t.Fatal(err)
	}
	var kept []json.RawMessage
	for i := 0; i < len(export["articles"]); i += 10 {
		kept = append(kept, export["articles"][i])
	}
	export["articles"] = kept
	if text, err = json.Marshal(export); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func dropCode(nodes []opora.Node) []opora.Node {
	return slices.DeleteFunc(nodes, func(n opora.Node) bool { return n.Kind == opora.NodeBlock })
}
