package desk

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"opora/backend/knowledge"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// tellEvery is how often the page hears of an import at most.
const tellEvery = 250 * time.Millisecond

// running is an import in the background.
type running struct {
	stop context.CancelFunc
	done chan struct{}

	mu       sync.Mutex
	progress opora.Progress
}

func (r *running) note(p opora.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = p
}

// shelves gives stages in the words of the importer.
type shelves struct{ *sqlite.Shelf }

// Stage begins to import a source.
func (s shelves) Stage(ctx context.Context, source int64) (knowledge.Stage, error) {
	stage, err := s.Shelf.Stage(ctx, source)
	if err != nil {
		return nil, err // a nil stage would not be a nil interface
	}
	return stage, nil
}

// Recognise gives the source for what lies at a path or an address: a new one
// without articles, or the one that there is.
func (l *Library) Recognise(ctx context.Context, location string) (opora.Source, error) {
	if strings.Contains(location, "://") {
		address, err := SiteAddress(location)
		if err != nil {
			return opora.Source{}, err
		}
		location = address
	} else if path, err := filepath.Abs(location); err == nil {
		location = path
	}
	shelf, err := l.open(ctx)
	if err != nil {
		return opora.Source{}, err
	}
	kind, title, err := knowledge.Recognise(ctx, location)
	if err != nil {
		return opora.Source{}, err
	}
	return shelf.AddSource(ctx, kind, location, title)
}

// Import begins to import what lies at a path or an address, in the
// background, and gives its source. [Events].Import hears of it.
func (l *Library) Import(ctx context.Context, location string) (opora.Source, error) {
	source, err := l.Recognise(ctx, location)
	if err != nil {
		return opora.Source{}, err
	}
	tell(l.desk.events.Changed, "sources")
	return source, l.begin(source)
}

// Update imports a source again, in the background.
func (l *Library) Update(ctx context.Context, source int64) error {
	shelf, err := l.open(ctx)
	if err != nil {
		return err
	}
	s, err := shelf.Source(ctx, source)
	if err != nil {
		return err
	}
	return l.begin(s)
}

func (l *Library) begin(source opora.Source) error {
	ctx, stop := context.WithCancel(l.life)
	r := &running{stop: stop, done: make(chan struct{}), progress: opora.Progress{Source: source.ID, Report: opora.Report{Skipped: []opora.Skipped{}}}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.life.Err() != nil || l.running[source.ID] != nil {
		stop()
		return opora.ImportRunning
	}
	if l.running == nil {
		l.running = map[int64]*running{}
	}
	l.running[source.ID] = r
	l.tasks.Go(func() {
		l.inBackground(ctx, r, source)
		stop()
		close(r.done)
		l.takeIn()
	})
	return nil
}

func (l *Library) inBackground(ctx context.Context, r *running, source opora.Source) {
	last := opora.Progress{Source: source.ID}
	var told time.Time
	report, err := l.RunImport(ctx, source, func(p opora.Progress) {
		last = p
		r.note(p)
		if now := time.Now(); now.Sub(told) >= tellEvery {
			told = now
			tell(l.desk.events.Import, p)
		}
	})
	last.Ended, last.Report = true, report
	if err != nil {
		last.Failed = opora.Unexpected
		if errors.As(err, &last.Failed); last.Failed == opora.Unexpected {
			slog.Error("import ended", "source", source.ID, "err", err)
		}
	}
	l.mu.Lock()
	delete(l.running, source.ID)
	l.mu.Unlock()
	tell(l.desk.events.Import, last)
	tell(l.desk.events.Changed, "sources")
}

// takeIn lets the search take in what an import brought, before somebody waits for it.
func (l *Library) takeIn() {
	if _, err := l.Find(l.life, "", nil, 1); err != nil && l.life.Err() == nil {
		slog.Error("search index not brought up to date", "err", err)
	}
}

// RunImport imports a source and waits for it. When ctx ends, what is done is
// kept for going on; what failed for another reason leaves nothing behind.
func (l *Library) RunImport(ctx context.Context, source opora.Source, hear func(opora.Progress)) (opora.Report, error) {
	shelf, err := l.open(ctx)
	if err != nil {
		return opora.Report{Skipped: []opora.Skipped{}}, err
	}
	importer := knowledge.Importer{Shelf: shelves{shelf}, Tell: func(p opora.Progress) {
		if !p.Ended { // the end is told when all is kept
			p.Source = source.ID
			if p.Report.Skipped == nil {
				p.Report.Skipped = []opora.Skipped{}
			}
			hear(p)
		}
	}}
	report, err := importer.Import(ctx, source)
	if report.Skipped == nil {
		report.Skipped = []opora.Skipped{}
	}
	if err == nil {
		return report, shelf.KeepReport(context.WithoutCancel(ctx), source.ID, report)
	}
	if !resumable(err) {
		if err := shelf.Discard(context.WithoutCancel(ctx), source.ID); err != nil && !errors.Is(err, opora.ImportRunning) {
			slog.Warn("failed import not cleared away", "source", source.ID, "err", err)
		}
	}
	return report, err
}

// resumable reports whether an import that ended so may go on from where it was:
// nothing in what it has taken is to blame.
func resumable(err error) bool {
	for _, code := range []opora.Code{opora.Cancelled, opora.SourceOffline, opora.DiskFull, opora.ImportRunning} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// Stop ends an import; what it has done is kept for going on.
func (l *Library) Stop(source int64) {
	l.mu.Lock()
	r := l.running[source]
	l.mu.Unlock()
	if r != nil {
		r.stop()
		<-r.done
	}
}

// Importing lists the imports under way.
func (l *Library) Importing() []opora.Progress {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]opora.Progress, 0, len(l.running))
	for _, r := range l.running {
		r.mu.Lock()
		list = append(list, r.progress)
		r.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b opora.Progress) int { return int(a.Source - b.Source) })
	return list
}

// Remove removes a source with its articles; an import of it is ended first.
func (l *Library) Remove(ctx context.Context, source int64) error {
	l.Stop(source)
	shelf, err := l.open(ctx)
	if err != nil {
		return err
	}
	return shelf.Remove(ctx, source)
}
