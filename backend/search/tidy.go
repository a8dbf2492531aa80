package search

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
)

// How much may have changed before a new file is written: a share of all, and
// at least so many documents.
const (
	tidyShare = 10
	tidyLeast = 2000
)

// tidy begins to write a new file in the background when much has changed, or
// when the changes lie in many pieces. The caller holds syncing.
func (e *Engine) tidy() {
	changed, all := 0, 0
	for i, s := range e.segments {
		all += s.docs
		changed += s.deadDocs
		if i > 0 {
			changed += s.docs
		}
	}
	if e.tidying || e.ctx.Err() != nil || changed < max(tidyLeast, all/tidyShare) {
		return
	}
	e.tidying = true
	e.tasks.Go(func() {
		if err := e.compact(); err != nil && !errors.Is(err, context.Canceled) {
			slog.Warn("index is not written anew", "err", err)
		}
		e.syncing.Lock()
		e.tidying = false
		e.syncing.Unlock()
	})
}

// compact writes all segments as one new file, while searches go on and new
// changes come in.
func (e *Engine) compact() error {
	unlock, ok, err := e.folder.tryLock()
	if err != nil || !ok {
		return err // another process is writing: that will do
	}
	e.syncing.Lock()
	e.reading.Lock()
	old := slices.Clone(e.segments)
	at := slices.Clone(e.at)
	frozen := make([]*segment, len(old))
	for i, s := range old {
		frozen[i] = s.frozen()
	}
	e.frozen = len(old)
	e.syncing.Unlock()

	fresh, err := e.folder.write(e.ctx, func(w *writer) error { return merge(w, at, frozen) })
	e.reading.Unlock()
	// Before syncing is asked for: who holds that may be waiting for the lock.
	unlock()

	taken, err := e.exchange(old, frozen, fresh, err)
	if taken {
		e.forget(e.ctx, at) // without the locks: a feed may have to wait for its store
	}
	return err
}

// exchange takes the new file in the place of the segments that it was made
// of, unless there was an error or all was made anew meanwhile.
func (e *Engine) exchange(old, frozen []*segment, fresh *segment, failed error) (taken bool, err error) {
	e.syncing.Lock()
	defer e.syncing.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	if failed != nil {
		e.frozen = 0
		return false, failed
	}
	if !e.begins(old) {
		return false, fresh.close()
	}
	e.frozen = 0
	for i, s := range old {
		for _, doc := range s.dying(frozen[i].dead) {
			if n, ok := fresh.find(s.key(doc)); ok {
				fresh.bury(n)
			}
		}
		e.drop(s)
	}
	e.segments = append([]*segment{fresh}, e.segments[len(old):]...)
	return true, nil
}

// begins reports whether the engine still has these segments, and then newer ones.
func (e *Engine) begins(with []*segment) bool {
	return len(e.segments) >= len(with) && slices.Equal(e.segments[:len(with)], with)
}

// frozen is a segment as it is now, whatever dies in it later.
func (s *segment) frozen() *segment {
	f := *s
	f.dead, f.deadForms, f.deadStems = slices.Clone(s.dead), maps.Clone(s.deadForms), maps.Clone(s.deadStems)
	return &f
}
