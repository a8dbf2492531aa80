package knowledge

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"opora/backend/opora"
)

// What highlighters put beside the lines of code.
var gutters = words(`lineno linenos linenumber line-number line-numbers linenumbers linenodiv line-numbers-rows line-numbers-wrapper gutter lnt ln
	lntd-numbers blob-num hljs-ln-numbers rouge-gutter gl react-syntax-highlighter-line-number code-line-number prompt-gutter
	copy copybtn copy-button copy-code-button btn-clipboard clipboard-copy toolbar code-toolbar-item`)

func isGutter(n *html.Node) bool {
	return element(n, atom.Button) || slices.ContainsFunc(tokens(n), func(token string) bool { return gutters[token] })
}

// code is a block of code, byte by byte.
func (w *writer) code(n *html.Node) []opora.Node {
	w.settle()
	text := raw(n)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return []opora.Node{{Kind: opora.NodeBlock, Text: text, Lang: codeLanguage(n)}}
}

// raw is the text of an element as it stands, without gutters and buttons. The
// parser has dropped the line feed that HTML ignores at the beginning.
func raw(n *html.Node) string {
	var text strings.Builder
	ended := func() bool { s := text.String(); return s == "" || s[len(s)-1] == '\n' }
	var write func(n *html.Node)
	write = func(n *html.Node) {
		for child := range n.ChildNodes() {
			switch {
			case child.Type == html.TextNode:
				text.WriteString(child.Data)
			case child.Type != html.ElementNode || isGutter(child):
			case child.DataAtom == atom.Br:
				text.WriteByte('\n')
			case block[child.DataAtom] && !element(child, atom.Td, atom.Th, atom.Tbody, atom.Table):
				// One element a line: it ends its line, if the code does not.
				if !ended() {
					text.WriteByte('\n')
				}
				write(child)
				if !ended() {
					text.WriteByte('\n')
				}
			default:
				write(child)
			}
		}
	}
	write(n)
	return text.String()
}

// codeLanguage looks for the language on the block, in it and shortly above.
func codeLanguage(n *html.Node) string {
	near := []*html.Node{n}
	if inner := first(n, func(d *html.Node) bool { return element(d, atom.Code) }); inner != nil {
		near = []*html.Node{inner, n}
	}
	for a, steps := n.Parent, 0; a != nil && steps < 3 && element(a, atom.Div, atom.Figure, atom.Td, atom.Pre); a, steps = a.Parent, steps+1 {
		near = append(near, a)
	}
	for _, e := range near {
		for _, key := range []string{"data-lang", "data-language"} {
			if lang := language(attribute(e, key)); lang != "" {
				return lang
			}
		}
		names := strings.Fields(attribute(e, "class"))
		for i, name := range names {
			for _, prefix := range []string{"language-", "lang-", "highlight-source-", "highlight-", "brush:"} {
				if lang, found := strings.CutPrefix(name, prefix); found && lang != "wrapper" {
					if lang == "" && i+1 < len(names) {
						lang = names[i+1]
					}
					return notNone(language(lang))
				}
			}
			if (name == "sourceCode" || name == "highlight" || name == "hljs") && i+1 < len(names) && element(e, atom.Pre, atom.Code, atom.Figure) {
				return notNone(language(names[i+1]))
			}
		}
	}
	return ""
}

func notNone(lang string) string {
	switch lang {
	case "default", "none", "text", "plaintext", "literal-block", "notranslate":
		return ""
	}
	return lang
}

// onlyCode gives the block of code in a table that a highlighter made, with the
// numbers of the lines in another cell of the same row.
func onlyCode(table *html.Node) *html.Node {
	var blocks []*html.Node
	rows := 0
	for d := range table.Descendants() {
		switch {
		case element(d, atom.Tr):
			rows++
		case element(d, atom.Pre):
			blocks = append(blocks, d)
		}
	}
	if rows == 1 && len(blocks) == 2 && (counts(raw(blocks[0])) || slices.ContainsFunc(slices.Collect(blocks[0].Ancestors()), isGutter) || isGutter(blocks[0]) || counts(textOf(blocks[0]))) {
		return blocks[1]
	}
	if rows == 1 && len(blocks) == 1 {
		for d := range table.Descendants() {
			if element(d, atom.Td) && (isGutter(d) || counts(textOf(d))) {
				return blocks[0]
			}
		}
	}
	return nil
}

// counts reports whether a text is 1, 2, 3 and so on, from any number.
func counts(text string) bool {
	before := -1
	for i, field := range strings.Fields(text) {
		number, err := strconv.Atoi(field)
		if err != nil || i > 0 && number != before+1 {
			return false
		}
		before = number
	}
	return before >= 0
}
