package sqlite

import (
	"context"

	"opora/backend/opora"
)

// Snippets gives count snippets from one on, by title; only those with a tag
// when one is given.
func (db *DB) Snippets(ctx context.Context, tag string, from, count int) ([]opora.Snippet, error) {
	return nil, opora.Unexpected
}

// SnippetTally counts the snippets, all and by tag.
func (db *DB) SnippetTally(ctx context.Context) (all int, tags map[string]int, err error) {
	return 0, nil, opora.Unexpected
}

// Snippet gives one snippet. It fails with [opora.NotFound].
func (db *DB) Snippet(ctx context.Context, id int64) (opora.Snippet, error) {
	return opora.Snippet{}, opora.Unexpected
}

// AddSnippet keeps a new snippet; one with an id that is free gets it.
func (db *DB) AddSnippet(ctx context.Context, s opora.Snippet) (opora.Snippet, error) {
	return s, opora.Unexpected
}

// SaveSnippet keeps a changed snippet. It fails with [opora.NotFound].
func (db *DB) SaveSnippet(ctx context.Context, s opora.Snippet) error { return opora.Unexpected }

// RemoveSnippet removes a snippet. It fails with [opora.NotFound].
func (db *DB) RemoveSnippet(ctx context.Context, id int64) error { return opora.Unexpected }
