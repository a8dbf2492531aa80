// Package check proves one credential in one fresh session. It owns what every
// kind of door has in common: the Checker interface, the only way out to the
// network, the attempt ledger, the time limits and the order of steps; the
// folders below it hold one door each.
package check

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"opora/backend/opora"
)

// Checker tries a credential once. An implementation
//   - returns before ctx ends, and soon after it is cancelled;
//   - opens connections only through [Session.Dial];
//   - calls [Session.Spend] right before the first byte of a secret leaves, and
//     returns the finding that it gives when it refuses;
//   - sends the secret at most once, to the target of the session only;
//   - changes nothing on the far side beyond having logged in;
//   - answers [opora.Rejected] only when the far side itself said no;
//   - may be used by several goroutines at once, and keeps nothing between calls.
type Checker interface {
	Check(ctx context.Context, session *Session, credential opora.Credential, secrets opora.Secrets) opora.Finding
}

// Timed is a Checker that needs another limit than [Deadline], as one that may
// start a browser does.
type Timed interface {
	Checker
	Limit() time.Duration
}

// Limits of one check (security requirement R15).
const (
	ConnectTimeout = 5 * time.Second
	TLSTimeout     = 5 * time.Second
	Deadline       = 30 * time.Second
	BrowserTime    = 60 * time.Second
	AssistTime     = 15 * time.Minute // with the operator at the window
	MaxParallel    = 8
)

// Session is what a checker has to work with during one check.
type Session struct {
	Egress
	now      func() time.Time
	started  time.Time
	ledger   Ledger
	account  Account
	hostKeys HostKeys
	recipes  Recipes
	secrets  opora.Secrets
	progress func(opora.Step)

	mu       sync.Mutex
	evidence []opora.Step
	spent    bool
	attempt  int64
	picture  []byte
}

// HostKeys remembers the SSH host key first seen at each address.
type HostKeys interface {
	// HostKey gives the fingerprint noted for a "host:port", or "".
	HostKey(ctx context.Context, address string) (string, error)
	// NoteHostKey notes a fingerprint; it replaces an older one only by the
	// operator's word, which the caller must have.
	NoteHostKey(ctx context.Context, address, fingerprint string) error
}

// Step records and reports one line of evidence. The detail is made safe to
// show; secrets are scrubbed from it.
func (s *Session) Step(code opora.StepCode, detail string) {
	step := opora.Step{
		AtMS:   s.now().Sub(s.started).Milliseconds(),
		Step:   code,
		Detail: opora.Visible(s.secrets.Scrub(detail)),
	}
	s.mu.Lock()
	s.evidence = append(s.evidence, step)
	s.mu.Unlock()
	if s.progress != nil {
		s.progress(step)
	}
}

// HostKey is [HostKeys.HostKey] of the runner's store.
func (s *Session) HostKey(ctx context.Context, address string) (string, error) {
	return s.hostKeys.HostKey(ctx, address)
}

// NoteHostKey is [HostKeys.NoteHostKey] of the runner's store.
func (s *Session) NoteHostKey(ctx context.Context, address, fingerprint string) error {
	return s.hostKeys.NoteHostKey(ctx, address, fingerprint)
}

// Recipe is what is known about a site (an origin); the zero recipe where
// nothing is, or where it cannot be read now.
func (s *Session) Recipe(ctx context.Context, site string) opora.Recipe {
	if s.recipes == nil {
		return opora.Recipe{}
	}
	recipe, err := s.recipes.Recipe(ctx, site)
	if err != nil {
		slog.Warn("recipe not read", "err", err)
	}
	return recipe
}

// NoteRecipe keeps a recipe. One that cannot be kept costs the next check a
// search, no more, so its failure is only logged.
func (s *Session) NoteRecipe(ctx context.Context, recipe opora.Recipe) {
	if s.recipes == nil {
		return
	}
	recipe.UpdatedAt = s.now()
	if err := s.recipes.NoteRecipe(ctx, recipe); err != nil {
		slog.Warn("recipe not kept", "err", err)
	}
}

// Show hands in the small picture of the page as it is now; the last one stays
// with the check.
func (s *Session) Show(jpeg []byte) {
	s.mu.Lock()
	s.picture = jpeg
	s.mu.Unlock()
}

// Spend enters the attempt in the ledger before anything secret is sent. It
// gives false and the finding to return when the account has had its share, or
// when this session has already spent its one attempt.
func (s *Session) Spend(ctx context.Context) (opora.Finding, bool) {
	s.mu.Lock()
	again := s.spent
	s.spent = true
	s.mu.Unlock()
	if again {
		slog.Error("a checker asked for a second attempt")
		return opora.Found(opora.Ambiguous), false
	}
	id, err := s.ledger.Spend(ctx, s.account, s.now())
	var wait *WaitError
	switch {
	case errors.As(err, &wait):
		return opora.Found(opora.RateLimited, opora.Hint{Code: opora.HintWaitUntil, Detail: wait.Until.UTC().Format(time.RFC3339)}), false
	case err != nil:
		slog.Error("attempt not entered in the ledger", "err", err)
		return opora.Found(opora.Ambiguous), false // nothing was sent: an uncounted attempt could lock an account
	}
	s.attempt = id
	s.Step(opora.StepAttempt, s.account.String())
	return opora.Finding{}, true
}
