package knowledge

import (
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"

	"opora/backend/opora"
)

// document is what was made of one file or answer, before it becomes a page.
type document struct {
	title   string // as the page says it, with what a site adds to all titles
	section string
	tags    []string
	address string
	draft   bool // not to be taken: its author or the site says so
	nodes   []opora.Node
}

// converter makes documents of markup. One serves all goroutines.
type converter struct {
	wall     *bluemonday.Policy
	markdown goldmark.Markdown
}

func newConverter() *converter {
	return &converter{wall: newWall(), markdown: newMarkdown()}
}

// html converts a page. The title is that of its head, or its first heading.
func (c *converter) html(text string, place place) (document, error) {
	if len(text) > maxBytes {
		return document{}, opora.SourceTooLarge
	}
	h := headOf(text)
	doc := document{title: h.title, section: h.section, tags: h.tags, address: h.address, draft: h.redirect}
	nodes, err := c.nodes(text, place, true)
	if err != nil {
		return document{}, err
	}
	doc.nodes = nodes
	if doc.title == "" {
		doc.title = firstHeading(nodes)
	}
	return doc, nil
}

// nodes makes the tree of a page, or of a piece of one without surroundings.
func (c *converter) nodes(text string, place place, page bool) ([]opora.Node, error) {
	body, err := c.parsed(text)
	if err != nil {
		return nil, err
	}
	prune(body, measured(body))
	if page {
		body = mainContent(body)
	}
	return tree(body, place), nil
}

// firstHeading is the text of the first heading of the highest level.
func firstHeading(nodes []opora.Node) string {
	best, level := "", 7
	for _, node := range nodes {
		if node.Kind == opora.NodeHeading && node.Level < level {
			best, level = plainText(node.Nodes), node.Level
		}
	}
	return best
}

// fill writes the parts of a page that are made from its nodes.
func fill(page *opora.Page) {
	var text, code strings.Builder
	paragraph := func() {
		if s := text.String(); s != "" && s[len(s)-1] != '\n' {
			text.WriteByte('\n')
		}
	}
	page.Heads = nil
	var write func(nodes []opora.Node)
	write = func(nodes []opora.Node) {
		for _, node := range nodes {
			switch node.Kind {
			case opora.NodeBlock:
				if code.Len() > 0 {
					code.WriteByte('\n')
					if !strings.HasSuffix(code.String(), "\n\n") {
						code.WriteByte('\n')
					}
				}
				code.WriteString(node.Text)
				continue
			case opora.NodeHeading:
				paragraph()
				heading := plainText(node.Nodes)
				page.Heads = append(page.Heads, opora.Head{At: text.Len(), Text: heading, Anchor: node.ID})
				text.WriteString(heading)
				paragraph()
				continue
			case opora.NodeBreak, opora.NodeRule:
				paragraph()
			case opora.NodeText, opora.NodeCode:
				text.WriteString(node.Text)
			case opora.NodeImage:
				text.WriteString(" " + node.Text + " ")
			default:
				if !isInline(node.Kind) {
					paragraph()
				}
			}
			write(node.Nodes)
			if !isInline(node.Kind) {
				paragraph()
			}
		}
	}
	write(page.Nodes)
	page.Text = text.String()
	page.Code = code.String()
}
