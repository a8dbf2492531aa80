package clipboard

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"opora/backend/opora"
)

// counted is a board that other programs use as well: every put has a number,
// and taking back works on that number only.
type counted struct {
	number  int
	content string
	broken  bool
}

func (b *counted) put(text string, _ bool) (func() error, error) {
	if b.broken {
		return nil, errors.New("broken")
	}
	b.number++
	mine := b.number
	b.content = text
	return func() error {
		if b.number == mine {
			b.content = ""
		}
		return nil
	}, nil
}

func (b *counted) close() {}

// step is one thing that happens to the clipboard, and the pause before it.
type step struct {
	pause time.Duration
	what  string
}

// TestQuickCopies plays schedules of copies and pauses: a secret must be gone
// when its time is over and not before, however many copies came between, and
// what another program copied must never go.
func TestQuickCopies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{
				time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second,
				rapid.SampledFrom([]string{"secret", "secret", "plain", "foreign", "fails"}).Draw(rt, "what"),
			}
		}), 1, 12).Draw(rt, "steps")
		var violation error
		synctest.Test(t, func(*testing.T) { violation = play(steps) })
		if violation != nil {
			rt.Fatal(violation)
		}
	})
}

func play(steps []step) error {
	b := &counted{}
	c := &Clipboard{board: b}
	defer c.Close()
	var (
		want    string    // what should be on the clipboard
		expires time.Time // when it should go; zero for never
	)
	for i, s := range steps {
		time.Sleep(s.pause + time.Millisecond) // never at the very moment of an expiry
		synctest.Wait()
		if !expires.IsZero() && time.Now().After(expires) {
			want, expires = "", time.Time{}
		}
		text := fmt.Sprintf("%s %d", s.what, i)
		c.mu.Lock() // the board has no lock of its own
		got := b.content
		b.broken = s.what == "fails"
		if s.what == "foreign" {
			b.number++
			b.content = text
		}
		c.mu.Unlock()
		if got != want {
			return fmt.Errorf("step %d: got %q, want %q", i, got, want)
		}
		switch s.what {
		case "secret":
			if _, err := c.CopySecret(opora.NewSecret(text)); err != nil {
				return err
			}
			want, expires = text, time.Now().Add(secretStays)
		case "plain":
			if err := c.Copy(text); err != nil {
				return err
			}
			want, expires = text, time.Time{}
		case "foreign":
			want, expires = text, time.Time{}
		case "fails":
			if err := c.Copy(text); !errors.Is(err, opora.ClipboardFailed) {
				return err
			}
			if c.board == nil {
				c.board = b // opened again, as open would
			}
		}
	}
	return nil
}

func TestRefused(t *testing.T) {
	c := &Clipboard{board: &counted{}}
	for text, want := range map[string]opora.Code{
		string(make([]byte, MaxText+1)): opora.TooLong,
		"a\x00b":                        opora.ClipboardFailed,
	} {
		if err := c.Copy(text); codeOf(err) != want {
			t.Errorf("%d bytes: got %v, want %v", len(text), err, want)
		}
	}
}

func codeOf(err error) opora.Code {
	var code opora.Code
	errors.As(err, &code)
	return code
}
