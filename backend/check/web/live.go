package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// readView reads what a browser shows, with the same eyes as an answer of HTTP.
func readView(v *browser.View) *page {
	p := &page{url: v.URL, base: v.URL, status: v.Status, charset: encoding.Nop, live: true}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	p.source = strings.ToLower(string(v.HTML))
	root, err := html.Parse(bytes.NewReader(readable(v.HTML)))
	if err != nil {
		return p
	}
	p.walk(root)
	p.product = product(p)
	return p
}

// reply is the answer that a page came with, as far as a browser tells.
func (p *page) reply() *check.Reply {
	return &check.Reply{URL: p.url, Status: p.status, Header: http.Header{}}
}

// liveDoor finds the form to log in with on a live page. Scripts send it, so
// neither its method nor the names of its fields matter.
func (p *page) liveDoor() *form {
	f := p.login()
	if f == nil || len(f.passwords()) > 1 && f.score() < 4 {
		return nil
	}
	return f
}

// liveName finds the form of a live page that asks for the login alone.
func (p *page) liveName() *form {
	for _, f := range p.forms {
		people := 0
		for _, x := range f.fields {
			if !x.hidden && slices.Contains([]string{"text", "email", "tel", "search", "password", "number", "textarea"}, x.kind) {
				people++
			}
		}
		user := f.user()
		if people != 1 || user == nil || user.kind == "search" || f.hasCaptcha() {
			continue
		}
		near := textOf(surroundings(user.node))
		reads := strings.Join([]string{fold(p.title), fold(near), f.button(), strings.ToLower(p.url.Path)}, " ")
		if loginHints.in(user.hint) && (signInWords.in(reads) || signInPath.in(reads)) && !notSignIn.in(f.button()) {
			return f
		}
	}
	return nil
}

// goOn is the mark of what a person would press to send a form, -1 for none:
// the button of the form itself, or else the nearest one behind its last field
// that does not say that it does something else.
func (p *page) goOn(f *form, last *field) int {
	best, top := -1, 0
	distance, behind := 0, false
	for n := range root(f.node).Descendants() {
		if n == last.node {
			behind = true
		}
		if n.Type != html.ElementNode || markOf(n) < 0 {
			continue
		}
		kind := strings.ToLower(attr(n, "type"))
		button := n.DataAtom == atom.Button || n.DataAtom == atom.Input && slices.Contains([]string{"submit", "button", "image"}, kind)
		word := has(n, "data-word") && behind
		if !button && !has(n, "data-press") && n.DataAtom != atom.A && !word {
			continue
		}
		own := !f.orphan && isWithin(n, f.node)
		if !own && (!f.orphan || !behind) || kind == "reset" || attr(n, "role") == "checkbox" {
			continue
		}
		label := fold(labelOf(n) + " " + attr(n, "name") + " " + attr(n, "value"))
		score := 10 - min(distance, 8)
		if word {
			score -= 5 // a mere text, where nothing looks like a button
		}
		if behind {
			distance++
		}
		switch {
		case otherSubmit.in(label), notSignIn.in(label), strings.TrimSpace(labelOf(n)) == "" && !(button && kind == "submit"):
			continue
		case goOnWords.in(label), signInWords.in(label):
			score += 10
		case !button:
			continue // a link or a picture says what it does, or is none of ours
		}
		if kind == "submit" || n.DataAtom == atom.Button && kind == "" && own {
			score += 5
		}
		if score > top {
			best, top = markOf(n), score
		}
	}
	return best
}

func root(n *html.Node) *html.Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

// openers are what may open a login on the page itself: buttons, and links that
// lead nowhere else.
func (p *page) openers() []int {
	var marks []int
	for _, l := range p.links {
		if l.mark < 0 || len(l.text) > 40 || !signInWords.in(l.text) || notSignIn.in(l.text) || otherSubmit.in(l.text) || l.out() {
			continue
		}
		if l.post || l.to.Path == p.url.Path && l.to.RawQuery == p.url.RawQuery {
			marks = append(marks, l.mark)
		}
	}
	return marks[:min(2, len(marks))]
}

// captchaFrame reports whether a frame of a known maker of such puzzles can be
// seen. Invisible ones show a badge at most and ask nobody.
func (p *page) captchaFrame() bool {
	for _, src := range p.frames {
		if captchaFrames.in(src) && !strings.Contains(src, "size=invisible") {
			return true
		}
	}
	return false
}

var (
	goOnWords     = words(`продолж`, `далее`, `дальше`, `подтверд`, `отправить`, `continue`, `next`, `submit`, `weiter`, `suivant`, `siguiente`, `avanti`, `dalej`, `volgende`, `\bok\b`, `\bgo\b`, `enter`)
	captchaFrames = words(`recaptcha/(?:api2|enterprise)/anchor`, `hcaptcha\.com`, `challenges\.cloudflare\.com`, `smartcaptcha`, `captcha-api`)
)

// masked lists the fields that a picture must not show.
func (p *page) masked() []int {
	var marks []int
	for _, f := range p.forms {
		for _, x := range f.fields {
			if x.kind == "password" {
				marks = append(marks, markOf(x.node))
			}
		}
	}
	return marks
}

// reveals reports whether a view shows a secret, which a picture would keep.
func reveals(v *browser.View, secret opora.Secret) bool {
	return strings.Contains(html.UnescapeString(string(v.HTML)), secret.Reveal())
}
