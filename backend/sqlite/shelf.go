package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"opora/backend/opora"
)

const shelfName = "knowledge.db"

//go:embed shelf/migrations/*.sql
var shelfSteps embed.FS

// Shelf is the open file of the knowledge base. It is apart from the data file
// because all of it can be imported again: it need not be copied, checked and
// flushed with the same care. Its methods may be used by several goroutines and
// processes.
type Shelf struct {
	// Moved is where a damaged file was put when this one was started without
	// articles in its place; empty when all is well. Its sources are kept where
	// they could still be read.
	Moved string

	store
}

// OpenShelf opens the knowledge base in the data folder and makes it when it is
// missing. It fails as [Open] does.
func OpenShelf(ctx context.Context, dir string, now func() time.Time) (*Shelf, error) {
	steps, err := fs.Sub(shelfSteps, "shelf")
	if err != nil {
		return nil, err
	}
	s := &Shelf{}
	s.Moved, err = openStore(ctx, &s.store, dir, now, shape{name: shelfName, synchronous: "NORMAL", steps: steps})
	if err == nil && s.Moved != "" {
		err = s.salvage(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("knowledge base: %w", err)
	}
	return s, nil
}

// salvage takes the list of sources over from a file that was moved aside, as
// far as it can be read, so that they can be imported again.
func (s *Shelf) salvage(ctx context.Context) error {
	old, err := sql.Open("sqlite", dsn(s.Moved, s.synchronous))
	if err != nil {
		return nil
	}
	defer func() { _ = old.Close() }()
	rows, err := old.QueryContext(ctx, `SELECT kind, location, title FROM source ORDER BY id`)
	if err != nil {
		return nil
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var source opora.Source
		if rows.Scan(&source.Kind, &source.Location, &source.Title) != nil {
			break
		}
		if _, err := s.AddSource(ctx, source.Kind, source.Location, source.Title); err != nil {
			return err
		}
	}
	return nil
}

const selectSource = `SELECT id, kind, location, title, articles, report, updated_at, staged <> 0 FROM source `

// Sources lists the sources, by title.
func (s *Shelf) Sources(ctx context.Context) ([]opora.Source, error) {
	return list(ctx, s, scanSource, selectSource+`ORDER BY lower(title), id`)
}

// Source finds one by id. It fails with [opora.NotFound].
func (s *Shelf) Source(ctx context.Context, id int64) (opora.Source, error) {
	source, err := scanSource(s.pool.QueryRowContext(ctx, selectSource+`WHERE id = ?`, id))
	if err != nil {
		return opora.Source{}, fmt.Errorf("source %d: %w", id, s.failure(err))
	}
	return source, nil
}

// AddSource adds a source without articles; the one at this location when there
// is one.
func (s *Shelf) AddSource(ctx context.Context, kind opora.SourceKind, location, title string) (opora.Source, error) {
	var source opora.Source
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO source (kind, location, title) VALUES (?, ?, ?) ON CONFLICT (location) DO NOTHING`, kind, location, title)
		if err != nil {
			return err
		}
		source, err = scanSource(tx.QueryRowContext(ctx, selectSource+`WHERE location = ?`, location))
		return err
	})
	if err != nil {
		return opora.Source{}, fmt.Errorf("add source: %w", err)
	}
	return source, nil
}

// KeepReport keeps what an import came to, together with its time.
func (s *Shelf) KeepReport(ctx context.Context, source int64, report opora.Report) error {
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	if err := s.exec(ctx, `UPDATE source SET report = ?, updated_at = ? WHERE id = ?`, string(text), millis(s.now()), source); err != nil {
		return fmt.Errorf("source %d: %w", source, err)
	}
	return nil
}

func scanSource(row scanner) (opora.Source, error) {
	var source opora.Source
	var report string
	var updated int64
	err := row.Scan(&source.ID, &source.Kind, &source.Location, &source.Title, &source.Articles, &report, &updated, &source.Unended)
	if err != nil {
		return opora.Source{}, err
	}
	if updated > 0 {
		source.UpdatedAt = fromMillis(updated)
	}
	if err := json.Unmarshal([]byte(report), &source.Report); err != nil {
		return opora.Source{}, fmt.Errorf("stored report: %w", opora.DataDamaged)
	}
	if source.Report.Skipped == nil {
		source.Report.Skipped = []opora.Skipped{}
	}
	return source, nil
}

const (
	articleColumns = `article.id, article.source_id, article.path, content.title, content.section, content.tags, content.address, content.changed_at`
	// What readers see: one statement sees one generation of each source.
	fromShown = ` FROM article JOIN source ON source.id = article.source_id
		JOIN listing ON listing.generation = source.shown AND listing.article_id = article.id
		JOIN content ON content.id = listing.content_id `
)

// Articles lists count articles of a source from the one at from on, by section
// and title; source 0 is all of them, one source after the other.
func (s *Shelf) Articles(ctx context.Context, source int64, from, count int) ([]opora.Article, error) {
	all := []opora.Article{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		type part struct {
			shown    int64
			articles int
		}
		parts, err := list(ctx, in{tx}, func(row scanner) (p part, err error) {
			return p, row.Scan(&p.shown, &p.articles)
		}, `SELECT shown, articles FROM source WHERE ?1 = 0 OR id = ?1 ORDER BY lower(title), id`, source)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if from >= p.articles {
				from -= p.articles
				continue
			}
			// The place is counted in the index alone.
			page, err := list(ctx, in{tx}, scanArticle, `SELECT `+articleColumns+` FROM
				(SELECT article_id, content_id, place FROM listing WHERE generation = ? ORDER BY place, article_id LIMIT ? OFFSET ?) AS page
				JOIN article ON article.id = page.article_id JOIN content ON content.id = page.content_id ORDER BY page.place, page.article_id`,
				p.shown, count-len(all), from)
			if err != nil {
				return err
			}
			if all, from = append(all, page...), 0; len(all) >= count {
				break
			}
		}
		return nil
	})
	return all, err
}

// Page gives an article with its content. It fails with [opora.NotFound].
func (s *Shelf) Page(ctx context.Context, id int64) (opora.Page, error) {
	var page opora.Page
	var nodes []byte
	var heads string
	err := s.pool.QueryRowContext(ctx, `SELECT content.heads, content.text, content.code, content.hash, content.nodes, `+articleColumns+fromShown+`WHERE article.id = ?`, id).
		Scan(append([]any{&heads, &page.Text, &page.Code, &page.Hash, &nodes}, articleFields(&page.Article)...)...)
	if err == nil {
		page.Nodes, err = opora.UnmarshalNodes(nodes)
	}
	if err == nil {
		err = json.Unmarshal([]byte(heads), &page.Heads)
	}
	if err != nil {
		return opora.Page{}, fmt.Errorf("article %d: %w", id, s.failure(err))
	}
	return page, nil
}

// ArticleAt gives the id of the article at a path of a source. It fails with
// [opora.NotFound].
func (s *Shelf) ArticleAt(ctx context.Context, source int64, path string) (id int64, err error) {
	err = s.pool.QueryRowContext(ctx, `SELECT article.id`+fromShown+`WHERE article.source_id = ? AND article.path = ?`, source, path).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("article by path: %w", s.failure(err))
	}
	return id, nil
}

// Image gives a picture. It fails with [opora.NotFound].
func (s *Shelf) Image(ctx context.Context, id string) (opora.Image, error) {
	image := opora.Image{ID: id}
	if err := s.row(ctx, `SELECT mime, data FROM image WHERE id = ?`, []any{id}, &image.MIME, &image.Data); err != nil {
		return opora.Image{}, fmt.Errorf("image: %w", s.failure(err))
	}
	return image, nil
}

// Feed gives what can be found in the knowledge base.
func (s *Shelf) Feed() *Feed {
	const article = `SELECT article.id, article.source_id, content.title, content.tags, content.address, content.heads, content.text, content.code` + fromShown
	return &Feed{name: "knowledge", store: &s.store, nouns: map[opora.Set]noun{
		opora.InArticles: {article, article + `WHERE article.id = ?`, findArticle},
	}}
}

func findArticle(row scanner) (opora.Findable, error) {
	f := opora.Findable{Key: opora.Key{In: opora.InArticles}}
	var tags, heads string
	err := row.Scan(&f.ID, &f.Parent, &f.Title, &tags, &f.Address, &heads, &f.Text, &f.Code)
	if err == nil {
		f.Tags, err = decodeTags(tags)
	}
	if err == nil {
		err = json.Unmarshal([]byte(heads), &f.Heads)
	}
	return f, err
}

// articleFields are the places for articleColumns.
func articleFields(a *opora.Article) []any {
	return []any{&a.ID, &a.Source, &a.Path, &a.Title, &a.Section, (*tagList)(&a.Tags), &a.Address, (*moment)(&a.ChangedAt)}
}

func scanArticle(row scanner) (a opora.Article, err error) { return a, row.Scan(articleFields(&a)...) }

// tagList and moment read a column in the form that it is kept in.
type tagList []string

// Scan reads a list of tags.
func (t *tagList) Scan(from any) (err error) {
	*t, err = decodeTags(fmt.Sprint(from))
	return err
}

type moment time.Time

// Scan reads a time; 0 is none.
func (m *moment) Scan(from any) error {
	if ms, ok := from.(int64); ok && ms != 0 {
		*m = moment(fromMillis(ms))
	}
	return nil
}

// placeOf is where an article stands in its list. Numbers at the start count as
// numbers do: "2. …" before "10. …".
func placeOf(page opora.Page) string {
	return countable(fold(page.Section)) + "\x00" + countable(fold(page.Title)) + "\x00" + page.Path
}

func countable(text string) string {
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 9 {
		return text
	}
	return strings.Repeat("0", 9-digits) + text
}
