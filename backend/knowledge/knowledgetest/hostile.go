// Package knowledgetest makes articles that mean harm, for testing what imports
// and shows articles.
package knowledgetest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Hostile writes a folder of articles that mean harm, Markdown and HTML, and
// beside it, as "export.json" in a folder "zendesk", an export of a help
// centre. Their payloads would ask for something at http://canary or call
// window.__canary() if they ran. It gives how many payloads there are.
func Hostile(dir, canary string) (int, error) {
	w := &writer{dir: dir}
	vectors := Vectors(canary)
	for i, chunk := range chunks(vectors, 25) { // HTML: bodies, and every field of the head
		var page strings.Builder
		field := html(chunk[0].HTML)
		fmt.Fprintf(&page, `<!DOCTYPE html><html><head><title>%s</title><meta name="keywords" content="%s,plain"><link rel="up" title="%[2]s"><link rel="canonical" href="%s">`,
			field, attribute(chunk[0].HTML), attribute(urls[i%len(urls)]))
		fmt.Fprintf(&page, `</head><body><h1 id="%s">Page %d %s</h1>`, attribute(chunk[0].HTML), i, field)
		for j, v := range chunk {
			fmt.Fprintf(&page, "\n<h2 id=\"%s\">V %d %d</h2><p>before</p>\n%s\n<p>after</p>", attribute(v.Name), i, j, v.HTML)
			// The piece as text, as code, as the name of an image and of a language.
			fmt.Fprintf(&page, "<p>%s</p><pre class=\"language-%s\">%s</pre><img alt=\"%[2]s\" src=\"%[2]s\"><table><caption>%[4]s</caption><tr><td>%[4]s</table><div class=\"note %[2]s\">%[4]s</div>",
				html(v.HTML), attribute(v.HTML), html(v.HTML), v.HTML)
			w.count += 6
		}
		w.write(fmt.Sprintf("html/page-%03d.html", i), page.String())
	}
	for i, chunk := range chunks(append(vectors, MarkdownVectors(canary)...), 25) { // Markdown, HTML in it, front matter
		field, _ := json.Marshal(chunk[0].HTML) // YAML reads JSON
		var page strings.Builder
		fmt.Fprintf(&page, "---\ntitle: %s\ntags: [%s, plain]\ndescription: %s\nurl: %s\ncategories: [%s]\n---\n", field, field, field, field, field)
		for j, v := range chunk {
			fmt.Fprintf(&page, "## V %d %d\n\n%s\n\nbefore %s after\n\n    %s\n\n- %s\n\n", i, j, v.HTML, oneLine(v.HTML), oneLine(v.HTML), oneLine(v.HTML))
			w.count += 4
		}
		w.write(fmt.Sprintf("markdown/page-%03d.md", i), page.String())
	}
	for i, name := range []string{"<img src=x onerror=window.__canary()>.md", "\u202egpj.md", "javascript:window.__canary().md", "a'b\"c.md", "x<b>y.html", "&lt;b&gt;.md", "%3Cscript%3E.md"} {
		if strings.ContainsAny(name, `/`) {
			continue
		}
		w.mayFail = true // not every file system takes every name
		w.write("names/"+name, fmt.Sprintf("Text %d\n", i))
		w.mayFail = false
		w.count++
	}
	w.centre(vectors)
	return w.count, w.err
}

// centre writes an export with payloads in all fields.
func (w *writer) centre(vectors []Vector) {
	type group struct {
		ID       int    `json:"id"`
		Name     string `json:"name"`
		Category int    `json:"category_id,omitempty"`
	}
	type article struct {
		ID      int      `json:"id"`
		Title   string   `json:"title"`
		Body    string   `json:"body"`
		Address string   `json:"html_url"`
		Locale  string   `json:"locale"`
		Labels  []string `json:"label_names"`
		Section int      `json:"section_id"`
	}
	var export struct {
		Articles   []article `json:"articles"`
		Sections   []group   `json:"sections"`
		Categories []group   `json:"categories"`
	}
	for i, v := range vectors {
		export.Articles = append(export.Articles, article{i + 1, v.HTML, "<p>before</p>" + v.HTML, urls[i%len(urls)], v.HTML, []string{v.HTML, "plain"}, i % 50})
		if i < 50 {
			export.Sections = append(export.Sections, group{i, v.HTML, i})
			export.Categories = append(export.Categories, group{i, v.HTML, 0})
		}
		w.count += 4
	}
	text, err := json.Marshal(export)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.write("zendesk/export.json", string(text))
}

type writer struct {
	dir     string
	count   int
	mayFail bool
	err     error
}

func (w *writer) write(name, text string) {
	if w.err != nil {
		return
	}
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil && !w.mayFail {
		w.err = err
	}
}

func chunks(list []Vector, size int) [][]Vector {
	var parts [][]Vector
	for len(list) > size {
		parts, list = append(parts, list[:size]), list[size:]
	}
	return append(parts, list)
}

func html(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func attribute(text string) string { return strings.ReplaceAll(html(text), `"`, "&quot;") }

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }
