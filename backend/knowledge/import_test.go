package knowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
)

func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "README.md", "# Handbook\n")
	write(t, dir, "dns/index.md", "# Zones and records\n")
	write(t, dir, "dns/mx.md", "# MX\n\n[TXT](txt.md) [DNS](../dns/)\n")
	write(t, dir, "dns/txt.md", "# TXT\n")
	shelf := &memory{}
	update := func(what string, want opora.Report, puts int) {
		t.Helper()
		before := shelf.Puts
		got, err := importOf(t, shelf, opora.SourceFolder, dir)
		want.MS, want.Skipped = got.MS, got.Skipped
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) || shelf.Puts-before != puts {
			t.Errorf("%s: got %+v, %v and %d pages made; want %+v and %d", what, got, err, shelf.Puts-before, want, puts)
		}
	}
	update("first", opora.Report{Added: 4}, 4)
	if page := shelf.Pages["dns/mx.md"]; page.Section != "Zones and records" || sketch(page.Nodes[1:]) != `p(a=page:dns/txt.md("TXT") " " a=page:dns/index.md("DNS"))` {
		t.Errorf("got %q, %s", page.Section, sketch(page.Nodes))
	}
	update("nothing changed", opora.Report{Same: 4}, 0)
	write(t, dir, "README.md", "# Handbook of DNS\n")
	update("one changed", opora.Report{Same: 3, Changed: 1}, 1)
	if err := os.Rename(filepath.Join(dir, "dns/txt.md"), filepath.Join(dir, "dns/records.md")); err != nil {
		t.Fatal(err)
	}
	update("one renamed, and one linked to it", opora.Report{Added: 1, Removed: 1, Same: 2, Changed: 1}, 2)
	write(t, dir, "dns/txt.md", "# TXT again\n")
	update("what was linked to is back", opora.Report{Added: 1, Same: 3, Changed: 1}, 2)
	write(t, dir, "dns/index.md", "# Records\n")
	update("the title of a folder changed", opora.Report{Same: 1, Changed: 4}, 4)
	if err := os.Remove(filepath.Join(dir, "dns/mx.md")); err != nil {
		t.Fatal(err)
	}
	update("one removed", opora.Report{Removed: 1, Same: 4}, 0)

	// What cannot be read this time stays as it is.
	write(t, dir, "dns/txt.md", strings.Repeat("x", maxBytes+1))
	update("one too large", opora.Report{Same: 4, SkippedOf: 1}, 0)
	// What is empty is gone.
	write(t, dir, "dns/txt.md", "")
	update("one empty", opora.Report{Removed: 1, Same: 3, SkippedOf: 1}, 0)
}

// stopping is a shelf whose import is cancelled after so many pages.
type stopping struct {
	*memory
	after int
	stop  context.CancelFunc
}

type stoppingStage struct {
	Stage
	shelf *stopping
}

func (s *stopping) Stage(ctx context.Context, source int64) (Stage, error) {
	st, err := s.memory.Stage(ctx, source)
	return &stoppingStage{st, s}, err
}

func (s *stoppingStage) Put(ctx context.Context, page opora.Page) error {
	if s.shelf.after--; s.shelf.after == 0 {
		s.shelf.stop()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Stage.Put(ctx, page)
}

func TestCancelAndGoOn(t *testing.T) {
	dir := t.TempDir()
	for i := range 200 {
		write(t, dir, fmt.Sprintf("%03d.md", i), fmt.Sprintf("# Page %d\n\nBefore.\n", i))
	}
	shelf := &memory{}
	if _, err := importOf(t, shelf, opora.SourceFolder, dir); err != nil {
		t.Fatal(err)
	}
	old := maps.Clone(shelf.Pages)
	for i := range 200 {
		write(t, dir, fmt.Sprintf("%03d.md", i), fmt.Sprintf("# Page %d\n\nAfter.\n", i))
	}
	for _, after := range []int{1, 60, 100} {
		ctx, stop := context.WithCancel(t.Context())
		_, err := (&Importer{Shelf: &stopping{shelf, after, stop}}).Import(ctx, opora.Source{ID: 1, Kind: opora.SourceFolder, Location: dir})
		stop()
		if !errors.Is(err, opora.Cancelled) {
			t.Errorf("after %d: %v", after, err)
		}
		for path, page := range shelf.Pages {
			if page.Text != old[path].Text {
				t.Fatalf("readers see %s half way", path)
			}
		}
	}
	staged, puts := len(shelf.Left), shelf.Puts
	report, err := importOf(t, shelf, opora.SourceFolder, dir)
	if err != nil || report.Changed != 200 || staged < 150 || shelf.Puts-puts != 200-staged {
		t.Errorf("going on from %d: %+v, %v, %d made anew", staged, report, err, shelf.Puts-puts)
	}
}

func TestProgress(t *testing.T) {
	dir := t.TempDir()
	for i := range 100 {
		write(t, dir, fmt.Sprintf("%03d.md", i), "# Page\n")
	}
	var heard []opora.Progress
	clock := time.Unix(0, 0)
	importer := Importer{Shelf: &memory{}, Tell: func(p opora.Progress) { heard = append(heard, p) }, Now: func() time.Time {
		clock = clock.Add(10 * time.Millisecond) // a hundred articles a second
		return clock
	}}
	if _, err := importer.Import(t.Context(), opora.Source{ID: 7, Kind: opora.SourceFolder, Location: dir}); err != nil {
		t.Fatal(err)
	}
	last := heard[len(heard)-1]
	if len(heard) < 4 || len(heard) > 6 || !last.Ended || last.Failed != "" || last.Done != 100 || last.Report.Added != 100 {
		t.Errorf("heard %d times, last %+v", len(heard), last)
	}
	if middle := heard[len(heard)-2]; middle.Source != 7 || middle.Of != 100 || middle.Rate < 90 || middle.Rate > 110 || middle.At == "" || middle.Ended {
		t.Errorf("before the end: %+v", middle)
	}
	heard = nil
	if _, err := importer.Import(t.Context(), opora.Source{ID: 7, Kind: opora.SourceFolder, Location: dir + "none"}); err == nil || len(heard) != 1 || heard[0].Failed != opora.SourceMissing || !heard[0].Ended {
		t.Errorf("a failed one: %v, %+v", err, heard)
	}
}

func TestTitles(t *testing.T) {
	dir := t.TempDir()
	for i, title := range []string{"DNS", "Mail - SPF", "Backups", "Site"} {
		write(t, dir, fmt.Sprintf("%d.html", i), "<title>"+title+" - Хостинг «Колос»</title><p>Text")
	}
	write(t, dir, "up.html", "<body><div class=navheader><a accesskey=u title='Chapter' href=c>Up</a></div><p>Text")
	write(t, dir, "sub/own.html", "<p>No title")
	write(t, dir, "sub/02-first_steps.md", "No title")
	write(t, dir, "notes.txt", "All about mail\n\nText\n\n    code here\n")
	shelf := &memory{}
	if _, err := importOf(t, shelf, opora.SourceFolder, dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"0.html": "DNS", "1.html": "Mail - SPF", "sub/own.html": "Own", "sub/02-first_steps.md": "First steps", "notes.txt": "All about mail"} {
		if got := shelf.Pages[path].Title; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := shelf.Pages["up.html"].Section; got != "Chapter" {
		t.Errorf("stands under %q", got)
	}
	if page := shelf.Pages["notes.txt"]; page.Code != "    code here\n" || page.Text != "All about mail\nText\n" {
		t.Errorf("got %q, %q", page.Text, page.Code)
	}
}

func TestRecognise(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "docs/README.md", "# Knowledge of hosting\n")
	write(t, dir, "help-centre.json", `{"articles": []}`)
	write(t, dir, "export/articles.json", `[]`)
	for location, want := range map[string]struct {
		kind  opora.SourceKind
		title string
	}{
		filepath.Join(dir, "docs"):              {opora.SourceFolder, "Knowledge of hosting"},
		filepath.Join(dir, "help-centre.json"):  {opora.SourceZendesk, "Help centre"},
		filepath.Join(dir, "export"):            {opora.SourceZendesk, "Export"},
		packed(t, "a/x.md", "text"):             {opora.SourceZip, "Docs"},
		packed(t, "articles.json", `{"id": 1}`): {opora.SourceZendesk, "Docs"},
	} {
		if kind, title, err := Recognise(t.Context(), location); kind != want.kind || title != want.title || err != nil {
			t.Errorf("%s: %s %q, %v", location, kind, title, err)
		}
	}
	if _, _, err := Recognise(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("nothing there: %v", err)
	}
}

func TestStumbling(t *testing.T) {
	o := guarded("a.md", func() outcome { panic("hostile bytes") })
	if o.path != "a.md" || o.taken || len(o.skipped) != 1 || o.skipped[0].Why != opora.SourceUnreadable {
		t.Errorf("got %+v", o)
	}
}
