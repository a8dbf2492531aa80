package web

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// maxInline is how much of a page's own scripts is read, in bytes.
const maxInline = 128 << 10

var (
	// handlerNames are attributes by which the usual libraries send a form themselves.
	handlerNames = words(`^ng-submit`, `^\(ngsubmit\)`, `^@submit`, `^v-on:submit`, `^x-on:submit`, `^wire:submit`, `^hx-`, `^data-hx-`, `^data-remote`, `^data-ajax`, `^phx-submit`, `^on:submit`,
		`^ng-click`, `^\(click\)`, `^@click`, `^v-on:click`, `^x-on:click`, `^wire:click`)
	handlerClass = words(`\bajax\b`, `ajax[-_]?form`, `form[-_]?ajax`, `js-ajax`)
	scriptSends  = words(`\bfetch\s*\(`, `xmlhttprequest`, `\$\.(?:ajax|post)\s*\(`, `jquery\.(?:ajax|post)\s*\(`, `axios[.(]`, `\.ajaxsubmit\s*\(`, `\.ajaxform\s*\(`, `bx\.ajax`)
	scriptStops  = words(`preventdefault`, `return false`, `bx\.ajax`, `\.ajaxform`)
	scriptAction = words(`\.action\s*=`, `\.attr\(\s*["']action`, `setattribute\(\s*["']action`)
	scriptCookie = words(`document\.cookie\s*=`)
)

// takesOver reports whether scripts of a page send its login form themselves,
// or put into it what the server asks for: a browser must send such a form.
// What the page says decides, never its address.
func (p *page) takesOver(f *form) bool {
	parts := []*html.Node{f.node}
	if b := f.submit(); b != nil {
		parts = append(parts, b)
	}
	for _, n := range parts {
		for _, a := range n.Attr {
			if handlerNames.in(a.Key) || a.Key == "class" && handlerClass.in(strings.ToLower(a.Val)) {
				return true
			}
		}
	}
	if !f.orphan && !has(f.node, "action") && (f.scripts || strings.Contains(p.source, "<script")) {
		return true // nobody but a script knows where it goes
	}
	if p.inline == "" {
		return false
	}
	if scriptAction.in(p.inline) || scriptCookie.in(p.inline) || scriptSends.in(p.inline) && scriptStops.in(p.inline) {
		return true
	}
	for _, x := range f.fields {
		// A field that people do not see and a script speaks of is filled in by it.
		if x.hidden && x.value == "" && len(x.known()) > 2 && strings.Contains(p.inline, strings.ToLower(x.known())) && strings.Contains(p.inline, ".value") {
			return true
		}
	}
	return false
}

// addInline keeps the text of a script that stands in the page, lower case.
func (p *page) addInline(n *html.Node) {
	kind := strings.ToLower(attr(n, "type"))
	if has(n, "src") || len(p.inline) > maxInline || kind != "" && kind != "module" && !strings.Contains(kind, "javascript") {
		return
	}
	for d := range n.ChildNodes() {
		if d.Type == html.TextNode {
			p.inline += strings.ToLower(d.Data[:min(len(d.Data), maxInline)]) + "\n"
		}
	}
}

// literal is a text that a script of the page holds.
var literal = regexp.MustCompile(`"((?:[^"\\\n]|\\.){6,300})"|'((?:[^'\\\n]|\\.){6,300})'`)

// told gives what the page's own scripts have to say that those of the pages
// before had not: some applications show their messages that way alone.
func told(p *page, before ...*page) []message {
	var old strings.Builder
	for _, b := range before {
		if b != nil {
			old.WriteString(b.inline)
		}
	}
	var list []message
	for _, m := range literal.FindAllStringSubmatch(p.inline, -1) {
		raw := m[1] + m[2]
		if strings.Contains(old.String(), raw) {
			continue
		}
		text := raw
		if decoded, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(raw, `\/`, "/"), `\'`, "'") + `"`); err == nil {
			text = decoded
		}
		// Sentences have spaces, and none of the marks of code or addresses.
		if strings.Contains(strings.TrimSpace(text), " ") && !strings.ContainsAny(text, "<>{}=") && len(list) < 10 {
			list = append(list, message{text, true})
		}
	}
	return list
}
