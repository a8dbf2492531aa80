package search

import "bytes"

// compiledPhrase is a phrase in the numbers of one segment.
type compiledPhrase struct {
	*phrase
	places   []docRange // the forms that each word may be
	possible bool
}

func (s *segment) compilePhrase(p *phrase) compiledPhrase {
	c := compiledPhrase{phrase: p, possible: true}
	for i, word := range p.words {
		switch last := i == len(p.words)-1; {
		case last && p.begun:
			lo, hi := s.formsWith(word, 0, s.forms)
			c.places = append(c.places, docRange{uint32(lo), uint32(hi)})
		case i == 0 && p.parts:
			c.places = append(c.places, docRange{0, uint32(s.forms)}) // compared by its letters
			continue
		default:
			n, ok := s.findForm(word)
			if !ok {
				c.possible = false
				return c
			}
			c.places = append(c.places, docRange{uint32(n), uint32(n + 1)})
		}
		if r := c.places[i]; r.from == r.to {
			c.possible = false
		}
	}
	return c
}

// in finds the phrase among words and gives the place of its first, or -1.
func (p *compiledPhrase) in(s *segment, words []byte) int {
	if !p.possible {
		return -1
	}
	first := 0
	if p.parts && len(p.words) > 1 {
		first = 1 // one that is known is compared sooner than the end of one
	}
	for i := first; i+len(p.places)-first <= len(words)/4; i++ {
		matched := true
		for n := first; n < len(p.places) && matched; n++ {
			form := u32(words, i+n-first) &^ inHeading
			matched = p.places[n].from <= form && form < p.places[n].to
		}
		if matched && (!p.parts || bytes.HasSuffix(s.form(int(u32(words, i-first)&^inHeading)), []byte(p.words[0])) || len(p.words) == 1) {
			return i - first
		}
	}
	return -1
}

// longestLook is how many words of a long document are read to judge it.
const longestLook = 1 << 17

// has reports whether a document has the phrase in one of its fields.
func (c *compiled) has(p *compiledPhrase, d doc) bool {
	words := c.words(d)
	for _, n := range []int{d.title, d.tags, d.text, d.code} {
		field := words[:4*n]
		words = words[4*n:]
		if p.in(c.segment, field[:min(len(field), 4*longestLook)]) >= 0 {
			return true
		}
	}
	return false
}

// mostPhrases is how many candidates are read for phrases.
const mostPhrases = 5000

// phrased notes who has the phrases of the query and drops whoever lacks a
// strict one.
func phrased(list []candidate) []candidate {
	kept := list[:0]
	for _, f := range list {
		d := f.in.doc(int(f.doc))
		takes := true
		for i := range f.in.phrases {
			p := &f.in.phrases[i]
			if f.in.has(p, d) {
				f.phrases++
			} else if p.strict {
				takes = false
				break
			}
		}
		if takes {
			kept = append(kept, f)
		}
	}
	return kept
}
