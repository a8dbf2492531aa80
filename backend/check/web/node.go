package web

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func ancestor(n *html.Node, tag atom.Atom) *html.Node {
	for a := n.Parent; a != nil; a = a.Parent {
		if a.DataAtom == tag {
			return a
		}
	}
	return nil
}

func within(n *html.Node, tag atom.Atom) bool { return ancestor(n, tag) != nil }

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() < 2000 {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// labelOf is what a link or button is called: its text, or what stands in for it.
func labelOf(n *html.Node) string {
	label := textOf(n)
	for _, name := range []string{"title", "aria-label", "value", "alt"} {
		if label == "" {
			label = attr(n, name)
		}
	}
	return label
}
