package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"opora/backend/opora"
)

// migrations are numbered from 1 without gaps and never edited once released.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the file to the newest schema, one transaction for each step.
// PRAGMA user_version counts the steps and is part of the transaction. What was
// there before is copied first.
func (db *store) migrate(ctx context.Context, steps fs.FS) error {
	names, err := fs.Glob(steps, "migrations/*.sql")
	if err != nil {
		return err
	}
	var version int
	if err := db.pool.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return db.failure(err)
	}
	if version > len(names) {
		return opora.DataNewer
	}
	if db.keep && version > 0 && version < len(names) {
		if err := db.backup(ctx, version); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	for ; version < len(names); version++ {
		step, err := fs.ReadFile(steps, names[version])
		if err != nil {
			return err
		}
		err = db.write(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(step)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", names[version], err)
		}
	}
	return nil
}

// backup copies the file as it is, under a name that tells its schema.
func (db *store) backup(ctx context.Context, version int) error {
	path := filepath.Join(db.dir, fmt.Sprintf("opora-schema-%d.db", version))
	// A half-made copy of a start that was cut short; the original is unchanged.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(err)
	}
	// SQLite fills an empty file that is there, and would make a new one for
	// everybody to read.
	if err := prepareFile(path); err != nil {
		return err
	}
	_, err := db.pool.ExecContext(ctx, "VACUUM INTO ?", path)
	return db.failure(err)
}
