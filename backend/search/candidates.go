package search

import (
	"cmp"
	"context"
	"slices"
)

// compiled is a reading in the numbers of one segment.
type compiled struct {
	*segment
	groups  []compiledGroup
	phrases []compiledPhrase
	allowed []docRange // nil: all of them

	groupsOf map[uint32]uint32 // which groups a form belongs to, a bit each
	sieve    [256]uint64       // says of most forms at once that they belong to none
	begun    bool              // there are groups of forms that begin so
	begin    [4]uint64         // the first letters of forms that belong to groups, a byte each
}

type docRange struct{ from, to uint32 }

type compiledGroup struct {
	*group
	lists []weightedPostings
	docs  int    // of all lists, the dead among them
	exact uint32 // the form of the word itself, gone when there is none
	lo    uint32 // of the forms that begin with it
	hi    uint32
}

type weightedPostings struct {
	postings
	docs   int
	weight float32
}

func compile(s *segment, r *reading, ranks []int) *compiled {
	c := &compiled{segment: s, groupsOf: map[uint32]uint32{}}
	for n := range r.groups {
		g := compiledGroup{group: &r.groups[n], exact: gone}
		for _, w := range g.stems {
			i, ok := s.findStem(w.stem)
			if !ok {
				continue
			}
			docs := s.stemDocs(i) + int(s.deadStems[uint32(i)])
			g.lists = append(g.lists, weightedPostings{s.postings(i), docs, w.weight})
			g.docs += docs
			forms := s.stemForms(i)
			for at := range len(forms) / 4 {
				form := u32(forms, at)
				c.groupsOf[form] |= 1 << n
				c.sieve[form/64%uint32(len(c.sieve))] |= 1 << (form % 64)
				c.beginsLike(s.form(int(form)))
			}
		}
		if i, ok := s.findForm(g.word); ok {
			g.exact = uint32(i)
		}
		if g.begun && !g.tag {
			lo, hi := s.formsWith(g.word, 0, s.forms)
			g.lo, g.hi = uint32(lo), uint32(hi)
			c.begun = true
			c.beginsLike([]byte(g.word))
		}
		c.groups = append(c.groups, g)
	}
	for i := range r.phrases {
		c.phrases = append(c.phrases, s.compilePhrase(&r.phrases[i]))
	}
	for _, rank := range ranks {
		from, to := s.setRange(rank)
		c.allowed = append(c.allowed, docRange{uint32(from), uint32(to)})
	}
	return c
}

// beginsLike notes how forms begin that belong to groups.
func (c *compiled) beginsLike(form []byte) {
	b := form[min(len(form)-1, 1)] // the first byte is the same for half of an alphabet
	c.begin[b/64] |= 1 << (b % 64)
}

// matchesText is matches for a form whose number is not known.
func (c *compiled) matchesText(form []byte) uint32 {
	if b := form[min(len(form)-1, 1)]; c.begin[b/64]&(1<<(b%64)) == 0 {
		return 0
	}
	i, ok := c.findForm(string(form))
	if !ok {
		return 0
	}
	return c.matches(uint32(i))
}

// matches tells which groups a form belongs to, a bit each.
func (c *compiled) matches(form uint32) uint32 {
	var mask uint32
	if c.sieve[form/64%uint32(len(c.sieve))]&(1<<(form%64)) != 0 {
		mask = c.groupsOf[form]
	}
	if !c.begun {
		return mask
	}
	for i := range c.groups {
		if g := &c.groups[i]; g.lo <= form && form < g.hi {
			mask |= 1 << i
		}
	}
	return mask
}

func (c *compiled) takes(doc uint32) bool {
	if c.deadDocs > 0 && c.isDead(int(doc)) {
		return false
	}
	if c.allowed == nil {
		return true
	}
	for _, r := range c.allowed {
		if r.from <= doc && doc < r.to {
			return true
		}
	}
	return false
}

// candidate is a document that may be among the best.
type candidate struct {
	in      *compiled
	doc     uint32
	score   float32
	partial bool  // lacks a word
	phrases uint8 // of the query that it has
}

// scratch is room that searches use again. The arrays of one number per
// document hold zeros in between.
type scratch struct {
	values  []uint8
	scores  []float32
	matched []float32
	touched []uint32
	found   []candidate
}

func (sc *scratch) fit(docs int) {
	if len(sc.values) < docs {
		sc.values = make([]uint8, docs)
		sc.scores = make([]float32, docs)
		sc.matched = make([]float32, docs)
	}
}

// valueOf turns impacts to what they count with a weight.
func valueOf(weight float32) *[256]uint8 {
	var values [256]uint8
	for i := 1; i < len(values); i++ {
		values[i] = valueAt(uint8(i), weight)
	}
	return &values
}

func valueAt(impact uint8, weight float32) uint8 { return uint8(max(1, float32(impact)*weight)) }

// fill puts the value of a group for each document into the scratch. With
// touched it also lists the documents.
func (g *compiledGroup) fill(ctx context.Context, sc *scratch, touched bool, fewest int) error {
	sc.touched = sc.touched[:0]
	for _, list := range g.lists {
		if err := ctx.Err(); err != nil {
			return err
		}
		values := valueOf(list.weight)
		put := func(doc uint32, impact uint8) {
			before := sc.values[doc]
			if touched && before == 0 {
				sc.touched = append(sc.touched, doc)
			}
			sc.values[doc] = max(before, values[impact])
		}
		if fewest > 0 && list.docs >= manyDocs {
			docs, impacts := list.best()
			for i, impact := range impacts {
				put(u32(docs, i), impact)
			}
			continue
		}
		list.each(func(c chunk) {
			docs := c.docs[:2*len(c.impacts)]
			for i, impact := range c.impacts {
				put(c.base|uint32(docs[2*i])|uint32(docs[2*i+1])<<8, impact)
			}
		})
	}
	return nil
}

func (g *compiledGroup) value(doc uint32) float32 {
	var most uint8
	for _, list := range g.lists {
		if impact := list.impact(doc); impact > 0 {
			most = max(most, valueAt(impact, list.weight))
		}
	}
	return float32(most)
}

// manyMatches is from how many documents on only the champions of a single
// word are looked at.
const manyMatches = 20000

// having gives the documents that have all words. total is exact unless there
// are very many.
func (c *compiled) having(ctx context.Context, sc *scratch) (found []candidate, total int, err error) {
	var need []*compiledGroup
	for i := range c.groups {
		if g := &c.groups[i]; !g.optional {
			if len(g.lists) == 0 {
				return nil, 0, nil
			}
			need = append(need, g)
		}
	}
	if len(need) == 0 {
		return nil, 0, nil
	}
	slices.SortStableFunc(need, func(a, b *compiledGroup) int { return cmp.Compare(a.docs, b.docs) })
	sc.fit(c.segment.docs)
	defer clear(sc.values[:c.segment.docs])

	if g := need[0]; len(need) == 1 && g.docs >= manyMatches && len(c.phrases) == 0 {
		if found, err = c.take(ctx, g, sc, champions); err != nil {
			return nil, 0, err
		}
		if seen := len(sc.touched); len(found) >= best {
			all := min(g.docs, c.segment.docs)
			return found, max(len(found), all*len(found)/seen), nil
		}
		clear(sc.values[:c.segment.docs])
	}
	if found, err = c.take(ctx, need[0], sc, 0); err != nil {
		return nil, 0, err
	}
	for _, g := range need[1:] {
		if found, err = c.keep(ctx, found, g, sc); err != nil || len(found) == 0 {
			return nil, 0, err
		}
	}
	return found, len(found), nil
}

// take gives the documents of one group.
func (c *compiled) take(ctx context.Context, g *compiledGroup, sc *scratch, fewest int) ([]candidate, error) {
	if err := g.fill(ctx, sc, true, fewest); err != nil {
		return nil, err
	}
	sc.found = sc.found[:0]
	for _, doc := range sc.touched {
		if c.takes(doc) {
			sc.found = append(sc.found, candidate{in: c, doc: doc, score: g.idf * float32(sc.values[doc])})
		}
	}
	return sc.found, nil
}

// keep leaves the documents that have one more group.
func (c *compiled) keep(ctx context.Context, found []candidate, g *compiledGroup, sc *scratch) ([]candidate, error) {
	kept := found[:0]
	const lookup = 12 // looking one document up costs as much as passing by so many
	if lookup*len(found)*len(g.lists) < g.docs {
		for _, f := range found {
			if value := g.value(f.doc); value > 0 {
				f.score += g.idf * value
				kept = append(kept, f)
			}
		}
		return kept, ctx.Err()
	}
	clear(sc.values[:c.segment.docs])
	if err := g.fill(ctx, sc, false, 0); err != nil {
		return nil, err
	}
	for _, f := range found {
		if value := sc.values[f.doc]; value > 0 {
			f.score += g.idf * float32(value)
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// lacking gives documents that have words of a good part of the weight of all.
func (c *compiled) lacking(ctx context.Context, sc *scratch, have map[uint32]bool) ([]candidate, error) {
	const share = 0.4
	var groups, tags []*compiledGroup
	var whole float32
	for i := range c.groups {
		switch g := &c.groups[i]; {
		case g.tag:
			tags = append(tags, g)
		case !g.optional && g.group.docs > 0:
			groups = append(groups, g)
			whole += g.idf
		}
	}
	if len(groups)+len(tags) == 0 || whole == 0 {
		return nil, nil
	}
	slices.SortStableFunc(groups, func(a, b *compiledGroup) int { return cmp.Compare(b.idf, a.idf) })
	sc.fit(c.segment.docs)
	matched := sc.matched // the weight of the words that a document has
	defer clear(sc.scores[:c.segment.docs])
	defer clear(matched[:c.segment.docs])
	var seen []uint32
	for _, g := range groups {
		if err := g.fill(ctx, sc, true, 0); err != nil {
			clear(sc.values[:c.segment.docs])
			return nil, err
		}
		for _, doc := range sc.touched {
			if matched[doc] == 0 {
				seen = append(seen, doc)
			}
			matched[doc] += g.idf
			sc.scores[doc] += g.idf * float32(sc.values[doc])
		}
		clear(sc.values[:c.segment.docs])
	}
	sc.found = sc.found[:0]
	for _, doc := range seen {
		if matched[doc] < share*whole || have[doc] || !c.takes(doc) ||
			slices.ContainsFunc(tags, func(g *compiledGroup) bool { return g.value(doc) == 0 }) {
			continue
		}
		sc.found = append(sc.found, candidate{in: c, doc: doc, score: sc.scores[doc], partial: true})
	}
	return sc.found, nil
}

// best is how many candidates are looked at closely.
const best = 300

// top leaves the n candidates with the best scores, in no order.
func top(list []candidate, n int) []candidate {
	if len(list) <= n {
		return list
	}
	heap := list[:n:n]
	down := func(i int) {
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && heap[child+1].before(&heap[child]) {
				child++
			}
			if !heap[child].before(&heap[i]) {
				return
			}
			heap[i], heap[child] = heap[child], heap[i]
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for i := n; i < len(list); i++ {
		if heap[0].before(&list[i]) {
			heap[0], list[i] = list[i], heap[0]
			down(0)
		}
	}
	return heap
}

// before orders by score, then by key, so that it does not matter in which
// segment a document is.
func (a *candidate) before(b *candidate) bool {
	if a.score != b.score {
		return a.score < b.score
	}
	if a.in == b.in {
		return a.doc > b.doc // in a segment they are in the order of their keys
	}
	return compareKeys(a.in.key(int(a.doc)), b.in.key(int(b.doc))) > 0
}
