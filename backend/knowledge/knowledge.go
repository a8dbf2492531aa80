// Package knowledge imports articles: from folders and archives of Markdown and
// HTML, from sites by their sitemaps, from Zendesk help centres. All that it
// reads is hostile until proven otherwise; all that it gives is a tree of a few
// kinds of nodes, and pictures encoded anew.
package knowledge

import (
	"context"
	"time"

	"opora/backend/opora"
)

// Shelf keeps articles. An import writes beside what readers see and becomes
// visible at once, whole, when it is committed.
type Shelf interface {
	// Stage begins to import a source, or goes on with an import that was left.
	// It fails with [opora.ImportRunning] while another one runs, in this
	// process or another.
	Stage(ctx context.Context, source int64) (Stage, error)
}

// Stage is one import under way. Its methods are for one goroutine.
type Stage interface {
	// Staged is what this import itself has already taken before it was left.
	Staged(ctx context.Context, path string) (Known, bool, error)
	// Shown is what readers see now at a path.
	Shown(ctx context.Context, path string) (Known, bool, error)
	// Same takes a path over as readers see it now.
	Same(ctx context.Context, path string) error
	// Put keeps a new or changed page; its ID and Source are the stage's business.
	Put(ctx context.Context, page opora.Page) error
	// PutImage keeps an image; one with the same id is the same.
	PutImage(ctx context.Context, image opora.Image) error
	// HasImage reports whether an image with this id is kept.
	HasImage(ctx context.Context, id string) (bool, error)
	// Commit shows what was staged and removes what was not, and says what
	// changed. Only Added, Changed, Removed and Same of the report are set.
	Commit(ctx context.Context) (opora.Report, error)
	// Leave ends the import without showing it; a later one goes on from here.
	// After Commit it does nothing.
	Leave() error
}

// Known is what is kept of a page.
type Known = opora.Known

// Importer imports sources. The zero value with a Shelf is ready.
type Importer struct {
	Shelf Shelf
	// Tell, if any, hears of the progress about four times a second.
	Tell func(opora.Progress)
	// Now is the clock; time.Now when nil.
	Now func() time.Time

	pause   time.Duration // between two requests to a site; leastPause when 0
	sitemap int64         // bytes of one; maxSitemap when 0
}
