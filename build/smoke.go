package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"time"
)

// smoke starts the binary that operators get, in a home where it never was:
// the page must be painted, must answer the keyboard, and the program must end
// when the session asks it to.
func smoke(ctx context.Context, p *program) error {
	if err := p.opora(ctx); err != nil {
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

	w, err := d.open(ctx, job{out: p.out, args: []string{p.binaryPath()}})
	if err != nil {
		return err
	}
	before, err := w.wait(ctx)
	if err != nil {
		return err
	}
	p.say("painted %s after the start", time.Since(w.since).Round(time.Millisecond))
	if err := savePNG(p.path("build", "bin", "smoke.png"), before); err != nil {
		return err
	}
	if err := w.answers(ctx, before); err != nil {
		return err
	}
	if err := w.close(5 * time.Second); err != nil {
		return fmt.Errorf("asked to end: %w", err)
	}
	return nil
}

// windowTests hold the same binary to what needs a screen, a tray and a
// notification daemon that misbehave in turn, and to a hostile page.
func windowTests(ctx context.Context, p *program) error {
	if err := p.opora(ctx); err != nil {
		return err
	}
	return p.do(ctx, job{out: p.out, env: []string{"OPORA_BINARY=" + p.binaryPath()},
		args: []string{"go", "test", "-tags", p.tags(ctx, "smoke"), "-run", "Smoke", "-timeout", "5m", "./app/window"}})
}

// answers opens the command palette by its keys, which must change the page,
// and leaves it by Escape, which must bring the page back.
func (w *window) answers(ctx context.Context, before *image.NRGBA) error {
	for _, key := range []struct {
		name   string
		change bool
	}{{"ctrl+k", true}, {"Escape", false}} {
		if _, err := w.d.ask(ctx, "xdotool", "key", "--clearmodifiers", key.name); err != nil {
			return fmt.Errorf("press %s: %w", key.name, err)
		}
		err := poll(ctx, 10*time.Second, "what "+key.name+" does", func() (bool, error) {
			now, err := w.picture(ctx)
			return err == nil && (difference(before, now) > 0.02) == key.change, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
