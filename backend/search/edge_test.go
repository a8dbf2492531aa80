package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"opora/backend/opora"
	"opora/backend/pace"
	"opora/backend/search"
	"opora/backend/search/sample"
)

// check holds an answer to what every answer must be.
func check(t *testing.T, a opora.Answer) {
	t.Helper()
	if a.Total < len(a.Hits) {
		t.Errorf("%q: %d hits of %d", a.Query, len(a.Hits), a.Total)
	}
	for _, h := range a.Hits {
		length := 0
		for i, s := range slices.Concat(h.Title, h.Passage) {
			if s.Text == "" || !utf8.ValidString(s.Text) || strings.ContainsAny(s.Text, "\x00\n\u202e") {
				t.Errorf("%q: span %d of %v is %q", a.Query, i, h.Key, s.Text)
			}
			length += utf8.RuneCountInString(s.Text)
		}
		if length > 600 {
			t.Errorf("%q: %v shows %d characters", a.Query, h.Key, length)
		}
	}
}

func hostile() []string {
	return []string{
		strings.Repeat("доступ ", 1500), strings.Repeat("а", 10<<10), strings.Repeat("#", 10<<10), strings.Repeat(`"`, 999),
		strings.Repeat("e\u0301", 3000), "\u202eдоступ\u202c", "дос\u00adтуп", "дос\u200bтуп", "\x00доступ\x01", "доступ\xff\xfeсайт",
		"ﬁle ﬃ Ǆ ß İ ı", "数据库 错误", "ก็ \U0001F600 \U0001F1F7\U0001F1FA", "'; DROP TABLE articles; --", "NEAR(a b) AND * OR (", "a* ^b -c title:d", "\u0301", "и\u0306", "''''''",
		"\U0010FFFF\uFFFD", "٣٤٥ ⅷ ²", "tag:tag:tag:", "#\u0301", `«доступ`, `"„“”`,
	}
}

func TestHostile(t *testing.T) {
	list := help()
	for i, text := range hostile() {
		f := article(int64(100+i), text, text+"\n"+text)
		f.Tags = []string{text, ""}
		f.Code = text
		f.Heads = []opora.Head{{At: -5, Text: "x"}, {At: len(text) * 3, Text: text}, {At: 1, Text: ""}}
		list = append(list, f)
	}
	list = append(list, article(500, "", ""), article(-1, "Отрицательный", ""), article(1<<62, "Большой", ""))
	e := open(t, t.TempDir(), newShelf(list...))
	for _, text := range hostile() {
		for _, query := range []string{text, text + " доступ", `"` + text + `"`, "#" + text} {
			check(t, find(t, e, query))
		}
	}
	for query, id := range map[string]int64{"отрицательный": -1, "большой": 1 << 62} {
		if got := ids(find(t, e, query)); !slices.Contains(got, id) {
			t.Errorf("%q found %v", query, got)
		}
	}
}

func FuzzFind(f *testing.F) {
	e := open(f, f.TempDir(), newShelf(help()...))
	for _, text := range append(hostile(), "доступ", "ljcneg", "wp_opt", `"рабочих дней" #оплата`) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, err := e.Find(t.Context(), query, nil, 20)
		if err != nil {
			t.Fatal(err)
		}
		check(t, a)
	})
}

// TestLong finds within a document of a megabyte.
func TestLong(t *testing.T) {
	text := strings.Repeat("слова за словами идут одно за другим. ", 18000)
	f := article(1, "Длинное", text[:len(text)/2]+"Здесь спрятана кукарямба. "+text[len(text)/2:])
	e := open(t, t.TempDir(), newShelf(f, article(2, "Короткое", "слова")))
	a := find(t, e, "кукарямбой")
	if got := marked(a); !slices.Equal(got, []string{"кукарямба"}) {
		t.Fatalf("marked %q", got)
	}
	pace.Within(t, 10*time.Millisecond, "a query in a long document", func() time.Duration {
		began := time.Now()
		find(t, e, "слова идут")
		return time.Since(began)
	})
}

func TestTogether(t *testing.T) {
	corpus := sample.New(6)
	feed := newShelf()
	for id := range int64(300) {
		feed.put(corpus.Document(id + 1))
	}
	e := open(t, t.TempDir(), feed)
	queries := corpus.Queries(3, 300)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i, q := range queries {
				if n == 0 {
					feed.put(corpus.Document(int64(300 + i)))
					e.Opened(q.Want, q.Text)
				}
				if _, err := e.Find(context.Background(), q.Text, nil, 20); err != nil {
					t.Error(err)
				}
				if n == 1 && i == 10 {
					if err := e.Rebuild(context.Background(), nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
}

func TestCancel(t *testing.T) {
	e := open(t, t.TempDir(), newShelf(help()...))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Find(ctx, "доступ", nil, 20); !errors.Is(err, context.Canceled) {
		t.Errorf("a query that was given up: %v", err)
	}
	if err := e.Rebuild(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a rebuilding that was given up: %v", err)
	}
	if a := find(t, e, "возврат"); !slices.Equal(ids(a), []int64{2}) {
		t.Errorf("after that: %v", ids(a))
	}
}

func TestClosed(t *testing.T) {
	e, err := search.Open(t.Context(), t.TempDir(), nil, newShelf(help()...))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Find(t.Context(), "доступ", nil, 20); err == nil {
		t.Error("a closed engine answers")
	}
}

// TestPromises measures what is promised at 100,000 documents.
func TestPromises(t *testing.T) {
	pace.NeedAlone(t)
	const documents = 100_000
	feed := newMadeUp(documents)
	path := t.TempDir()
	if err := open(t, path, feed).Close(); err != nil {
		t.Fatal(err)
	}
	pace.Within(t, 300*time.Millisecond, "the first answer of a fresh engine", func() time.Duration {
		began := time.Now()
		e := open(t, path, feed)
		find(t, e, "доступ к сай")
		return time.Since(began)
	})
	e := open(t, path, feed)
	queries := feed.Queries(100, documents)
	pace.Within(t, 16*time.Millisecond, fmt.Sprintf("the 99th percentile of %d queries", len(queries)), func() time.Duration {
		var took []time.Duration
		for _, q := range queries {
			began := time.Now()
			find(t, e, q.Text)
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("p50 %v, p95 %v, p99 %v", took[len(took)/2], took[len(took)*95/100], took[len(took)*99/100])
		return took[len(took)*99/100]
	})
}
