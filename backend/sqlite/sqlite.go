// Package sqlite keeps everything but the secrets, in one SQLite file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver

	"opora/backend/opora"
)

const (
	fileName = "opora.db"
	lockName = "open.lock"
)

// DB is the open data file. Its methods may be used by several goroutines, and
// several processes may have the same file open.
type DB struct {
	// Moved is where a damaged data file was put when this one was started
	// empty in its place; empty when all is well.
	Moved string

	dir    string
	pool   *sql.DB
	now    func() time.Time
	writer chan struct{} // one token: writers of this process queue here, not in SQLite's polling
}

// Open opens the data file in dir and makes both when they are missing. It
// fails with [opora.DataForeign] when the folder or the file is a symbolic link
// or another user's, with [opora.DataNewer] when a newer Opora wrote it, and
// with [opora.DataUnwritable] or [opora.DiskFull]. A damaged file is moved
// aside, see [DB.Moved].
func Open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := prepareDir(dir); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	// Two processes that start at once must not both migrate or move the file.
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, fmt.Errorf("data folder: %w", fileError(err))
	}
	defer func() { _ = lock.Close() }()

	db, err := open(ctx, dir, now)
	if errors.Is(err, opora.DataDamaged) {
		moved, moveErr := moveAside(dir, now())
		if moveErr != nil {
			return nil, errors.Join(err, moveErr)
		}
		if db, err = open(ctx, dir, now); err == nil {
			db.Moved = moved
		}
	}
	if err != nil {
		return nil, fmt.Errorf("data file: %w", err)
	}
	return db, nil
}

func open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	path := filepath.Join(dir, fileName)
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(4)
	pool.SetMaxIdleConns(4)
	db := &DB{dir: dir, pool: pool, now: now, writer: make(chan struct{}, 1)}
	db.writer <- struct{}{}
	if err := db.sound(ctx); err != nil {
		_ = pool.Close()
		return nil, err
	}
	if err := db.migrate(ctx, migrations); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return db, nil
}

// dsn names the file and what every connection to it is set to.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if path[0] != '/' {
		path = "/" + path // file:///C:/…
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{
		"_pragma": {
			"busy_timeout(10000)",
			"journal_mode(WAL)",
			"synchronous(FULL)",                       // a note that was said to be kept is kept, power cut or not
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
func (db *DB) sound(ctx context.Context) error {
	var result string
	if err := db.pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return db.failure(err)
	}
	if result != "ok" {
		return opora.DataDamaged
	}
	return nil
}

// moveAside renames the data file and what belongs to it. Nothing is deleted:
// a person may still get something out of it.
func moveAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, fileName)
	moved := path + ".damaged-" + now.UTC().Format("20060102T150405.000Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, moved+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fileError(err)
		}
	}
	return moved, nil
}

// Close writes the log back into the file and closes it.
func (db *DB) Close() error {
	// Fails when another process reads the log: that one will do it.
	_, _ = db.pool.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return db.failure(db.pool.Close())
}

// Dir is the data folder.
func (db *DB) Dir() string { return db.dir }

// write runs one transaction that changes something: all of it or nothing.
func (db *DB) write(ctx context.Context, change func(tx *sql.Tx) error) error {
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
func (db *DB) exec(ctx context.Context, statement string, args ...any) error {
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

// list collects what scan makes of each row; the list is never nil.
func list[T any](ctx context.Context, db *DB, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.pool.QueryContext(ctx, query, args...)
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
