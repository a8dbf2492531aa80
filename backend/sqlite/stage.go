package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"opora/backend/opora"
)

// Stage is one import under way: it makes a new generation of a source beside
// the one that readers see. What it is given is written in steps, so that an
// import that is killed loses a second of work at most. Its methods are for one
// goroutine.
type Stage struct {
	shelf  *Shelf
	lock   *flock.Flock
	source int64
	shown  int64
	staged int64

	pending []entry
	taken   map[string]opora.Known // what pending holds, by path
	size    int
	since   time.Time // of the first of pending
	ended   bool
}

// entry is an article on its way into the generation.
type entry struct {
	path  string
	same  bool
	page  opora.Page
	nodes []byte
	heads []byte
	tags  []byte
	place string
	at    time.Time
}

// When a step is written.
const (
	stepEntries = 64
	stepSize    = 4 << 20
	stepTime    = time.Second
)

// Stage begins to import a source, or goes on with an import that was left. It
// fails with [opora.ImportRunning] while another one runs, in this process or
// another.
func (s *Shelf) Stage(ctx context.Context, source int64) (*Stage, error) {
	lock, err := s.lockSource(source)
	if err != nil {
		return nil, err
	}
	st := &Stage{shelf: s, lock: lock, source: source, taken: map[string]opora.Known{}}
	err = s.write(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT shown, staged FROM source WHERE id = ?`, source).Scan(&st.shown, &st.staged); err != nil || st.staged != 0 {
			return err
		}
		return tx.QueryRowContext(ctx, `UPDATE source SET staged = 1 + (SELECT max(coalesce((SELECT max(generation) FROM listing), 0), max(shown), max(staged)) FROM source)
			WHERE id = ? RETURNING staged`, source).Scan(&st.staged)
	})
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("source %d: %w", source, err)
	}
	return st, nil
}

func (s *Shelf) lockSource(source int64) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(s.dir, fmt.Sprintf("import-%d.lock", source)), flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("source %d: %w", source, fileError(err))
	case !locked:
		return nil, fmt.Errorf("source %d: %w", source, opora.ImportRunning)
	}
	return lock, nil
}

// Staged is what this import itself has already taken before it was left.
func (st *Stage) Staged(ctx context.Context, path string) (opora.Known, bool, error) {
	if known, found := st.taken[path]; found {
		return known, true, nil
	}
	return st.known(ctx, st.staged, path)
}

// Shown is what readers see now at a path.
func (st *Stage) Shown(ctx context.Context, path string) (opora.Known, bool, error) {
	return st.known(ctx, st.shown, path)
}

func (st *Stage) known(ctx context.Context, generation int64, path string) (opora.Known, bool, error) {
	if generation == 0 {
		return opora.Known{}, false, nil
	}
	var known opora.Known
	var at int64
	err := st.shelf.row(ctx, `SELECT hash, etag, last_modified, at FROM article
		JOIN listing ON generation = ? AND article_id = article.id JOIN content ON content.id = content_id WHERE source_id = ? AND path = ?`,
		[]any{generation, st.source, path}, &known.Hash, &known.ETag, &known.LastModified, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return opora.Known{}, false, nil
	}
	known.At = fromMillis(at)
	return known, err == nil, st.shelf.failure(err)
}

// Same takes a path over as readers see it now. It fails with [opora.NotFound]
// when they see nothing there.
func (st *Stage) Same(ctx context.Context, path string) error {
	known, found, err := st.Shown(ctx, path)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%s: %w", "page taken over", opora.NotFound)
	}
	return st.add(ctx, entry{path: path, same: true}, known, 64)
}

// Put keeps a new or changed page; its ID and Source are the stage's business.
func (st *Stage) Put(ctx context.Context, page opora.Page) (err error) {
	e := entry{path: page.Path, page: page, place: placeOf(page), at: st.shelf.now()}
	if page.Tags == nil {
		page.Tags = []string{}
	}
	if page.Heads == nil {
		page.Heads = []opora.Head{}
	}
	if page.Nodes == nil {
		page.Nodes = []opora.Node{}
	}
	if e.tags, err = json.Marshal(page.Tags); err != nil {
		return err
	}
	if e.heads, err = json.Marshal(page.Heads); err != nil {
		return err
	}
	if e.nodes, err = opora.MarshalNodes(page.Nodes); err != nil {
		return err
	}
	known := opora.Known{Hash: page.Hash, ETag: page.ETag, LastModified: page.LastModified, At: fromMillis(millis(e.at))}
	return st.add(ctx, e, known, len(e.nodes)+len(page.Text)+len(page.Code))
}

func (st *Stage) add(ctx context.Context, e entry, known opora.Known, size int) error {
	if len(st.pending) == 0 {
		st.since = time.Now()
	}
	st.pending = append(st.pending, e)
	st.taken[e.path] = known
	st.size += size
	if len(st.pending) >= stepEntries || st.size >= stepSize || time.Since(st.since) >= stepTime {
		return st.flush(ctx)
	}
	return nil
}

// PutImage keeps an image; one with the same id is the same.
func (st *Stage) PutImage(ctx context.Context, image opora.Image) error {
	return st.shelf.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO image (id, mime, data) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`, image.ID, image.MIME, image.Data)
		return err
	})
}

// HasImage reports whether an image with this id is kept.
func (st *Stage) HasImage(ctx context.Context, id string) (found bool, err error) {
	err = st.shelf.row(ctx, `SELECT EXISTS (SELECT 1 FROM image WHERE id = ?)`, []any{id}, &found)
	return found, st.shelf.failure(err)
}

// flush writes what is pending, in one transaction.
func (st *Stage) flush(ctx context.Context) error {
	if len(st.pending) == 0 {
		return nil
	}
	err := st.shelf.write(ctx, func(tx *sql.Tx) error {
		w, err := st.writer(ctx, tx)
		if err != nil {
			return err
		}
		for _, e := range st.pending {
			if err := w.write(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("source %d: %w", st.source, err)
	}
	st.pending, st.size = st.pending[:0], 0
	clear(st.taken)
	return nil
}

// stageWriter has the statements of a step prepared.
type stageWriter struct {
	*Stage
	find, article, listed, shown, content, picture, list *sql.Stmt
	drop                                                 contentDropper
}

func (st *Stage) writer(ctx context.Context, tx *sql.Tx) (*stageWriter, error) {
	w := &stageWriter{Stage: st}
	var err error
	for into, statement := range map[**sql.Stmt]string{
		&w.find:    `SELECT id FROM article WHERE source_id = ? AND path = ?`,
		&w.article: `INSERT INTO article (source_id, path) VALUES (?, ?)`,
		&w.listed:  `SELECT content_id FROM listing WHERE generation = ? AND article_id = ?`,
		&w.shown:   `SELECT content_id, place FROM listing WHERE generation = ? AND article_id = ?`,
		&w.content: `INSERT INTO content (hash, at, etag, last_modified, title, section, tags, address, changed_at, heads, text, code, nodes)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		&w.picture: `INSERT INTO content_image (content_id, image_id) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		&w.list:    `INSERT OR REPLACE INTO listing (generation, article_id, content_id, place) VALUES (?, ?, ?, ?)`,
	} {
		if *into, err = tx.PrepareContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	w.drop, err = dropContent(ctx, tx)
	return w, err
}

func (w *stageWriter) write(ctx context.Context, e entry) error {
	article, err := w.articleID(ctx, e.path)
	if err != nil {
		return err
	}
	var shown, earlier int64
	var place string
	if err := w.shown.QueryRowContext(ctx, w.Stage.shown, article).Scan(&shown, &place); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := w.listed.QueryRowContext(ctx, w.staged, article).Scan(&earlier); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	content := shown
	if !e.same {
		if content, err = w.putContent(ctx, e); err != nil {
			return err
		}
		place = e.place
	}
	if _, err := w.list.ExecContext(ctx, w.staged, article, content, place); err != nil {
		return err
	}
	if earlier != 0 && earlier != shown && earlier != content {
		return w.drop.drop(ctx, earlier) // put twice in this import
	}
	return nil
}

func (w *stageWriter) articleID(ctx context.Context, path string) (id int64, err error) {
	err = w.find.QueryRowContext(ctx, w.source, path).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	made, err := w.article.ExecContext(ctx, w.source, path)
	if err != nil {
		return 0, err
	}
	return made.LastInsertId()
}

func (w *stageWriter) putContent(ctx context.Context, e entry) (int64, error) {
	p := e.page
	changed := int64(0)
	if !p.ChangedAt.IsZero() {
		changed = millis(p.ChangedAt)
	}
	made, err := w.content.ExecContext(ctx, p.Hash, millis(e.at), p.ETag, p.LastModified, p.Title, p.Section, string(e.tags), p.Address, changed,
		string(e.heads), p.Text, p.Code, e.nodes)
	if err != nil {
		return 0, err
	}
	id, err := made.LastInsertId()
	if err != nil {
		return 0, err
	}
	return id, eachImage(p.Nodes, func(image string) error {
		_, err := w.picture.ExecContext(ctx, id, image)
		return err
	})
}

func eachImage(nodes []opora.Node, do func(id string) error) error {
	for _, n := range nodes {
		if n.Kind == opora.NodeImage {
			if err := do(n.To); err != nil {
				return err
			}
		}
		if err := eachImage(n.Nodes, do); err != nil {
			return err
		}
	}
	return nil
}

// Commit shows what was staged and removes what was not, and says what changed.
func (st *Stage) Commit(ctx context.Context) (opora.Report, error) {
	report := opora.Report{Skipped: []opora.Skipped{}}
	if st.ended {
		return report, opora.NotFound
	}
	if err := st.flush(ctx); err != nil {
		return report, err
	}
	err := st.shelf.write(ctx, func(tx *sql.Tx) error {
		const old, now = `listing AS old WHERE old.generation = ?1`, `listing AS new WHERE new.generation = ?2`
		const stays = `FROM listing AS new JOIN listing AS old ON old.generation = ?1 AND old.article_id = new.article_id WHERE new.generation = ?2 `
		// A page that was put with the hash it had is the same to a reader of the
		// report, and told to the index all the same: its place may be new.
		err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM `+old+`), (SELECT count(*) FROM `+now+`), (SELECT count(*) `+stays+`),
			(SELECT count(*) FROM (SELECT old.content_id AS was, new.content_id AS is_now `+stays+` AND new.content_id <> old.content_id)
				JOIN content AS a ON a.id = was JOIN content AS b ON b.id = is_now WHERE a.hash <> b.hash)`, st.shown, st.staged).
			Scan(&report.Removed, &report.Added, &report.Same, &report.Changed)
		if err != nil {
			return err
		}
		articles, both := report.Added, report.Same
		report.Removed, report.Added, report.Same = report.Removed-both, report.Added-both, both-report.Changed
		if _, err := tx.ExecContext(ctx, `INSERT INTO change (noun, id)
			SELECT 'articles', article_id FROM `+now+` AND NOT EXISTS (SELECT 1 FROM listing AS o WHERE o.generation = ?1 AND o.article_id = new.article_id AND o.content_id = new.content_id)
			UNION ALL
			SELECT 'articles', article_id FROM `+old+` AND NOT EXISTS (SELECT 1 FROM listing AS n WHERE n.generation = ?2 AND n.article_id = old.article_id)`,
			st.shown, st.staged); err != nil {
			return err
		}
		text, err := json.Marshal(report)
		if err != nil {
			return err
		}
		return execOne(ctx, tx, `UPDATE source SET shown = staged, staged = 0, articles = ?, report = ?, updated_at = ? WHERE id = ? AND staged = ?`,
			articles, string(text), millis(st.shelf.now()), st.source, st.staged)
	})
	if err != nil {
		return report, fmt.Errorf("source %d: %w", st.source, err)
	}
	_ = st.end()
	// It is shown; what cannot be removed now is removed after the next one.
	if err := st.shelf.Sweep(ctx); err != nil {
		slog.Warn("old articles are left for later", "err", err)
	}
	return report, nil
}

// Leave ends the import without showing it; a later one goes on from here.
// After Commit it does nothing.
func (st *Stage) Leave() error {
	if st.ended {
		return nil
	}
	// The import may have ended because its context did.
	err := st.flush(context.Background())
	return errors.Join(err, st.end())
}

func (st *Stage) end() error {
	st.ended = true
	return st.lock.Close()
}
