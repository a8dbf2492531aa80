package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"opora/backend/opora"
)

// The keyring and this file agree after any crash because every change of the
// keyring is announced here before it is made. A save is BeginSave, the keyring
// written and read back, CommitSave. A removal is BeginForget, the keyring item
// deleted, DropIntent. An announced ref is one that nothing points to: it is deleted
// from the keyring and dropped, at once or at the next start.

// BeginSave announces that a keyring item is about to be written, and keeps the
// ciphertext of a secret that is too large for it; sealed is nil for the rest.
func (db *DB) BeginSave(ctx context.Context, ref string, sealed []byte) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		if err := announce(ctx, tx, ref, millis(db.now())); err != nil || sealed == nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sealed (ref, ciphertext) VALUES (?, ?)`, ref, sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin save: %w", err)
	}
	return nil
}

// ConfirmIntent writes the announcement of a ref again. When it returns nil, a
// commit for that ref that failed before is surely not in the file: its traces
// in the log are overwritten. It fails with [opora.NotFound] when the ref is
// not announced.
func (db *DB) ConfirmIntent(ctx context.Context, ref string) error {
	if err := db.exec(ctx, `UPDATE intent SET at = at WHERE ref = ?`, ref); err != nil {
		return fmt.Errorf("confirm intent: %w", err)
	}
	return nil
}

// CommitSave makes the announced item the secret of the credential, and writes
// the note: both or neither. A customer's credential for the same door and
// login is replaced. A check that was saved before is not saved again: the
// first credential and note are given. Stale, when not empty, is the ref that
// nothing points to now; it is announced, so the caller deletes the item and
// drops the intent.
func (db *DB) CommitSave(ctx context.Context, ref string, credential opora.Credential, note opora.Note) (
	kept opora.Credential, noted opora.Note, stale string, err error,
) {
	now := millis(db.now())
	err = db.write(ctx, func(tx *sql.Tx) error {
		noted, err = scanNote(tx.QueryRowContext(ctx, selectNote+`WHERE check_id = ?`, note.Check.ID))
		if err == nil {
			stale = ref
			kept, err = scanCredential(tx.QueryRowContext(ctx, selectCredential+`WHERE id = ?`, noted.CredentialID))
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// Without the announcement somebody has dropped this save meanwhile, and
		// its item is gone.
		if err := execOne(ctx, tx, `DELETE FROM intent WHERE ref = ?`, ref); err != nil {
			return fmt.Errorf("intent: %w", err)
		}
		kept, noted = credential, note
		kept.SecretRef = ref
		if err := touch(ctx, tx, kept.CustomerID, now); err != nil {
			return err
		}
		if stale, err = putCredential(ctx, tx, &kept, now); err != nil {
			return err
		}
		if stale != "" {
			if err := announce(ctx, tx, stale, now); err != nil {
				return err
			}
		}
		noted.CustomerID, noted.CredentialID, noted.At = kept.CustomerID, kept.ID, fromMillis(now)
		return insertNote(ctx, tx, &noted)
	})
	if err != nil {
		return opora.Credential{}, opora.Note{}, "", fmt.Errorf("commit save: %w", err)
	}
	return kept, noted, stale, nil
}

// BeginForget takes the secret away from a credential and announces that its
// keyring item is about to be deleted. It gives the item's ref, or
// [opora.SecretForgotten] when there is none.
func (db *DB) BeginForget(ctx context.Context, credentialID int64) (ref string, err error) {
	now := millis(db.now())
	err = db.write(ctx, func(tx *sql.Tx) error {
		var held sql.NullString
		var customerID int64
		err := tx.QueryRowContext(ctx, `SELECT secret_ref, customer_id FROM credential WHERE id = ?`, credentialID).Scan(&held, &customerID)
		if err != nil {
			return err
		}
		if !held.Valid {
			return opora.SecretForgotten
		}
		ref = held.String
		if _, err := tx.ExecContext(ctx, `UPDATE credential SET secret_ref = NULL, missing = 0 WHERE id = ?`, credentialID); err != nil {
			return err
		}
		if err := touch(ctx, tx, customerID, now); err != nil {
			return err
		}
		return announce(ctx, tx, ref, now)
	})
	if err != nil {
		return "", fmt.Errorf("forget credential %d: %w", credentialID, err)
	}
	return ref, nil
}

// DropIntent ends an announced save or removal whose keyring item is surely
// gone. To drop twice is no error.
func (db *DB) DropIntent(ctx context.Context, ref string) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		// A ref that is not announced is in use: its ciphertext must stay.
		_, err := tx.ExecContext(ctx, `DELETE FROM sealed WHERE ref = (SELECT ref FROM intent WHERE ref = ?)`, ref)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM intent WHERE ref = ?`, ref)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop intent: %w", err)
	}
	return nil
}

// Pending lists the refs that are announced and not dropped, the oldest first.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	return list(ctx, db, func(row scanner) (ref string, err error) {
		err = row.Scan(&ref)
		return ref, err
	}, `SELECT ref FROM intent ORDER BY at, ref`)
}

// Sealed gives the ciphertext kept for a ref, or nil when its keyring item is
// the secret itself.
func (db *DB) Sealed(ctx context.Context, ref string) ([]byte, error) {
	var ciphertext []byte
	err := db.pool.QueryRowContext(ctx, `SELECT ciphertext FROM sealed WHERE ref = ?`, ref).Scan(&ciphertext)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sealed secret: %w", db.failure(err))
	}
	return ciphertext, nil
}

func announce(ctx context.Context, tx *sql.Tx, ref string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO intent (ref, at) VALUES (?, ?)`, ref, now)
	return err
}
