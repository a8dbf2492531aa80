package bridge

import (
	"context"
	"sync"

	"opora/backend/opora"
)

// Search finds snippets, articles, notes and customers.
type Search struct {
	app *App

	mu     sync.Mutex
	cancel context.CancelFunc // of the query that is being answered
}

// Find answers a query; one that is still being answered is given up and fails
// with [opora.Cancelled]. Calls may overtake each other on their way: who was
// given up for an older query asks again. No sets mean all of them.
func (s *Search) Find(query string, in []opora.Set, limit int) (opora.Answer, error) {
	d, err := s.app.Desk()
	if err != nil {
		return opora.Answer{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.mu.Lock()
	if s.cancel != nil {
		s.cancel()
	}
	s.cancel = cancel
	s.mu.Unlock()
	answer, err := d.Library.Find(ctx, query, in, limit)
	if ctx.Err() != nil {
		return opora.Answer{}, opora.Cancelled
	}
	return answer, err
}

// Chose tells that something was opened from the answer to a query.
func (s *Search) Chose(in opora.Set, id int64, query string) error {
	d, err := s.app.Desk()
	if err != nil {
		return err
	}
	return d.Library.Opened(context.Background(), opora.Key{In: in, ID: id}, query)
}
