package search

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// lexicon is the vocabulary of all segments.
type lexicon []*segment

// counted is a form or stem with the number of documents that have it.
type counted struct {
	text string
	docs int
}

// docs counts the living documents.
func (l lexicon) docs() int {
	sum := 0
	for _, s := range l {
		sum += s.alive()
	}
	return sum
}

func (l lexicon) stemDocs(stem string) int {
	sum := 0
	for _, s := range l {
		if i, ok := s.findStem(stem); ok {
			sum += s.stemDocs(i)
		}
	}
	return sum
}

func (l lexicon) formDocs(form string) int {
	sum := 0
	for _, s := range l {
		if i, ok := s.findForm(form); ok {
			sum += s.formDocs(i)
		}
	}
	return sum
}

// most keeps the most frequent of the entries from lo to hi, equal ones by
// their text, and gives how often all of them occur.
func most(lo, hi, limit int, docs func(int) int, text func(int) []byte) (list []counted, sum int) {
	var sizes [65]int
	for i := lo; i < hi; i++ {
		n := docs(i)
		sum += n
		sizes[bits.Len(uint(n))]++
	}
	sizes[0] = 0
	least, enough := len(sizes)-1, 0
	for ; least > 1; least-- {
		if enough += sizes[least]; enough >= limit {
			break
		}
	}
	for i := lo; i < hi; i++ {
		if n := docs(i); bits.Len(uint(n)) >= least {
			list = append(list, counted{string(text(i)), n})
		}
	}
	return cut(list, limit), sum
}

func cut(list []counted, limit int) []counted {
	slices.SortFunc(list, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.docs, a.docs), strings.Compare(a.text, b.text))
	})
	return list[:min(limit, len(list))]
}

// joined sums up what several segments found.
func joined(lists [][]counted, limit int, docs func(string) int) []counted {
	if len(lists) == 1 {
		return cut(lists[0], limit)
	}
	seen := map[string]bool{}
	var all []counted
	for _, list := range lists {
		for _, c := range list {
			if !seen[c.text] {
				seen[c.text] = true
				all = append(all, counted{c.text, docs(c.text)})
			}
		}
	}
	return cut(all, limit)
}

// formsWith gives the most frequent forms that begin so, and how often all of
// them occur.
func (l lexicon) formsWith(prefix string, limit int) (list []counted, sum int) {
	lists := make([][]counted, len(l))
	for i, s := range l {
		lo, hi := s.formsWith(prefix, 0, s.forms)
		var some int
		lists[i], some = most(lo, hi, limit, s.formDocs, s.form)
		sum += some
	}
	return joined(lists, limit, l.formDocs), sum
}

// begins counts how often forms that begin so occur.
func (l lexicon) begins(prefix string) int {
	sum := 0
	for _, s := range l {
		lo, hi := s.formsWith(prefix, 0, s.forms)
		for i := lo; i < hi; i++ {
			sum += s.formDocs(i)
		}
	}
	return sum
}

// kin gives stems that a stem goes on in, or of which it is a continuation:
// endings that the stemmer took for a part of the word.
func (l lexicon) kin(stem string) []counted {
	const limit, furthest = 8, 3
	letters := utf8.RuneCountInString(stem)
	latin, cyrillic := scripts(stem)
	if latin == cyrillic || letters < 4 || latin && letters < 5 {
		return nil
	}
	lists := make([][]counted, len(l))
	for i, s := range l {
		for n := s.firstStem(stem); n < s.stems && bytes.HasPrefix(s.stem(n), []byte(stem)); n++ {
			if more := utf8.RuneCount(s.stem(n)) - letters; more > 0 && more <= furthest && s.stemDocs(n) > 0 {
				lists[i] = append(lists[i], counted{string(s.stem(n)), s.stemDocs(n)})
			}
		}
	}
	list := joined(lists, limit, l.stemDocs)
	if latin {
		return list // English endings are few, and all known
	}
	for shorter, left := stem, letters-1; left >= max(5, letters-2); left-- {
		_, size := utf8.DecodeLastRuneInString(shorter)
		shorter = shorter[:len(shorter)-size]
		if docs := l.stemDocs(shorter); docs > 0 {
			list = append(list, counted{shorter, docs})
		}
	}
	return list
}

// formsAround gives the most frequent forms that hold this part, or that end
// with it.
func (l lexicon) formsAround(part string, atEnd bool, limit int) []counted {
	lists := make([][]counted, len(l))
	for i, s := range l {
		lists[i] = s.formsAround(part, atEnd, limit)
	}
	return joined(lists, limit, l.formDocs)
}

// formsAround looks through all forms at once, as they lie one behind the
// other: through those that begin with ASCII, or the others, as the part does.
func (s *segment) formsAround(part string, atEnd bool, limit int) []counted {
	const enough = 5000 // of a part that everything has, any will do
	var list []counted
	text, ends := s.part[partFormText], s.part[partFormEnds]
	at, stop := 0, len(text)
	border := 0
	if i := s.firstForm("\x80", 0, s.forms); i > 0 {
		border = int(u32(ends, i-1))
	}
	if part[0] < utf8.RuneSelf {
		stop = border
	} else {
		at = border
	}
	rare := rarest(part)
	for len(list) < enough && at+rare < stop {
		n := bytes.IndexByte(text[at+rare:stop], part[rare])
		if n < 0 {
			break
		}
		if at += n; !bytes.HasPrefix(text[at:], []byte(part)) {
			at++
			continue
		}
		i := sort.Search(s.forms, func(i int) bool { return int(u32(ends, i)) > at })
		end, to := int(u32(ends, i)), at+len(part)
		if to > end || atEnd && to != end { // runs on into the next form, or is not its end
			at++
			continue
		}
		if s.form(i)[0] != tagMark[0] && s.formDocs(i) > 0 {
			list = append(list, counted{string(s.form(i)), s.formDocs(i)})
		}
		at = end
	}
	return cut(list, limit)
}

// rarest gives the place of the byte that leads to a part soonest: the last of
// its rarest letter. The first bytes of Cyrillic letters are everywhere.
func rarest(part string) int {
	const cyrillic, latin = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ", "etaoinshrdlcumwfgypbvkjxqz"
	place, best := 0, -1
	for i, r := range part {
		// Both give the place in bytes, 2 a letter in the first: near enough.
		rank := max(strings.IndexRune(cyrillic, r), 2*strings.IndexRune(latin, r))
		if rank < 0 {
			rank = len(cyrillic)
		}
		if rank > best {
			place, best = i+utf8.RuneLen(r)-1, rank
		}
	}
	return place
}
