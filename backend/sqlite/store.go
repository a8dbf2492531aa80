package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver

	"opora/backend/opora"
)

const lockName = "open.lock"

// store is one open file.
type store struct {
	shape
	dir    string
	pool   *sql.DB
	now    func() time.Time
	writer chan struct{} // one token: writers of this process queue here, not in SQLite's polling

	mu    sync.Mutex
	ready map[string]*sql.Stmt // see prepared
}

// shape is in what two files differ.
type shape struct {
	name        string // of the file
	synchronous string
	checked     int64 // up to this size the whole file is looked at when it is opened
	steps       fs.FS // migrations
	keep        bool  // a copy before migrating
}

// openStore opens a file in the data folder. It gives the path to which a
// damaged one was moved, if so.
func openStore(ctx context.Context, s *store, dir string, now func() time.Time, shape shape) (moved string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	if err := prepareDir(dir); err != nil {
		return "", err
	}
	s.shape, s.dir, s.now, s.writer, s.ready = shape, dir, now, make(chan struct{}, 1), map[string]*sql.Stmt{}
	s.writer <- struct{}{}
	// Two processes that start at once must not both migrate or move the file.
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return "", fileError(err)
	}
	defer func() { _ = lock.Close() }()

	err = s.open(ctx)
	if errors.Is(err, opora.DataDamaged) {
		var moveErr error
		if moved, moveErr = s.moveAside(); moveErr != nil {
			return "", errors.Join(err, moveErr)
		}
		err = s.open(ctx)
	}
	return moved, err
}

func (db *store) path() string { return filepath.Join(db.dir, db.name) }

func (db *store) open(ctx context.Context) error {
	if err := prepareFile(db.path()); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", dsn(db.path(), db.synchronous))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(4)
	pool.SetMaxIdleConns(4)
	db.pool = pool
	if err := db.start(ctx); err != nil {
		_ = pool.Close()
		return err
	}
	return nil
}

func (db *store) start(ctx context.Context) error {
	info, err := os.Stat(db.path())
	if err != nil {
		return fileError(err)
	}
	if info.Size() <= db.checked || db.doubted() {
		if err := db.sound(ctx); err != nil {
			return err
		}
		if err := os.Remove(db.doubts()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError(err)
		}
	}
	return db.migrate(ctx, db.steps)
}

// doubts is the file that says that damage was met while working, so that the
// next opening looks at everything.
func (db *store) doubts() string { return db.path() + ".doubtful" }

func (db *store) doubted() bool {
	_, err := os.Lstat(db.doubts())
	return err == nil
}

func (db *store) doubt() {
	if file, err := os.OpenFile(db.doubts(), os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_ = file.Close()
	}
}

// dsn names the file and what every connection to it is set to.
func dsn(path, synchronous string) string {
	path = filepath.ToSlash(path)
	if path[0] != '/' {
		path = "/" + path // file:///C:/…
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{
		"_pragma": {
			"busy_timeout(10000)",
			"journal_mode(WAL)",
			"synchronous(" + synchronous + ")",
			"fullfsync(1)", "checkpoint_fullfsync(1)", // macOS lies about plain fsync
			"foreign_keys(1)",
			"secure_delete(1)", // what was removed is overwritten
			"trusted_schema(0)", "cell_size_check(1)",
			"mmap_size(0)",  // a read error is an error, not a crash
			"temp_store(2)", // nothing of ours in temporary files
		},
		"_txlock":    {"immediate"},
		"_defensive": {"1"},
		"_dqs":       {"0"},
	}.Encode()
}

// sound looks at the whole file: damage is found at the start, when it can be
// moved aside, and not in the middle of a working day.
func (db *store) sound(ctx context.Context) error {
	var result string
	if err := db.pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return db.failure(err)
	}
	if result != "ok" {
		return db.failure(opora.DataDamaged)
	}
	return nil
}

// moveAside renames the data file and what belongs to it. Nothing is deleted:
// a person may still get something out of it.
func (db *store) moveAside() (string, error) {
	moved := db.path() + ".damaged-" + db.now().UTC().Format("20060102T150405.000Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(db.path()+suffix, moved+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fileError(err)
		}
	}
	if err := os.Remove(db.doubts()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fileError(err)
	}
	return moved, nil
}

// Close writes the log back into the file and closes it.
func (db *store) Close() error {
	// Fails when another process reads the log: that one will do it.
	_, _ = db.pool.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return db.failure(db.pool.Close())
}

// Dir is the data folder.
func (db *store) Dir() string { return db.dir }

// write runs one transaction that changes something: all of it or nothing.
func (db *store) write(ctx context.Context, change func(tx *sql.Tx) error) error {
	select {
	case <-db.writer:
		defer func() { db.writer <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return db.failure(err)
	}
	if err := change(tx); err != nil {
		_ = tx.Rollback()
		return db.failure(err)
	}
	return db.failure(tx.Commit())
}

// exec is a write of one statement. It fails with [opora.NotFound] when the
// statement met no row.
func (db *store) exec(ctx context.Context, statement string, args ...any) error {
	return db.write(ctx, func(tx *sql.Tx) error { return execOne(ctx, tx, statement, args...) })
}

func execOne(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return opora.NotFound
	}
	return nil
}

// prepared gives a statement that is run again and again: preparing it takes
// longer than running it. It ends with the file.
func (db *store) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if statement := db.ready[query]; statement != nil {
		return statement, nil
	}
	statement, err := db.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, db.failure(err)
	}
	db.ready[query] = statement
	return statement, nil
}

// row runs a prepared statement that gives one row.
func (db *store) row(ctx context.Context, query string, args []any, into ...any) error {
	statement, err := db.prepared(ctx, query)
	if err != nil {
		return err
	}
	return statement.QueryRowContext(ctx, args...).Scan(into...)
}

// reader is what rows are read from.
type reader interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	failure(err error) error
}

func (db *store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return db.pool.QueryContext(ctx, query, args...)
}

// in reads within a transaction.
type in struct{ tx *sql.Tx }

func (t in) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, query, args...)
}

func (in) failure(err error) error { return err } // the transaction's own translates it

// read runs a transaction that sees one state of the file.
func (db *store) read(ctx context.Context, look func(tx *sql.Tx) error) error {
	tx, err := db.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return db.failure(err)
	}
	defer func() { _ = tx.Rollback() }()
	return db.failure(look(tx))
}

// list collects what scan makes of each row; the list is never nil.
func list[T any](ctx context.Context, db reader, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.query(ctx, query, args...)
	if err != nil {
		return nil, db.failure(err)
	}
	defer func() { _ = rows.Close() }()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, db.failure(err)
		}
		all = append(all, one)
	}
	return all, db.failure(rows.Err())
}

// scanner is a row, alone or among others.
type scanner interface{ Scan(into ...any) error }

func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
