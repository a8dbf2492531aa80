package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"opora/backend/opora"
	"opora/backend/search"
)

const hits = 20

// words are those of a query, and whether the last one is a beginning.
func words(text string) (list []string, begun bool) {
	list = strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return list, !strings.HasSuffix(text, " ")
}

// ownEngine is Opora's, with passages made and marked, which the others need not do.
type ownEngine struct {
	dir string
	*search.Engine
}

func (o *ownEngine) build(ctx context.Context, s *store) error {
	if err := o.open(ctx, s); err != nil {
		return err
	}
	return o.close()
}

func (o *ownEngine) open(ctx context.Context, s *store) (err error) {
	o.Engine, err = search.Open(ctx, o.dir, nil, s)
	return err
}

func (o *ownEngine) find(ctx context.Context, text string) (ids []int64, err error) {
	answer, err := o.Find(ctx, text, nil, hits)
	for _, h := range answer.Hits {
		ids = append(ids, h.ID)
	}
	return ids, err
}

func (o *ownEngine) close() error { return o.Close() }

// fts is SQLite's full text search as it comes.
type fts struct {
	path string
	db   *sql.DB
}

func (f *fts) build(ctx context.Context, s *store) error {
	if err := f.open(ctx, s); err != nil {
		return err
	}
	if _, err := f.db.ExecContext(ctx, `CREATE VIRTUAL TABLE t USING fts5(title, body)`); err != nil {
		return err
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, `INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	err = s.each(ctx, func(d opora.Findable) error {
		_, err := insert.ExecContext(ctx, d.ID, d.Title, d.Text+"\n"+d.Code)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(tx.Commit(), f.close())
}

func (f *fts) open(_ context.Context, _ *store) (err error) {
	f.db, err = sql.Open("sqlite", f.path+"?_pragma=synchronous(off)")
	return err
}

func (f *fts) find(ctx context.Context, text string) (ids []int64, err error) {
	list, begun := words(text)
	if len(list) == 0 {
		return nil, nil
	}
	match := `"` + strings.Join(list, `" "`) + `"`
	if begun {
		match += "*"
	}
	rows, err := f.db.QueryContext(ctx, `SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 8, 1) LIMIT ?`, match, hits)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (f *fts) close() error { return f.db.Close() }

// bleveEngine is bleve with its standard mapping.
type bleveEngine struct {
	path  string
	index bleve.Index
}

func (b *bleveEngine) build(ctx context.Context, s *store) error {
	index, err := bleve.New(b.path, bleve.NewIndexMapping())
	if err != nil {
		return err
	}
	batch := index.NewBatch()
	err = s.each(ctx, func(d opora.Findable) error {
		if err := batch.Index(strconv.FormatInt(d.ID, 10), map[string]string{"title": d.Title, "body": d.Text + "\n" + d.Code}); err != nil {
			return err
		}
		if batch.Size() < 1000 {
			return nil
		}
		defer batch.Reset()
		return index.Batch(batch)
	})
	return errors.Join(err, index.Batch(batch), index.Close())
}

func (b *bleveEngine) open(context.Context, *store) (err error) {
	b.index, err = bleve.Open(b.path)
	return err
}

func (b *bleveEngine) find(ctx context.Context, text string) (ids []int64, err error) {
	list, begun := words(text)
	var parts []query.Query
	for i, word := range list {
		if begun && i == len(list)-1 {
			parts = append(parts, bleve.NewPrefixQuery(word))
		} else {
			parts = append(parts, bleve.NewMatchQuery(word))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	result, err := b.index.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(parts...), hits, 0, false))
	if err != nil {
		return nil, err
	}
	for _, h := range result.Hits {
		id, err := strconv.ParseInt(h.ID, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (b *bleveEngine) close() error { return b.index.Close() }

// ripgrep reads everything anew, from a file with a document on each line, and
// does not rank. The start of its process is part of its time.
type ripgrep struct{ path string }

func (r *ripgrep) build(ctx context.Context, s *store) error {
	file, err := os.Create(r.path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	err = s.each(ctx, func(d opora.Findable) error {
		_, err := fmt.Fprintf(out, "%d %s %s %s\n", d.ID, d.Title, strings.ReplaceAll(d.Text, "\n", " "), d.Code)
		return err
	})
	return errors.Join(err, out.Flush(), file.Close())
}

func (r *ripgrep) open(context.Context, *store) error { return nil }

func (r *ripgrep) find(ctx context.Context, text string) (ids []int64, err error) {
	cmd := exec.CommandContext(ctx, "rg", "-i", "-F", "-N", "--no-heading", "-m", strconv.Itoa(hits), "--", strings.TrimSpace(text), r.path)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return nil, nil // nothing found
	}
	for line := range bytes.Lines(out) {
		number, _, _ := bytes.Cut(line, []byte(" "))
		id, err := strconv.ParseInt(string(number), 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, err
}

func (r *ripgrep) close() error { return nil }
