package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"opora/backend/opora"
	"opora/backend/search"
	"opora/backend/sqlite"
)

// Library is what can be found and read: snippets, and the knowledge base. The
// knowledge base and the search index are opened when they are needed first, so
// that commands that do not need them do not wait for them.
type Library struct {
	desk *Desk
	life context.Context // ends with the desk
	end  context.CancelFunc

	mu      sync.Mutex
	shelf   *sqlite.Shelf
	index   *index
	running map[int64]*running // imports, by source
	tasks   sync.WaitGroup
}

// index is the search engine, once it is open.
type index struct {
	opened chan struct{}
	engine *search.Engine
	err    error
}

func newLibrary(d *Desk) *Library {
	l := &Library{desk: d}
	l.life, l.end = context.WithCancel(context.Background())
	return l
}

// indexName is the folder of the search index within the data folder. It is a
// cache: without it, it is made anew.
const indexName = "index"

// open gives the knowledge base.
func (l *Library) open(ctx context.Context) (*sqlite.Shelf, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.life.Err(); err != nil {
		return nil, err
	}
	if l.shelf == nil {
		shelf, err := sqlite.OpenShelf(ctx, l.desk.Dir, time.Now)
		if err != nil {
			return nil, err
		}
		if shelf.Moved != "" {
			slog.Error("knowledge base was damaged and is moved aside; its sources can be imported again")
		}
		l.shelf = shelf
	}
	return l.shelf, nil
}

// find gives the search engine. Making an index takes a while: it goes on when
// the query that began it is given up for the next one.
func (l *Library) find(ctx context.Context) (*search.Engine, error) {
	l.mu.Lock()
	if err := l.life.Err(); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	i := l.index
	if i == nil {
		i = &index{opened: make(chan struct{})}
		l.index = i
		l.tasks.Go(func() {
			defer close(i.opened)
			if i.engine, i.err = l.openIndex(); i.err != nil {
				l.mu.Lock()
				l.index = nil // the next query tries again
				l.mu.Unlock()
			}
		})
	}
	l.mu.Unlock()
	select {
	case <-i.opened:
		return i.engine, i.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Library) openIndex() (*search.Engine, error) {
	shelf, err := l.open(l.life)
	if err != nil {
		return nil, err
	}
	return search.Open(l.life, filepath.Join(l.desk.Dir, indexName), l.opened, feed{l.desk.DB.Feed()}, feed{shelf.Feed()})
}

// feed is a feed of the store in the words of the search.
type feed struct{ *sqlite.Feed }

// Since translates what the store says of changes that it has dropped.
func (f feed) Since(ctx context.Context, after int64) ([]opora.Key, int64, error) {
	keys, last, err := f.Feed.Since(ctx, after)
	if errors.Is(err, sqlite.ErrForgotten) {
		err = fmt.Errorf("%s: %w", f.Name(), search.ErrForgotten)
	}
	return keys, last, err
}

func (l *Library) opened(ctx context.Context) ([]search.Opened, error) {
	kept, err := l.desk.DB.Opened(ctx)
	list := make([]search.Opened, len(kept))
	for i, o := range kept {
		list[i] = search.Opened(o)
	}
	return list, err
}

// Warm opens what a search needs, so that the first one does not wait for it,
// and looks after the data beside the window.
func (l *Library) Warm() {
	l.tasks.Go(func() {
		_, err := l.find(l.life)
		if err == nil {
			var shelf *sqlite.Shelf
			if shelf, err = l.open(l.life); err == nil {
				err = errors.Join(shelf.Sweep(l.life), l.desk.DB.Check(l.life))
			}
		}
		if err != nil && l.life.Err() == nil {
			slog.Error("data not looked after", "err", err)
		}
	})
}

// close ends the imports and lets the files go.
func (l *Library) close() {
	l.mu.Lock() // nothing begins any more
	l.end()
	l.mu.Unlock()
	l.tasks.Wait()
	var err error
	if l.index != nil {
		err = l.index.engine.Close()
	}
	if l.shelf != nil {
		err = errors.Join(err, l.shelf.Close())
	}
	if err != nil {
		slog.Error("knowledge base not closed cleanly", "err", err)
	}
}

// Find answers a query. No sets mean all of them; the limit is 1 to 100, 20
// when it is 0.
func (l *Library) Find(ctx context.Context, query string, in []opora.Set, limit int) (opora.Answer, error) {
	engine, err := l.find(ctx)
	if err != nil {
		return opora.Answer{}, err
	}
	return engine.Find(ctx, query, in, limit)
}

// Opened remembers what was opened from an answer, so that it comes sooner next
// time.
func (l *Library) Opened(ctx context.Context, key opora.Key, query string) error {
	if err := l.desk.DB.NoteOpened(ctx, key, query); err != nil {
		return err
	}
	engine, err := l.find(ctx)
	if err == nil {
		engine.Opened(key, query)
	}
	return err
}

// Sources lists the sources of the knowledge base.
func (l *Library) Sources(ctx context.Context) ([]opora.Source, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return shelf.Sources(ctx)
}

// Source gives one source. It fails with [opora.NotFound].
func (l *Library) Source(ctx context.Context, id int64) (opora.Source, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return opora.Source{}, err
	}
	return shelf.Source(ctx, id)
}

// refreshFrom is from how many changes on the index is written anew at once:
// a command that ends takes what it has only in memory with it.
const refreshFrom = 1000

// Refresh brings the index up to date after this many changes, so that the next
// process does not have to.
func (l *Library) Refresh(ctx context.Context, changed int) error {
	if changed < refreshFrom {
		return nil
	}
	path := filepath.Join(l.desk.Dir, indexName)
	_, missing := os.Stat(path)
	engine, err := l.find(ctx)
	if err != nil || missing != nil { // opening it has made it
		return err
	}
	return engine.Rebuild(ctx, nil)
}

// Articles lists count articles of a source from the one at from on, by section
// and title; source 0 is all of them, one source after the other.
func (l *Library) Articles(ctx context.Context, source int64, from, count int) ([]opora.Article, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return shelf.Articles(ctx, source, max(from, 0), min(max(count, 0), maxPage))
}

// maxPage is how many articles are listed at once.
const maxPage = 1000

// Page gives an article with its content.
func (l *Library) Page(ctx context.Context, id int64) (opora.Page, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return opora.Page{}, err
	}
	return shelf.Page(ctx, id)
}

// Image gives a picture by its id.
func (l *Library) Image(ctx context.Context, id string) (opora.Image, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return opora.Image{}, err
	}
	return shelf.Image(ctx, id)
}

// Follow says where a link of an article leads. An address that is not opened,
// or that is not in the article, fails with [opora.LinkRefused], a page that is
// not there with [opora.NotFound].
func (l *Library) Follow(ctx context.Context, article int64, to string) (Target, error) {
	if anchor, here := strings.CutPrefix(to, opora.LinkAnchor); here {
		return Target{Article: article, Anchor: anchor}, nil
	}
	page, err := l.Page(ctx, article)
	if err != nil {
		return Target{}, err
	}
	if path, within := strings.CutPrefix(to, opora.LinkPage); within {
		return l.followPage(ctx, page.Source, path)
	}
	own := page.Address != "" && (to == page.Address || strings.HasPrefix(to, page.Address+"#"))
	if !own && !links(page.Nodes, to) {
		return Target{}, opora.LinkRefused
	}
	address, err := OutsideAddress(to)
	return Target{Address: address}, err
}

// followPage finds the page at a path, which may have an anchor behind it and
// may hold a # itself.
func (l *Library) followPage(ctx context.Context, source int64, path string) (Target, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return Target{}, err
	}
	id, err := shelf.ArticleAt(ctx, source, path)
	if errors.Is(err, opora.NotFound) {
		if at := strings.LastIndex(path, "#"); at >= 0 {
			id, err = shelf.ArticleAt(ctx, source, path[:at])
			return Target{Article: id, Anchor: path[at+1:]}, err
		}
	}
	return Target{Article: id}, err
}

func links(nodes []opora.Node, to string) bool {
	for _, n := range nodes {
		if n.Kind == opora.NodeLink && n.To == to || links(n.Nodes, to) {
			return true
		}
	}
	return false
}

// CopyCode copies the block of code with this number, from 0, byte by byte.
func (l *Library) CopyCode(ctx context.Context, article int64, block int) error {
	page, err := l.Page(ctx, article)
	if err != nil {
		return err
	}
	code, found := nthBlock(page.Nodes, &block)
	if !found {
		return opora.NotFound
	}
	return l.desk.Clipboard.Copy(code)
}

// nthBlock counts down through the blocks of code in the order of reading.
func nthBlock(nodes []opora.Node, n *int) (string, bool) {
	for _, node := range nodes {
		if node.Kind == opora.NodeBlock {
			if *n == 0 {
				return node.Text, true
			}
			*n--
			continue
		}
		if code, found := nthBlock(node.Nodes, n); found {
			return code, true
		}
	}
	return "", false
}

// CopyPassage copies a text that was marked in an article, and puts the
// article's address below when there is code in it: chats break code.
func (l *Library) CopyPassage(ctx context.Context, article int64, text, anchor string, code bool) error {
	if code {
		address, err := l.address(ctx, article, anchor)
		switch {
		case err == nil:
			text += "\n\n" + address
		case !errors.Is(err, opora.NotFound):
			return err
		}
	}
	return l.desk.Clipboard.Copy(text)
}

// CopyAddress copies the public address of an article, or of a place in it. It
// fails with [opora.NotFound] where there is none.
func (l *Library) CopyAddress(ctx context.Context, article int64, anchor string) error {
	address, err := l.address(ctx, article, anchor)
	if err != nil {
		return err
	}
	return l.desk.Clipboard.Copy(address)
}

func (l *Library) address(ctx context.Context, article int64, anchor string) (string, error) {
	page, err := l.Page(ctx, article)
	if err != nil {
		return "", err
	}
	if page.Address == "" {
		return "", opora.NotFound
	}
	if anchor != "" {
		return page.Address + "#" + anchor, nil
	}
	return page.Address, nil
}
