package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"opora/backend/check"
	"opora/backend/opora"
)

var (
	_ check.Ledger   = (*DB)(nil)
	_ check.Recorder = (*DB)(nil)
	_ check.HostKeys = (*DB)(nil)
)

// Spend enters an attempt, or refuses with a *[check.WaitError]. Counting and
// entering are one transaction: two windows cannot both have the last attempt.
func (db *DB) Spend(ctx context.Context, account check.Account, now time.Time) (id int64, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT at FROM attempt WHERE host = ? AND login = ? ORDER BY at DESC LIMIT ?`,
			account.Host, account.Login, max(check.ShortBudget, check.DayBudget))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		var earlier []time.Time
		for rows.Next() {
			var at int64
			if err := rows.Scan(&at); err != nil {
				return err
			}
			earlier = append(earlier, fromMillis(at))
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if err := check.Allow(earlier, now); err != nil {
			return err
		}
		id, err = insertAttempt(ctx, tx, account, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("attempt: %w", err)
	}
	return id, nil
}

// Record enters an attempt without judging it.
func (db *DB) Record(ctx context.Context, account check.Account, now time.Time) (id int64, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		id, err = insertAttempt(ctx, tx, account, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("attempt: %w", err)
	}
	return id, nil
}

func insertAttempt(ctx context.Context, tx *sql.Tx, account check.Account, now time.Time) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO attempt (host, login, at) VALUES (?, ?, ?) RETURNING id`,
		account.Host, account.Login, millis(now)).Scan(&id)
	return id, err
}

// Settle adds the verdict to an attempt.
func (db *DB) Settle(ctx context.Context, id int64, verdict opora.Verdict) error {
	if err := db.exec(ctx, `UPDATE attempt SET verdict = ? WHERE id = ?`, verdict, id); err != nil {
		return fmt.Errorf("attempt %d: %w", id, err)
	}
	return nil
}

// HostKey gives the fingerprint noted for a "host:port", or "".
func (db *DB) HostKey(ctx context.Context, address string) (fingerprint string, err error) {
	err = db.pool.QueryRowContext(ctx, `SELECT fingerprint FROM host_key WHERE address = ?`, address).Scan(&fingerprint)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("host key: %w", db.failure(err))
	}
	return fingerprint, nil
}

// NoteHostKey notes a fingerprint in the place of an older one, if any.
func (db *DB) NoteHostKey(ctx context.Context, address, fingerprint string) error {
	err := db.exec(ctx, `INSERT INTO host_key (address, fingerprint, at) VALUES (?1, ?2, ?3)
		ON CONFLICT (address) DO UPDATE SET fingerprint = ?2, at = ?3`, address, fingerprint, millis(db.now()))
	if err != nil {
		return fmt.Errorf("host key: %w", err)
	}
	return nil
}
