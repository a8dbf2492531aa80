package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

func openShelf(t *testing.T, dir string) *Shelf {
	t.Helper()
	s, err := OpenShelf(t.Context(), dir, func() time.Time { return monday })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func mustSource(t *testing.T, s *Shelf, location string) opora.Source {
	t.Helper()
	source, err := s.AddSource(t.Context(), opora.SourceFolder, location, "Справка")
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func mustStage(t *testing.T, s *Shelf, source int64) *Stage {
	t.Helper()
	stage, err := s.Stage(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Leave() })
	return stage
}

// leaf is a page with a text and the pictures that it shows.
func leaf(path, text string, images ...string) opora.Page {
	page := opora.Page{
		Article: opora.Article{Path: path, Title: "О " + path, Section: "Установка", Tags: []string{"тег"}, Address: "https://kb.example/" + path, ChangedAt: monday},
		Text:    text, Heads: []opora.Head{{At: 0, Text: text, Anchor: "a"}}, Code: "ls -l\n", Hash: text, ETag: "e", LastModified: "l",
		Nodes: []opora.Node{{Kind: opora.NodeParagraph, Nodes: []opora.Node{{Kind: opora.NodeText, Text: text}}}},
	}
	for _, id := range images {
		page.Nodes = append(page.Nodes, opora.Node{Kind: opora.NodeLink, Nodes: []opora.Node{{Kind: opora.NodeImage, To: id}}})
	}
	return page
}

func put(t *testing.T, stage *Stage, pages ...opora.Page) {
	t.Helper()
	for _, page := range pages {
		if err := stage.Put(t.Context(), page); err != nil {
			t.Fatal(err)
		}
	}
}

func commit(t *testing.T, stage *Stage) string {
	t.Helper()
	r, err := stage.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("+%d ~%d -%d =%d", r.Added, r.Changed, r.Removed, r.Same)
}

// shown is what readers see of a source: path and text.
func shown(t *testing.T, s *Shelf, source int64) string {
	t.Helper()
	list, err := s.Articles(t.Context(), source, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, a := range list {
		page, err := s.Page(t.Context(), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(page.Article, a) {
			t.Errorf("listed as %+v, shown as %+v", a, page.Article)
		}
		parts = append(parts, a.Path+"="+page.Text)
	}
	return strings.Join(parts, " ")
}

func rows(t *testing.T, s *Shelf, table string) (n int) {
	t.Helper()
	if err := s.pool.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func changes(t *testing.T, feed *Feed, after int64) (string, int64) {
	t.Helper()
	keys, last, err := feed.Since(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, key := range keys {
		list = append(list, fmt.Sprint(key.In, key.ID))
	}
	slices.Sort(list)
	return strings.Join(list, " "), last
}

func lastOf(t *testing.T, feed *Feed) int64 {
	t.Helper()
	last, err := feed.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func TestShelf(t *testing.T) {
	s := openShelf(t, t.TempDir())
	feed := s.Feed()
	source := mustSource(t, s, "/docs")
	if again := mustSource(t, s, "/docs"); again.ID != source.ID {
		t.Errorf("one location, two sources: %+v", again)
	}
	first := lastOf(t, feed)
	stage := mustStage(t, s, source.ID)
	if _, err := s.Stage(t.Context(), source.ID); !errors.Is(err, opora.ImportRunning) {
		t.Errorf("a second import at once: %v", err)
	}
	put(t, stage, leaf("b.md", "бэ"), leaf("a.md", "а"), leaf("c.md", "цэ"))
	if known, found, err := stage.Staged(t.Context(), "a.md"); err != nil || !found || known != (opora.Known{Hash: "а", ETag: "e", LastModified: "l", At: monday}) {
		t.Errorf("got %+v, %v, %v", known, found, err)
	}
	if got := shown(t, s, source.ID); got != "" {
		t.Errorf("readers see %s of an import under way", got)
	}
	if got := commit(t, stage); got != "+3 ~0 -0 =0" {
		t.Errorf("the first import: %s", got)
	}
	if got := shown(t, s, source.ID); got != "a.md=а b.md=бэ c.md=цэ" {
		t.Errorf("got %s", got)
	}
	got, second := changes(t, feed, first)
	if got != "articles1 articles2 articles3" || second != first+3 {
		t.Errorf("changes %s up to %d", got, second-first)
	}

	stage = mustStage(t, s, source.ID)
	if err := stage.Same(t.Context(), "nowhere.md"); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v", err)
	}
	if err := stage.Same(t.Context(), "a.md"); err != nil {
		t.Fatal(err)
	}
	put(t, stage, leaf("b.md", "другое"), leaf("d.md", "дэ"), leaf("d.md", "дважды"))
	if got := commit(t, stage); got != "+1 ~1 -1 =1" {
		t.Errorf("the second import: %s", got)
	}
	if got := shown(t, s, source.ID); got != "a.md=а b.md=другое d.md=дважды" {
		t.Errorf("got %s", got)
	}
	// Ids in the order of coming: b, a, c, then d.
	if got, _ := changes(t, feed, second); got != "articles1 articles3 articles4" {
		t.Errorf("changes %s", got)
	}
	if contents, listed := rows(t, s, "content"), rows(t, s, "listing"); contents != 3 || listed != 3 {
		t.Errorf("%d contents and %d listings are kept of 3 articles", contents, listed)
	}
	if id, err := s.ArticleAt(t.Context(), source.ID, "b.md"); err != nil || id != 1 {
		t.Errorf("got %d, %v: an article keeps its id", id, err)
	}
	for _, path := range []string{"c.md", "/b.md", "B.md"} {
		if _, err := s.ArticleAt(t.Context(), source.ID, path); !errors.Is(err, opora.NotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := s.Page(t.Context(), 2+1); !errors.Is(err, opora.NotFound) {
		t.Errorf("a removed page: %v", err)
	}
	list, err := s.Sources(t.Context())
	if err != nil || len(list) != 1 || list[0].Articles != 3 || list[0].Unended || !list[0].UpdatedAt.Equal(monday) || list[0].Report.Changed != 1 {
		t.Errorf("got %+v, %v", list, err)
	}

	third := lastOf(t, feed)
	if err := s.Remove(t.Context(), source.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := changes(t, feed, third); got != "articles1 articles2 articles4" {
		t.Errorf("changes %s", got)
	}
	for _, table := range []string{"source", "article", "content", "listing"} {
		if n := rows(t, s, table); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	if next := mustSource(t, s, "/docs"); next.ID == source.ID {
		t.Error("a removed source's id is given again")
	}
}

func TestImportGoesOn(t *testing.T) {
	dir := t.TempDir()
	s := openShelf(t, dir)
	source := mustSource(t, s, "/docs")
	stage := mustStage(t, s, source.ID)
	put(t, stage, leaf("a.md", "а"), leaf("b.md", "бэ"))
	if err := stage.Leave(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Source(t.Context(), source.ID); err != nil || !got.Unended || got.Articles != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	other := openShelf(t, dir)
	stage = mustStage(t, other, source.ID)
	if _, err := s.Stage(t.Context(), source.ID); !errors.Is(err, opora.ImportRunning) {
		t.Errorf("while another one has it: %v", err)
	}
	if err := s.Remove(t.Context(), source.ID); !errors.Is(err, opora.ImportRunning) {
		t.Errorf("removed while another one imports it: %v", err)
	}
	if known, found, err := stage.Staged(t.Context(), "a.md"); err != nil || !found || known.Hash != "а" {
		t.Errorf("got %+v, %v, %v", known, found, err)
	}
	if _, found, err := stage.Shown(t.Context(), "a.md"); err != nil || found {
		t.Errorf("shown before it is: %v", err)
	}
	put(t, stage, leaf("a.md", "снова"), leaf("c.md", "цэ"))
	if got := commit(t, stage); got != "+3 ~0 -0 =0" {
		t.Errorf("got %s", got)
	}
	if err := stage.Leave(); err != nil {
		t.Error(err)
	}
	if got := shown(t, s, 0); got != "a.md=снова b.md=бэ c.md=цэ" {
		t.Errorf("got %s", got)
	}
	if n := rows(t, s, "content"); n != 3 {
		t.Errorf("%d contents of 3 articles", n)
	}

	// What failed leaves nothing, and a source that never had articles goes too.
	stage = mustStage(t, s, source.ID)
	put(t, stage, leaf("a.md", "не то"))
	if err := s.Discard(t.Context(), source.ID); !errors.Is(err, opora.ImportRunning) {
		t.Errorf("discarded while it runs: %v", err)
	}
	if err := errors.Join(stage.Leave(), s.Discard(t.Context(), source.ID)); err != nil {
		t.Fatal(err)
	}
	empty := mustSource(t, s, "/empty")
	stage = mustStage(t, s, empty.ID)
	put(t, stage, leaf("x.md", "икс"))
	if err := errors.Join(stage.Leave(), s.Discard(t.Context(), empty.ID)); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, s, 0); got != "a.md=снова b.md=бэ c.md=цэ" || rows(t, s, "source") != 1 || rows(t, s, "content") != 3 || rows(t, s, "article") != 3 {
		t.Errorf("got %s, %d sources, %d contents, %d articles", got, rows(t, s, "source"), rows(t, s, "content"), rows(t, s, "article"))
	}
}

func TestImages(t *testing.T) {
	s := openShelf(t, t.TempDir())
	source, other := mustSource(t, s, "/docs"), mustSource(t, s, "/other")
	ids := []string{strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)}
	stage := mustStage(t, s, source.ID)
	for i, id := range ids {
		for range 2 {
			if err := stage.PutImage(t.Context(), opora.Image{ID: id, MIME: "image/png", Data: []byte{byte(i)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(t, stage, leaf("a.md", "а", ids[0], ids[1], ids[0]), leaf("b.md", "бэ", ids[0]))
	commit(t, stage)
	has := func() (list string) {
		for i, id := range ids {
			if image, err := s.Image(t.Context(), id); err == nil && image.MIME == "image/png" && image.Data[0] == byte(i) {
				list += fmt.Sprint(i)
			} else if !errors.Is(err, opora.NotFound) {
				t.Errorf("got %+v, %v", image, err)
			}
		}
		return list
	}
	if got := has(); got != "01" {
		t.Errorf("pictures %s are kept, want those that are shown", got)
	}
	waiting := mustStage(t, s, other.ID)
	if found, err := waiting.HasImage(t.Context(), ids[1]); err != nil || !found {
		t.Errorf("got %v, %v", found, err)
	}
	stage = mustStage(t, s, source.ID)
	put(t, stage, leaf("b.md", "бэ", ids[0]))
	commit(t, stage)
	if got := has(); got != "01" {
		t.Errorf("pictures %s are kept while an import may need them", got)
	}
	if err := errors.Join(waiting.Leave(), s.Discard(t.Context(), other.ID)); err != nil {
		t.Fatal(err)
	}
	if got := has(); got != "0" {
		t.Errorf("pictures %s are kept, want the one that is shown", got)
	}
}

// TestListing: any part of the list is where it belongs, of one source and of all.
func TestListing(t *testing.T) {
	s := openShelf(t, t.TempDir())
	var want []string
	for i, location := range []string{"/one", "/two", "/three"} {
		source := mustSource(t, s, location)
		stage := mustStage(t, s, source.ID)
		for n := range 7 - i {
			page := leaf(fmt.Sprintf("%d.md", 9-n), "x")
			page.Section, page.Title = fmt.Sprintf("%d. Раздел", n/3*5), fmt.Sprintf("%d Статья", n*4)
			put(t, stage, page)
			want = append(want, page.Section+page.Title)
		}
		commit(t, stage)
	}
	for from := range len(want) + 2 {
		for count := range 9 {
			list, err := s.Articles(t.Context(), 0, from, count)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, a := range list {
				got = append(got, a.Section+a.Title)
			}
			if begin := min(from, len(want)); !slices.Equal(got, want[begin:min(begin+count, len(want))]) {
				t.Fatalf("from %d, %d of them: %q", from, count, got)
			}
		}
	}
}

func TestDamagedShelf(t *testing.T) {
	dir := t.TempDir()
	s := openShelf(t, dir)
	source := mustSource(t, s, "/docs")
	stage := mustStage(t, s, source.ID)
	for i := range 400 {
		put(t, stage, leaf(fmt.Sprintf("%d.md", i), strings.Repeat("текст ", 100)))
	}
	commit(t, stage)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, shelfName)
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(body) / 2; i < len(body); i++ {
		body[i] = 0xa5
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openShelf(t, dir)
	if s.Moved != "" {
		t.Error("the whole file was read at opening")
	}
	_, err = s.Feed().All(t.Context(), func(opora.Findable) error { return nil })
	if !errors.Is(err, opora.DataDamaged) {
		t.Errorf("got %v", err)
	}
	_ = s.Close()
	s = openShelf(t, dir)
	if _, err := os.Stat(s.Moved); err != nil {
		t.Error("the damaged file is not where it is said to be: ", err)
	}
	list, err := s.Sources(t.Context())
	if err != nil || len(list) != 1 || list[0].Location != "/docs" || list[0].Articles != 0 {
		t.Errorf("got %+v, %v: the sources can be imported again", list, err)
	}
	if s = openShelf(t, dir); s.Moved != "" {
		t.Error("moved again")
	}
}

func TestManyArticles(t *testing.T) {
	pace.NeedAlone(t)
	s := openShelf(t, t.TempDir())
	source := mustSource(t, s, "/docs")
	const count = 100_000
	text := strings.Repeat("Чтобы сменить пароль, откройте настройки. ", 8)
	fill := func(change int) (puts, shows time.Duration) {
		began := time.Now()
		stage := mustStage(t, s, source.ID)
		for i := range count {
			path := fmt.Sprintf("dir%d/page%d.md", i%300, i)
			if change > 1 && i%change != 0 {
				if err := stage.Same(t.Context(), path); err != nil {
					t.Fatal(err)
				}
				continue
			}
			page := leaf(path, fmt.Sprint(i, change, text))
			page.Section = fmt.Sprint("Раздел ", i%300)
			put(t, stage, page)
		}
		puts = time.Since(began)
		began = time.Now()
		commit(t, stage)
		return puts, time.Since(began)
	}
	puts, shows := fill(1)
	again, changed := fill(100)
	began := time.Now()
	if list, err := s.Articles(t.Context(), 0, count-100, 100); err != nil || len(list) != 100 {
		t.Fatalf("got %d, %v", len(list), err)
	}
	page := time.Since(began)
	began = time.Now()
	if _, err := s.Feed().All(t.Context(), func(opora.Findable) error { return nil }); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d put in %v and shown in %v; again with 1 in 100 changed %v and %v; the last page %v; all read in %v", count, puts, shows, again, changed, page, time.Since(began))
	if rate := count / puts.Seconds(); rate < 1000 {
		t.Errorf("%.0f a second", rate)
	}
	if limit := pace.Limit(100 * time.Millisecond); page > limit {
		t.Errorf("the last page took %v", page)
	}
}
