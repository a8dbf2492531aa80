package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"opora/backend/opora"
	"opora/backend/search/sample"
)

// store holds the documents in an SQLite file, as a real program does.
type store struct{ db *sql.DB }

func openStore(dir string) (*store, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "documents.db")+"?_pragma=synchronous(off)&_pragma=journal_mode(wal)")
	return &store{db}, err
}

func newStore(ctx context.Context, dir string, c *sample.Corpus, documents int64) (*store, error) {
	s, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.ExecContext(ctx, `CREATE TABLE documents (id INTEGER PRIMARY KEY, document TEXT NOT NULL)`); err != nil {
		return nil, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, `INSERT INTO documents VALUES (?, ?)`)
	if err != nil {
		return nil, err
	}
	for id := range documents {
		text, err := json.Marshal(c.Document(id + 1))
		if err != nil {
			return nil, err
		}
		if _, err := insert.ExecContext(ctx, id+1, text); err != nil {
			return nil, err
		}
	}
	return s, tx.Commit()
}

func (s *store) close() error { return s.db.Close() }

// each gives all documents.
func (s *store) each(ctx context.Context, visit func(opora.Findable) error) error {
	return s.query(ctx, visit, `SELECT document FROM documents ORDER BY id`)
}

func (s *store) query(ctx context.Context, visit func(opora.Findable) error, query string, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return err
		}
		var f opora.Findable
		if err := json.Unmarshal(text, &f); err != nil {
			return err
		}
		if err := visit(f); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Name makes the store a feed of Opora's search.
func (s *store) Name() string { return "documents" }

// Last gives no change ever.
func (s *store) Last(context.Context) (int64, error) { return 1, nil }

// Since gives no change ever.
func (s *store) Since(context.Context, int64) ([]opora.Key, int64, error) { return nil, 1, nil }

// Forget has nothing to forget.
func (s *store) Forget(context.Context, int64) error { return nil }

// All reads every document.
func (s *store) All(ctx context.Context, add func(opora.Findable) error) (int64, error) {
	return 1, s.each(ctx, add)
}

// Load reads some documents.
func (s *store) Load(ctx context.Context, keys []opora.Key) (list []opora.Findable, err error) {
	marks := strings.TrimSuffix(strings.Repeat("?,", len(keys)), ",")
	args := make([]any, len(keys))
	for i, key := range keys {
		args[i] = key.ID
	}
	err = s.query(ctx, func(f opora.Findable) error {
		list = append(list, f)
		return nil
	}, fmt.Sprintf(`SELECT document FROM documents WHERE id IN (%s)`, marks), args...)
	return list, err
}
