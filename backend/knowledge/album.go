package knowledge

import (
	"sync"

	"opora/backend/opora"
)

// album keeps which pictures one import has encoded, so that none is encoded
// twice. The pictures themselves it hands out once.
type album struct {
	encoder encoder
	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	once          sync.Once
	id            string
	width, height int
	err           error
}

// get encodes the picture of this name, or says what came of it before. The
// image is there for the first who asks.
func (a *album) get(name string, read func() ([]byte, error)) (*entry, *opora.Image, error) {
	a.mu.Lock()
	if a.entries == nil {
		a.entries = map[string]*entry{}
	}
	e := a.entries[name]
	if e == nil {
		e = &entry{}
		a.entries[name] = e
	}
	a.mu.Unlock()

	var made *opora.Image
	e.once.Do(func() {
		raw, err := read()
		if err == nil {
			var p picture
			if p, err = a.encoder.encode(raw); err == nil {
				made, e.id, e.width, e.height = &p.image, p.image.ID, p.width, p.height
			}
		}
		e.err = err
	})
	return e, made, e.err
}
