package search_test

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"

	"opora/backend/opora"
	"opora/backend/search"
)

// shelf is a feed in memory. It numbers its changes as a store would.
type shelf struct {
	mu        sync.Mutex
	name      string
	things    map[opora.Key]opora.Findable
	changed   map[opora.Key]int64
	last      int64
	forgotten int64
}

func newShelf(list ...opora.Findable) *shelf {
	s := &shelf{name: "shelf", things: map[opora.Key]opora.Findable{}, changed: map[opora.Key]int64{}}
	for _, f := range list {
		s.put(f)
	}
	return s
}

func (s *shelf) put(f opora.Findable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.things[f.Key] = f
	s.last++
	s.changed[f.Key] = s.last
}

func (s *shelf) remove(key opora.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.things, key)
	s.last++
	s.changed[key] = s.last
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Last(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, nil
}

func (s *shelf) Since(_ context.Context, after int64) (keys []opora.Key, last int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after < s.forgotten {
		return nil, 0, search.ErrForgotten
	}
	for key, at := range s.changed {
		if at > after {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b opora.Key) int { return cmp.Compare(s.changed[a], s.changed[b]) })
	return keys, s.last, nil
}

func (s *shelf) Load(_ context.Context, keys []opora.Key) (list []opora.Findable, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if f, ok := s.things[key]; ok {
			list = append(list, f)
		}
	}
	return list, nil
}

func (s *shelf) All(_ context.Context, add func(opora.Findable) error) (int64, error) {
	s.mu.Lock()
	last := s.last
	var list []opora.Findable
	for _, f := range s.things {
		list = append(list, f)
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b opora.Findable) int { return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.ID, b.ID)) })
	for _, f := range list {
		if err := add(f); err != nil {
			return 0, err
		}
	}
	return last, nil
}

func (s *shelf) Forget(_ context.Context, upTo int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten = upTo
	for key, at := range s.changed {
		if at <= upTo {
			delete(s.changed, key)
		}
	}
	return nil
}

func open(t testing.TB, path string, feeds ...search.Feed) *search.Engine {
	t.Helper()
	e, err := search.Open(t.Context(), path, nil, feeds...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func find(t testing.TB, e *search.Engine, query string, in ...opora.Set) opora.Answer {
	t.Helper()
	answer, err := e.Find(t.Context(), query, in, 20)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return answer
}

// ids are what was found, in order.
func ids(a opora.Answer) []int64 {
	list := []int64{}
	for _, h := range a.Hits {
		list = append(list, h.ID)
	}
	return list
}

// marked are the marked pieces of the titles and passages of an answer.
func marked(a opora.Answer) (list []string) {
	for _, h := range a.Hits {
		for _, s := range slices.Concat(h.Title, h.Passage) {
			if s.Mark {
				list = append(list, s.Text)
			}
		}
	}
	return list
}
