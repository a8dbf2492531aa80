package knowledge

import (
	"strings"
	"unicode"

	"opora/backend/opora"
)

// line gathers what stands within one paragraph. White space is one space
// between two words, whatever elements they are in.
type line struct {
	nodes []opora.Node
	buf   strings.Builder
	word  *bool // the last thing was not white space; shared with the lines within
}

func newLine() *line { return &line{word: new(bool)} }

// within begins a line inside of this one: what is strong, or a link.
func (l *line) within() *line {
	l.flush()
	return &line{word: l.word}
}

func (l *line) text(text string) {
	for _, r := range text {
		switch {
		case r == '\u00a0' || r == '\u202f' || r == '\u2007': // spaces that hold words together
			l.buf.WriteRune('\u00a0')
			*l.word = true
		case unicode.IsSpace(r):
			if *l.word {
				l.buf.WriteByte(' ')
				*l.word = false
			}
		case !silent(r):
			l.buf.WriteRune(r)
			*l.word = true
		}
	}
}

func (l *line) flush() {
	if l.buf.Len() > 0 {
		l.nodes = append(l.nodes, opora.Node{Kind: opora.NodeText, Text: l.buf.String()})
		l.buf.Reset()
	}
}

func (l *line) add(node opora.Node) {
	l.flush()
	l.nodes = append(l.nodes, node)
	*l.word = node.Kind != opora.NodeBreak
}

// wrap adds what an inner line gathered.
func (l *line) wrap(kind opora.NodeKind, to string, inner *line) {
	inner.flush()
	if len(inner.nodes) > 0 {
		l.flush()
		l.nodes = append(l.nodes, opora.Node{Kind: kind, To: to, Nodes: inner.nodes})
	}
}

// end gives the line without white space and breaks at its end.
func (l *line) end() []opora.Node {
	l.flush()
	return trimmed(l.nodes)
}

func trimmed(nodes []opora.Node) []opora.Node {
	for len(nodes) > 0 {
		last := &nodes[len(nodes)-1]
		switch {
		case last.Kind == opora.NodeBreak:
		case last.Kind == opora.NodeText:
			if last.Text = strings.TrimRight(last.Text, " \u00a0"); last.Text != "" {
				return nodes
			}
		case last.Kind == opora.NodeCode || last.Kind == opora.NodeImage:
			return nodes
		default:
			if last.Nodes = trimmed(last.Nodes); len(last.Nodes) > 0 {
				return nodes
			}
		}
		nodes = nodes[:len(nodes)-1]
	}
	return nil
}
