package access

import (
	"context"
	"slices"

	"opora/backend/opora"
)

// pendingWords is how many words may wait for the window: it takes them one by
// one, and an operator who presses a key twice must not be held up.
const pendingWords = 4

// HandOver checks one draft in a window in which the operator goes on by hand.
// [Inbox.Say] takes what they say of it, [Inbox.Cancel] closes the window.
func (b *Inbox) HandOver(draftID int64) (Intake, error) {
	words := make(chan opora.Word, pendingWords)
	return b.run(draftID, func(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
		return b.Assist(ctx, credential, secrets, progress, words)
	}, words)
}

// Say hands the operator's word to the window of a draft. It fails with
// [opora.NotFound] when there is none.
func (b *Inbox) Say(draftID int64, word opora.Word) error {
	if !slices.Contains(opora.Words(), word) {
		return &opora.FieldError{Field: "word", Code: opora.OptionInvalid}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_, c := b.find(draftID)
	if c == nil || c.words == nil {
		return opora.NotFound
	}
	select {
	case c.words <- word:
	default: // the window has not come to the last ones yet
	}
	return nil
}

// Picture gives the small picture (JPEG) of the page that the last check of a
// draft ended on.
func (b *Inbox) Picture(draftID int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, c := b.find(draftID)
	if c == nil || !c.HasPicture {
		return nil, opora.NotFound
	}
	return c.picture, nil
}
