// Package search finds snippets, articles, notes and customers as the operator
// types: by word forms, beginnings, parts, with typos and in the wrong keyboard
// layout, in Russian and English. Its index is a cache: it is made of what the
// feeds hold, and its loss loses nothing.
package search

import (
	"context"

	"opora/backend/opora"
)

// Feed is a store whose contents are searched. It numbers its changes: each
// change of something that can be found has a number greater than all before,
// also across processes. Its methods may be called at the same time.
type Feed interface {
	// Name tells this feed from the others; it stands in the index file.
	Name() string
	// Last gives the number of the newest change, 0 when there was none. It is
	// asked before every search and must take microseconds.
	Last(ctx context.Context) (int64, error)
	// Since gives what was changed, added or removed after a change, each once,
	// and the number of the newest change among them. It fails with
	// [ErrForgotten] when the feed no longer knows that far back.
	Since(ctx context.Context, after int64) (keys []opora.Key, last int64, err error)
	// Load reads things as they are now, in any order; what is gone is left out.
	Load(ctx context.Context, keys []opora.Key) ([]opora.Findable, error)
	// All gives everything, as it was at one moment, and the number of the
	// newest change at that moment. It stops with the error that add gives.
	All(ctx context.Context, add func(opora.Findable) error) (last int64, err error)
	// Forget may drop the numbers of changes up to this one: an index file holds them.
	Forget(ctx context.Context, upTo int64) error
}

// ErrForgotten says that a feed does not know its changes that far back, so
// that the index must be made anew.
var ErrForgotten = forgotten{}

type forgotten struct{}

func (forgotten) Error() string { return "changes of that time are no longer known" }

// Opened is something that an operator opened from the answer to a query.
type Opened struct {
	Key   opora.Key
	Query string
	Times int
}
