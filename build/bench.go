package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// bench runs the packages' benchmarks, one package after the other so that
// they do not disturb each other, measures search beside others, then times the
// window, and then lets real systems judge the verdicts. What follows
// "verdicts", or is a flag behind "search", is for that program.
func bench(ctx context.Context, p *program, args []string) error {
	if err := p.setUp(ctx, forBench); err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"packages", "search", "window", "verdicts"}
	}
	var faults []error
	for i, arg := range args {
		switch arg {
		case "packages":
			faults = append(faults, p.run(ctx, "go", "test", "-p", "1", "-run", "^$", "-bench", ".", "-benchmem", "-timeout", "30m", "./..."))
		case "verdicts":
			return errors.Join(append(faults, p.run(ctx, append([]string{"go", "run", "./build/verdicts"}, args[i+1:]...)...))...)
		case "search":
			if rest := args[i+1:]; len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
				return errors.Join(append(faults, p.benchSearch(ctx, rest))...)
			}
			faults = append(faults, p.benchSearch(ctx, nil))
		case "window":
			faults = append(faults, p.benchWindow(ctx))
		default:
			return fmt.Errorf("bench: there is no %q; there are packages, search, window and verdicts", arg)
		}
	}
	return errors.Join(faults...)
}

// benchSearch measures search beside others. They are a module of their own,
// which is built in its folder.
func (p *program) benchSearch(ctx context.Context, args []string) error {
	binary := p.path("build", "cache", "peers")
	if err := p.run(ctx, "go", "-C", p.path("build", "peers"), "build", "-o", binary, "."); err != nil {
		return err
	}
	return p.run(ctx, append([]string{binary}, args...)...)
}

const windowRounds = 7

// benchWindow times Opora's window against an empty one of the same making.
// They take turns, so that a busy moment of the machine hurts both.
func (p *program) benchWindow(ctx context.Context) error {
	if err := p.opora(ctx); err != nil {
		return err
	}
	blank := p.path("build", "cache", "blank")
	err := p.run(ctx, "go", "build", "-tags", p.tags(ctx, "desktop", "production"), "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w", "-o", blank, "./build/blank")
	if err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "opora-home")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	d, err := p.startDesktop(ctx, home)
	if err != nil {
		return err
	}
	defer d.stop()

	took := map[string][]time.Duration{}
	// The first round fills the caches of both and does not count.
	for round := range windowRounds + 1 {
		for _, binary := range []string{blank, p.binaryPath()} {
			visible, err := d.timeToWindow(ctx, binary)
			if err != nil {
				return err
			}
			if round > 0 {
				took[binary] = append(took[binary], visible)
			}
		}
	}
	empty, opora := median(took[blank]), median(took[p.binaryPath()])
	p.say("first window visible, median of %d: empty %d ms, Opora %d ms, ratio %.2f (at most 1.50 wanted)",
		windowRounds, empty.Milliseconds(), opora.Milliseconds(), float64(opora)/float64(empty))
	return nil
}

// timeToWindow starts a program, waits until it has a visible window, and ends
// it.
func (d *desktop) timeToWindow(ctx context.Context, binary string) (time.Duration, error) {
	w, err := d.open(ctx, job{args: []string{binary}})
	if err != nil {
		return 0, err
	}
	defer w.kill()
	var visible time.Duration
	err = poll(ctx, 60*time.Second, "the window", func() (bool, error) {
		_, err := w.area(ctx)
		visible = time.Since(w.since)
		return err == nil, nil
	})
	return visible, err
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
