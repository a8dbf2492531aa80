package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"opora/backend/opora"
)

const selectNote = `SELECT id, customer_id, coalesce(credential_id, 0), at, author, text, kind, address, login, proven, made_check FROM note `

// Notes lists a customer's notes, the newest first; everybody's for 0.
func (db *DB) Notes(ctx context.Context, customerID int64) ([]opora.Note, error) {
	return list(ctx, db, scanNote, selectNote+`WHERE ?1 = 0 OR customer_id = ?1 ORDER BY at DESC, id DESC`, customerID)
}

// AddNote adds a free remark. Notes about accesses come with [DB.CommitSave].
func (db *DB) AddNote(ctx context.Context, note opora.Note) (opora.Note, error) {
	note = opora.Note{
		CustomerID: note.CustomerID, At: fromMillis(millis(db.now())), Author: note.Author, Text: strings.TrimSpace(note.Text),
	}
	if err := note.Validate(); err != nil {
		return opora.Note{}, err
	}
	err := db.write(ctx, func(tx *sql.Tx) error {
		if err := touch(ctx, tx, note.CustomerID, millis(note.At)); err != nil {
			return err
		}
		return insertNote(ctx, tx, &note)
	})
	if err != nil {
		return opora.Note{}, fmt.Errorf("add note: %w", err)
	}
	return note, nil
}

// RemoveNote removes one for good.
func (db *DB) RemoveNote(ctx context.Context, id int64) error {
	if err := db.exec(ctx, `DELETE FROM note WHERE id = ?`, id); err != nil {
		return fmt.Errorf("remove note %d: %w", id, err)
	}
	return nil
}

// insertNote completes the note as a reader will see it.
func insertNote(ctx context.Context, tx *sql.Tx, note *opora.Note) error {
	made, err := encodeCheck(&note.Check)
	if err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `INSERT INTO note
		(customer_id, credential_id, at, author, text, kind, address, login, proven, check_id, made_check)
		VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?) RETURNING id`,
		note.CustomerID, note.CredentialID, millis(note.At), note.Author, note.Text, note.Kind, note.Address, note.Login,
		note.Proven, note.Check.ID, made).Scan(&note.ID)
}

func scanNote(row scanner) (opora.Note, error) {
	var n opora.Note
	var at int64
	var made string
	err := row.Scan(&n.ID, &n.CustomerID, &n.CredentialID, &at, &n.Author, &n.Text, &n.Kind, &n.Address, &n.Login, &n.Proven, &made)
	if err != nil {
		return opora.Note{}, err
	}
	n.At = fromMillis(at)
	n.Check, err = decodeCheck(made)
	return n, err
}

// encodeCheck writes a check as JSON. It also brings the check into the form
// that it will be read back in: times in UTC, lists that are never nil.
func encodeCheck(check *opora.Check) (string, error) {
	check.StartedAt = check.StartedAt.UTC().Round(0)
	if check.Evidence == nil {
		check.Evidence = []opora.Step{}
	}
	if check.Finding.Hints == nil {
		check.Finding.Hints = []opora.Hint{}
	}
	text, err := json.Marshal(check)
	return string(text), err
}

func decodeCheck(text string) (opora.Check, error) {
	var check opora.Check
	if err := json.Unmarshal([]byte(text), &check); err != nil {
		return opora.Check{}, fmt.Errorf("stored check: %w", opora.DataDamaged)
	}
	return check, nil
}
