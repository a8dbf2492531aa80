package knowledge

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What the elements are called that generators and themes put around an
// article. Names are taken whole: "toc" is one, "stock" is not.
var around = words(`
	toc toctree-wrapper-nav table-of-contents tableofcontents local-toc toc-wrapper toc-container theme-doc-toc-mobile theme-doc-toc-desktop
	docnav navheader navfooter nav navbar navigation topnav bottomnav sidenav menu breadcrumb breadcrumbs theme-doc-breadcrumbs
	sidebar sidebar-nav sphinxsidebar related rel-nav wy-nav-side wy-breadcrumbs md-sidebar md-header md-footer
	pagination pagination-nav pager prev-next prevnext nav-links page-nav post-navigation article-navigation
	headerlink hash-link anchorjs-link heading-anchor header-anchor anchor-link direct-link footnote-backref footnote-backreference
	edit-link edit-page edit-this-page edit_on_github theme-edit-this-page mw-editsection last-updated theme-last-updated page-meta
	skip-link skiplink skip-to-content visually-hidden sr-only screen-reader-text
	copy copybtn copy-button copy-code-button btn-clipboard clipboard-copy buttongroup
	cookie cookie-banner cookie-consent cookieconsent banner announcement announcement-bar
	footer site-footer page-footer global-footer site-header page-header-nav masthead topbar
	search search-form searchbox search-box quick-search searchbar
	share social social-share comments comment-section disqus_thread
	article-votes article-vote article-relatives related-articles recent-articles article-more-questions article-return-to-top
	feedback was-this-helpful rating printfooter catlinks jump-to-nav siteSub contentsub noprint`)

// roles and elements of the same kind.
var aroundRoles = words("navigation search banner contentinfo complementary menu menubar toolbar dialog alertdialog")

var aroundElements = setOf(atom.Nav, atom.Footer, atom.Button, atom.Select, atom.Textarea, atom.Dialog, atom.Label, atom.Rp)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[strings.ToLower(word)] = true
	}
	return set
}

// prune takes out what stands around the article. What holds most of the page
// stays, whatever it is called; lists of links do not count.
func prune(body *html.Node, sizes map[*html.Node]size) {
	all := sizes[body].text - sizes[body].links
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for child := n.FirstChild; child != nil; {
			next := child.NextSibling
			switch {
			case child.Type == html.CommentNode:
				n.RemoveChild(child)
			case child.Type != html.ElementNode:
			case (sizes[child].text-sizes[child].links)*2 <= all && (isAround(child) || has(child, "hidden")):
				n.RemoveChild(child)
			default:
				walk(child)
			}
			child = next
		}
	}
	walk(body)
}

func isAround(n *html.Node) bool {
	if aroundElements[n.DataAtom] || aroundRoles[attribute(n, "role")] || n.Data == "search" {
		return true
	}
	if element(n, atom.Body, atom.Main, atom.Article, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6) {
		return false
	}
	if slices.ContainsFunc(tokens(n), func(token string) bool { return around[token] }) {
		return true
	}
	if names := tokens(n); slices.Contains(names, "contents") && (slices.Contains(names, "topic") || slices.Contains(names, "local")) {
		return true // the list of its own headings, in Docutils
	}
	switch n.DataAtom {
	case atom.Header: // of the page; that of an article holds its heading
		return first(n, isHeading) == nil || first(n, func(d *html.Node) bool { return element(d, atom.Nav) }) != nil && !within(n, atom.Article, atom.Main)
	case atom.Aside:
		return noteSort(n) == ""
	case atom.Form:
		return first(n, func(d *html.Node) bool { return element(d, atom.P, atom.Pre) || isHeading(d) }) == nil
	case atom.A: // the sign beside a heading that links to it
		text := textOf(n)
		return strings.HasPrefix(attribute(n, "href"), "#") && (text == "¶" || text == "#" || text == "§" || text == "\U0001F517" || text == "↩" || text == "↩︎")
	}
	return attribute(n, "aria-hidden") == "true"
}

func isHeading(n *html.Node) bool {
	return element(n, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
}

func within(n *html.Node, atoms ...atom.Atom) bool {
	for a := range n.Ancestors() {
		if element(a, atoms...) {
			return true
		}
	}
	return false
}

// mainContent finds the element that holds the article: what the page says
// itself is its main part, and within it the innermost one that holds nearly
// all text that is not a link.
func mainContent(body *html.Node) *html.Node {
	sizes := measured(body)
	own := func(n *html.Node) int { return sizes[n].text - sizes[n].links }
	start := body
	if said := first(body, func(n *html.Node) bool { return element(n, atom.Main) || attribute(n, "role") == "main" }); said != nil &&
		own(said)*4 >= own(body) {
		start = said
	}
	chosen := start
	for {
		var heaviest *html.Node
		for child := range chosen.ChildNodes() {
			if child.Type == html.ElementNode && (heaviest == nil || own(child) > own(heaviest)) {
				heaviest = child
			}
		}
		share := 85
		if heaviest != nil && heaviest.DataAtom == atom.Article {
			share = 60
		}
		if heaviest == nil || !container[heaviest.DataAtom] || own(heaviest)*100 < own(chosen)*share || noteSort(heaviest) != "" {
			break
		}
		chosen = heaviest
	}
	// The page's heading belongs to the article, wherever the theme put it.
	if heading := first(start, func(n *html.Node) bool { return element(n, atom.H1) }); heading != nil {
		for chosen != start && !slices.Contains(slices.Collect(heading.Ancestors()), chosen) {
			chosen = chosen.Parent
		}
	}
	for element(chosen, atom.Table, atom.Tbody, atom.Tr) && chosen != start {
		chosen = chosen.Parent // rows alone are not content
	}
	dropBars(chosen, sizes)
	return chosen
}

var turning = words(`next previous prev up home top index contents далее следующая след. предыдущая пред. назад вперёд вперед наверх начало
	содержание « » ← → < > << >> next: previous: prev:`)

// dropBars takes out lines of links for turning pages, at the beginning and at
// the end of an article.
func dropBars(n *html.Node, sizes map[*html.Node]size) {
	isBar := func(child *html.Node) bool {
		s := sizes[child]
		if !block[child.DataAtom] || s.text > 400 || s.links*3 < s.text || s.links == 0 {
			return false
		}
		for d := range child.Descendants() {
			if element(d, atom.A) {
				rel := attribute(d, "rel")
				for _, word := range strings.Fields(strings.ToLower(textOf(d))) {
					if turning[word] && s.links*10 >= s.text*6 || rel == "next" || rel == "prev" {
						return true
					}
				}
			}
		}
		return false
	}
	sides := []struct{ from, step func(*html.Node) *html.Node }{
		{func(n *html.Node) *html.Node { return n.FirstChild }, func(n *html.Node) *html.Node { return n.NextSibling }},
		{func(n *html.Node) *html.Node { return n.LastChild }, func(n *html.Node) *html.Node { return n.PrevSibling }},
	}
	for _, side := range sides {
		seen := 0
		for child := side.from(n); child != nil && seen < 3; {
			next := side.step(child)
			if child.Type == html.ElementNode {
				seen++
				if isBar(child) {
					n.RemoveChild(child)
				}
			}
			child = next
		}
	}
}
