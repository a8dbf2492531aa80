package knowledge

import (
	"crypto/sha256"
	"sync"

	"opora/backend/opora"
)

// album keeps which pictures one import has encoded, so that none is encoded
// twice. The pictures themselves it hands out once.
type album struct {
	encoder encoder
	mu      sync.Mutex
	entries map[[32]byte]*entry
}

type entry struct {
	once          sync.Once
	id            string
	width, height int
	err           error
}

// get encodes the picture in a file, or says what came of it before. The image
// is there for the first who asks.
func (a *album) get(raw []byte) (*entry, *opora.Image, error) {
	name := sha256.Sum256(raw)
	a.mu.Lock()
	if a.entries == nil {
		a.entries = map[[32]byte]*entry{}
	}
	e := a.entries[name]
	if e == nil {
		e = &entry{}
		a.entries[name] = e
	}
	a.mu.Unlock()

	var made *opora.Image
	e.once.Do(func() {
		e.err = opora.ImageUnreadable // where the decoder stumbles and does not come back
		var p picture
		if p, e.err = a.encoder.encode(raw); e.err == nil {
			made, e.id, e.width, e.height = &p.image, p.image.ID, p.width, p.height
		}
	})
	return e, made, e.err
}
