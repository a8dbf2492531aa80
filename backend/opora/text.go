package opora

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxVisible is how much of a far side's text is ever kept or shown, in runes.
const MaxVisible = 500

// Visible makes a text from the far side safe to show and to store: at most
// [MaxVisible] runes, on one line, with control, bidirectional and zero-width
// characters replaced by a visible sign, and invalid UTF-8 by U+FFFD.
func Visible(text string) string {
	var b strings.Builder
	runes := 0
	space := false
	for _, r := range text {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if runes >= MaxVisible {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
			runes++
		}
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			r = '�'
		}
		b.WriteRune(r)
		runes++
	}
	return b.String()
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

// MixesScripts reports whether a text has Cyrillic and Latin letters in one
// word, so that some of them may be look-alikes of what was meant.
func MixesScripts(text string) bool {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		latin := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		cyrillic := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
		if latin && cyrillic {
			return true
		}
	}
	return false
}
