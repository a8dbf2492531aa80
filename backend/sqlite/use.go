package sqlite

import (
	"context"
	"fmt"

	"opora/backend/opora"
)

// LogUse writes the line that every use of a secret leaves.
func (db *DB) LogUse(ctx context.Context, credentialID int64, action opora.Action) error {
	err := db.exec(ctx, `INSERT INTO secret_use (credential_id, at, action) VALUES (?, ?, ?)`, credentialID, millis(db.now()), action)
	if err != nil {
		return fmt.Errorf("use of credential %d: %w", credentialID, err)
	}
	return nil
}

// Uses lists the uses of a credential's secret, the newest first; of all
// credentials for 0.
func (db *DB) Uses(ctx context.Context, credentialID int64) ([]opora.Use, error) {
	return list(ctx, db, func(row scanner) (opora.Use, error) {
		var use opora.Use
		var at int64
		err := row.Scan(&use.ID, &use.CredentialID, &at, &use.Action)
		use.At = fromMillis(at)
		return use, err
	}, `SELECT id, credential_id, at, action FROM secret_use WHERE ?1 = 0 OR credential_id = ?1 ORDER BY at DESC, id DESC`, credentialID)
}
