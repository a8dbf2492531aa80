// Package sqlite keeps everything but the secrets: what operators make in one
// SQLite file, and the knowledge base, which can be imported again, in another.
package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

const fileName = "opora.db"

// DB is the open data file. Its methods may be used by several goroutines, and
// several processes may have the same file open.
type DB struct {
	// Moved is where a damaged data file was put when this one was started
	// empty in its place; empty when all is well.
	Moved string

	store
}

// checkAtOpening is the size up to which the whole file is looked at whenever it
// is opened. A larger one would hold up every command: see [DB.Check].
const checkAtOpening = 16 << 20

// Open opens the data file in dir and makes both when they are missing. It
// fails with [opora.DataForeign] when the folder or the file is a symbolic link
// or another user's, with [opora.DataNewer] when a newer Opora wrote it, and
// with [opora.DataUnwritable] or [opora.DiskFull]. A damaged file is moved
// aside, see [DB.Moved].
func Open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	db := &DB{}
	var err error
	db.Moved, err = openStore(ctx, &db.store, dir, now, shape{
		name: fileName, synchronous: "FULL", // a note that was said to be kept is kept, power cut or not
		checked: checkAtOpening, steps: migrations, keep: true,
	})
	if err != nil {
		return nil, fmt.Errorf("data file: %w", err)
	}
	return db, nil
}

// checkEvery is how often a large file is looked at as a whole.
const checkEvery = 24 * time.Hour

// Check looks at the whole file once a day. Damage that it finds, or that was met
// meanwhile, is looked at again at the next opening, when the file can be moved aside.
func (db *DB) Check(ctx context.Context) error {
	var at int64
	err := db.pool.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = 'checked_at'`).Scan(&at)
	if err == nil && db.now().Sub(fromMillis(at)) < checkEvery {
		return nil
	}
	if err := db.sound(ctx); err != nil {
		return err
	}
	return db.exec(ctx, `INSERT INTO setting (name, value) VALUES ('checked_at', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1`,
		strconv.FormatInt(millis(db.now()), 10))
}
