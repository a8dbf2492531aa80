package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"opora/backend/opora"
)

// The budget of attempts (R20): real guards lock an account after three to ten.
const (
	ShortBudget = 2 // attempts per account and domain in ShortWindow
	ShortWindow = 30 * time.Minute
	DayBudget   = 3 // in DayWindow
	DayWindow   = 24 * time.Hour
)

// Account is what a budget is kept for: one login at one registrable domain
// (or address), whatever the protocol.
type Account struct {
	Host  string
	Login string
}

func (a Account) String() string { return a.Login + " @ " + a.Host }

// Ledger holds every attempt. Spend commits before it returns, so that an
// attempt counts even when the program is killed right after sending.
type Ledger interface {
	// Spend enters an attempt and gives its id, or a *[WaitError] when the
	// account has had its share.
	Spend(ctx context.Context, account Account, now time.Time) (id int64, err error)
	// Settle adds the verdict to an attempt.
	Settle(ctx context.Context, id int64, verdict opora.Verdict) error
}

// WaitError says until when the account is left alone.
type WaitError struct{ Until time.Time }

func (e *WaitError) Error() string {
	return "attempts spent until " + e.Until.UTC().Format(time.RFC3339)
}

// Allow applies the budget to the times of earlier attempts, newest first. It
// gives a *[WaitError] when one more at now would be too many. Attempts in the
// future (the clock was set back) count as made now.
func Allow(earlier []time.Time, now time.Time) error {
	for _, limit := range []struct {
		budget int
		window time.Duration
	}{{ShortBudget, ShortWindow}, {DayBudget, DayWindow}} {
		if len(earlier) < limit.budget {
			continue
		}
		oldest := earlier[limit.budget-1]
		if oldest.After(now) {
			oldest = now
		}
		if until := oldest.Add(limit.window); until.After(now) {
			return &WaitError{Until: until}
		}
	}
	return nil
}

// Unlimited passes attempts on to a ledger and never refuses one: the
// operator's word for one run.
type Unlimited struct{ Ledger Recorder }

// Recorder enters attempts without judging them.
type Recorder interface {
	Record(ctx context.Context, account Account, now time.Time) (id int64, err error)
	Settle(ctx context.Context, id int64, verdict opora.Verdict) error
}

// Spend enters the attempt.
func (u Unlimited) Spend(ctx context.Context, account Account, now time.Time) (int64, error) {
	return u.Ledger.Record(ctx, account, now)
}

// Settle adds the verdict.
func (u Unlimited) Settle(ctx context.Context, id int64, verdict opora.Verdict) error {
	return u.Ledger.Settle(ctx, id, verdict)
}

// Memory is a ledger and host-key store that ends with the program: for tests
// and benchmarks. The zero value is ready.
type Memory struct {
	mu       sync.Mutex
	attempts []memoryAttempt
	keys     map[string]string
}

type memoryAttempt struct {
	account Account
	at      time.Time
	verdict opora.Verdict
}

// Spend applies the budget.
func (m *Memory) Spend(ctx context.Context, account Account, now time.Time) (int64, error) {
	m.mu.Lock()
	var earlier []time.Time
	for i := len(m.attempts) - 1; i >= 0; i-- {
		if m.attempts[i].account == account {
			earlier = append(earlier, m.attempts[i].at)
		}
	}
	m.mu.Unlock()
	if err := Allow(earlier, now); err != nil {
		return 0, err
	}
	return m.Record(ctx, account, now)
}

// Record enters an attempt without judging it.
func (m *Memory) Record(_ context.Context, account Account, now time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = append(m.attempts, memoryAttempt{account: account, at: now})
	return int64(len(m.attempts)), nil
}

// Settle adds the verdict.
func (m *Memory) Settle(_ context.Context, id int64, verdict opora.Verdict) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id < 1 || id > int64(len(m.attempts)) {
		return fmt.Errorf("attempt %d: %w", id, opora.NotFound)
	}
	m.attempts[id-1].verdict = verdict
	return nil
}

// Attempts counts what was entered.
func (m *Memory) Attempts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.attempts)
}

// HostKey gives the noted fingerprint, or "".
func (m *Memory) HostKey(_ context.Context, address string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys[address], nil
}

// NoteHostKey notes a fingerprint.
func (m *Memory) NoteHostKey(_ context.Context, address, fingerprint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[string]string{}
	}
	m.keys[address] = fingerprint
	return nil
}
