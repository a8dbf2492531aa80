package knowledge

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"opora/backend/opora"
)

// The elements within a line that have a node of their own.
var inlineKinds = map[atom.Atom]opora.NodeKind{
	atom.B: opora.NodeStrong, atom.Strong: opora.NodeStrong,
	atom.I: opora.NodeEmphasis, atom.Em: opora.NodeEmphasis, atom.Cite: opora.NodeEmphasis, atom.Dfn: opora.NodeEmphasis, atom.Var: opora.NodeEmphasis,
	atom.Del: opora.NodeStrike, atom.S: opora.NodeStrike, atom.Strike: opora.NodeStrike,
	atom.Sub: opora.NodeSub, atom.Sup: opora.NodeSup, atom.Kbd: opora.NodeKey,
}

// lineOf makes one line of all that is in an element.
func (w *writer) lineOf(n *html.Node) []opora.Node {
	run := newLine()
	w.children(run, n)
	return run.end()
}

func (w *writer) children(run *line, n *html.Node) {
	for child := range n.ChildNodes() {
		w.inline(run, child)
	}
}

func (w *writer) inline(run *line, n *html.Node) {
	if n.Type == html.TextNode {
		run.text(n.Data)
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	w.saw(n)
	switch n.DataAtom {
	case atom.Br:
		if len(run.nodes) > 0 || run.buf.Len() > 0 {
			run.add(opora.Node{Kind: opora.NodeBreak})
		}
	case atom.Img:
		w.picture(run, n)
	case atom.Input:
		if strings.EqualFold(attribute(n, "type"), "checkbox") {
			mark := "☐ "
			if has(n, "checked") {
				mark = "☑ "
			}
			run.text(mark)
		}
	case atom.Code, atom.Tt, atom.Samp:
		if text := strings.TrimSpace(oneLine(raw(n))); text != "" {
			run.add(opora.Node{Kind: opora.NodeCode, Text: text})
		}
	case atom.A:
		to := w.place.link(attribute(n, "href"))
		if to == "" {
			w.children(run, n)
			return
		}
		inner := run.within()
		w.children(inner, n)
		run.wrap(opora.NodeLink, to, inner)
	case atom.Q:
		run.text("«")
		w.children(run, n)
		run.text("»")
	default:
		if kind, own := inlineKinds[n.DataAtom]; own {
			inner := run.within()
			w.children(inner, n)
			run.wrap(kind, "", inner)
			return
		}
		if block[n.DataAtom] { // pressed into a line, as in a heading
			run.text(" ")
			defer run.text(" ")
		}
		w.children(run, n)
	}
}

// picture adds an image, or what it shows where there is none to be had.
func (w *writer) picture(run *line, n *html.Node) {
	alt := short(inert(attribute(n, "alt")), maxAlt)
	for _, src := range []string{attribute(n, "src"), attribute(n, "data-src")} {
		if id, width, height, ok := w.place.image(src); ok {
			run.add(opora.Node{Kind: opora.NodeImage, To: id, Text: alt, Width: width, Height: height})
			return
		}
	}
	run.text(alt)
}

// oneLine is code within a line: line ends are spaces, and nothing invisible.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case silent(r):
			return -1
		}
		return r
	}, text)
}

// plainText is the text of a line's nodes.
func plainText(nodes []opora.Node) string {
	var text strings.Builder
	var write func(nodes []opora.Node)
	write = func(nodes []opora.Node) {
		for _, node := range nodes {
			if node.Kind == opora.NodeBreak {
				text.WriteByte(' ')
			}
			text.WriteString(node.Text)
			write(node.Nodes)
		}
	}
	write(nodes)
	return inert(text.String())
}
