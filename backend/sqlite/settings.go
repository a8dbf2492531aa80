package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"opora/backend/opora"
)

// Settings gives the operator's choices, or the zero value before any was made.
func (db *DB) Settings(ctx context.Context) (opora.Settings, error) {
	var settings opora.Settings
	var text string
	err := db.pool.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = 'settings'`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return settings, nil
	}
	if err != nil {
		return settings, fmt.Errorf("settings: %w", db.failure(err))
	}
	if err := json.Unmarshal([]byte(text), &settings); err != nil {
		return opora.Settings{}, fmt.Errorf("stored settings: %w", opora.DataDamaged)
	}
	return settings, nil
}

// SaveSettings keeps the operator's choices.
func (db *DB) SaveSettings(ctx context.Context, settings opora.Settings) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	err = db.exec(ctx, `INSERT INTO setting (name, value) VALUES ('settings', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1`, string(text))
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}
