// Command build sets the machine up, then runs, tests, builds and packages
// Opora: "go run ./build help" lists what it can do. It uses the standard
// library only, so that it starts at once and needs nothing downloaded first.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type command struct {
	name  string
	usage string
	run   func(context.Context, *program, []string) error
}

func commands() []command {
	return []command{
		{"run", "build Opora and start it; without a display, in a virtual one (--once: end after the picture)", run},
		{"test", "everything that must hold before a change is merged; names of steps run only those", test},
		{"build", "bindings, page and binary, into build/bin", build},
		{"dev", "the window with live reload", dev},
		{"package", "what is handed to operators: archive and .deb, or the system's own form", pack},
		{"bench", "benchmarks, search beside others (bench search -h), the time to the first window, the table of verdicts (bench verdicts -h)", bench},
		{"shots", "pictures of the screens", shots},
		{"icons", "draw the icons again", icons},
	}
}

func main() {
	if len(os.Args) < 2 || os.Args[1] == "help" || os.Args[1] == "-h" || os.Args[1] == "--help" {
		help(os.Stdout)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx = untilOrphaned(ctx)

	err := dispatch(ctx, os.Args[1], os.Args[2:])
	switch {
	case err == nil:
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "build: stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, name string, args []string) error {
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		p, err := newProgram(os.Stdout)
		if err != nil {
			return err
		}
		return c.run(ctx, p, args)
	}
	help(os.Stderr)
	return fmt.Errorf("there is no command %q", name)
}

func help(w io.Writer) {
	fmt.Fprintln(w, "usage: go run ./build COMMAND")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.usage)
	}
}

// untilOrphaned cancels when "go run" is gone: a SIGTERM to it does not reach
// the program that it started, which would then go on unseen.
func untilOrphaned(ctx context.Context) context.Context {
	if !strings.Contains(os.Args[0], "go-build") {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		for ctx.Err() == nil {
			if os.Getppid() != parent {
				cancel()
			}
			time.Sleep(time.Second)
		}
	}()
	return ctx
}

// newProgram finds the project around the working directory.
func newProgram(out io.Writer) (*program, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module opora\n") {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("this is not inside Opora's source folder")
		}
		dir = parent
	}
	p := &program{root: dir, out: out, env: os.Environ()}
	if err := os.MkdirAll(p.path("build", "cache"), 0o755); err != nil {
		return nil, err
	}
	if os.Getenv("HOME") == "" && os.Getenv("USERPROFILE") == "" {
		home := p.path("build", "cache", "home")
		if err := os.MkdirAll(home, 0o700); err != nil {
			return nil, err
		}
		p.say("HOME is not set: using %s", home)
		p.setenv("HOME", home)
	}
	return p, nil
}
