package bridge

import (
	"context"

	"opora/backend/opora"
)

// Snippets are the operator's replies.
type Snippets struct{ app *App }

// List gives count snippets from one on, by title; only those with a tag when
// one is given.
func (s *Snippets) List(tag string, from, count int) ([]opora.Snippet, error) {
	d, err := s.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.DB.Snippets(context.Background(), tag, from, count)
}

// Tally is how many snippets there are, and of which tags.
type Tally struct {
	All  int            `json:"all"`
	Tags map[string]int `json:"tags"`
}

// Tally counts the snippets.
func (s *Snippets) Tally() (Tally, error) {
	d, err := s.app.Desk()
	if err != nil {
		return Tally{}, err
	}
	all, tags, err := d.DB.SnippetTally(context.Background())
	return Tally{all, tags}, err
}

// Find gives one snippet.
func (s *Snippets) Find(id int64) (opora.Snippet, error) {
	d, err := s.app.Desk()
	if err != nil {
		return opora.Snippet{}, err
	}
	return d.DB.Snippet(context.Background(), id)
}

// Add keeps a new snippet, or one that was removed, under its old id.
func (s *Snippets) Add(snippet opora.Snippet) (opora.Snippet, error) {
	d, err := s.app.Desk()
	if err != nil {
		return opora.Snippet{}, err
	}
	snippet, err = d.DB.AddSnippet(context.Background(), snippet)
	return snippet, s.app.changed(err, "snippets")
}

// Save keeps a changed snippet.
func (s *Snippets) Save(snippet opora.Snippet) error {
	d, err := s.app.Desk()
	if err != nil {
		return err
	}
	return s.app.changed(d.DB.SaveSnippet(context.Background(), snippet), "snippets")
}

// Remove removes a snippet; [Snippets.Add] brings it back.
func (s *Snippets) Remove(id int64) error {
	d, err := s.app.Desk()
	if err != nil {
		return err
	}
	return s.app.changed(d.DB.RemoveSnippet(context.Background(), id), "snippets")
}

// Copy copies a snippet's body and counts the use.
func (s *Snippets) Copy(id int64) error {
	d, err := s.app.Desk()
	if err != nil {
		return err
	}
	return s.app.changed(d.Library.CopySnippet(context.Background(), id), "snippets")
}

// AddStarters adds the snippets that Opora brings and gives how many were new.
func (s *Snippets) AddStarters() (int, error) {
	d, err := s.app.Desk()
	if err != nil {
		return 0, err
	}
	count, err := d.Library.AddStarters(context.Background())
	return count, s.app.changed(err, "snippets")
}

// Import reads snippets from a file that the operator chooses and gives how
// many were new or changed; -1 when none was chosen.
func (s *Snippets) Import() (int, error) {
	d, path, err := s.app.chosen(ChooseSnippets)
	if err != nil || path == "" {
		return -1, err
	}
	count, err := d.Library.ImportSnippets(context.Background(), path)
	return count, s.app.changed(err, "snippets")
}

// Export writes all snippets to a file that the operator names and gives how
// many; -1 when none was named.
func (s *Snippets) Export() (int, error) {
	d, path, err := s.app.chosen(ChooseExport)
	if err != nil || path == "" {
		return -1, err
	}
	return d.Library.ExportSnippets(context.Background(), path)
}
