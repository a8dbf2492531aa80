package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// sweepStep is how much is removed in one transaction: others write too.
const sweepStep = 400

// Remove removes a source with its articles. It fails with
// [opora.ImportRunning] while it is imported.
func (s *Shelf) Remove(ctx context.Context, source int64) error {
	lock, err := s.lockSource(source)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO change (noun, id) SELECT 'articles', article_id FROM listing
			WHERE generation = (SELECT shown FROM source WHERE id = ?)`, source); err != nil {
			return err
		}
		return execOne(ctx, tx, `DELETE FROM source WHERE id = ?`, source)
	})
	if err != nil {
		return fmt.Errorf("remove source %d: %w", source, err)
	}
	// Whoever has it open finds no source.
	_ = os.Remove(filepath.Join(s.dir, fmt.Sprintf("import-%d.lock", source)))
	return s.Sweep(ctx)
}

// Discard drops what a failed import has staged; a source that never had
// articles goes with it. It fails with [opora.ImportRunning].
func (s *Shelf) Discard(ctx context.Context, source int64) error {
	lock, err := s.lockSource(source)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM source WHERE id = ? AND shown = 0`, source); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE source SET staged = 0 WHERE id = ?`, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("source %d: %w", source, err)
	}
	return s.Sweep(ctx)
}

// Sweep removes, in small steps, what no reader sees and no import needs any
// more. A process that is killed in it leaves the rest to the next one.
func (s *Shelf) Sweep(ctx context.Context) error {
	for {
		var generation int64
		// From generation to generation along the key, not through all rows.
		err := s.pool.QueryRowContext(ctx, `WITH RECURSIVE g (n) AS (
				SELECT min(generation) FROM listing
				UNION ALL SELECT (SELECT min(generation) FROM listing WHERE generation > n) FROM g WHERE n IS NOT NULL)
			SELECT n FROM g WHERE n IS NOT NULL AND NOT EXISTS (SELECT 1 FROM source WHERE shown = n OR staged = n) LIMIT 1`).Scan(&generation)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.Join(s.sweepArticles(ctx), s.sweepImages(ctx))
		}
		if err != nil {
			return s.failure(err)
		}
		for more := true; more; {
			if more, err = s.sweepGeneration(ctx, generation); err != nil {
				return err
			}
		}
	}
}

// sweepGeneration removes a part of a generation that nobody sees, with the
// contents that no other one has.
func (s *Shelf) sweepGeneration(ctx context.Context, generation int64) (more bool, err error) {
	type row struct{ article, content int64 }
	err = s.write(ctx, func(tx *sql.Tx) error {
		rows, err := list(ctx, in{tx}, func(from scanner) (r row, err error) {
			return r, from.Scan(&r.article, &r.content)
		}, `SELECT article_id, content_id FROM listing WHERE generation = ?1 AND NOT EXISTS (SELECT 1 FROM source WHERE shown = ?1 OR staged = ?1)
			ORDER BY article_id LIMIT ?2`, generation, sweepStep)
		if err != nil || len(rows) == 0 {
			return err
		}
		more = len(rows) == sweepStep
		drop, err := dropContent(ctx, tx)
		if err != nil {
			return err
		}
		// Contents are of one article each: whoever else has it has it under the same one.
		needed, err := tx.PrepareContext(ctx, `SELECT EXISTS (SELECT 1 FROM article JOIN source ON source.id = source_id
			JOIN listing ON listing.article_id = article.id AND listing.generation IN (shown, staged) WHERE article.id = ? AND content_id = ?)`)
		if err != nil {
			return err
		}
		for _, r := range rows {
			var kept bool
			if err := needed.QueryRowContext(ctx, r.article, r.content).Scan(&kept); err != nil {
				return err
			}
			if !kept {
				if err := drop.drop(ctx, r.content); err != nil {
					return err
				}
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM listing WHERE generation = ? AND article_id <= ?`, generation, rows[len(rows)-1].article)
		return err
	})
	return more, err
}

// contentDropper removes contents.
type contentDropper struct{ content, pictures *sql.Stmt }

func dropContent(ctx context.Context, tx *sql.Tx) (d contentDropper, err error) {
	if d.content, err = tx.PrepareContext(ctx, `DELETE FROM content WHERE id = ?`); err != nil {
		return d, err
	}
	d.pictures, err = tx.PrepareContext(ctx, `DELETE FROM content_image WHERE content_id = ?`)
	return d, err
}

func (d contentDropper) drop(ctx context.Context, id int64) error {
	if _, err := d.content.ExecContext(ctx, id); err != nil {
		return err
	}
	_, err := d.pictures.ExecContext(ctx, id)
	return err
}

// sweepArticles removes the ids of articles whose source is gone.
func (s *Shelf) sweepArticles(ctx context.Context) error {
	for {
		var removed int64
		err := s.write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `DELETE FROM article WHERE id IN
				(SELECT id FROM article WHERE NOT EXISTS (SELECT 1 FROM source WHERE source.id = source_id) LIMIT ?)`, sweepStep)
			if err != nil {
				return err
			}
			removed, err = result.RowsAffected()
			return err
		})
		if err != nil || removed < sweepStep {
			return err
		}
	}
}

// sweepImages removes the pictures that no content has. While an import is
// under way, or left to go on, there are some that its pages are yet to bring.
func (s *Shelf) sweepImages(ctx context.Context) error {
	for after := int64(0); ; {
		var seen int
		err := s.write(ctx, func(tx *sql.Tx) error {
			var staging bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM source WHERE staged <> 0)`).Scan(&staging); err != nil || staging {
				return err
			}
			numbers, err := list(ctx, in{tx}, func(row scanner) (n int64, err error) { return n, row.Scan(&n) },
				`SELECT number FROM image WHERE number > ? ORDER BY number LIMIT ?`, after, sweepStep)
			if err != nil || len(numbers) == 0 {
				return err
			}
			seen = len(numbers)
			last := numbers[seen-1]
			_, err = tx.ExecContext(ctx, `DELETE FROM image WHERE number > ? AND number <= ? AND NOT EXISTS (SELECT 1 FROM content_image WHERE image_id = image.id)`, after, last)
			after = last
			return err
		})
		if err != nil {
			return err
		}
		if seen < sweepStep {
			return nil
		}
	}
}
