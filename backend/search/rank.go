package search

import (
	"cmp"
	"math/bits"
	"slices"

	"opora/backend/opora"
)

// How much speaks for a document beside its words, in shares of what a
// document with the greatest impact of all words has.
const (
	forTitleHit    = 0.40 // words of the query that stand in the title
	forTitleWhole  = 0.20 // and how much of the title they are
	forTitleBegins = 0.25 // the title begins with the query
	forHeading     = 0.12
	forExactForm   = 0.35
	forNearness    = 0.25 // neighbours in the query are neighbours here
	forCloseness   = 0.10 // or at least stand in one sentence
	forPhrase      = 0.60 // what was typed as one piece stands as one piece
	forOpened      = 2.00 // often enough, it outweighs the rest
)

// contender is a candidate that was looked at closely.
type contender struct {
	candidate
	d    doc
	rank float32
}

// longestRead is how many words of a text are read to rank it.
const longestRead = 8192

// judge looks at candidates closely and puts the best first.
func judge(list []candidate, liked map[opora.Key]float32) []*contender {
	contenders := make([]*contender, len(list))
	for i, f := range list {
		d := f.in.doc(int(f.doc))
		contenders[i] = &contender{f, d, f.in.rank(f, d) + forOpened*liked[d.key]}
	}
	slices.SortFunc(contenders, func(a, b *contender) int {
		if a.partial != b.partial {
			if a.partial {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(setRank(a.d.key.In), setRank(b.d.key.In)),
			cmp.Compare(a.d.title, b.d.title), compareKeys(a.d.key, b.d.key))
	})
	return contenders
}

// rank is between 0 and about 3.
func (c *compiled) rank(f candidate, d doc) float32 {
	var whole float32
	score := f.score
	for i := range c.groups {
		g := &c.groups[i]
		whole += g.idf
		if g.optional {
			score += g.idf * g.value(f.doc)
		}
	}
	if whole == 0 {
		return 0 // tags only
	}
	var l look
	words := c.words(d)
	l.title(c, words[:4*d.title])
	l.body(c, words[4*(d.title+d.tags):][:4*min(d.text, longestRead)])
	l.body(c, words[4*(d.title+d.tags+d.text):][:4*min(d.code, longestRead)])

	weight := func(mask uint32) float32 {
		var sum float32
		for ; mask != 0; mask &= mask - 1 {
			sum += c.groups[bits.TrailingZeros32(mask)].idf
		}
		return sum / whole
	}
	rank := score/255/whole + forTitleHit*weight(l.inTitle) + forHeading*weight(l.inHeads) + forExactForm*weight(l.exact)
	if d.title > 0 {
		rank += forTitleWhole * float32(l.titleWords) / float32(d.title)
	}
	if l.begins && bits.OnesCount32(l.inTitle) == len(c.groups) {
		rank += forTitleBegins
	}
	if n := len(c.groups); n > 1 {
		rank += (forNearness*float32(bits.OnesCount32(l.beside)) + forCloseness*float32(bits.OnesCount32(l.close))) / float32(n-1)
	}
	if n := len(c.phrases); n > 0 {
		rank += forPhrase * float32(f.phrases) / float32(n)
	}
	return rank
}

// look is what a document's words show.
type look struct {
	inTitle, inHeads, exact uint32 // groups, a bit each
	beside, close           uint32 // groups that stand near the one before them
	titleWords              int
	begins                  bool
}

func (l *look) title(c *compiled, words []byte) {
	var order order
	for i := range len(words) / 4 {
		form := u32(words, i)
		mask := c.matches(form)
		if mask == 0 {
			continue
		}
		l.begins = l.begins || i == 0 && mask&1 != 0
		l.titleWords++
		l.inTitle |= mask
		l.note(c, mask, form, i, &order)
	}
}

func (l *look) body(c *compiled, words []byte) {
	var order order
	for i := range len(words) / 4 {
		word := u32(words, i)
		form := word &^ inHeading
		mask := c.matches(form)
		if mask == 0 {
			continue
		}
		if word&inHeading != 0 {
			l.inHeads |= mask
		}
		l.note(c, mask, form, i, &order)
	}
}

// order remembers where each group stood last, from 1 on.
type order [32]int32

// How many words away what belongs together may be.
const (
	nearby = 3
	within = 12
)

func (l *look) note(c *compiled, mask, form uint32, at int, last *order) {
	for rest := mask; rest != 0; rest &= rest - 1 {
		n := bits.TrailingZeros32(rest)
		if c.groups[n].exact == form {
			l.exact |= 1 << n
		}
		if n > 0 {
			l.apart(n, at+1, last[n-1])
		}
		if n+1 < len(c.groups) {
			l.apart(n+1, at+1, last[n+1])
		}
		last[n] = int32(at + 1)
	}
}

// apart notes how far a group is from the one before it.
func (l *look) apart(group, at int, other int32) {
	if other == 0 || at == int(other) {
		return
	}
	switch far := at - int(other); {
	case far <= nearby:
		l.beside |= 1 << group
		fallthrough
	case far <= within:
		l.close |= 1 << group
	}
}
