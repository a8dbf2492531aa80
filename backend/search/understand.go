package search

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// typedChunk is a chunk in the layout in which it was meant.
type typedChunk struct {
	chunkOfQuery
	swapped bool
}

// muchMore is how much more frequent the other reading must be to be meant.
const muchMore = 20

// typed decides for each chunk in which layout it was meant.
func (l lexicon) typed(chunks []chunkOfQuery) []typedChunk {
	list := make([]typedChunk, len(chunks))
	swapped, unsure := 0, []int{}
	for i, chunk := range chunks {
		list[i].chunkOfQuery = chunk
		other, ok := otherLayout(chunk.text)
		if !ok || chunk.tag {
			continue
		}
		asIs, asOther := l.known(chunk.text, chunk.last), l.known(other, chunk.last)
		switch {
		case asOther == 0:
			if asIs == 0 && l.near(other, chunk.last) > muchMore*l.near(chunk.text, chunk.last) {
				list[i].text, list[i].swapped = other, true
				swapped++
			}
		case asIs == 0, utf8.RuneCountInString(chunk.text) > 2 && asOther > muchMore*asIs:
			list[i].text, list[i].swapped = other, true
			swapped++
		default:
			unsure = append(unsure, i)
		}
	}
	// Nobody changes the layout within a query without noticing it: words that
	// could be both follow the others.
	if 2*swapped > len(chunks)-len(unsure) {
		for _, i := range unsure {
			list[i].text, _ = otherLayout(list[i].text)
			list[i].swapped = true
		}
	}
	return list
}

// known says how many documents have the rarest of the words of a chunk.
func (l lexicon) known(text string, last bool) int {
	tokens := forms(text)
	least := 0
	for i, token := range tokens {
		docs := l.stemDocs(stem(token))
		if docs == 0 {
			for _, c := range l.kin(stem(token)) {
				docs = max(docs, c.docs)
			}
		}
		if last && i == len(tokens)-1 {
			docs = max(docs, l.begins(token))
		}
		if i == 0 || docs < least {
			least = docs
		}
	}
	return least
}

// near is known for a text with a typo.
func (l lexicon) near(text string, last bool) int {
	tokens := forms(text)
	if len(tokens) != 1 {
		return 0
	}
	most := 0
	for _, c := range l.typos(tokens[0], false) {
		most = max(most, c.docs)
	}
	if most == 0 && last {
		for _, c := range l.typos(tokens[0], true) {
			most = max(most, c.docs)
		}
	}
	return most
}

// How much a document counts that has not the word itself.
const (
	forKin       = 0.35
	forTypo      = 0.8
	forPart      = 0.6
	forBeginning = 0.6 // and more, the less is missing
)

// leastStem is from how many letters on a stem of an unfinished word is believed.
const leastStem = 3

// mostForms is how many forms a beginning or a part stands for.
const mostForms = 64

// group finds what counts as a word, and the word as it was understood.
func (l lexicon) group(word string, begun, part, strict bool, total int) (group, string) {
	g := group{word: word, begun: begun}
	name := stem(word)
	unfinished := begun && l.formDocs(word) == 0 && l.knows(word, true)
	if l.stemDocs(name) > 0 && !(unfinished && utf8.RuneCountInString(name) < leastStem) {
		g.add(name, 1) // and not во for вось, which goes on as восьмой
	}
	if !strict {
		for _, c := range l.kin(name) {
			g.add(c.text, forKin)
		}
	}
	if begun {
		list, _ := l.formsWith(word, mostForms)
		for _, c := range list {
			share := float32(len(word)) / float32(len(c.text))
			g.add(stem(c.text), forBeginning+(1-forBeginning)*share)
		}
	}
	as := word
	known := len(g.stems) > 0
	if !strict && !isFrequent(word) && (!known || l.rare(g, total)) {
		as = l.correct(&g, word, begun, known)
	}
	// A part of a word is looked for where the word is a piece of code, or
	// nothing else explains it.
	if latin, cyrillic := scripts(word); part || len(word) >= 3 && !strict && (latin == cyrillic || len(g.stems) == 0) {
		for _, c := range l.formsAround(word, part, mostForms) {
			g.add(stem(c.text), forPart)
		}
	}
	for _, s := range g.stems {
		g.docs += l.stemDocs(s.stem)
	}
	g.docs = min(g.docs, total)
	g.idf = idf(g.docs, total)
	return g, as
}

func idf(docs, total int) float32 {
	return float32(math.Log(1 + (float64(total)-float64(docs)+0.5)/(float64(docs)+0.5)))
}

// rare holds for words that may be somebody's typo themselves.
func (l lexicon) rare(g group, total int) bool {
	docs := 0
	for _, s := range g.stems {
		docs += l.stemDocs(s.stem)
	}
	return docs <= 1+total/20000 && utf8.RuneCountInString(g.word) > leastForTypo
}

// correct adds what a mistyped word may have been meant as, and gives the word
// as it was understood.
func (l lexicon) correct(g *group, word string, begun, known bool) string {
	if latin, cyrillic := scripts(word); latin == cyrillic && (known || strings.Trim(word, "0123456789") == "") {
		return word // numbers mean what they say, and codes that there are
	}
	list := l.typos(word, false)
	whole := len(list)
	if begun {
		for _, c := range l.typos(word, true) {
			if !slices.ContainsFunc(list[:whole], func(o counted) bool { return o.text == c.text }) {
				list = append(list, c)
			}
		}
	}
	if len(list) == 0 {
		return word
	}
	if known {
		own := 0
		for _, s := range g.stems {
			own += l.stemDocs(s.stem)
		}
		if list[0].docs <= muchMore*own {
			return word
		}
	}
	weight := float32(forTypo)
	for i, c := range list[:min(4, len(list))] {
		if i < whole {
			g.add(stem(c.text), weight)
		} else {
			some, _ := l.formsWith(c.text, mostForms/4)
			for _, c := range some {
				g.add(stem(c.text), weight)
			}
		}
		weight *= 0.9
	}
	if known {
		return word
	}
	return list[0].text
}

// tagged finds the tags that are meant.
func (l lexicon) tagged(chunk typedChunk, total int) group {
	form := tagForm(chunk.text)
	g := group{word: form, begun: chunk.last, tag: true}
	if l.stemDocs(form) > 0 {
		g.add(form, 1)
	} else if chunk.last {
		list, _ := l.formsWith(form, mostForms)
		for _, c := range list {
			g.add(c.text, 1)
		}
	}
	for _, s := range g.stems {
		g.docs += l.stemDocs(s.stem)
	}
	g.docs = min(g.docs, total)
	return g
}
