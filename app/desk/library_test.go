package desk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"opora/backend/opora"
)

// copies is a clipboard that remembers what it was given; the real one has tests
// of its own.
type copies struct{ last string }

func (c *copies) Copy(text string) error { c.last = text; return nil }
func (c *copies) CopySecret(opora.Secret) (time.Duration, error) {
	return 0, errors.New("not for secrets")
}
func (c *copies) Close() {}

func openDesk(t *testing.T, events Events) (*Desk, *copies) {
	t.Helper()
	d, err := Open(t.Context(), t.TempDir(), events)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	c := &copies{}
	d.Clipboard = c
	return d, c
}

// shelve puts pages into the knowledge base and gives their source.
func shelve(t *testing.T, d *Desk, pages ...opora.Page) opora.Source {
	t.Helper()
	shelf, err := d.Library.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	source, err := shelf.AddSource(t.Context(), opora.SourceFolder, "/docs", "Справка")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := shelf.Stage(t.Context(), source.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if err := stage.Put(t.Context(), page); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := stage.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return source
}

func paragraph(nodes ...opora.Node) opora.Node {
	return opora.Node{Kind: opora.NodeParagraph, Nodes: nodes}
}

func link(to string) opora.Node { return opora.Node{Kind: opora.NodeLink, To: to} }

func article(path, address string, nodes ...opora.Node) opora.Page {
	return opora.Page{Article: opora.Article{Path: path, Title: path, Address: address}, Nodes: nodes, Hash: path}
}

func TestFollow(t *testing.T) {
	d, _ := openDesk(t, Events{})
	source := shelve(t, d,
		article("a.md", "https://kb.example/a", paragraph(link("https://example.org/x?y=1#z"), link("javascript:alert(1)"), link("HTTPS://Пример.РФ/путь"))),
		article("dir/b.md", ""), article("odd#name.md", ""))
	list, err := d.Library.Articles(t.Context(), source.ID, 0, 9)
	if err != nil || len(list) != 3 {
		t.Fatalf("got %v, %v", list, err)
	}
	id := map[string]int64{}
	for _, a := range list {
		id[a.Path] = a.ID
	}
	for to, want := range map[string]Target{
		"#part":                       {Article: id["a.md"], Anchor: "part"},
		"page:dir/b.md":               {Article: id["dir/b.md"]},
		"page:dir/b.md#x":             {Article: id["dir/b.md"], Anchor: "x"},
		"page:odd#name.md":            {Article: id["odd#name.md"]},
		"page:odd#name.md#x":          {Article: id["odd#name.md"], Anchor: "x"},
		"https://example.org/x?y=1#z": {Address: "https://example.org/x?y=1#z"},
		"HTTPS://Пример.РФ/путь":      {Address: "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"},
		"https://kb.example/a":        {Address: "https://kb.example/a"},
		"https://kb.example/a#part":   {Address: "https://kb.example/a#part"},
	} {
		if got, err := d.Library.Follow(t.Context(), id["a.md"], to); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", to, got, err, want)
		}
	}
	for to, want := range map[string]opora.Code{
		"page:nowhere.md": opora.NotFound, "page:../b.md": opora.NotFound, "page:": opora.NotFound,
		"javascript:alert(1)": opora.LinkRefused, "": opora.LinkRefused, "/etc/passwd": opora.LinkRefused,
		"https://example.org/":         opora.LinkRefused, // not in the article
		"https://kb.example/a/../../x": opora.LinkRefused,
	} {
		if got, err := d.Library.Follow(t.Context(), id["a.md"], to); !errors.Is(err, want) {
			t.Errorf("%s: got %+v, %v; want %v", to, got, err, want)
		}
	}
	if _, err := d.Library.Follow(t.Context(), 99, "page:a.md"); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestCopies(t *testing.T) {
	d, copied := openDesk(t, Events{})
	first, second := "\tls -l  \r\n\n", "echo \"ё\"\x00"
	block := func(text string) opora.Node { return opora.Node{Kind: opora.NodeBlock, Text: text} }
	source := shelve(t, d, article("a.md", "https://kb.example/a", block(first), opora.Node{Kind: opora.NodeQuote, Nodes: []opora.Node{block(second)}}), article("b.md", ""))
	list, err := d.Library.Articles(t.Context(), source.ID, 0, 9)
	if err != nil {
		t.Fatal(err)
	}
	a, b := list[0].ID, list[1].ID
	ctx, l := t.Context(), d.Library
	for name, test := range map[string]struct {
		copy func() error
		want string
	}{
		"the first block":       {func() error { return l.CopyCode(ctx, a, 0) }, first},
		"the second block":      {func() error { return l.CopyCode(ctx, a, 1) }, second},
		"words":                 {func() error { return l.CopyPassage(ctx, a, " текст ", "x", false) }, " текст "},
		"words with code":       {func() error { return l.CopyPassage(ctx, a, "текст ls", "x", true) }, "текст ls\n\nhttps://kb.example/a#x"},
		"with code, of nowhere": {func() error { return l.CopyPassage(ctx, b, "текст ls", "x", true) }, "текст ls"},
		"the address":           {func() error { return l.CopyAddress(ctx, a, "") }, "https://kb.example/a"},
	} {
		if err := test.copy(); err != nil || copied.last != test.want {
			t.Errorf("%s: copied %q, %v; want %q", name, copied.last, err, test.want)
		}
	}
	for name, err := range map[string]error{
		"a third block": l.CopyCode(ctx, a, 2), "block -1": l.CopyCode(ctx, a, -1), "no address": l.CopyAddress(ctx, b, ""), "no article": l.CopyCode(ctx, 99, 0),
	} {
		if !errors.Is(err, opora.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSnippetFiles(t *testing.T) {
	d, copied := openDesk(t, Events{})
	if err := d.SaveSettings(t.Context(), opora.Settings{Language: opora.Russian}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{30, 0} {
		if got, err := d.Library.AddStarters(t.Context()); err != nil || got != want {
			t.Errorf("time %d: %d starters, %v", i+1, got, err)
		}
	}
	path := filepath.Join(t.TempDir(), "ответы.json")
	if got, err := d.Library.ExportSnippets(t.Context(), path); err != nil || got != 30 {
		t.Fatalf("got %d, %v", got, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("beside the file: %v, %v", list, err)
	}
	other, _ := openDesk(t, Events{})
	if got, err := other.Library.ImportSnippets(t.Context(), path); err != nil || got != 30 {
		t.Errorf("got %d, %v", got, err)
	}
	again := path + "2"
	if _, err := other.Library.ExportSnippets(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(path)
	second, _ := os.ReadFile(again)
	if len(first) == 0 || string(first) != string(second) {
		t.Error("what was taken back is not what was written")
	}
	list, err := d.DB.Snippets(t.Context(), "", 0, 1)
	if err != nil || len(list) != 1 {
		t.Fatal(err)
	}
	if err := d.Library.CopySnippet(t.Context(), list[0].ID); err != nil || copied.last != list[0].Body {
		t.Errorf("copied %q, %v", copied.last, err)
	}
	if used, err := d.DB.Snippet(t.Context(), list[0].ID); err != nil || used.Uses != 1 {
		t.Errorf("got %+v, %v", used, err)
	}
	if _, err := d.Library.ImportSnippets(t.Context(), path+"3"); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Library.ExportSnippets(t.Context(), filepath.Join(path, "x")); err == nil {
		t.Error("written into a file")
	}
}

// TestImportInBackground: a folder comes in, is found and read, is updated, and
// the page hears of it.
func TestImportInBackground(t *testing.T) {
	var mu sync.Mutex
	var ends []opora.Progress
	ended := make(chan struct{}, 9)
	d, _ := openDesk(t, Events{Import: func(p opora.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Ended {
			ends = append(ends, p)
			ended <- struct{}{}
		}
	}})
	wait := func() opora.Progress {
		t.Helper()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("the import does not end")
		}
		mu.Lock()
		defer mu.Unlock()
		return ends[len(ends)-1]
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		write(fmt.Sprintf("page%d.md", i), fmt.Sprintf("# Страница %d\n\nКак сменить пароль номер %d.\n", i, i))
	}
	write("nginx.md", "# Ошибка 502\n\nПерезапустите сервер:\n\n```\nsystemctl restart php-fpm\n```\n")
	source, err := d.Library.Import(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if p := wait(); p.Failed != "" || p.Report.Added != 21 || p.Source != source.ID {
		t.Fatalf("got %+v", p)
	}
	answer, err := d.Library.Find(t.Context(), "перезапуск сервера", []opora.Set{opora.InArticles}, 5)
	if err != nil || len(answer.Hits) == 0 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	page, err := d.Library.Page(t.Context(), answer.Hits[0].ID)
	if err != nil || page.Path != "nginx.md" || !strings.Contains(page.Code, "php-fpm") {
		t.Errorf("got %+v, %v", page, err)
	}
	if err := d.Library.Opened(t.Context(), answer.Hits[0].Key, answer.Query); err != nil {
		t.Error(err)
	}
	write("nginx.md", "# Ошибка 502\n\nПозовите администратора.\n")
	if err := os.Remove(filepath.Join(dir, "page0.md")); err != nil {
		t.Fatal(err)
	}
	if err := d.Library.Update(t.Context(), source.ID); err != nil {
		t.Fatal(err)
	}
	if p := wait(); p.Failed != "" || !reflect.DeepEqual([]int{p.Report.Added, p.Report.Changed, p.Report.Removed, p.Report.Same}, []int{0, 1, 1, 19}) {
		t.Errorf("got %+v", p)
	}
	if answer, err := d.Library.Find(t.Context(), "php-fpm", nil, 5); err != nil || len(answer.Hits) != 0 {
		t.Errorf("what is gone is found: %+v, %v", answer, err)
	}
	list, err := d.Library.Sources(t.Context())
	if err != nil || len(list) != 1 || list[0].Articles != 20 || list[0].Unended || list[0].Report.Changed != 1 {
		t.Errorf("got %+v, %v", list, err)
	}

	// A failed update leaves what there was; a source that never was leaves nothing.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := d.Library.Update(t.Context(), source.ID); err != nil {
		t.Fatal(err)
	}
	if p := wait(); p.Failed == "" {
		t.Errorf("got %+v", p)
	}
	if list, err := d.Library.Articles(t.Context(), source.ID, 0, 100); err != nil || len(list) != 20 {
		t.Errorf("%d articles after an update that failed, %v", len(list), err)
	}
	if _, err := d.Library.Import(t.Context(), filepath.Join(dir, "nowhere")); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("got %v", err)
	}
	shelf, err := d.Library.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	never, err := shelf.AddSource(t.Context(), opora.SourceFolder, filepath.Join(dir, "never"), "Never")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Library.RunImport(t.Context(), never, func(opora.Progress) {}); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("got %v", err)
	}
	if list, err := d.Library.Sources(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("got %+v, %v: a source that never had articles stays", list, err)
	}
	if err := d.Library.Remove(t.Context(), source.ID); err != nil {
		t.Fatal(err)
	}
	if answer, err := d.Library.Find(t.Context(), "пароль", nil, 5); err != nil || len(answer.Hits) != 0 {
		t.Errorf("what was removed is found: %+v, %v", answer, err)
	}
	if got := d.Library.Importing(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}
