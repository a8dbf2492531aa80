package knowledge

import (
	"context"
	"maps"
	"sync"

	"opora/backend/opora"
)

// memory is a shelf without a disk, by the contract of [Shelf].
type memory struct {
	mu     sync.Mutex
	Pages  map[string]opora.Page // that readers see
	Images map[string]opora.Image
	Left   map[string]opora.Page // of an import that was left
	Puts   int                   // pages that were converted, over all imports
	busy   bool
}

type stage struct {
	shelf  *memory
	pages  map[string]opora.Page
	leaves bool
}

// Stage begins or goes on with the one import that there is.
func (s *memory) Stage(context.Context, int64) (Stage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		return nil, opora.ImportRunning
	}
	s.busy = true
	if s.Images == nil {
		s.Images = map[string]opora.Image{}
	}
	staged := s.Left
	if staged == nil {
		staged = map[string]opora.Page{}
	}
	return &stage{shelf: s, pages: staged}, nil
}

func knownOf(pages map[string]opora.Page, path string) (Known, bool, error) {
	page, found := pages[path]
	return Known{Hash: page.Hash, ETag: page.ETag, LastModified: page.LastModified, At: page.ChangedAt}, found, nil
}

func (s *stage) Staged(_ context.Context, path string) (Known, bool, error) {
	return knownOf(s.pages, path)
}

func (s *stage) Shown(_ context.Context, path string) (Known, bool, error) {
	return knownOf(s.shelf.Pages, path)
}

func (s *stage) Same(_ context.Context, path string) error {
	page, found := s.shelf.Pages[path]
	if !found {
		return opora.NotFound
	}
	s.pages[path] = page
	return nil
}

func (s *stage) Put(_ context.Context, page opora.Page) error {
	s.shelf.Puts++
	s.pages[page.Path] = page
	return nil
}

func (s *stage) PutImage(_ context.Context, image opora.Image) error {
	s.shelf.Images[image.ID] = image
	return nil
}

func (s *stage) HasImage(_ context.Context, id string) (bool, error) {
	_, found := s.shelf.Images[id]
	return found, nil
}

func (s *stage) Commit(context.Context) (opora.Report, error) {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	var report opora.Report
	for path, page := range s.pages {
		before, known := s.shelf.Pages[path]
		switch {
		case !known:
			report.Added++
		case before.Hash == page.Hash:
			report.Same++
		default:
			report.Changed++
		}
	}
	for path := range s.shelf.Pages {
		if _, kept := s.pages[path]; !kept {
			report.Removed++
		}
	}
	s.shelf.Pages = maps.Clone(s.pages)
	s.shelf.Left, s.shelf.busy, s.leaves = nil, false, true
	return report, nil
}

func (s *stage) Leave() error {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	if !s.leaves {
		s.shelf.Left, s.shelf.busy, s.leaves = s.pages, false, true
	}
	return nil
}
