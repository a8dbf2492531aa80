package search_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"opora/backend/opora"
	"opora/backend/pace"
	"opora/backend/search"
	"opora/backend/search/sample"
)

// TestChanges holds an index that lived through changes and restarts against
// one that was made anew of the same things.
func TestChanges(t *testing.T) {
	corpus := sample.New(3)
	queries := corpus.Queries(1, 60)
	rapid.Check(t, func(t *rapid.T) {
		path, err := os.MkdirTemp("", "search")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(path)
		feed := newShelf()
		e, err := search.Open(context.Background(), path, nil, feed)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Close() }()
		thing := func(id int64, from int64) opora.Findable {
			f := corpus.Document(from)
			f.ID = id
			f.In = opora.Sets()[id%4]
			return f
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			id := rapid.Int64Range(1, 20).Draw(t, "id")
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
				if e, err = search.Open(context.Background(), path, nil, feed); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := e.Rebuild(context.Background(), nil); err != nil {
					t.Fatal(err)
				}
			case 2, 3:
				feed.remove(thing(id, 1).Key)
			case 4:
				if _, err := e.Find(context.Background(), queries[0].Text, nil, 20); err != nil {
					t.Fatal(err)
				}
			default:
				feed.put(thing(id, rapid.Int64Range(1, 60).Draw(t, "content")))
			}
		}
		path, err = os.MkdirTemp("", "search")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(path)
		fresh, err := search.Open(context.Background(), path, nil, feed)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = fresh.Close() }()
		for _, q := range queries {
			lived, err := e.Find(context.Background(), q.Text, nil, 20)
			if err != nil {
				t.Fatal(err)
			}
			made, err := fresh.Find(context.Background(), q.Text, nil, 20)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(lived, made) {
				t.Fatalf("%q: %d of %d hits %v, and made anew %d of %d hits %v", q.Text,
					len(lived.Hits), lived.Total, ids(lived), len(made.Hits), made.Total, ids(made))
			}
		}
	})
}

func TestCurrent(t *testing.T) {
	feed := newShelf(help()...)
	e := open(t, t.TempDir(), feed)
	if a := find(t, e, "кукарямба"); len(a.Hits) != 0 {
		t.Fatalf("found %v", ids(a))
	}
	feed.put(article(50, "Кукарямба", "новое слово"))
	if a := find(t, e, "кукарямбы"); !slices.Equal(ids(a), []int64{50}) {
		t.Errorf("after adding: %v", ids(a))
	}
	feed.put(article(50, "Другое", "прежнего слова нет"))
	if a := find(t, e, "кукарямба"); len(a.Hits) != 0 {
		t.Errorf("after changing: %v", ids(a))
	}
	feed.remove(opora.Key{In: opora.InArticles, ID: 50})
	if a := find(t, e, "прежнего"); len(a.Hits) != 0 {
		t.Errorf("after removing: %v", ids(a))
	}
}

// indexFile is the one file in a folder of an index.
func indexFile(t *testing.T, path string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(path, "*.idx"))
	if err != nil || len(names) != 1 {
		t.Fatalf("index files: %v, %v", names, err)
	}
	return names[0]
}

func TestDamage(t *testing.T) {
	path := t.TempDir()
	feed := newShelf(help()...)
	e := open(t, path, feed)
	sound, err := os.ReadFile(indexFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(sound)
	flipped[len(flipped)/2] ^= 0x10
	for why, data := range map[string][]byte{
		"empty": nil, "cut short": sound[:len(sound)/2], "cut by one": sound[:len(sound)-1], "flipped bit": flipped,
		"longer": append(slices.Clone(sound), 0), "text": []byte("SQLite format 3"), "zeros": make([]byte, len(sound)),
	} {
		t.Run(why, func(t *testing.T) {
			path := t.TempDir()
			name := filepath.Join(path, "search-000007.idx")
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			e := open(t, path, feed)
			if a := find(t, e, "возврат"); !slices.Equal(ids(a), []int64{2}) {
				t.Errorf("found %v", ids(a))
			}
			if got := indexFile(t, path); got == name {
				t.Error("the damaged file is still there")
			}
		})
	}
}

// TestForeign opens an index that was made of another feed.
func TestForeign(t *testing.T) {
	path := t.TempDir()
	other := newShelf(article(1, "Чужое", "чужое"))
	other.name = "other"
	if err := open(t, path, other).Close(); err != nil {
		t.Fatal(err)
	}
	e := open(t, path, newShelf(help()...))
	if a := find(t, e, "чужое"); len(a.Hits) != 0 {
		t.Errorf("found %v", ids(a))
	}
	if a := find(t, e, "возврат"); !slices.Equal(ids(a), []int64{2}) {
		t.Errorf("found %v", ids(a))
	}
}

// TestKilledWriter leaves beside a sound file what a killed writer leaves.
func TestKilledWriter(t *testing.T) {
	path := t.TempDir()
	feed := newShelf(help()...)
	if err := open(t, path, feed).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(indexFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	draft := filepath.Join(path, "search-123.tmp")
	if err := os.WriteFile(draft, before[:len(before)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	e := open(t, path, feed)
	if a := find(t, e, "возврат"); !slices.Equal(ids(a), []int64{2}) {
		t.Errorf("found %v", ids(a))
	}
	if after, err := os.ReadFile(indexFile(t, path)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was written again, %v", err)
	}
	if err := e.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(draft); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the killed writer left is still there: %v", err)
	}
}

func TestForgotten(t *testing.T) {
	path := t.TempDir()
	feed := newShelf(help()...)
	e := open(t, path, feed)
	feed.put(article(51, "Кукарямба", ""))
	if err := feed.Forget(t.Context(), feed.last); err != nil {
		t.Fatal(err)
	}
	if a := find(t, e, "кукарямба"); !slices.Equal(ids(a), []int64{51}) {
		t.Errorf("found %v", ids(a))
	}
}

// TestBackup gives an engine a feed that went back to an older state.
func TestBackup(t *testing.T) {
	path := t.TempDir()
	feed := newShelf(help()...)
	for range 5 {
		feed.put(article(51, "Кукарямба", ""))
	}
	if err := open(t, path, feed).Close(); err != nil {
		t.Fatal(err)
	}
	e := open(t, path, newShelf(help()...))
	if a := find(t, e, "кукарямба"); len(a.Hits) != 0 {
		t.Errorf("found %v", ids(a))
	}
}

// TestTwoEngines has two processes' worth of engines on one folder; one writes
// a file and lets the changes be forgotten that the other has not seen.
func TestTwoEngines(t *testing.T) {
	path := t.TempDir()
	feed := newShelf(help()...)
	one, other := open(t, path, feed), open(t, path, feed)
	feed.put(article(52, "Кукарямба", ""))
	if err := one.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*search.Engine{one, other} {
		if a := find(t, e, "кукарямба"); !slices.Equal(ids(a), []int64{52}) {
			t.Errorf("found %v", ids(a))
		}
	}
}

// TestTidy changes so much that a new file is written in the background, while
// it is searched.
func TestTidy(t *testing.T) {
	path := t.TempDir()
	corpus := sample.New(4)
	feed := newShelf()
	for id := range int64(500) {
		feed.put(corpus.Document(id + 1))
	}
	e := open(t, path, feed)
	first := indexFile(t, path)
	for id := range int64(2500) {
		feed.put(corpus.Document(id + 300))
		if id%500 == 0 {
			find(t, e, "доступ")
		}
	}
	feed.remove(corpus.Document(700).Key)
	find(t, e, "доступ")
	deadline := time.Now().Add(pace.Limit(10 * time.Second))
	for {
		names, _ := filepath.Glob(filepath.Join(path, "*.idx"))
		if len(names) == 1 && names[0] != first {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no new file, only %v", names)
		}
		time.Sleep(10 * time.Millisecond)
	}
	fresh := open(t, t.TempDir(), feed)
	for _, q := range corpus.Queries(1, 2799) {
		if got, want := find(t, e, q.Text), find(t, fresh, q.Text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, and made anew %v", q.Text, ids(got), ids(want))
		}
	}
}

func TestOpened(t *testing.T) {
	list := []opora.Findable{
		article(1, "Почта для домена", "Как завести"), article(2, "Почта на телефоне", "Как читать"), article(3, "Разное", "Здесь сказано про почту."),
	}
	path := t.TempDir()
	feed := newShelf(list...)
	e := open(t, path, feed)
	key := opora.Key{In: opora.InArticles, ID: 3}
	if a := find(t, e, "поч"); a.Hits[0].ID == 3 {
		t.Fatalf("found %v", ids(a))
	}
	e.Opened(key, "почту")
	e.Opened(key, "Почту")
	if a := find(t, e, "поч"); a.Hits[0].ID != 3 {
		t.Errorf("after opening: %v", ids(a))
	}
	if a := find(t, e, "почтальон"); len(a.Hits) > 0 && a.Hits[0].ID == 3 {
		t.Errorf("another query: %v", ids(a))
	}
	again, err := search.Open(t.Context(), t.TempDir(), func(context.Context) ([]search.Opened, error) {
		return []search.Opened{{Key: key, Query: "почту", Times: 2}}, nil
	}, feed)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if a := find(t, again, "поч"); a.Hits[0].ID != 3 {
		t.Errorf("in the next session: %v", ids(a))
	}
}
