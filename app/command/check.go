package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"sync"
	"time"

	"opora/app/desk"
	"opora/app/words"
	checking "opora/backend/check"
	"opora/backend/opora"
)

// resultLine is the result of one check (cli.md, «A result»).
type resultLine struct {
	ID           string       `json:"id"`
	Kind         opora.Kind   `json:"kind"`
	Verdict      string       `json:"verdict"`
	Reason       opora.Reason `json:"reason"`
	Sentence     string       `json:"sentence"`
	Engine       opora.Engine `json:"engine"`
	FinalAddress string       `json:"final_address"`
	Title        string       `json:"title,omitempty"`
	Product      string       `json:"product,omitempty"`
	Fingerprint  string       `json:"fingerprint"`
	MS           int64        `json:"ms"`
	Evidence     []opora.Step `json:"evidence"`

	Saved      *bool      `json:"saved,omitempty"` // of save only
	Credential int64      `json:"credential,omitempty"`
	Note       int64      `json:"note,omitempty"`
	Error      opora.Code `json:"error,omitempty"`
	Advice     string     `json:"advice,omitempty"`
}

func resultOf(id string, kind opora.Kind, c opora.Check, say words.Words) resultLine {
	f := c.Finding
	return resultLine{
		ID: id, Kind: kind, Verdict: string(f.Verdict), Reason: f.Reason, Sentence: say.Finding(f), Engine: f.Engine,
		FinalAddress: f.FinalAddress, Title: f.Title, Product: f.Product, Fingerprint: f.Fingerprint, MS: c.MS, Evidence: c.Evidence,
	}
}

// checkOptions are the flags of every command that checks.
type checkOptions struct {
	parallel int
	timeout  time.Duration
	engine   string
	fresh    bool
}

func (o *checkOptions) declare(flags *flag.FlagSet) {
	flags.IntVar(&o.parallel, "parallel", 4, "how many checks at once, 1 to 8")
	flags.DurationVar(&o.timeout, "timeout", 0, "of one check, 1s to 5m; without it 30s, and 1m where a browser may be needed")
	flags.StringVar(&o.engine, "engine", "auto", "auto, http or browser")
	flags.BoolVar(&o.fresh, "fresh-ledger", false, "ignore earlier attempts, by your own word")
}

func (o *checkOptions) validate() error {
	switch {
	case o.parallel < 1 || o.parallel > checking.MaxParallel:
		return &usageError{"--parallel takes a number from 1 to 8"}
	case o.timeout != 0 && o.timeout < time.Second || o.timeout > 5*time.Minute:
		return &usageError{"--timeout takes a duration from 1s to 5m"}
	}
	if _, known := engines[o.engine]; !known {
		return &usageError{"--engine takes auto, http or browser"}
	}
	return nil
}

// runner is the desk's with the options of this run.
func (o *checkOptions) runner(d *desk.Desk) *checking.Runner {
	runner := &checking.Runner{
		Checkers: desk.CheckersBy(engines[o.engine]), Ledger: d.DB, HostKeys: d.DB, Recipes: d.DB, Now: time.Now,
		Parallel: o.parallel, Timeout: o.timeout,
	}
	if o.fresh {
		runner.Ledger = checking.Unlimited{Ledger: d.DB}
	}
	return runner
}

// engines are the answers to --engine.
var engines = map[string]opora.Engine{"auto": "", "http": opora.EngineHTTP, "browser": opora.EngineBrowser}

func check(e *env, flags *flag.FlagSet, args []string) error {
	var o checkOptions
	o.declare(flags)
	if err := e.parse(flags, args); err != nil {
		return err
	}
	return e.checkEach(&o, func(_ context.Context, _ *desk.Desk, a accessLine, c opora.Check, line *resultLine) error { return nil })
}

// checkEach checks the accesses of standard input and writes each result as
// soon as it is known. After adds to a result what follows from it; its error
// ends the command with failure once everything is answered.
func (e *env) checkEach(o *checkOptions, after func(context.Context, *desk.Desk, accessLine, opora.Check, *resultLine) error) error {
	if err := errors.Join(e.none(), o.validate()); err != nil {
		return err
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	return e.checkOn(d, o, after)
}

func (e *env) checkOn(d *desk.Desk, o *checkOptions, after func(context.Context, *desk.Desk, accessLine, opora.Check, *resultLine) error) error {
	say := d.Words(e.ctx)
	runner := o.runner(d)
	out := newResults(e.out)
	var failed, malformed error
	var mu sync.Mutex
	var running sync.WaitGroup
	// More than the runner's own slots, so that checks of one host do not hold
	// up the others; still bounded, so that a long input does not fill memory.
	slots := make(chan struct{}, 64)
	readErr := eachLine(e.in, say, func(number int, a accessLine) {
		if a.ID == "" {
			a.ID = "line " + strconv.Itoa(number)
		}
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			credential := a.credential()
			c := runner.Check(e.ctx, credential, a.secrets(), nil)
			if e.ctx.Err() != nil && c.Finding.Verdict != opora.Works && c.Finding.Verdict != opora.Rejected {
				return // cut short: that says nothing about the far side
			}
			line := resultOf(a.ID, credential.Kind, c, say)
			if err := after(e.ctx, d, a, c, &line); err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
			}
			out.write(line)
		})
	}, func(wrong error) {
		malformed = &usageError{}
		_, _ = fmt.Fprintln(e.err, "opora: "+wrong.Error())
	})
	running.Wait()
	return errors.Join(e.ctx.Err(), readErr, out.err, failed, malformed)
}

func save(e *env, flags *flag.FlagSet, args []string) error {
	var o checkOptions
	o.declare(flags)
	name := flags.String("customer", "", "whose accesses these are: name or id")
	unproven := flags.Bool("unproven", false, "keep needs_human and unknown too, marked")
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if err := errors.Join(e.none(), o.validate()); err != nil {
		return err
	}
	if *name == "" {
		return &usageError{"--customer says whose accesses these are: a name, or an id from `opora customers`"}
	}
	if err := (opora.Customer{Name: *name}).Validate(); err != nil {
		return &usageError{"--customer: " + sentence(words.In(desk.SystemLanguage()), err)}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	// Without a keyring nothing could be kept, and a login would be spent for nothing.
	switch code := d.KeyringState(e.ctx); {
	case code == opora.KeyringMissing, code == opora.KeyringLocked && !desk.CanAsk():
		return code
	}
	prover := func(ctx context.Context, d *desk.Desk, a accessLine, c opora.Check, line *resultLine) error {
		return keep(ctx, d, *name, *unproven, a, c, line)
	}
	return e.checkOn(d, &o, prover)
}

// keep hands a checked access to the keeper and notes in the result what came
// of it.
func keep(ctx context.Context, d *desk.Desk, name string, unproven bool, a accessLine, c opora.Check, line *resultLine) error {
	saved := false
	line.Saved = &saved
	credential, note, err := d.Keep(ctx, name, a.credential(), a.secrets(), c, unproven)
	switch {
	case errors.Is(err, opora.NotProven):
		return nil // by its verdict it is not to be kept
	case err != nil:
		line.Error = opora.Unexpected
		errors.As(err, &line.Error)
		line.Advice = d.Words(ctx).Say(string(line.Error))
		return err
	}
	saved = true
	line.Credential, line.Note = credential.ID, note.ID
	return nil
}
