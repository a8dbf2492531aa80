package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"opora/backend/opora"
)

// Import imports a source, or brings it up to date: both are the same. Only
// what changed is converted. It fails with [opora.Cancelled] when ctx ends; what
// was done by then is kept for going on.
func (i *Importer) Import(ctx context.Context, source opora.Source) (opora.Report, error) {
	s := &session{Importer: i, converter: newConverter(), now: time.Now}
	if i.Now != nil {
		s.now = i.Now
	}
	s.started = s.now()
	s.progress.Source = source.ID
	report, err := s.run(ctx, source)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", opora.Cancelled, ctx.Err())
	}
	s.progress.Ended, s.progress.Report = true, report
	if err != nil {
		s.progress.Failed = opora.Unexpected
		errors.As(err, &s.progress.Failed)
		err = fmt.Errorf("import of source %d: %w", source.ID, err)
	}
	if i.Tell != nil {
		i.Tell(s.progress)
	}
	return report, err
}

// session is one import under way.
type session struct {
	*Importer
	converter *converter
	album     album
	stage     Stage
	now       func() time.Time
	started   time.Time
	report    opora.Report
	progress  opora.Progress
	rate      rate
	taken     int // pages, new or the same
}

func (s *session) run(ctx context.Context, source opora.Source) (opora.Report, error) {
	feed, err := s.open(ctx, source)
	if err != nil {
		return opora.Report{}, err
	}
	defer func() { _ = feed.close() }()

	s.stage, err = s.Shelf.Stage(ctx, source.ID)
	if err != nil {
		return opora.Report{}, err
	}
	defer func() { _ = s.stage.Leave() }()
	if err := feed.all(ctx); err != nil {
		return opora.Report{}, err
	}
	if s.taken == 0 {
		return opora.Report{}, s.nothing()
	}
	if ctx.Err() != nil {
		return opora.Report{}, ctx.Err()
	}
	changed, err := s.stage.Commit(ctx)
	if err != nil {
		return opora.Report{}, err
	}
	s.report.Added, s.report.Changed, s.report.Removed, s.report.Same = changed.Added, changed.Changed, changed.Removed, changed.Same
	if s.report.Skipped == nil {
		s.report.Skipped = []opora.Skipped{}
	}
	s.report.MS = s.now().Sub(s.started).Milliseconds()
	return s.report, nil
}

// nothing says why an import took nothing: for the one reason for which all of
// it was skipped, or because there was nothing.
func (s *session) nothing() opora.Code {
	why := opora.SourceEmpty
	for i, skipped := range s.report.Skipped {
		if i > 0 && skipped.Why != why {
			return opora.SourceEmpty
		}
		why = skipped.Why
	}
	return why
}

// feed is a source that is open.
type feed struct {
	all   func(ctx context.Context) error // takes all pieces
	close func() error
}

func (s *session) open(ctx context.Context, source opora.Source) (feed, error) {
	switch source.Kind {
	case opora.SourceFolder:
		return s.openBundle(openFolder(ctx, source.Location))
	case opora.SourceZip:
		return s.openBundle(openZip(ctx, source.Location))
	case opora.SourceSite:
		return s.openSite(ctx, source)
	case opora.SourceZendesk:
		return s.openZendesk(ctx, source)
	}
	return feed{}, opora.KindUnknown
}

func (s *session) openBundle(b *bundle, err error) (feed, error) {
	if err != nil {
		return feed{}, err
	}
	if len(b.articles) == 0 {
		_ = b.close()
		return feed{}, opora.SourceEmpty
	}
	for _, skipped := range b.skipped {
		s.skip(skipped)
	}
	return feed{close: b.close, all: func(ctx context.Context) error {
		d := newDocs(b)
		s.progress.Of = len(d.articles)
		now := s.now()
		return s.parallel(ctx, len(d.articles), func(i int) string { return d.articles[i].path }, func(i int, known kept) outcome {
			return d.convert(s.converter, &s.album, d.articles[i], known, now)
		})
	}}, nil
}

// parallel converts pieces on all cores and takes what comes out in order, on
// the goroutine of the caller, which alone speaks with the stage.
func (s *session) parallel(ctx context.Context, n int, path func(int) string, convert func(int, kept) outcome) error {
	workers := runtime.GOMAXPROCS(0)
	type job struct {
		i      int
		known  kept
		result chan outcome
	}
	jobs := make(chan job)
	defer close(jobs)
	for range workers {
		go func() {
			for j := range jobs {
				j.result <- guarded(path(j.i), func() outcome { return convert(j.i, j.known) })
			}
		}()
	}
	var waiting []job
	take := func() error {
		j := waiting[0]
		waiting = waiting[1:]
		return s.take(ctx, <-j.result, j.known)
	}
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		known, err := s.known(ctx, path(i))
		if err != nil {
			return err
		}
		j := job{i, known, make(chan outcome, 1)}
		jobs <- j
		if waiting = append(waiting, j); len(waiting) >= 4*workers {
			if err := take(); err != nil {
				return err
			}
		}
	}
	for len(waiting) > 0 {
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}

// kept is what is kept of a path.
type kept struct {
	Known
	found  bool
	staged bool // by this import, before it was left; otherwise readers see it
}

// known looks for a path.
func (s *session) known(ctx context.Context, path string) (kept, error) {
	k, found, err := s.stage.Staged(ctx, path)
	if err != nil || found {
		return kept{k, found, found}, err
	}
	k, found, err = s.stage.Shown(ctx, path)
	return kept{k, found, false}, err
}

// guarded makes a parser that stumbles over hostile bytes lose one page, not
// the program.
func guarded(path string, convert func() outcome) (o outcome) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("conversion stumbled", "cause", fmt.Sprint(cause))
			o = skippedPiece(path, opora.SourceUnreadable)
		}
	}()
	return convert()
}

// take writes down what became of a piece.
func (s *session) take(ctx context.Context, o outcome, known kept) error {
	for _, skipped := range o.skipped {
		s.skip(skipped)
	}
	for _, image := range o.images {
		s.report.Images++
		kept, err := s.stage.HasImage(ctx, image.ID)
		if err == nil && !kept {
			err = s.stage.PutImage(ctx, image)
		}
		if err != nil {
			return err
		}
	}
	var err error
	switch {
	case o.taken:
		s.taken++
		err = s.stage.Put(ctx, o.page)
	case o.same:
		s.taken++
		err = s.keep(ctx, o.path, known)
	case len(o.skipped) > 0 && known.found && o.skipped[0].Why != opora.SourceEmpty:
		// What could not be read this time stays as it was read last time.
		err = s.keep(ctx, o.path, known)
	}
	s.tell(o.path)
	return err
}

// keep takes a piece over, unless this import itself has it already.
func (s *session) keep(ctx context.Context, path string, known kept) error {
	if known.staged {
		return nil
	}
	return s.stage.Same(ctx, path)
}

func (s *session) skip(skipped opora.Skipped) {
	if s.report.SkippedOf++; len(s.report.Skipped) < opora.MaxSkipped {
		s.report.Skipped = append(s.report.Skipped, skipped)
	}
}

// between is the least pause between two requests to a site.
func (s *session) between() time.Duration {
	if s.pause > 0 {
		return s.pause
	}
	return leastPause
}
