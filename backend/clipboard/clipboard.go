// Package clipboard puts logins and secrets on the system's clipboard. Secrets
// are marked so that clipboard histories leave them out, and are taken back
// after a while, but only where they still are.
package clipboard

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"opora/backend/opora"
)

// secretStays is how long a secret may be pasted.
const secretStays = 30 * time.Second

// MaxText is the largest text that can be copied, in bytes: what an X server
// takes in one message without the protocol for parts.
const MaxText = 200_000

// Clipboard is the system's clipboard. The zero value is ready: nothing is
// opened before the first copy.
type Clipboard struct {
	ClearAfter time.Duration // how long a secret stays; 0 means 30 s

	mu     sync.Mutex
	board  board
	secret *held // the secret that is, as far as we know, on the clipboard
}

// board is a clipboard of one windowing system.
type board interface {
	// put replaces the content. The function that it gives takes this content
	// back if it is still there, and never touches any other.
	put(text string, secret bool) (takeBack func() error, err error)
	close()
}

// held is one secret on the clipboard. Its address tells it from a later copy
// of the same text.
type held struct {
	takeBack func() error
	timer    *time.Timer
}

// Copy puts text on the clipboard as it is; it stays until something else is
// copied. It fails with [opora.ClipboardFailed] where there is no clipboard and
// with [opora.TooLong] above [MaxText].
func (c *Clipboard) Copy(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.put(text, false)
	return err
}

// CopySecret puts a secret on the clipboard, hidden from histories, and says
// after what time it is taken back. It fails as [Clipboard.Copy] does; a secret
// that cannot be marked on this system is not copied.
func (c *Clipboard) CopySecret(secret opora.Secret) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	takeBack, err := c.put(secret.Reveal(), true)
	if err != nil {
		return 0, err
	}
	after := c.ClearAfter
	if after <= 0 {
		after = secretStays
	}
	h := &held{takeBack: takeBack}
	h.timer = time.AfterFunc(after, func() { c.expire(h) })
	c.secret = h
	return after, nil
}

// Close takes back the secret that is still on the clipboard. On X11 a text
// that is no secret goes as well, because there the program that copied it is
// the one that hands it out.
func (c *Clipboard) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	if c.board != nil {
		c.board.close()
		c.board = nil
	}
}

// put replaces the content; only then is the timer of the former secret void.
func (c *Clipboard) put(text string, secret bool) (func() error, error) {
	switch {
	case len(text) > MaxText:
		return nil, opora.TooLong
	case strings.ContainsRune(text, 0):
		return nil, fmt.Errorf("text with a NUL: %w", opora.ClipboardFailed) // Windows would cut it there
	}
	if c.board == nil {
		opened, err := open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", opora.ClipboardFailed, err)
		}
		c.board = opened
	}
	takeBack, err := c.board.put(text, secret)
	if err != nil {
		// A display that went away is looked for again at the next copy. The
		// former secret keeps its timer: it may still be there.
		if c.secret == nil {
			c.board.close()
			c.board = nil
		}
		return nil, fmt.Errorf("%w: %w", opora.ClipboardFailed, err)
	}
	if c.secret != nil {
		c.secret.timer.Stop()
		c.secret = nil
	}
	return takeBack, nil
}

// expire takes back h, unless another copy has come between.
func (c *Clipboard) expire(h *held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secret == h {
		c.clear()
	}
}

func (c *Clipboard) clear() {
	if c.secret == nil {
		return
	}
	c.secret.timer.Stop()
	if err := c.secret.takeBack(); err != nil {
		slog.Warn("secret not taken back from the clipboard", "err", err)
	}
	c.secret = nil
}
