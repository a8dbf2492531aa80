package knowledge

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"opora/backend/opora"
)

// place is what a page knows of its surroundings.
type place interface {
	// link gives the To of a link, empty when it leads nowhere that is opened.
	link(href string) string
	// image gives a picture encoded anew; ok is false when there is none.
	image(src string) (id string, width, height int, ok bool)
}

// writer makes the tree of an article.
type writer struct {
	place   place
	sizes   map[*html.Node]size
	anchors map[string]bool   // given
	alias   map[string]string // ids of the page, and the anchor that stands for each
	waiting []string          // ids that a heading may take, when it comes next
	last    string            // anchor of the heading above
	padding int               // empty cells that stand for spans
	link    string            // a link around whole blocks, for the first line in it
}

// tree makes nodes of the content of an element.
func tree(n *html.Node, place place) []opora.Node {
	w := &writer{place: place, sizes: measured(n), anchors: map[string]bool{}, alias: map[string]string{}}
	nodes := w.blocks(n)
	w.settle()
	return w.anchored(nodes)
}

// blocks makes nodes of what is in an element; text between blocks becomes
// paragraphs.
func (w *writer) blocks(parent *html.Node) []opora.Node {
	var nodes []opora.Node
	run := newLine()
	flush := func() {
		if text := w.linked(run.end()); len(text) > 0 {
			w.settle()
			nodes = append(nodes, opora.Node{Kind: opora.NodeParagraph, Nodes: text})
		}
		run = newLine()
	}
	for child := range parent.ChildNodes() {
		if child.Type == html.ElementNode && (block[child.DataAtom] || w.sizes[child].blocks) {
			flush()
			nodes = append(nodes, w.block(child)...)
		} else {
			w.inline(run, child)
		}
	}
	flush()
	return nodes
}

func (w *writer) block(n *html.Node) []opora.Node {
	if isHeading(n) {
		return w.heading(n)
	}
	w.saw(n)
	if sort := noteSort(n); sort != "" {
		return w.note(n, sort)
	}
	switch n.DataAtom {
	case atom.P, atom.Figcaption, atom.Summary, atom.Legend, atom.Caption, atom.Address:
		return w.paragraph(n)
	case atom.Pre, atom.Listing:
		return w.code(n)
	case atom.Ul, atom.Menu:
		return w.list(n, opora.Node{Kind: opora.NodeList})
	case atom.Ol:
		first, err := strconv.Atoi(attribute(n, "start"))
		if err != nil || first < 0 || first > 1_000_000 {
			first = 1
		}
		return w.list(n, opora.Node{Kind: opora.NodeOrdered, Level: first})
	case atom.Dl:
		return w.terms(n)
	case atom.Blockquote:
		return w.quote(n)
	case atom.Table:
		return w.table(n)
	case atom.Hr:
		w.settle()
		return []opora.Node{{Kind: opora.NodeRule}}
	case atom.A:
		if w.link == "" {
			w.link = w.place.link(attribute(n, "href"))
			defer func() { w.link = "" }()
		}
	}
	return w.blocks(n)
}

// linked puts the link around whole blocks into the first line of them.
func (w *writer) linked(nodes []opora.Node) []opora.Node {
	if w.link == "" || len(nodes) == 0 {
		return nodes
	}
	to := w.link
	w.link = ""
	return []opora.Node{{Kind: opora.NodeLink, To: to, Nodes: nodes}}
}

func (w *writer) paragraph(n *html.Node) []opora.Node {
	if w.sizes[n].blocks {
		return w.blocks(n)
	}
	text := w.linked(w.lineOf(n))
	if len(text) == 0 {
		return nil
	}
	w.settle()
	switch n.DataAtom {
	case atom.Figcaption, atom.Caption:
		text = []opora.Node{{Kind: opora.NodeEmphasis, Nodes: text}}
	case atom.Summary:
		text = []opora.Node{{Kind: opora.NodeStrong, Nodes: text}}
	}
	return []opora.Node{{Kind: opora.NodeParagraph, Nodes: text}}
}

func (w *writer) heading(n *html.Node) []opora.Node {
	w.saw(n)
	text := w.linked(w.lineOf(n)) // sees the ids within
	if len(text) == 0 {
		return nil
	}
	level, _ := strconv.Atoi(n.Data[1:])
	candidates := append([]string{attribute(n, "id")}, w.waiting...)
	id := ""
	for _, candidate := range candidates {
		if plainAnchor(candidate) && !w.anchors[candidate] {
			id = candidate
			break
		}
	}
	if id == "" {
		id = w.unique(slug(plainText(text)))
	}
	w.anchors[id] = true
	w.last = id
	w.settle()
	return []opora.Node{{Kind: opora.NodeHeading, Level: level, ID: id, Nodes: text}}
}

func (w *writer) unique(anchor string) string {
	if anchor == "" {
		anchor = "section"
	}
	unique := anchor
	for i := 1; w.anchors[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", anchor, i)
	}
	return unique
}

// saw remembers the id of an element for the heading that may come next.
func (w *writer) saw(n *html.Node) {
	for _, id := range []string{attribute(n, "id"), nameOf(n)} {
		if id != "" && len(w.waiting) < 100 {
			w.waiting = append(w.waiting, id)
		}
	}
}

func nameOf(n *html.Node) string {
	if n.DataAtom == atom.A {
		return attribute(n, "name")
	}
	return ""
}

// settle lets the waiting ids stand for the heading above: something else than
// a heading came.
func (w *writer) settle() {
	for _, id := range w.waiting {
		if w.alias[id] == "" && w.last != "" {
			w.alias[id] = w.last
		}
	}
	w.waiting = w.waiting[:0]
}

// own lets an element that is no heading keep its id.
func (w *writer) own(n *html.Node) string {
	id := attribute(n, "id")
	w.settle()
	if !plainAnchor(id) || w.anchors[id] {
		return ""
	}
	w.anchors[id] = true
	return id
}

func (w *writer) list(n *html.Node, list opora.Node) []opora.Node {
	for child := range n.ChildNodes() {
		switch {
		case element(child, atom.Li):
			id := w.own(child)
			if content := w.content(child); len(content) > 0 {
				list.Nodes = append(list.Nodes, opora.Node{Kind: opora.NodeItem, ID: id, Nodes: content})
			}
		case child.Type == html.ElementNode: // lists straight within lists
			content := w.block(child)
			if last := len(list.Nodes) - 1; last >= 0 {
				list.Nodes[last].Nodes = append(list.Nodes[last].Nodes, content...)
			} else if len(content) > 0 {
				list.Nodes = append(list.Nodes, opora.Node{Kind: opora.NodeItem, Nodes: content})
			}
		}
	}
	if len(list.Nodes) == 0 {
		return nil
	}
	return []opora.Node{list}
}

// content is what an item or a cell holds: one line as it is, or blocks.
func (w *writer) content(n *html.Node) []opora.Node {
	if !w.sizes[n].blocks {
		return w.lineOf(n)
	}
	nodes := w.blocks(n)
	if len(nodes) == 1 && nodes[0].Kind == opora.NodeParagraph {
		return nodes[0].Nodes
	}
	return nodes
}

func (w *writer) terms(n *html.Node) []opora.Node {
	list := opora.Node{Kind: opora.NodeTerms}
	var gather func(n *html.Node)
	gather = func(n *html.Node) {
		for child := range n.ChildNodes() {
			switch {
			case element(child, atom.Dt):
				id := w.own(child)
				if text := w.lineOf(child); len(text) > 0 {
					list.Nodes = append(list.Nodes, opora.Node{Kind: opora.NodeTerm, ID: id, Nodes: text})
				}
			case element(child, atom.Dd):
				w.saw(child)
				if content := w.content(child); len(content) > 0 {
					list.Nodes = append(list.Nodes, opora.Node{Kind: opora.NodeMeaning, Nodes: content})
				}
			case element(child, atom.Div):
				gather(child)
			case child.Type == html.ElementNode:
				if content := w.block(child); len(content) > 0 {
					list.Nodes = append(list.Nodes, opora.Node{Kind: opora.NodeMeaning, Nodes: content})
				}
			}
		}
	}
	gather(n)
	if len(list.Nodes) == 0 {
		return nil
	}
	return []opora.Node{list}
}

func (w *writer) note(n *html.Node, sort string) []opora.Node {
	nodes := w.blocks(n)
	// A table that only puts an icon beside the text, as Asciidoctor does.
	if len(nodes) == 1 && nodes[0].Kind == opora.NodeTable && len(nodes[0].Nodes) == 1 {
		cells := nodes[0].Nodes[0].Nodes
		nodes = wrapped(cells[len(cells)-1].Nodes)
	}
	if len(nodes) == 0 {
		return nil
	}
	if first := nodes[0]; first.Kind == opora.NodeHeading || first.Kind == opora.NodeParagraph && titled(n) {
		nodes[0] = opora.Node{Kind: opora.NodeParagraph, Nodes: []opora.Node{{Kind: opora.NodeStrong, Nodes: first.Nodes}}}
		delete(w.anchors, first.ID)
	}
	return []opora.Node{{Kind: opora.NodeNote, Lang: sort, Nodes: nodes}}
}

// titled reports whether the first paragraph of a note is its title.
func titled(n *html.Node) bool {
	child := first(n, func(d *html.Node) bool { return element(d, atom.P, atom.Div, atom.Summary, atom.Strong) })
	return child != nil && strings.Contains(attribute(child, "class"), "title") && !element(child, atom.Strong)
}

// quote is a quotation, or a note as GitHub writes it: "[!WARNING]".
func (w *writer) quote(n *html.Node) []opora.Node {
	nodes := w.blocks(n)
	if len(nodes) == 0 {
		return nil
	}
	first := &nodes[0]
	if first.Kind == opora.NodeParagraph && first.Nodes[0].Kind == opora.NodeText {
		mark, rest, marked := strings.Cut(first.Nodes[0].Text, "]")
		name, found := strings.CutPrefix(mark, "[!")
		if sort := noteSorts[strings.ToLower(name)]; marked && found && sort != "" {
			first.Nodes[0].Text = strings.TrimLeft(rest, " ")
			if first.Nodes[0].Text == "" {
				first.Nodes = first.Nodes[1:]
			}
			if len(first.Nodes) > 0 && first.Nodes[0].Kind == opora.NodeBreak {
				first.Nodes = first.Nodes[1:]
			}
			if len(first.Nodes) == 0 {
				nodes = nodes[1:]
			}
			return []opora.Node{{Kind: opora.NodeNote, Lang: sort, Nodes: nodes}}
		}
	}
	return []opora.Node{{Kind: opora.NodeQuote, Nodes: nodes}}
}

// anchored lets links within the page lead to anchors that are there.
func (w *writer) anchored(nodes []opora.Node) []opora.Node {
	kept := nodes[:0]
	for _, node := range nodes {
		node.Nodes = w.anchored(node.Nodes)
		if target, within := strings.CutPrefix(node.To, opora.LinkAnchor); within && node.Kind == opora.NodeLink {
			switch {
			case w.anchors[target]:
			case w.alias[target] != "":
				node.To = opora.LinkAnchor + w.alias[target]
			default:
				kept = append(kept, node.Nodes...)
				continue
			}
		}
		kept = append(kept, node)
	}
	return kept
}
