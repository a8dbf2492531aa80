package check

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"opora/backend/opora"
)

// Runner runs checks: at most Parallel at once and one per host, each in a
// session of its own, each within its deadline.
type Runner struct {
	Checkers map[opora.Kind]Checker
	Ledger   Ledger
	HostKeys HostKeys
	Recipes  Recipes       // nil remembers none
	Parallel int           // 1–8; 0 means 4
	Timeout  time.Duration // of one check; 0 means the checker's own limit, or [Deadline]
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

// trial is one run of a checker: what is asked of it, by what ledger, for how
// long at most, and whether it holds one of the parallel slots.
type trial struct {
	ledger   Ledger
	limit    func(Checker) time.Duration
	slotless bool
	ask      func(checker Checker, ctx context.Context, session *Session, credential opora.Credential, secrets opora.Secrets) opora.Finding
}

// Check runs one check to its end. It always gives a verdict: a cancelled or
// failed check is [opora.Unknown] or [opora.Unreachable], never a refusal.
// Progress, when given, is called from the checking goroutine for every step.
func (r *Runner) Check(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
	return r.check(ctx, trial{ledger: r.Ledger, limit: r.limit, ask: Checker.Check}, credential, secrets, progress)
}

// CheckAnyway is [Runner.Check] by the operator's word beyond the budget of
// attempts. The attempt is entered all the same.
func (r *Runner) CheckAnyway(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
	return r.check(ctx, trial{ledger: r.unlimited(), limit: r.limit, ask: Checker.Check}, credential, secrets, progress)
}

// Assist hands a check over to the operator, who sees the window, goes on by
// hand and says with words what came of it. It takes the host's turn, so that
// nothing else knocks there meanwhile, but none of the parallel slots, which
// would keep other checks waiting for a person. The operator knows of the
// attempt that it makes: it is entered, and not held back by the budget.
func (r *Runner) Assist(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step), words <-chan opora.Word) opora.Check {
	return r.check(ctx, trial{
		ledger: r.unlimited(), limit: func(Checker) time.Duration { return AssistTime }, slotless: true,
		ask: func(checker Checker, ctx context.Context, session *Session, credential opora.Credential, secrets opora.Secrets) opora.Finding {
			assisted, ok := checker.(Assisted)
			if !ok {
				return opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNotChecked, Detail: string(credential.Kind)})
			}
			return assisted.Assist(ctx, session, credential, secrets, words)
		},
	}, credential, secrets, progress)
}

// unlimited is the runner's ledger without its budget.
func (r *Runner) unlimited() Ledger {
	if recorder, ok := r.Ledger.(Recorder); ok {
		return Unlimited{recorder}
	}
	return r.Ledger
}

// limit is how long a check may take: what this run was given, or what the
// checker asks for.
func (r *Runner) limit(checker Checker) time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	if timed, ok := checker.(Timed); ok {
		return timed.Limit()
	}
	return Deadline
}

func (r *Runner) check(ctx context.Context, how trial, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check {
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

	session := &Session{now: r.Now, ledger: how.ledger, hostKeys: r.HostKeys, recipes: r.Recipes, secrets: secrets, progress: progress, started: r.Now()}
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
		check.Finding = r.run(ctx, how, checker, session, target, credential, secrets)
	}
	if check.Finding.Engine == "" {
		check.Finding.Engine = opora.EngineNone
	}
	r.settle(ctx, session, &check, credential, secrets)
	return check
}

func (r *Runner) run(ctx context.Context, how trial, checker Checker, session *Session, target Target, credential opora.Credential, secrets opora.Secrets) (finding opora.Finding) {
	release, err := r.turn(ctx, target.Host, !how.slotless)
	if err != nil {
		return opora.Found(opora.Timeout)
	}
	defer release()

	limited, cancel := context.WithTimeout(ctx, how.limit(checker))
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
	return how.ask(checker, limited, session, credential, secrets)
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

// turn waits for the host's own turn, one connection at a time to one host, and
// for a free slot where one is asked for.
func (r *Runner) turn(ctx context.Context, host string, slot bool) (release func(), err error) {
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
	if !slot {
		return func() {
			h.turn <- struct{}{}
			leave()
		}, nil
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
