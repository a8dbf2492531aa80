package bridge

import (
	"context"

	"opora/backend/opora"
)

// Notes are the internal remarks at a customer.
type Notes struct{ app *App }

// List gives the notes of one customer, newest first; of all when 0.
func (n *Notes) List(customerID int64) ([]opora.Note, error) {
	d, err := n.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.DB.Notes(context.Background(), customerID)
}

// Add writes a free remark.
func (n *Notes) Add(customerID int64, text string) (opora.Note, error) {
	d, err := n.app.Desk()
	if err != nil {
		return opora.Note{}, err
	}
	note, err := d.AddNote(context.Background(), customerID, text)
	return note, n.app.changed(err, "notes")
}

// Remove takes a free remark away.
func (n *Notes) Remove(id int64) error {
	d, err := n.app.Desk()
	if err != nil {
		return err
	}
	return n.app.changed(d.DB.RemoveNote(context.Background(), id), "notes")
}
