// Package notify tells the operator, silently and rarely, that something has
// happened while they were looking elsewhere. It says fixed sentences only: no
// name, host or answer of a server can reach a notification, because on some
// systems its text passes through a script.
package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Kind is what a notification tells. A later kind is the weightier one.
type Kind int

// The kinds.
const (
	CheckDone   Kind = iota + 1 // a check has ended
	CheckFailed                 // a check has ended and waits for the operator
)

// Words is the fixed sentence of each kind, in the operator's language.
type Words map[Kind]string

// pause is the least time between two notifications.
const pause = 10 * time.Second

// Notifier shows notifications, one in ten seconds at most: what happens in
// between is merged into one, which tells the weightiest of it.
type Notifier struct {
	show func(ctx context.Context, sentence string) error
	done func()

	mu      sync.Mutex
	words   Words
	waiting Kind // the weightiest kind not told yet; 0 for none
	timer   *time.Timer
	next    time.Time // when the next one may be shown
	closed  bool
	showing sync.WaitGroup
}

// New makes a notifier. Clicked is called, on a goroutine of its own, when the
// operator clicks a notification, where the system tells. Nothing is opened
// before the first one.
func New(words Words, clicked func()) *Notifier {
	show, done := native(clicked)
	return &Notifier{show: show, done: done, words: words}
}

// Speak changes the sentences, for another language.
func (n *Notifier) Speak(words Words) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.words = words
}

// Show tells a kind, at once or as soon as the pause is over. It does not wait
// for the system; a notification that cannot be shown leaves a line in the log.
func (n *Notifier) Show(kind Kind) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	n.waiting = max(n.waiting, kind)
	if n.timer == nil {
		n.showing.Add(1)
		n.timer = time.AfterFunc(max(0, time.Until(n.next)), n.flush)
	}
}

// Close drops what still waits and ends the connection.
func (n *Notifier) Close() {
	n.mu.Lock()
	n.closed = true
	if n.timer != nil && n.timer.Stop() {
		n.showing.Done() // it will never run
	}
	n.mu.Unlock()
	n.showing.Wait()
	n.done()
}

func (n *Notifier) flush() {
	defer n.showing.Done()
	n.mu.Lock()
	sentence := n.words[n.waiting]
	n.waiting, n.timer, n.next = 0, nil, time.Now().Add(pause)
	n.mu.Unlock()
	if sentence == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), pause/2)
	defer cancel()
	if err := n.show(ctx, sentence); err != nil {
		slog.Warn("notification not shown", "err", err)
	}
}
