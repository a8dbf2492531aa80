package web

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// vocabulary is a list of patterns that are looked for in folded text. Most
// patterns of a list are not there, so each is first looked for by its longest
// plain part, which is many times faster than one large expression.
type vocabulary []pattern

type pattern struct {
	plain string         // stands in every match
	whole *regexp.Regexp // nil when plain is the whole pattern
}

// words makes a vocabulary of regular expressions. A \b means the edge of a
// word in any script; Go's own knows only ASCII.
func words(patterns ...string) vocabulary {
	const before, after = `(?:^|[^\p{L}\p{N}_])`, `(?:$|[^\p{L}\p{N}_])`
	list := make(vocabulary, len(patterns))
	for i, text := range patterns {
		if rest, found := strings.CutPrefix(text, `\b`); found {
			text = before + rest
		}
		text = strings.ReplaceAll(text, `\b`, after)
		tree, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			panic(err) // the lists are constants
		}
		list[i].plain = longest(tree)
		if list[i].plain != text {
			list[i].whole = regexp.MustCompile(text)
		}
	}
	return list
}

// longest is the longest text that every match of an expression holds.
func longest(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpConcat:
		best := ""
		for _, part := range tree.Sub {
			if text := longest(part); len(text) > len(best) {
				best = text
			}
		}
		return best
	case syntax.OpCapture, syntax.OpPlus:
		return longest(tree.Sub[0])
	}
	return ""
}

// in reports whether any pattern is in a folded text.
func (v vocabulary) in(text string) bool {
	for _, p := range v {
		if strings.Contains(text, p.plain) && (p.whole == nil || p.whole.MatchString(text)) {
			return true
		}
	}
	return false
}
