package search

import (
	"context"
	"testing"

	"opora/backend/opora"
	"opora/backend/pace"
	"opora/backend/search/sample"
)

// corpusFeed is a feed of made-up documents that never change.
type corpusFeed struct {
	*sample.Corpus
	documents int64
}

func (c corpusFeed) Name() string                                             { return "corpus" }
func (c corpusFeed) Last(context.Context) (int64, error)                      { return 1, nil }
func (c corpusFeed) Since(context.Context, int64) ([]opora.Key, int64, error) { return nil, 1, nil }
func (c corpusFeed) Forget(context.Context, int64) error                      { return nil }

func (c corpusFeed) Load(_ context.Context, keys []opora.Key) (list []opora.Findable, err error) {
	for _, key := range keys {
		list = append(list, c.Document(key.ID))
	}
	return list, nil
}

func (c corpusFeed) All(_ context.Context, add func(opora.Findable) error) (int64, error) {
	for id := range c.documents {
		if err := add(c.Document(id + 1)); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

// TestOverlap compares the best 20 with those that looking at every matching
// document closely gives: of at least 95 of 100 the rank is as good.
func TestOverlap(t *testing.T) {
	documents, each := int64(5000), 3
	if pace.Alone() {
		documents, each = 20_000, 20
	}
	corpus := sample.New(5)
	e, err := Open(t.Context(), t.TempDir(), nil, corpusFeed{corpus, documents})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	l := lexicon(e.segments)
	same, all := map[string]int{}, map[string]int{}
	for _, q := range corpus.Queries(each, documents) {
		r := l.understand(parse(q.Text))
		got, _, err := e.best(t.Context(), &r, nil, 20, best)
		if err != nil {
			t.Fatal(err)
		}
		want := everything(t, e, &r)
		if len(want) == 0 {
			continue
		}
		wanted := min(20, len(want))
		good := 0
		for _, w := range got[:min(wanted, len(got))] {
			if !w.partial && w.rank >= want[wanted-1].rank {
				good++
			}
		}
		for _, sort := range []string{q.Sort, "all"} {
			all[sort] += wanted
			same[sort] += good
		}
	}
	for sort, n := range all {
		t.Logf("%s: %.3f of %d", sort, float64(same[sort])/float64(n), n)
	}
	if share := float64(same["all"]) / float64(all["all"]); share < 0.95 || all["all"] < 200 {
		t.Errorf("only %.3f of %d hits are among the best", share, all["all"])
	}
}

// everything ranks every document that matches, without champions and without
// leaving any out before it was looked at closely.
func everything(t *testing.T, e *Engine, r *reading) []*contender {
	t.Helper()
	var all []candidate
	sc := &scratch{}
	for _, s := range e.segments {
		c := compile(s, r, nil)
		sc.fit(s.docs)
		var list []candidate
		begun := false
		for i := range c.groups {
			var err error
			switch g := &c.groups[i]; {
			case g.optional:
			case !begun:
				begun = true
				list, err = c.take(t.Context(), g, sc, 0)
			default:
				list, err = c.keep(t.Context(), list, g, sc)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, phrased(list)...)
	}
	return judge(all, nil)
}
