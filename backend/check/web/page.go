package web

import (
	"bytes"
	"mime"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"opora/backend/check"
	"opora/backend/opora"
)

// page is an answer, read as a person would read it.
type page struct {
	url      *url.URL
	base     *url.URL
	status   int
	title    string
	refresh  *url.URL // where a meta refresh or a Refresh header leads
	json     bool
	shell    bool // next to no text, and scripts that would make it
	charset  encoding.Encoding
	forms    []*form
	links    []link
	blocks   []block
	product  string
	scripted bool     // scripts that seem to touch the password
	inline   string   // scripts that stand in the page, lower case
	source   string   // lower case, for the few signs that stand in no tree
	live     bool     // as a browser shows it: only what a person can see
	frames   []string // addresses of frames of other origins, on a live page
}

// Limits of what is looked at on one page; real doors are far below them.
const (
	maxLinks  = 2000
	maxForms  = 200
	maxFields = 2000
)

type link struct {
	text string // folded
	to   *url.URL
	post bool // a button or form, not a link
	mark int  // of what a browser can press; -1 elsewhere
}

// block is one piece of text as it stands on the page.
type block struct {
	text  string
	node  *html.Node
	alert bool // marked as a message of the page
}

// read parses an answer. What is no HTML gives a page with a text and nothing else.
func read(reply *check.Reply) *page {
	p := &page{url: reply.URL, base: reply.URL, status: reply.Status, charset: encoding.Nop}
	kind, _, _ := mime.ParseMediaType(reply.Header.Get("Content-Type"))
	p.json = strings.HasSuffix(kind, "json")
	body := reply.Body
	if enc, name, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], reply.Header.Get("Content-Type")); name != "utf-8" {
		if decoded, err := enc.NewDecoder().Bytes(body); err == nil {
			body = decoded
			if named, err := htmlindex.Get(name); err == nil {
				p.charset = named
			}
		}
	}
	p.source = strings.ToLower(string(body))
	p.refresh = refreshTarget(p.url, reply.Header.Get("Refresh"))
	if p.json {
		p.product = product(p)
		if said, ok := jsonSays(body); ok && len(said) > 0 {
			for _, m := range said {
				p.blocks = append(p.blocks, block{text: m.text, alert: true})
			}
			return p
		}
	}
	if p.json || strings.HasPrefix(kind, "text/plain") {
		p.blocks = []block{{text: strings.ToValidUTF8(string(body[:min(len(body), 4000)]), " "), alert: true}}
		return p
	}
	kept := readable(body)
	if len(kept) < len(body) || len(body) > 1<<20 {
		// Such a page may be made to fill the memory: what the one before it left must
		// not lie about while the next one is read.
		runtime.GC()
	}
	root, err := html.Parse(bytes.NewReader(kept))
	if err != nil {
		return p // deeper than the parser goes: nothing there is a login form for people
	}
	p.walk(root)
	p.scripted = scriptedNames.in(p.source)
	p.product = product(p)
	text := 0
	for _, b := range p.blocks {
		text += len(b.text)
	}
	p.shell = text < 200 && len(p.forms) == 0 && strings.Contains(p.source, "<script")
	return p
}

// maxTokens bounds how much of a page is parsed: a tree takes some hundred times
// the memory of a short tag.
const maxTokens = 40_000

// readable is the part of a page within that bound.
func readable(body []byte) []byte {
	z, length := html.NewTokenizer(bytes.NewReader(body)), 0
	for range maxTokens {
		if z.Next() == html.ErrorToken {
			return body
		}
		length += len(z.Raw())
	}
	return body[:length]
}

// walk collects the parts of a page in document order. The parser has bounded
// how deep a hostile page can nest.
func (p *page) walk(root *html.Node) {
	orphans := form{node: root, orphan: true} // fields that belong to no form
	byNode, byID := map[*html.Node]*form{}, map[string]*form{}
	notices := map[*html.Node]bool{} // the elements that are read: is their text a message?
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			if notice, shown := notices[n.Parent]; shown {
				p.addText(n, notice)
			}
			continue
		}
		if n.Type != html.ElementNode {
			continue
		}
		if notice, shown := notices[n.Parent]; shown || n.DataAtom == atom.Body {
			if !unread[n.DataAtom] {
				notices[n] = notice || n.DataAtom != atom.Body && isNotice(n)
			}
		}
		switch n.DataAtom {
		case atom.Base:
			if href := attr(n, "href"); href != "" && p.base == p.url {
				if to, err := p.url.Parse(href); err == nil {
					p.base = to
				}
			}
		case atom.Script:
			p.addInline(n)
		case atom.Title:
			if p.title == "" && !within(n, atom.Svg) {
				p.title = textOf(n) // made safe to show where it is shown, after secrets are taken out
			}
		case atom.Meta:
			if strings.EqualFold(attr(n, "http-equiv"), "refresh") && p.refresh == nil {
				p.refresh = refreshTarget(p.base, attr(n, "content"))
			}
		case atom.A, atom.Area:
			if to := p.resolve(attr(n, "href")); to != nil && len(p.links) < maxLinks {
				p.links = append(p.links, link{text: fold(labelOf(n)), to: to, mark: markOf(n)})
			}
		case atom.Button:
			// Some sites sign in or out by a button; its form says where.
			if f := ancestor(n, atom.Form); f != nil {
				if to := p.resolve(attr(f, "action")); to != nil {
					p.links = append(p.links, link{text: fold(labelOf(n)), to: to, post: true, mark: markOf(n)})
				}
			} else if p.live && len(p.links) < maxLinks {
				p.links = append(p.links, link{text: fold(labelOf(n)), to: p.url, post: true, mark: markOf(n)})
			}
		case atom.Iframe:
			p.frames = append(p.frames, strings.ToLower(attr(n, "src")))
		case atom.Div, atom.Span:
			if p.live && has(n, "data-press") && len(p.links) < maxLinks {
				p.links = append(p.links, link{text: fold(labelOf(n)), to: p.url, post: true, mark: markOf(n)})
			}
		case atom.Form:
			if len(p.forms) >= maxForms {
				continue
			}
			f := newForm(p, n)
			p.forms = append(p.forms, f)
			byNode[n] = f
			if id := attr(n, "id"); id != "" && byID[id] == nil {
				byID[id] = f
			}
		case atom.Input, atom.Select, atom.Textarea:
			owner := byID[attr(n, "form")]
			if owner == nil {
				owner = byNode[ancestor(n, atom.Form)]
			}
			if owner == nil {
				owner = &orphans
			}
			if len(owner.fields) < maxFields {
				owner.addField(n)
			}
		}
	}
	for _, f := range p.forms {
		f.finish(p)
	}
	if len(orphans.fields) > 0 {
		orphans.finish(p)
		p.forms = append(p.forms, &orphans)
	}
}

// unread are the elements whose text no person reads as part of the page.
var unread = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Title: true, atom.Option: true, atom.Textarea: true,
}

// isNotice reports whether an element is marked as a message. What marks the
// whole page marks no message, so the body is not asked.
func isNotice(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "role":
			if a.Val == "alert" || a.Val == "status" {
				return true
			}
		case "aria-live":
			return true
		case "class", "id":
			if alertMark.in(strings.ToLower(a.Val)) {
				return true
			}
		}
	}
	return false
}

func (p *page) addText(n *html.Node, mark bool) {
	text := strings.Join(strings.Fields(n.Data), " ")
	if text == "" {
		return
	}
	holder := n.Parent
	for holder.Parent != nil && inline[holder.DataAtom] {
		holder = holder.Parent
	}
	if last := len(p.blocks) - 1; last >= 0 && p.blocks[last].node == holder {
		if len(p.blocks[last].text) < 2000 {
			p.blocks[last].text += " " + text
		}
		p.blocks[last].alert = p.blocks[last].alert || mark
		return
	}
	p.blocks = append(p.blocks, block{text: text, node: holder, alert: mark})
}

var inline = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Strong: true, atom.Em: true, atom.I: true, atom.Span: true, atom.Small: true, atom.Code: true,
	atom.U: true, atom.Font: true, atom.Label: true, atom.Abbr: true, atom.Mark: true,
}

// resolve makes an address absolute; only http and https lead anywhere.
func (p *page) resolve(href string) *url.URL {
	to, err := p.base.Parse(strings.TrimSpace(href))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return nil
	}
	to.User = nil
	if !p.live || !strings.HasPrefix(to.Fragment, "/") && !strings.HasPrefix(to.Fragment, "!/") {
		to.Fragment = "" // only scripts make pages of what stands behind a #
	}
	return to
}

// placed completes a finding with the page that it was made at.
func (p *page) placed(finding opora.Finding) opora.Finding {
	finding.FinalAddress = check.Shown(p.url)
	finding.Title, finding.Product = p.title, p.product
	return finding
}

// markOf is the number by which a browser knows an element; -1 for none.
func markOf(n *html.Node) int {
	if mark, err := strconv.Atoi(attr(n, "data-mark")); err == nil {
		return mark
	}
	return -1
}

// text is everything on the page, folded.
func (p *page) text() string {
	var b strings.Builder
	for _, block := range p.blocks {
		b.WriteString(block.text)
		b.WriteByte('\n')
	}
	return fold(b.String())
}

// signOut finds the way out.
func (p *page) signOut() (link, bool) {
	for _, l := range p.links {
		if l.out() {
			return l, true
		}
	}
	return link{}, false
}

func (l link) out() bool {
	return len(l.text) < 60 && signOutWords.in(l.text) || signOutPath.in(strings.ToLower(l.to.RequestURI()))
}

// personal are the links of a page that read like what one account has to
// itself; the page behind a login may be open to anyone otherwise.
func (p *page) personal() []*url.URL {
	var list []*url.URL
	for _, l := range p.links {
		if !l.post && !l.out() && len(l.text) < 40 && personalWords.in(l.text) && l.to.String() != p.url.String() && len(list) < 2 {
			list = append(list, l.to)
		}
	}
	return list
}

// names reports whether the login stands on the page outside of its fields.
func (p *page) names(login string) bool {
	login = strings.ToLower(strings.TrimSpace(login))
	if len(login) < 3 {
		return false
	}
	for _, b := range p.blocks {
		if hasWord(strings.ToLower(b.text), login) {
			return true
		}
	}
	return false
}

// hasWord reports whether a word stands in a text by itself.
func hasWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !wordRune(before) && !wordRune(after) {
			return true
		}
		from = end
	}
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

var refreshForm = regexp.MustCompile(`(?i)^\s*(\d+(?:\.\d*)?)?\s*[;,]?\s*(?:url\s*=\s*)?['"]?([^'"]*)`)

// refreshTarget reads a refresh (HTML 4.2.5.3) that leads to another page soon.
func refreshTarget(base *url.URL, content string) *url.URL {
	m := refreshForm.FindStringSubmatch(content)
	if m == nil || strings.TrimSpace(m[2]) == "" || len(strings.SplitN(m[1], ".", 2)[0]) > 1 {
		return nil // ten seconds and more is for reading
	}
	to, err := base.Parse(strings.TrimSpace(m[2]))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" {
		return nil
	}
	to.Fragment = ""
	return to
}
