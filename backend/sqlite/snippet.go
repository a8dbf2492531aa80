package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"opora/backend/opora"
)

const selectSnippet = `SELECT id, title, body, tags, uses, created_at, changed_at FROM snippet `

// Snippets gives count snippets from one on, by title; only those with a tag
// when one is given.
func (db *DB) Snippets(ctx context.Context, tag string, from, count int) ([]opora.Snippet, error) {
	// The place is counted in the index alone; whole rows are read for the page only.
	if tag == "" {
		return list(ctx, db, scanSnippet, selectSnippet+`JOIN (SELECT id AS at FROM snippet ORDER BY folded, id LIMIT ? OFFSET ?) ON at = id
			ORDER BY folded, id`, count, from)
	}
	return list(ctx, db, scanSnippet, selectSnippet+`JOIN (SELECT snippet_id AS at FROM snippet_tag WHERE tag = ? ORDER BY folded, snippet_id
		LIMIT ? OFFSET ?) ON at = id ORDER BY folded, id`, tag, count, from)
}

// EachSnippet hands on all snippets, by title, as they are at one moment. It
// stops with the error that do gives.
func (db *DB) EachSnippet(ctx context.Context, do func(opora.Snippet) error) error {
	rows, err := db.pool.QueryContext(ctx, selectSnippet+`ORDER BY folded, id`)
	if err != nil {
		return db.failure(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		s, err := scanSnippet(rows)
		if err != nil {
			return db.failure(err)
		}
		if err := do(s); err != nil {
			return err
		}
	}
	return db.failure(rows.Err())
}

// SnippetTally counts the snippets, all and by tag.
func (db *DB) SnippetTally(ctx context.Context) (all int, tags map[string]int, err error) {
	if err := db.pool.QueryRowContext(ctx, `SELECT count(*) FROM snippet`).Scan(&all); err != nil {
		return 0, nil, db.failure(err)
	}
	type tally struct {
		tag   string
		count int
	}
	counts, err := list(ctx, db, func(row scanner) (t tally, err error) {
		return t, row.Scan(&t.tag, &t.count)
	}, `SELECT tag, count(*) FROM snippet_tag GROUP BY tag`)
	if err != nil {
		return 0, nil, err
	}
	tags = make(map[string]int, len(counts))
	for _, t := range counts {
		tags[t.tag] = t.count
	}
	return all, tags, nil
}

// Snippet gives one snippet. It fails with [opora.NotFound].
func (db *DB) Snippet(ctx context.Context, id int64) (opora.Snippet, error) {
	s, err := scanSnippet(db.pool.QueryRowContext(ctx, selectSnippet+`WHERE id = ?`, id))
	if err != nil {
		return opora.Snippet{}, fmt.Errorf("snippet %d: %w", id, db.failure(err))
	}
	return s, nil
}

// AddSnippet keeps a new snippet; one with an id that is free gets it, and
// keeps what it had when it was removed.
func (db *DB) AddSnippet(ctx context.Context, s opora.Snippet) (opora.Snippet, error) {
	s = tidySnippet(s)
	if err := s.Validate(); err != nil {
		return opora.Snippet{}, err
	}
	s.ChangedAt = fromMillis(millis(db.now()))
	if s.ID == 0 || s.CreatedAt.IsZero() {
		s.CreatedAt, s.Uses = s.ChangedAt, 0
	}
	s.CreatedAt, s.Uses = fromMillis(millis(s.CreatedAt)), max(s.Uses, 0)
	err := db.write(ctx, func(tx *sql.Tx) error {
		var taken bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM snippet WHERE id = ?)`, s.ID).Scan(&taken); err != nil {
			return err
		}
		if taken || s.ID < 0 {
			s.ID = 0
		}
		into, err := writeSnippets(ctx, tx)
		if err != nil {
			return err
		}
		return into.insert(ctx, &s)
	})
	if err != nil {
		return opora.Snippet{}, fmt.Errorf("add snippet: %w", err)
	}
	return s, nil
}

// SaveSnippet keeps a changed snippet. It fails with [opora.NotFound].
func (db *DB) SaveSnippet(ctx context.Context, s opora.Snippet) error {
	s = tidySnippet(s)
	if err := s.Validate(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx *sql.Tx) error {
		tags, err := json.Marshal(s.Tags)
		if err != nil {
			return err
		}
		err = execOne(ctx, tx, `UPDATE snippet SET title = ?, folded = ?, body = ?, tags = ?, digest = ?, changed_at = ? WHERE id = ?`,
			s.Title, fold(s.Title), s.Body, string(tags), snippetDigest(s), millis(db.now()), s.ID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM snippet_tag WHERE snippet_id = ?`, s.ID); err != nil {
			return err
		}
		into, err := writeSnippets(ctx, tx)
		if err != nil {
			return err
		}
		return into.tag(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("snippet %d: %w", s.ID, err)
	}
	return nil
}

// RemoveSnippet removes a snippet. It fails with [opora.NotFound].
func (db *DB) RemoveSnippet(ctx context.Context, id int64) error {
	if err := db.exec(ctx, `DELETE FROM snippet WHERE id = ?`, id); err != nil {
		return fmt.Errorf("remove snippet %d: %w", id, err)
	}
	return nil
}

// UseSnippet counts a use.
func (db *DB) UseSnippet(ctx context.Context, id int64) error {
	if err := db.exec(ctx, `UPDATE snippet SET uses = uses + 1 WHERE id = ?`, id); err != nil {
		return fmt.Errorf("snippet %d: %w", id, err)
	}
	return nil
}

// TakeSnippets keeps all of these or, when one is not fit, none; one with the
// title and the body of a kept one is that one, with these tags. It gives how
// many were new or changed.
func (db *DB) TakeSnippets(ctx context.Context, snippets []opora.Snippet) (count int, err error) {
	for i, s := range snippets {
		if err := tidySnippet(s).Validate(); err != nil {
			return 0, fmt.Errorf("snippet number %d: %w", i+1, err)
		}
	}
	err = db.write(ctx, func(tx *sql.Tx) error {
		now := fromMillis(millis(db.now()))
		find, err := tx.PrepareContext(ctx, selectSnippet+`WHERE digest = ? ORDER BY id LIMIT 1`)
		if err != nil {
			return err
		}
		into, err := writeSnippets(ctx, tx)
		if err != nil {
			return err
		}
		count = 0
		for _, s := range snippets {
			s = tidySnippet(s)
			kept, err := scanSnippet(find.QueryRowContext(ctx, snippetDigest(s)))
			switch {
			case errors.Is(err, sql.ErrNoRows):
				s.ID, s.Uses, s.CreatedAt, s.ChangedAt = 0, 0, now, now
				err = into.insert(ctx, &s)
			case err == nil && slices.Equal(kept.Tags, s.Tags):
				continue
			case err == nil:
				s.ID = kept.ID
				err = into.retag(ctx, tx, s, millis(now))
			}
			if err != nil {
				return err
			}
			count++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("take snippets: %w", err)
	}
	return count, nil
}

// snippetWriter has its statements prepared: with the triggers behind them they
// take longer to prepare than to run. They end with the transaction.
type snippetWriter struct{ row, tags *sql.Stmt }

func writeSnippets(ctx context.Context, tx *sql.Tx) (w snippetWriter, err error) {
	w.row, err = tx.PrepareContext(ctx, `INSERT INTO snippet (id, title, folded, body, tags, digest, uses, created_at, changed_at)
		VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return w, err
	}
	w.tags, err = tx.PrepareContext(ctx, `INSERT INTO snippet_tag (tag, folded, snippet_id) VALUES (?, ?, ?)`)
	return w, err
}

func (w snippetWriter) insert(ctx context.Context, s *opora.Snippet) error {
	tags, err := json.Marshal(s.Tags)
	if err != nil {
		return err
	}
	made, err := w.row.ExecContext(ctx, s.ID, s.Title, fold(s.Title), s.Body, string(tags), snippetDigest(*s), s.Uses, millis(s.CreatedAt), millis(s.ChangedAt))
	if err != nil {
		return err
	}
	if s.ID, err = made.LastInsertId(); err != nil {
		return err
	}
	return w.tag(ctx, *s)
}

func (w snippetWriter) tag(ctx context.Context, s opora.Snippet) error {
	for _, tag := range s.Tags {
		if _, err := w.tags.ExecContext(ctx, tag, fold(s.Title), s.ID); err != nil {
			return err
		}
	}
	return nil
}

func (w snippetWriter) retag(ctx context.Context, tx *sql.Tx, s opora.Snippet, now int64) error {
	tags, err := json.Marshal(s.Tags)
	if err != nil {
		return err
	}
	if err := execOne(ctx, tx, `UPDATE snippet SET tags = ?, changed_at = ? WHERE id = ?`, string(tags), now, s.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM snippet_tag WHERE snippet_id = ?`, s.ID); err != nil {
		return err
	}
	return w.tag(ctx, s)
}

// tidySnippet takes away what nobody means: spaces around the title and tags,
// tags given twice. The body stays as it is.
func tidySnippet(s opora.Snippet) opora.Snippet {
	s.Title = strings.TrimSpace(s.Title)
	tags := []string{}
	for _, tag := range s.Tags {
		if tag = strings.TrimSpace(tag); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	s.Tags = tags
	return s
}

// snippetDigest tells the same snippet from another. No title holds a NUL.
func snippetDigest(s opora.Snippet) []byte {
	sum := sha256.Sum256([]byte(s.Title + "\x00" + s.Body))
	return sum[:]
}

func scanSnippet(row scanner) (opora.Snippet, error) {
	var s opora.Snippet
	var tags string
	var created, changed int64
	if err := row.Scan(&s.ID, &s.Title, &s.Body, &tags, &s.Uses, &created, &changed); err != nil {
		return opora.Snippet{}, err
	}
	s.CreatedAt, s.ChangedAt = fromMillis(created), fromMillis(changed)
	var err error
	s.Tags, err = decodeTags(tags)
	return s, err
}

func decodeTags(text string) ([]string, error) {
	tags := []string{}
	if err := json.Unmarshal([]byte(text), &tags); err != nil {
		return nil, fmt.Errorf("stored tags: %w", opora.DataDamaged)
	}
	return tags, nil
}
