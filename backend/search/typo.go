package search

import (
	"slices"
	"unicode/utf8"
)

// Letters that a slip of the finger may bring in.
const (
	lettersLatin    = "abcdefghijklmnopqrstuvwxyz"
	lettersCyrillic = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
)

// leastForTypo is the length from which a word may be mistyped: shorter ones
// are too near to each other.
const leastForTypo = 4

// typos gives forms that are one slip away: a letter left out, put in, taken
// for another, or two changed about. Trying them all costs less than a
// millisecond, so no table of them is kept. With begun, they are beginnings.
func (l lexicon) typos(word string, begun bool) []counted {
	letters := []rune(word)
	if len(letters) < leastForTypo || len(letters) > longestForm/2 {
		return nil
	}
	alphabet := lettersLatin
	if latin, cyrillic := scripts(word); cyrillic {
		alphabet = lettersCyrillic
	} else if !latin {
		alphabet += "0123456789"
	}
	docs := l.formDocs
	if begun {
		docs = l.begins
	}
	var list []counted
	seen := map[string]bool{word: true}
	try := func(candidate []rune) {
		text := string(candidate)
		if seen[text] || !l.knows(text, begun) {
			return
		}
		seen[text] = true
		if n := docs(text); n > 0 {
			list = append(list, counted{text, n})
		}
	}
	other := make([]rune, 0, len(letters)+1)
	for i := range len(letters) + 1 {
		if i > 0 && !l.knows(string(letters[:i]), true) {
			break // nothing begins so: the slip is before
		}
		for _, r := range alphabet {
			other = append(append(append(other[:0], letters[:i]...), r), letters[i:]...)
			try(other)
			if i < len(letters) {
				other = append(append(append(other[:0], letters[:i]...), r), letters[i+1:]...)
				try(other)
			}
		}
		if i < len(letters) {
			try(append(append(other[:0], letters[:i]...), letters[i+1:]...))
		}
		if i+1 < len(letters) {
			other = append(other[:0], letters...)
			other[i], other[i+1] = other[i+1], other[i]
			try(other)
		}
	}
	list = cut(list, len(list))
	// A first letter is rarely wrong.
	slices.SortStableFunc(list, func(a, b counted) int { return slipRank(b, letters) - slipRank(a, letters) })
	return list
}

func slipRank(c counted, letters []rune) int {
	first, _ := utf8.DecodeRuneInString(c.text)
	if first == letters[0] {
		return 1
	}
	return 0
}

// knows reports whether there is such a form, or one that begins so.
func (l lexicon) knows(form string, begun bool) bool {
	for _, s := range l {
		i := s.firstForm(form, 0, s.forms)
		if i == s.forms {
			continue
		}
		if found := s.form(i); len(found) == len(form) && string(found) == form ||
			begun && len(found) > len(form) && string(found[:len(form)]) == form {
			return true
		}
	}
	return false
}
