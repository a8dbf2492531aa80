package opora

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxVisible is how much of a far side's text is ever kept or shown, in runes.
const MaxVisible = 500

// maxMarks is how many marks may stand on one letter; scripts of this world need
// no more, and a tower of them would cover the lines around it.
const maxMarks = 4

// Visible makes a text from the far side safe to show and to store: at most
// [MaxVisible] runes, on one line, with control, bidirectional and other
// characters that nobody sees replaced by a visible sign, and invalid UTF-8 by
// U+FFFD.
func Visible(text string) string {
	var kept []rune
	space, marks := false, 0
	for _, r := range text {
		if unicode.IsSpace(r) {
			space, marks = len(kept) > 0, 0
			continue
		}
		if marks++; !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		}
		if marks > maxMarks || unicode.Is(unicode.Variation_Selector, r) {
			continue // a selector chooses between two looks of one sign, as after an emoji
		}
		if space {
			kept = append(kept, ' ')
			space = false
		}
		if unseen(r) {
			r = utf8.RuneError
		}
		if kept = append(kept, r); len(kept) > MaxVisible {
			return string(kept[:MaxVisible-1]) + "…"
		}
	}
	return string(kept)
}

// unseen reports whether a rune leaves no mark on the screen, or moves others.
func unseen(r rune) bool {
	const emptyBraille, emptyNote = '\u2800', '\U0001D159' // printable by their class, and blank
	return !unicode.IsPrint(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == emptyBraille || r == emptyNote
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
