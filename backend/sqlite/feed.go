package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"opora/backend/opora"
)

// ErrForgotten says that a feed does not know its changes that far back.
var ErrForgotten = errors.New("changes of that time are no longer known")

// Feed tells what of the things in a file can be found and what of them changes.
// It gives names, addresses, logins and texts, and never anything of a secret.
type Feed struct {
	name  string
	store *store
	nouns map[opora.Set]noun
}

// noun is how one kind of thing is read as it is searched.
type noun struct {
	all string // selects all, in the columns that scan reads
	one string // selects the one with an id
	// scan also fills in what is not in a row.
	scan func(row scanner) (opora.Findable, error)
}

// Feed gives what can be found in the data file.
func (db *DB) Feed() *Feed {
	const (
		snippet = `SELECT id, title, tags, body FROM snippet `
		note    = `SELECT id, customer_id, text, kind, address, login FROM note `
		// The trace of an access whose secret is forgotten still finds its customer.
		customer = `SELECT id, name, coalesce((SELECT group_concat(address || char(10) || login, char(10)) FROM credential WHERE customer_id = customer.id), '') FROM customer `
	)
	return &Feed{name: "opora", store: &db.store, nouns: map[opora.Set]noun{
		opora.InSnippets:  {snippet, snippet + `WHERE id = ?`, findSnippet},
		opora.InNotes:     {note, note + `WHERE id = ?`, findNote},
		opora.InCustomers: {customer, customer + `WHERE id = ?`, findCustomer},
	}}
}

func findSnippet(row scanner) (opora.Findable, error) {
	f := opora.Findable{Key: opora.Key{In: opora.InSnippets}}
	var tags string
	if err := row.Scan(&f.ID, &f.Title, &tags, &f.Text); err != nil {
		return f, err
	}
	var err error
	f.Tags, err = decodeTags(tags)
	return f, err
}

// findNote heads a remark with its first line, and a note about an access with
// the address. The customer's name is no part of it: one who is looked for by
// name would come once for each note.
func findNote(row scanner) (opora.Findable, error) {
	f := opora.Findable{Key: opora.Key{In: opora.InNotes}}
	var text, kind, address, login string
	if err := row.Scan(&f.ID, &f.Parent, &text, &kind, &address, &login); err != nil {
		return f, err
	}
	parts := []string{}
	for _, part := range []string{address, login, kind, text} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	f.Text = strings.Join(parts, "\n")
	f.Title, _, _ = strings.Cut(f.Text, "\n")
	if runes := []rune(f.Title); len(runes) > maxTitle {
		f.Title = string(runes[:maxTitle]) + "…"
	}
	return f, nil
}

// maxTitle is how much of a remark's first line is its title, in letters.
const maxTitle = 80

func findCustomer(row scanner) (opora.Findable, error) {
	f := opora.Findable{Key: opora.Key{In: opora.InCustomers}}
	return f, row.Scan(&f.ID, &f.Title, &f.Text)
}

// Name tells this feed from the others.
func (f *Feed) Name() string { return f.name }

// Last gives the number of the newest change.
func (f *Feed) Last(ctx context.Context) (last int64, err error) {
	err = f.store.row(ctx, lastChange, nil, &last)
	return last, f.store.failure(err)
}

const lastChange = `SELECT seq FROM sqlite_sequence WHERE name = 'change'`

// Since gives what was changed, added or removed after a change, each once, and
// the number of the newest change among them. It fails with [ErrForgotten].
func (f *Feed) Since(ctx context.Context, after int64) (keys []opora.Key, last int64, err error) {
	err = f.store.read(ctx, func(tx *sql.Tx) error {
		var first sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT (`+lastChange+`), (SELECT min(seq) FROM change)`).Scan(&last, &first); err != nil {
			return err
		}
		if !first.Valid {
			first.Int64 = last + 1
		}
		// The numbers have no gaps. One that is yet to come is of another file.
		if after > last || after+1 < first.Int64 {
			return ErrForgotten
		}
		rows, err := tx.QueryContext(ctx, `SELECT noun, id FROM change WHERE seq > ? GROUP BY noun, id`, after)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var key opora.Key
			if err := rows.Scan(&key.In, &key.ID); err != nil {
				return err
			}
			keys = append(keys, key)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, 0, fmt.Errorf("changes of %s: %w", f.name, err)
	}
	return keys, last, nil
}

// Load reads things as they are now; what is gone is left out.
func (f *Feed) Load(ctx context.Context, keys []opora.Key) ([]opora.Findable, error) {
	found := make([]opora.Findable, 0, len(keys))
	ready := map[opora.Set]*sql.Stmt{}
	for set, n := range f.nouns {
		statement, err := f.store.prepared(ctx, n.one)
		if err != nil {
			return nil, err
		}
		ready[set] = statement
	}
	err := f.store.read(ctx, func(tx *sql.Tx) error {
		here := map[opora.Set]*sql.Stmt{}
		for _, key := range keys {
			n, known := f.nouns[key.In]
			if !known {
				continue
			}
			one := here[key.In]
			if one == nil {
				one = tx.StmtContext(ctx, ready[key.In])
				here[key.In] = one
			}
			thing, err := n.scan(one.QueryRowContext(ctx, key.ID))
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			found = append(found, thing)
		}
		return nil
	})
	return found, err
}

// All gives everything, as it was at one moment, and the number of the newest
// change at that moment. It stops with the error that add gives.
func (f *Feed) All(ctx context.Context, add func(opora.Findable) error) (last int64, err error) {
	err = f.store.read(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, lastChange).Scan(&last); err != nil {
			return err
		}
		for _, set := range opora.Sets() {
			if n, known := f.nouns[set]; known {
				if err := n.each(ctx, tx, add); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return last, err
}

func (n noun) each(ctx context.Context, tx *sql.Tx, add func(opora.Findable) error) error {
	rows, err := tx.QueryContext(ctx, n.all)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		thing, err := n.scan(rows)
		if err != nil {
			return err
		}
		if err := add(thing); err != nil {
			return err
		}
	}
	return rows.Err()
}

// forgetStep is how many numbers are dropped in one transaction: others write too.
const forgetStep = 5000

// Forget drops the numbers of changes up to this one.
func (f *Feed) Forget(ctx context.Context, upTo int64) error {
	for {
		var dropped int64
		err := f.store.write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `DELETE FROM change WHERE seq IN (SELECT seq FROM change WHERE seq <= ? ORDER BY seq LIMIT ?)`, upTo, forgetStep)
			if err != nil {
				return err
			}
			dropped, err = result.RowsAffected()
			return err
		})
		if err != nil || dropped < forgetStep {
			return err
		}
	}
}

// Opened is something that was opened from the answer to a query.
type Opened struct {
	Key   opora.Key
	Query string
	Times int
}

// What is remembered of what was opened.
const (
	maxOpened      = 20_000
	maxOpenedQuery = 200 // bytes; what is longer is no search but something pasted
)

// NoteOpened remembers that something was opened from the answer to a query.
func (db *DB) NoteOpened(ctx context.Context, key opora.Key, query string) error {
	query = strings.Join(strings.Fields(query), " ")
	if query == "" || len(query) > maxOpenedQuery || !slices.Contains(opora.Sets(), key.In) {
		return nil
	}
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := execOne(ctx, tx, `INSERT INTO opened (noun, id, query, times, at) VALUES (?1, ?2, ?3, 1, ?4)
			ON CONFLICT (noun, id, query) DO UPDATE SET times = times + 1, at = ?4`, key.In, key.ID, query, millis(db.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM opened WHERE at <= (SELECT at FROM opened ORDER BY at DESC LIMIT 1 OFFSET ?)`, maxOpened)
		return err
	})
}

// Opened lists what was opened, the latest first.
func (db *DB) Opened(ctx context.Context) ([]Opened, error) {
	return list(ctx, db, func(row scanner) (o Opened, err error) {
		return o, row.Scan(&o.Key.In, &o.Key.ID, &o.Query, &o.Times)
	}, `SELECT noun, id, query, times FROM opened ORDER BY at DESC`)
}
