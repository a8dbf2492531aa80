package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"opora/backend/opora"
)

// Engine finds what its feeds hold. Its methods may be called at the same time.
type Engine struct {
	folder folder
	feeds  []Feed

	// syncing is held while changes are taken in, so that this is done once.
	syncing sync.Mutex
	// reading is held while segments are read for a new file, so that nobody
	// lets them go. It is taken after syncing.
	reading sync.Mutex
	frozen  int // so many segments are being read, and stay

	mu       sync.RWMutex // over what follows; held for reading during a search
	segments []*segment   // the file first, then what changed since; of equal keys one lives
	at       []feedAt
	opened   openings
	closed   bool

	scratch sync.Pool // of *scratch

	// What goes on in the background ends with the engine.
	ctx     context.Context
	stop    context.CancelFunc
	tidying bool
	tasks   sync.WaitGroup
}

// Open opens the index in a folder of its own, or makes it where it is missing,
// damaged or of other feeds. Opened, which may be nil, tells what was opened in
// earlier sessions.
func Open(ctx context.Context, path string, opened func(context.Context) ([]Opened, error), feeds ...Feed) (*Engine, error) {
	e := &Engine{folder: folder(path), feeds: feeds}
	e.scratch.New = func() any { return &scratch{} }
	e.ctx, e.stop = context.WithCancel(context.Background())
	if opened != nil {
		list, err := opened(ctx)
		if err != nil {
			return nil, fmt.Errorf("search: what was opened: %w", err)
		}
		for _, o := range list {
			e.opened.add(o)
		}
	}
	if !e.reopen() {
		if err := e.rebuild(ctx, nil, e.reopen); err != nil {
			return nil, errors.Join(err, e.Close())
		}
	}
	return e, nil
}

// reopen takes the newest file in the place of everything. It fails when there
// is none that these feeds made.
func (e *Engine) reopen() bool {
	s, at := e.folder.newest()
	if s == nil {
		return false
	}
	if !slices.EqualFunc(at, e.feeds, func(a feedAt, f Feed) bool { return a.Name == f.Name() }) {
		_ = s.close()
		return false
	}
	e.replace([]*segment{s}, at)
	return true
}

// replace takes new segments in the place of all.
func (e *Engine) replace(segments []*segment, at []feedAt) {
	e.reading.Lock()
	defer e.reading.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.segments {
		e.drop(s)
	}
	e.segments, e.at, e.frozen = segments, at, 0
}

func (e *Engine) drop(s *segment) {
	if err := s.close(); err != nil {
		slog.Warn("index file stays open", "err", err)
	}
}

// Rebuild makes the index anew of all that the feeds hold. Until it is done the
// old one answers. Tell, which may be nil, hears how many things were read.
func (e *Engine) Rebuild(ctx context.Context, tell func(done int)) error {
	e.syncing.Lock()
	defer e.syncing.Unlock()
	return e.rebuild(ctx, tell, nil)
}

// rebuild does so unless the file that another process wrote meanwhile will do.
func (e *Engine) rebuild(ctx context.Context, tell func(done int), unless func() bool) error {
	unlock, err := e.folder.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if unless != nil && unless() {
		return nil
	}

	var runs []*segment
	defer func() {
		for _, run := range runs {
			e.drop(run)
		}
	}()
	done := 0
	var b batch
	spill := func() error {
		run, err := e.folder.run(ctx, b.write)
		if err == nil {
			runs = append(runs, run)
		}
		b = batch{}
		return err
	}
	at := make([]feedAt, len(e.feeds))
	for i, feed := range e.feeds {
		last, err := feed.All(ctx, func(f opora.Findable) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b.add(i, f)
			done++
			if tell != nil && done%1000 == 0 {
				tell(done)
			}
			if b.full() {
				return spill()
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("search: read all of %s: %w", feed.Name(), err)
		}
		at[i] = feedAt{feed.Name(), last}
	}
	rest, err := b.segment()
	if err != nil {
		return err
	}
	runs = append(runs, rest)
	s, err := e.folder.write(ctx, func(w *writer) error { return merge(w, at, runs) })
	if err != nil {
		return fmt.Errorf("search: write the index: %w", err)
	}
	e.replace([]*segment{s}, slices.Clone(at))
	debug.FreeOSMemory() // what this took is not needed again soon
	e.forget(ctx, at)
	if tell != nil {
		tell(done)
	}
	return nil
}

// forget lets the feeds drop what an index file holds.
func (e *Engine) forget(ctx context.Context, at []feedAt) {
	for i, feed := range e.feeds {
		if err := feed.Forget(ctx, at[i].Last); err != nil {
			slog.Warn("feed keeps its old changes", "feed", feed.Name(), "err", err)
		}
	}
}

// sync takes in what changed since the last time.
func (e *Engine) sync(ctx context.Context) error {
	e.mu.RLock()
	at, closed := slices.Clone(e.at), e.closed
	e.mu.RUnlock()
	if closed {
		return errClosed
	}
	if current, err := e.current(ctx, at); err != nil || current {
		return err
	}
	e.syncing.Lock()
	defer e.syncing.Unlock()
	err := e.catchUp(ctx)
	if !errors.Is(err, ErrForgotten) {
		return err
	}
	// Another process has written a file and let the changes be forgotten.
	if e.reopen() {
		if err := e.catchUp(ctx); !errors.Is(err, ErrForgotten) {
			return err
		}
	}
	return e.rebuild(ctx, nil, nil)
}

var errClosed = errors.New("search: closed")

func (e *Engine) current(ctx context.Context, at []feedAt) (bool, error) {
	for i, feed := range e.feeds {
		last, err := feed.Last(ctx)
		if err != nil {
			return false, fmt.Errorf("search: ask %s: %w", feed.Name(), err)
		}
		if last != at[i].Last {
			return false, nil
		}
	}
	return true, nil
}

// mostAtOnce is how many changes are loaded at a time.
const mostAtOnce = 2000

func (e *Engine) catchUp(ctx context.Context) error {
	for i, feed := range e.feeds {
		last, err := feed.Last(ctx)
		if err != nil {
			return fmt.Errorf("search: ask %s: %w", feed.Name(), err)
		}
		known := e.at[i].Last
		if last == known {
			continue
		}
		if last < known {
			return ErrForgotten // the feed is an older one, from a backup
		}
		keys, last, err := feed.Since(ctx, known)
		if err != nil {
			return fmt.Errorf("search: changes of %s: %w", feed.Name(), err)
		}
		var added []*segment
		for some := range slices.Chunk(keys, mostAtOnce) {
			list, err := feed.Load(ctx, some)
			if err != nil {
				return fmt.Errorf("search: load from %s: %w", feed.Name(), err)
			}
			var b batch
			for _, f := range list {
				b.add(i, f)
			}
			s, err := b.segment()
			if err != nil {
				return err
			}
			added = append(added, s)
		}
		e.mu.Lock()
		for _, key := range keys {
			e.bury(key)
		}
		e.segments = append(e.segments, added...)
		// What Since saw is no newer than Last says now, and no older than this.
		e.at[i].Last = last
		err = e.mergeSmall()
		e.mu.Unlock()
		if err != nil {
			return err
		}
	}
	e.tidy()
	return nil
}

// bury takes a thing out of the segment that holds it.
func (e *Engine) bury(key opora.Key) {
	for _, s := range e.segments {
		if i, ok := s.find(key); ok {
			s.bury(i)
		}
	}
}

// quickDocs is how many documents are merged while a search waits for it.
const quickDocs = 500

// mergeSmall keeps the number of segments low: a segment is merged into the
// one before it unless that one is much larger.
func (e *Engine) mergeSmall() error {
	for n := len(e.segments); n >= 3; n-- {
		before, last := e.segments[n-2], e.segments[n-1]
		if n-2 < e.frozen || before.docs > 4*last.docs+16 || before.docs+last.docs > quickDocs {
			return nil
		}
		s, err := inMemory(func(w *writer) error { return merge(w, nil, []*segment{before, last}) })
		if err != nil {
			return err
		}
		e.segments = append(e.segments[:n-2], s)
	}
	return nil
}

// Opened remembers that something was opened from the answer to a query.
func (e *Engine) Opened(key opora.Key, query string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opened.add(Opened{Key: key, Query: query, Times: 1})
}

// Close ends what goes on in the background and lets the file go. Searches
// after it fail.
func (e *Engine) Close() error {
	e.stop()
	e.tasks.Wait()
	e.syncing.Lock()
	defer e.syncing.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	var errs []error
	for _, s := range e.segments {
		errs = append(errs, s.close())
	}
	e.segments = nil
	return errors.Join(errs...)
}
