package knowledge

import (
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"

	"opora/backend/opora"
)

// What a page may have.
const (
	maxBytes    = 5 << 20
	maxDepth    = 100
	maxElements = 50_000
)

// newWall is the policy that all markup passes before anything looks at it. It
// lets through what the tree is made from; classes, ids and roles only serve to
// tell content from navigation, and none but plain ids go further.
func newWall() *bluemonday.Policy {
	wall := bluemonday.NewPolicy()
	elements := strings.Fields(`
		html body main article section div header footer nav aside center address figure figcaption hgroup search
		form fieldset legend details summary dialog menu button select textarea label
		p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr br wbr listing
		table caption thead tbody tfoot tr th td
		a b strong i em cite dfn var u ins del s strike sub sup small mark abbr acronym time q span font bdi
		code tt samp kbd img picture input ruby rt rp`)
	wall.AllowElements(elements...)
	wall.AllowNoAttrs().OnElements(elements...)
	wall.AllowAttrs("id", "class", "role", "hidden", "aria-hidden").Globally()
	wall.AllowAttrs("href", "name", "rel").OnElements("a")
	wall.AllowAttrs("src", "alt", "data-src").OnElements("img")
	wall.AllowAttrs("start").OnElements("ol")
	wall.AllowAttrs("colspan", "rowspan").OnElements("td", "th")
	wall.AllowAttrs("type", "checked").OnElements("input")
	wall.AllowAttrs("data-lang", "data-language").OnElements("pre", "code", "div", "figure")
	wall.AllowURLSchemes("http", "https", "mailto")
	wall.AllowRelativeURLs(true)
	wall.RequireParseableURLs(true)
	wall.SkipElementsContent("script", "style", "template", "iframe", "frame", "frameset", "noframes", "object", "embed",
		"applet", "audio", "video", "canvas", "svg", "math", "title", "map", "datalist", "xmp", "plaintext", "noembed")
	return wall
}

// parsed gives the body of a page that passed the wall.
func (c *converter) parsed(text string) (*html.Node, error) {
	clean := c.wall.Sanitize(text)
	if strings.Count(clean, "<") > 3*maxElements {
		return nil, opora.SourceTooLarge
	}
	root, err := html.Parse(strings.NewReader(clean))
	if err != nil { // it parses everything but what is nested too deep
		return nil, opora.SourceTooLarge
	}
	elements := 0
	var body *html.Node
	var look func(n *html.Node, depth int) bool
	look = func(n *html.Node, depth int) bool {
		if n.Type == html.ElementNode {
			elements++
			if n.Data == "body" && body == nil {
				body = n
			}
		}
		if depth > maxDepth || elements > maxElements {
			return false
		}
		for child := range n.ChildNodes() {
			if !look(child, depth+1) {
				return false
			}
		}
		return true
	}
	if !look(root, 0) || body == nil {
		return nil, opora.SourceTooLarge
	}
	return body, nil
}
