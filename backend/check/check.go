// Package check proves one credential in one fresh session. It owns what every
// kind of door has in common: the Checker interface, the only way out to the
// network, the attempt ledger, the time limits and the order of steps; the
// folders below it hold one door each.
package check

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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

// Limits of one check (security requirement R15).
const (
	ConnectTimeout = 5 * time.Second
	TLSTimeout     = 5 * time.Second
	Deadline       = 30 * time.Second
	BrowserTime    = 60 * time.Second
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

// Runner runs checks: at most Parallel at once and one per host, each in a
// session of its own, each within its deadline.
type Runner struct {
	Checkers map[opora.Kind]Checker
	Ledger   Ledger
	HostKeys HostKeys
	Recipes  Recipes       // nil remembers none
	Parallel int           // 1–8; 0 means 4
	Timeout  time.Duration // of one check; 0 means [Deadline]
	Now      func() time.Time

	once  sync.Once
	slots chan struct{}
	mu    sync.Mutex
	hosts map[string]*hostTurn
}

type hostTurn struct {
	turn    chan struct{} // holds one token
	waiting int
}

// Check runs one check to its end. It always gives a verdict: a cancelled or
// failed check is [opora.Unknown] or [opora.Unreachable], never a refusal.
// Progress, when given, is called from the checking goroutine for every step.
func (r *Runner) Check(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
	return r.check(ctx, r.Ledger, credential, secrets, progress)
}

// CheckAnyway is [Runner.Check] by the operator's word beyond the budget of
// attempts. The attempt is entered all the same.
func (r *Runner) CheckAnyway(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
	ledger := r.Ledger
	if recorder, ok := ledger.(Recorder); ok {
		ledger = Unlimited{recorder}
	}
	return r.check(ctx, ledger, credential, secrets, progress)
}

func (r *Runner) check(ctx context.Context, ledger Ledger, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
	r.once.Do(func() {
		parallel := r.Parallel
		if parallel <= 0 {
			parallel = 4
		}
		r.slots = make(chan struct{}, min(parallel, MaxParallel))
		r.hosts = map[string]*hostTurn{}
		if r.Now == nil {
			r.Now = time.Now
		}
	})
	if credential.Kind == "" {
		credential.Kind = opora.GuessKind(credential.Address, !secrets.Key.Empty())
	}
	target, err := ParseTarget(credential.Kind, credential.Address)

	session := &Session{now: r.Now, ledger: ledger, hostKeys: r.HostKeys, recipes: r.Recipes, secrets: secrets, progress: progress, started: r.Now()}
	session.Egress = NewEgress(target)
	session.account = Account{Host: target.Domain(), Login: strings.ToLower(strings.TrimSpace(credential.Login))}
	check := opora.Check{ID: rand.Text(), StartedAt: session.started}

	checker := r.Checkers[credential.Kind]
	switch {
	case err != nil:
		check.Finding = opora.Found(opora.DNSFailed, opora.Hint{Code: opora.HintAddressUnclear, Detail: credential.Address})
	case checker == nil:
		check.Finding = opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNotChecked, Detail: string(credential.Kind)})
	case secrets.Empty():
		check.Finding = opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintSecretMissing})
	default:
		check.Finding = r.run(ctx, checker, session, target, credential, secrets)
	}
	if check.Finding.Engine == "" {
		check.Finding.Engine = opora.EngineNone
	}
	r.settle(ctx, session, &check, credential, secrets)
	return check
}

func (r *Runner) run(ctx context.Context, checker Checker, session *Session, target Target, credential opora.Credential, secrets opora.Secrets) (finding opora.Finding) {
	release, err := r.turn(ctx, target.Host)
	if err != nil {
		return opora.Found(opora.Timeout)
	}
	defer release()

	timeout := r.Timeout
	if timeout <= 0 {
		timeout = Deadline
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	session.started = r.Now() // waiting for a turn is not part of the check
	session.Step(opora.StepStart, target.String())

	defer session.Close()
	defer func() {
		// A checker parses what hostile servers send. One that panics must not
		// take the program with it; the value may quote its input, so it is not logged.
		if recover() != nil {
			slog.Error("checker panicked", "kind", credential.Kind)
			finding = opora.Found(opora.Ambiguous)
		}
	}()
	return checker.Check(limited, session, credential, secrets)
}

// settle scrubs, cleans and completes what a checker said.
func (r *Runner) settle(ctx context.Context, session *Session, check *opora.Check, credential opora.Credential, secrets opora.Secrets) {
	f := &check.Finding
	f.Verdict = f.Reason.Verdict()
	f.Hints = append(f.Hints, suspicions(f.Verdict, credential, secrets)...)
	for i := range f.Hints {
		f.Hints[i].Detail = opora.Visible(secrets.Scrub(f.Hints[i].Detail))
	}
	for _, text := range []*string{&f.FinalAddress, &f.Title, &f.Product, &f.Fingerprint} {
		*text = opora.Visible(secrets.Scrub(*text))
	}
	if f.Hints == nil {
		f.Hints = []opora.Hint{}
	}
	session.mu.Lock()
	check.Evidence = append([]opora.Step{}, session.evidence...)
	check.Picture = session.picture
	attempt := session.attempt
	session.mu.Unlock()
	check.MS = r.Now().Sub(session.started).Milliseconds()
	check.StartedAt = session.started

	if attempt != 0 {
		// Written even when the operator cancelled: the attempt was made.
		if err := r.Ledger.Settle(context.WithoutCancel(ctx), attempt, f.Verdict); err != nil {
			slog.Error("verdict not entered in the ledger", "err", err)
		}
	}
}

// suspicions says what looks wrong in a credential that did not work: it was
// tried as it is, and the sentence names what a person would look at first.
func suspicions(verdict opora.Verdict, c opora.Credential, s opora.Secrets) []opora.Hint {
	if verdict == opora.Works || verdict == opora.Unreachable {
		return nil
	}
	var hints []opora.Hint
	if password := s.Password.Reveal(); password != strings.TrimSpace(password) {
		hints = append(hints, opora.Hint{Code: opora.HintSpaceInPassword})
	}
	if c.Login != strings.TrimSpace(c.Login) {
		hints = append(hints, opora.Hint{Code: opora.HintSpaceInLogin})
	}
	if opora.MixesScripts(s.Password.Reveal()) {
		hints = append(hints, opora.Hint{Code: opora.HintMixedScript, Detail: "secret"})
	}
	if opora.MixesScripts(c.Login) {
		hints = append(hints, opora.Hint{Code: opora.HintMixedScript, Detail: "login"})
	}
	return hints
}

// turn waits for a free slot and for the host's own turn: one connection at a
// time to one host.
func (r *Runner) turn(ctx context.Context, host string) (release func(), err error) {
	r.mu.Lock()
	h := r.hosts[host]
	if h == nil {
		h = &hostTurn{turn: make(chan struct{}, 1)}
		h.turn <- struct{}{}
		r.hosts[host] = h
	}
	h.waiting++
	r.mu.Unlock()
	leave := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if h.waiting--; h.waiting == 0 {
			delete(r.hosts, host)
		}
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		leave()
		return nil, fmt.Errorf("waiting for %s: %w", host, ctx.Err())
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		h.turn <- struct{}{}
		leave()
		return nil, fmt.Errorf("waiting for a slot: %w", ctx.Err())
	}
	return func() {
		<-r.slots
		h.turn <- struct{}{}
		leave()
	}, nil
}
