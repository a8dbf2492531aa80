package knowledge

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// size is what an element holds.
type size struct {
	text   int  // bytes of text
	links  int  // bytes of it within links
	blocks bool // something that starts a line of its own
}

// measured is the size of all elements of a page.
func measured(root *html.Node) map[*html.Node]size {
	sizes := map[*html.Node]size{}
	var measure func(n *html.Node) size
	measure = func(n *html.Node) size {
		if n.Type == html.TextNode {
			return size{text: len(strings.TrimSpace(n.Data))}
		}
		var whole size
		for child := range n.ChildNodes() {
			s := measure(child)
			whole.text += s.text
			whole.links += s.links
			whole.blocks = whole.blocks || s.blocks || block[child.DataAtom] && child.Type == html.ElementNode
		}
		if n.DataAtom == atom.A {
			whole.links = whole.text
		}
		if n.Type == html.ElementNode {
			sizes[n] = whole
		}
		return whole
	}
	measure(root)
	return sizes
}

var block = setOf(atom.Main, atom.Article, atom.Section, atom.Div, atom.Header, atom.Footer, atom.Nav, atom.Aside, atom.Center,
	atom.Address, atom.Figure, atom.Figcaption, atom.Hgroup, atom.Form, atom.Fieldset, atom.Legend, atom.Details, atom.Summary,
	atom.Dialog, atom.Menu, atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt,
	atom.Dd, atom.Blockquote, atom.Pre, atom.Listing, atom.Hr, atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr,
	atom.Th, atom.Td)

var container = setOf(atom.Body, atom.Main, atom.Article, atom.Section, atom.Div, atom.Center, atom.Table, atom.Tbody, atom.Tr,
	atom.Td, atom.Form)

func setOf(atoms ...atom.Atom) map[atom.Atom]bool {
	set := map[atom.Atom]bool{}
	for _, a := range atoms {
		set[a] = true
	}
	return set
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func element(n *html.Node, atoms ...atom.Atom) bool {
	return n.Type == html.ElementNode && slices.Contains(atoms, n.DataAtom)
}

// tokens are the class names and the id of an element, in small letters.
func tokens(n *html.Node) []string {
	return strings.Fields(strings.ToLower(attribute(n, "class") + " " + attribute(n, "id")))
}

// first gives the first element below n, in order, for which is holds.
func first(n *html.Node, is func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			return d
		}
	}
	return nil
}

// textOf is all text of an element, its white space tidied.
func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			text.WriteString(d.Data)
		case d.DataAtom == atom.Br || block[d.DataAtom]:
			text.WriteByte(' ')
		}
	}
	return inert(text.String())
}
