package search

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"opora/backend/opora"
)

// mostHits is how many hits an answer may have.
const mostHits = 100

// Find answers a query. No sets mean all of them; the limit is 1 to 100, 20
// when it is 0. What changed in the feeds before the call is in the answer.
func (e *Engine) Find(ctx context.Context, text string, in []opora.Set, limit int) (opora.Answer, error) {
	answer := opora.Answer{Query: text, Hits: []opora.Hit{}}
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, mostHits)
	if err := e.sync(ctx); err != nil {
		return answer, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return answer, errClosed
	}
	q := parse(text)
	if len(q.chunks) == 0 {
		return answer, ctx.Err()
	}
	l := lexicon(e.segments)
	r := l.understand(q)
	answer.Read = r.read
	list, total, err := e.best(ctx, &r, setRanks(in), limit, best)
	if err != nil {
		return answer, err
	}
	answer.Total = total
	list = list[:min(len(list), limit+exactMore*len(r.exact))]
	loaded, err := e.load(ctx, list)
	if err != nil {
		return answer, err
	}
	list = exactFirst(list, loaded, r.exact)
	for _, w := range list[:min(limit, len(list))] {
		if f, ok := loaded[w.d.key]; ok { // removed this very moment otherwise
			answer.Hits = append(answer.Hits, w.hit(f))
		}
	}
	return answer, ctx.Err()
}

// A piece of code is compared letter by letter in so many documents more than
// are asked for, and in texts up to this length.
const (
	exactMore   = 40
	exactLength = 1 << 16
)

// exactFirst puts documents first that have the pieces of code as they were typed.
func exactFirst(list []*contender, loaded map[opora.Key]opora.Findable, exact []string) []*contender {
	if len(exact) == 0 {
		return list
	}
	has := map[*contender]int{}
	for _, w := range list {
		f := loaded[w.d.key]
		for _, text := range []string{f.Title, f.Text, f.Code} {
			text = strings.ToLower(text[:min(len(text), exactLength)])
			for i, piece := range exact {
				if strings.Contains(text, piece) {
					has[w] |= 1 << i
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *contender) int { return bits.OnesCount(uint(has[b])) - bits.OnesCount(uint(has[a])) })
	return list
}

// setRanks gives the numbers of sets; nil when all are meant.
func setRanks(in []opora.Set) []int {
	var ranks []int
	for _, set := range in {
		if rank := setRank(set); rank >= 0 && !slices.Contains(ranks, rank) {
			ranks = append(ranks, rank)
		}
	}
	if len(in) > 0 && ranks == nil {
		return []int{setCount} // sets that nobody knows hold nothing
	}
	if len(ranks) == setCount {
		return nil
	}
	return ranks
}

// best gives the documents for a reading, the best first, and how many match.
func (e *Engine) best(ctx context.Context, r *reading, ranks []int, limit, close int) ([]*contender, int, error) {
	if len(r.groups) == 0 {
		return nil, 0, nil
	}
	sc := e.scratch.Get().(*scratch)
	defer e.scratch.Put(sc)
	liked := e.opened.liked(r.key)
	var whole, partial []candidate
	total := 0
	segments := make([]*compiled, len(e.segments))
	for i, s := range e.segments {
		c := compile(s, r, ranks)
		segments[i] = c
		found, matching, err := c.having(ctx, sc)
		if err != nil {
			return nil, 0, err
		}
		if len(c.phrases) > 0 {
			before := min(len(found), mostPhrases)
			found = phrased(top(found, mostPhrases))
			if before > 0 && r.strict() {
				matching = matching * len(found) / before
			}
			for n := range found {
				found[n].score += float32(found[n].phrases) * 255 * c.groups[0].idf
			}
		}
		whole = append(whole, c.liked(top(found, close), liked)...)
		total += matching
	}
	if len(whole) < limit && len(r.groups) > 1 && !r.strict() {
		for _, c := range segments {
			have := map[uint32]bool{}
			for _, f := range whole {
				if f.in == c {
					have[f.doc] = true
				}
			}
			found, err := c.lacking(ctx, sc, have)
			if err != nil {
				return nil, 0, err
			}
			total += len(found)
			partial = append(partial, phrased(top(found, close))...)
		}
	}
	return judge(append(top(whole, close), top(partial, close)...), liked), total, ctx.Err()
}

func (r *reading) strict() bool {
	return slices.ContainsFunc(r.phrases, func(p phrase) bool { return p.strict })
}

// liked adds what was opened before to the candidates, where it has all words
// and was not among the best.
func (c *compiled) liked(found []candidate, liked map[opora.Key]float32) []candidate {
	for key := range liked {
		n, ok := c.find(key)
		doc := uint32(n)
		if !ok || !c.takes(doc) || slices.ContainsFunc(found, func(f candidate) bool { return f.doc == doc }) {
			continue
		}
		f := candidate{in: c, doc: doc}
		for i := range c.groups {
			g := &c.groups[i]
			value := g.value(doc)
			if ok = ok && (value > 0 || g.optional); !g.optional {
				f.score += g.idf * value
			}
		}
		if ok {
			found = append(found, phrased([]candidate{f})...)
		}
	}
	return found
}

// load reads the texts of documents.
func (e *Engine) load(ctx context.Context, list []*contender) (map[opora.Key]opora.Findable, error) {
	loaded := make(map[opora.Key]opora.Findable, len(list))
	for i, feed := range e.feeds {
		var keys []opora.Key
		for _, w := range list {
			if w.d.feed == i {
				keys = append(keys, w.d.key)
			}
		}
		if len(keys) == 0 {
			continue
		}
		found, err := feed.Load(ctx, keys)
		if err != nil {
			return nil, fmt.Errorf("search: load from %s: %w", feed.Name(), err)
		}
		for _, f := range found {
			loaded[f.Key] = f
		}
	}
	return loaded, nil
}
