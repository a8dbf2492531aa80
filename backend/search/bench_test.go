package search_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
	"opora/backend/search"
	"opora/backend/search/sample"
)

// madeUp is a feed of made-up documents, which it holds ready.
type madeUp struct {
	*sample.Corpus
	documents []opora.Findable
}

func newMadeUp(documents int64) madeUp {
	m := madeUp{sample.New(1), make([]opora.Findable, documents)}
	for i := range m.documents {
		m.documents[i] = m.Document(int64(i + 1))
	}
	return m
}

func (m madeUp) Name() string                        { return "made up" }
func (m madeUp) Last(context.Context) (int64, error) { return 1, nil }
func (m madeUp) Since(context.Context, int64) ([]opora.Key, int64, error) {
	return nil, 1, nil
}

func (m madeUp) Load(_ context.Context, keys []opora.Key) (list []opora.Findable, err error) {
	for _, key := range keys {
		list = append(list, m.documents[key.ID-1])
	}
	return list, nil
}

func (m madeUp) All(_ context.Context, add func(opora.Findable) error) (int64, error) {
	for _, f := range m.documents {
		if err := add(f); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

func (m madeUp) Forget(context.Context, int64) error { return nil }

// BenchmarkFind gives the time of a query of each sort: the mean as ns/op, and
// the 50th, 95th and 99th percentile in microseconds.
func BenchmarkFind(b *testing.B) {
	sizes := []int64{10_000, 100_000}
	if pace.Long() {
		sizes = append(sizes, 1_000_000)
	}
	for _, documents := range sizes {
		feed := newMadeUp(documents)
		path := b.TempDir()
		began := time.Now()
		e, err := search.Open(b.Context(), path, nil, feed)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d documents: %.0f a second", documents, float64(documents)/time.Since(began).Seconds())
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
		queries := feed.Queries(100, documents)
		e = first(b, path, feed, queries[0].Text)
		for _, sort := range append(sample.Sorts(), "all") {
			b.Run(fmt.Sprintf("%dk/%s", documents/1000, sort), func(b *testing.B) {
				some := slices.DeleteFunc(slices.Clone(queries), func(q sample.Query) bool { return sort != "all" && q.Sort != sort })
				measure(b, e, some)
			})
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// first opens an index that is there and answers one query.
func first(b *testing.B, path string, feed search.Feed, query string) *search.Engine {
	runtime.GC()
	began := time.Now()
	e, err := search.Open(b.Context(), path, nil, feed)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := e.Find(b.Context(), query, nil, 20); err != nil {
		b.Fatal(err)
	}
	b.Logf("first answer after %v", time.Since(began).Round(time.Millisecond))
	return e
}

func measure(b *testing.B, e *search.Engine, queries []sample.Query) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if _, err := e.Find(b.Context(), queries[i%len(queries)].Text, nil, 20); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	for _, share := range []int{50, 95, 99} {
		b.ReportMetric(float64(took[min(len(took)-1, len(took)*share/100)].Microseconds()), fmt.Sprintf("p%d-us", share))
	}
}
