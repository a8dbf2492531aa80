package desk

import (
	"context"

	"opora/backend/opora"
)

// Library is what can be found and read: snippets, and the knowledge base.
type Library struct{ desk *Desk }

// Target is where a link of an article leads.
type Target struct {
	Article int64  `json:"article"` // 0 for an address
	Anchor  string `json:"anchor"`
	Address string `json:"address"` // to be shown before it is opened
}

// Find answers a query. No sets mean all of them; the limit is 1 to 100, 20
// when it is 0.
func (l *Library) Find(ctx context.Context, query string, in []opora.Set, limit int) (opora.Answer, error) {
	return opora.Answer{}, opora.Unexpected
}

// Opened remembers what was opened from an answer, so that it comes sooner next
// time.
func (l *Library) Opened(ctx context.Context, key opora.Key, query string) error {
	return opora.Unexpected
}

// Sources lists the sources of the knowledge base.
func (l *Library) Sources(ctx context.Context) ([]opora.Source, error) {
	return nil, opora.Unexpected
}

// Articles lists count articles of a source from the one at from on, by section
// and title; source 0 is all of them.
func (l *Library) Articles(ctx context.Context, source int64, from, count int) ([]opora.Article, error) {
	return nil, opora.Unexpected
}

// Page gives an article with its content.
func (l *Library) Page(ctx context.Context, id int64) (opora.Page, error) {
	return opora.Page{}, opora.Unexpected
}

// Image gives a picture by its id.
func (l *Library) Image(ctx context.Context, id string) (opora.Image, error) {
	return opora.Image{}, opora.Unexpected
}

// Follow says where a link of an article leads. An address that is not opened
// fails with [opora.LinkRefused], a page that is not there with [opora.NotFound].
func (l *Library) Follow(ctx context.Context, article int64, to string) (Target, error) {
	return Target{}, opora.Unexpected
}

// Import begins to import what lies at a path or an address, in the
// background, and gives its source. [Events].Import hears of it.
func (l *Library) Import(ctx context.Context, location string) (opora.Source, error) {
	return opora.Source{}, opora.Unexpected
}

// Update imports a source again, in the background.
func (l *Library) Update(ctx context.Context, source int64) error { return opora.Unexpected }

// Stop ends an import; what it has done is kept for going on.
func (l *Library) Stop(source int64) {}

// Importing lists the imports under way.
func (l *Library) Importing() []opora.Progress { return nil }

// Remove removes a source with its articles.
func (l *Library) Remove(ctx context.Context, source int64) error { return opora.Unexpected }

// CopyCode copies the block of code with this number, from 0, byte by byte.
func (l *Library) CopyCode(ctx context.Context, article int64, block int) error {
	return opora.Unexpected
}

// CopyPassage copies a text that was marked in an article, and puts the
// article's address below when there is code in it: chats break code.
func (l *Library) CopyPassage(ctx context.Context, article int64, text, anchor string, code bool) error {
	return opora.Unexpected
}

// CopyAddress copies the public address of an article, or of a place in it. It
// fails with [opora.NotFound] where there is none.
func (l *Library) CopyAddress(ctx context.Context, article int64, anchor string) error {
	return opora.Unexpected
}

// SiteAddress tidies the address of a site that is to be imported: http and
// https only, without a name and a password in it. It fails with
// [opora.AddressInvalid].
func SiteAddress(address string) (string, error) { return "", opora.AddressInvalid }
