package check

import (
	"context"
	"testing"
	"time"

	"opora/backend/opora"
)

// talker stands in for a checker with a window: it enters the attempt, tells how
// long it was given, and finds what the operator says.
type talker struct {
	given chan time.Duration
	limit time.Duration
}

func (c *talker) Limit() time.Duration { return c.limit }

func (c *talker) Check(ctx context.Context, session *Session, _ opora.Credential, _ opora.Secrets) opora.Finding {
	if until, ok := ctx.Deadline(); ok && c.given != nil {
		c.given <- time.Until(until)
	}
	if finding, ok := session.Spend(ctx); !ok {
		return finding
	}
	return opora.Found(opora.SecondFactor)
}

func (c *talker) Assist(ctx context.Context, session *Session, credential opora.Credential, secrets opora.Secrets, words <-chan opora.Word) opora.Finding {
	c.Check(ctx, session, credential, secrets)
	select {
	case word := <-words:
		session.Step(opora.StepWord, string(word))
		if word == opora.WordWorks {
			return opora.Found(opora.OK, opora.Hint{Code: opora.HintByOperator})
		}
		return opora.Found(opora.BadCredentials, opora.Hint{Code: opora.HintByOperator})
	case <-ctx.Done():
		return opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintNotFinished})
	}
}

var _ Assisted = (*talker)(nil)

var staff = opora.Secrets{Password: opora.NewSecret("Kx7-canary")}

func staffDoor(host string) opora.Credential {
	return opora.Credential{Kind: opora.Web, Address: "https://" + host, Login: "anna"}
}

// TestAssist: the operator's word is handed on, and the attempt is entered though
// the budget is spent.
func TestAssist(t *testing.T) {
	ledger := &Memory{}
	r := &Runner{Checkers: map[opora.Kind]Checker{opora.Web: &talker{}}, Ledger: ledger}
	for range ShortBudget + 1 {
		r.Check(t.Context(), staffDoor("a.example"), staff, nil)
	}
	if got := r.Check(t.Context(), staffDoor("a.example"), staff, nil); !got.Finding.Waits() {
		t.Fatalf("the budget is not spent: %+v", got.Finding)
	}
	for word, want := range map[opora.Word]opora.Verdict{opora.WordWorks: opora.Works, opora.WordRejected: opora.Rejected} {
		words := make(chan opora.Word, 1)
		words <- word
		before := ledger.Attempts()
		got := r.Assist(t.Context(), staffDoor("a.example"), staff, nil, words)
		if got.Finding.Verdict != want || len(got.Finding.Hints) != 1 || got.Finding.Hints[0].Code != opora.HintByOperator {
			t.Errorf("%s: got %+v", word, got.Finding)
		}
		if ledger.Attempts() != before+1 || ledger.attempts[before].verdict != want {
			t.Errorf("%s: the attempt is not in the ledger with its verdict: %+v", word, ledger.attempts[before:])
		}
		if last := got.Evidence[len(got.Evidence)-1]; last.Step != opora.StepWord || last.Detail != string(word) {
			t.Errorf("%s: the last step is %+v", word, last)
		}
	}
}

// deaf is a checker without a window.
type deaf struct{}

func (deaf) Check(context.Context, *Session, opora.Credential, opora.Secrets) opora.Finding {
	return opora.Found(opora.OK)
}

func TestAssistNeedsAWindow(t *testing.T) {
	r := &Runner{Checkers: map[opora.Kind]Checker{opora.Web: deaf{}}, Ledger: &Memory{}}
	got := r.Assist(t.Context(), staffDoor("a.example"), staff, nil, nil).Finding
	if got.Verdict != opora.Unknown || got.Reason != opora.Unsupported {
		t.Errorf("got %+v", got)
	}
}

// TestAssistHoldsNobodyUp: while a person is at a window, other hosts are checked
// in the only slot; the host of the window waits for its turn.
func TestAssistHoldsNobodyUp(t *testing.T) {
	r := &Runner{Checkers: map[opora.Kind]Checker{opora.Web: &talker{}}, Ledger: &Memory{}, Parallel: 1}
	words, started, ended := make(chan opora.Word), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		r.Assist(t.Context(), staffDoor("a.example"), staff, func(step opora.Step) {
			if step.Step == opora.StepAttempt {
				close(started)
			}
		}, words)
	}()
	<-started
	limited, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if got := r.Check(limited, staffDoor("b.example"), staff, nil).Finding; got.Reason != opora.SecondFactor {
		t.Errorf("another host: got %+v", got)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := r.Check(short, staffDoor("a.example"), staff, nil).Finding; got.Reason != opora.Timeout {
		t.Errorf("the same host: got %+v, want to wait for its turn", got)
	}
	words <- opora.WordRejected
	<-ended
	if got := r.Check(limited, staffDoor("a.example"), staff, nil).Finding; got.Reason != opora.SecondFactor {
		t.Errorf("after the window: got %+v", got)
	}
}

// TestLimits: a checker may ask for its own limit, the run's goes before it, and
// a person gets more time than either.
func TestLimits(t *testing.T) {
	near := func(got, want time.Duration) bool { return got <= want && got > want-5*time.Second }
	given := make(chan time.Duration, 1)
	checkers := map[opora.Kind]Checker{opora.Web: &talker{given: given, limit: BrowserTime}}
	for timeout, want := range map[time.Duration]time.Duration{0: BrowserTime, 8 * time.Second: 8 * time.Second} {
		r := &Runner{Checkers: checkers, Ledger: &Memory{}, Timeout: timeout}
		r.Check(t.Context(), staffDoor("a.example"), staff, nil)
		if got := <-given; !near(got, want) {
			t.Errorf("timeout %v: given %v, want %v", timeout, got, want)
		}
		words := make(chan opora.Word, 1)
		words <- opora.WordRejected
		r.Assist(t.Context(), staffDoor("a.example"), staff, nil, words)
		if got := <-given; !near(got, AssistTime) {
			t.Errorf("at the window: given %v, want %v", got, AssistTime)
		}
	}
}
