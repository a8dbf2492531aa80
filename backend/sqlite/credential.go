package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"opora/backend/opora"
)

const selectCredential = `SELECT id, customer_id, kind, address, login, options, coalesce(secret_ref, ''),
	has_key, missing, proven, last_check, created_at FROM credential `

// Credentials lists a customer's credentials, the newest first; everybody's for
// 0. Forgotten ones are among them: they are the trace.
func (db *DB) Credentials(ctx context.Context, customerID int64) ([]opora.Credential, error) {
	return list(ctx, db, scanCredential, selectCredential+`WHERE ?1 = 0 OR customer_id = ?1 ORDER BY changed_at DESC, id DESC`, customerID)
}

// Credential finds one by id.
func (db *DB) Credential(ctx context.Context, id int64) (opora.Credential, error) {
	credential, err := scanCredential(db.pool.QueryRowContext(ctx, selectCredential+`WHERE id = ?`, id))
	if err != nil {
		return opora.Credential{}, fmt.Errorf("credential %d: %w", id, db.failure(err))
	}
	return credential, nil
}

// RecordCheck puts the result of checking a kept credential again in the place
// of the last one. The notes keep what was found before.
func (db *DB) RecordCheck(ctx context.Context, credentialID int64, check opora.Check) error {
	text, err := encodeCheck(&check)
	if err != nil {
		return err
	}
	err = db.exec(ctx, `UPDATE credential SET last_check = ?, proven = ? WHERE id = ?`,
		text, check.Finding.Proven(), credentialID)
	if err != nil {
		return fmt.Errorf("credential %d: %w", credentialID, err)
	}
	return nil
}

// MarkMissing notes whether the keyring still has what the data says.
func (db *DB) MarkMissing(ctx context.Context, credentialID int64, missing bool) error {
	if err := db.exec(ctx, `UPDATE credential SET missing = ? WHERE id = ?`, missing, credentialID); err != nil {
		return fmt.Errorf("credential %d: %w", credentialID, err)
	}
	return nil
}

// putCredential adds a credential or, where the customer has one for the same
// door and login, replaces what it leads to. It gives the ref that is no longer
// pointed to, or "".
func putCredential(ctx context.Context, tx *sql.Tx, c *opora.Credential, now int64) (stale string, err error) {
	options, err := json.Marshal(c.Options)
	if err != nil {
		return "", err
	}
	check, err := encodeCheck(&c.Check)
	if err != nil {
		return "", err
	}
	door := []any{c.CustomerID, c.Kind, c.Address, c.Login}
	var old sql.NullString
	err = tx.QueryRowContext(ctx, `SELECT secret_ref FROM credential WHERE customer_id = ? AND kind = ? AND address = ? AND login = ?`,
		door...).Scan(&old)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	var created int64
	err = tx.QueryRowContext(ctx, `INSERT INTO credential
		(customer_id, kind, address, login, options, secret_ref, has_key, proven, last_check, created_at, changed_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
		ON CONFLICT (customer_id, kind, address, login) DO UPDATE SET
		options = ?5, secret_ref = ?6, has_key = ?7, missing = 0, proven = ?8, last_check = ?9, changed_at = ?10
		RETURNING id, created_at`,
		append(door, string(options), c.SecretRef, c.HasKey, c.Proven, check, now)...).Scan(&c.ID, &created)
	c.CreatedAt = fromMillis(created)
	c.Forgotten, c.Missing = false, false
	return old.String, err
}

func scanCredential(row scanner) (opora.Credential, error) {
	var c opora.Credential
	var options, check string
	var created int64
	err := row.Scan(&c.ID, &c.CustomerID, &c.Kind, &c.Address, &c.Login, &options, &c.SecretRef,
		&c.HasKey, &c.Missing, &c.Proven, &check, &created)
	if err != nil {
		return opora.Credential{}, err
	}
	if err := json.Unmarshal([]byte(options), &c.Options); err != nil {
		return opora.Credential{}, fmt.Errorf("stored options: %w", opora.DataDamaged)
	}
	c.Forgotten = c.SecretRef == ""
	c.CreatedAt = fromMillis(created)
	c.Check, err = decodeCheck(check)
	return c, err
}
