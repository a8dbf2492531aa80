package knowledge

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	"gopkg.in/yaml.v3"

	"opora/backend/opora"
)

// newMarkdown reads the Markdown of GitHub with footnotes and lists of terms.
// HTML within it is written as it stands: it goes through the wall with the rest.
func newMarkdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(parser.WithHeadingAttribute()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(markup{}, 1))),
	)
}

// markup writes the HTML of a Markdown text, which goldmark would leave out.
type markup struct{}

func (markup) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		block := n.(*ast.HTMLBlock)
		if entering {
			for i := range block.Lines().Len() {
				line := block.Lines().At(i)
				_, _ = w.Write(line.Value(source))
			}
		} else if block.HasClosure() {
			_, _ = w.Write(block.ClosureLine.Value(source))
		}
		return ast.WalkContinue, nil
	})
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			segments := n.(*ast.RawHTML).Segments
			for i := range segments.Len() {
				segment := segments.At(i)
				_, _ = w.Write(segment.Value(source))
			}
		}
		return ast.WalkSkipChildren, nil
	})
}

// front is what the head of a Markdown file may say.
type front struct {
	title   string
	tags    []string
	address string
	draft   bool
}

const maxFront = 64 << 10

// frontOf splits a Markdown text from its front matter, YAML or TOML.
func frontOf(text string) (front, string) {
	var f front
	for _, fence := range []string{"---\n", "+++\n"} {
		rest, found := strings.CutPrefix(text, fence)
		if !found {
			continue
		}
		mark := fence[:3]
		end := strings.Index("\n"+rest, "\n"+mark)
		if end < 0 || end > maxFront {
			return f, text
		}
		matter, body := rest[:max(end, 0)], ""
		if newline := strings.IndexByte(rest[end:], '\n'); newline >= 0 {
			body = rest[end+newline+1:]
		}
		values := map[string]any{}
		if mark == "+++" {
			matter = tomlLines(matter)
		}
		if yaml.Unmarshal([]byte(matter), &values) != nil {
			return f, body
		}
		f.title = short(inert(scalar(values["title"])), maxTitle)
		for _, key := range []string{"tags", "keywords", "categories"} {
			f.tags = append(f.tags, listOf(values[key])...)
		}
		for _, key := range []string{"canonical_url", "canonical", "url", "permalink", "html_url"} {
			if f.address == "" {
				f.address = absolute(scalar(values[key]))
			}
		}
		f.draft = values["draft"] == true || values["published"] == false || values["hidden"] == true
		return f, body
	}
	return f, text
}

// tomlLines turns the simple lines of TOML into YAML; tables are left out.
func tomlLines(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "[") {
			break
		}
		if key, value, found := strings.Cut(line, "="); found {
			kept.WriteString(strings.TrimSpace(key) + ": " + strings.TrimSpace(value) + "\n")
		}
	}
	return kept.String()
}

func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int, float64, bool:
		return fmt.Sprint(v)
	}
	return ""
}

func listOf(value any) []string {
	switch v := value.(type) {
	case string:
		return strings.Split(v, ",")
	case []any:
		var list []string
		for _, item := range v[:min(len(v), 10*opora.MaxTags)] {
			list = append(list, scalar(item))
		}
		return list
	}
	return nil
}

// markdown converts a Markdown text; mdx leaves out what belongs to JSX.
func (c *converter) markdownText(text string, mdx bool, place place) (document, error) {
	if len(text) > maxBytes {
		return document{}, opora.SourceTooLarge
	}
	f, body := frontOf(text)
	doc := document{title: f.title, tags: f.tags, address: f.address, draft: f.draft}
	var page bytes.Buffer
	if tooDeep(body) {
		return document{}, opora.SourceTooLarge
	}
	if err := c.markdown.Convert([]byte(dialects(body, mdx)), &page); err != nil {
		return document{}, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
	}
	if page.Len() > 2*maxBytes {
		return document{}, opora.SourceTooLarge
	}
	nodes, err := c.nodes(page.String(), place, false)
	if err != nil {
		return document{}, err
	}
	doc.nodes = nodes
	if doc.title == "" {
		doc.title = firstHeading(nodes)
	}
	return doc, nil
}

// tooDeep tells a text that nests quotes or lists so deeply that reading it
// would take long.
func tooDeep(text string) bool {
	for line := range strings.Lines(text) {
		depth := 0
		for _, b := range []byte(line) {
			if b != '>' && b != ' ' && b != '\t' && b != '-' && b != '*' && b != '+' {
				break
			}
			if b == '>' {
				depth++
			}
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}
