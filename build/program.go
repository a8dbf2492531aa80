package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// program is one run of the build program: where the project is, where words
// go, and the environment that everything it starts gets.
type program struct {
	root string
	out  io.Writer
	env  []string
}

func (p *program) path(parts ...string) string {
	return filepath.Join(append([]string{p.root}, parts...)...)
}

func (p *program) say(format string, args ...any) {
	fmt.Fprintf(p.out, format+"\n", args...)
}

func (p *program) getenv(key string) string {
	for i := len(p.env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(p.env[i], key+"="); ok {
			return value
		}
	}
	return ""
}

func (p *program) setenv(key, value string) {
	p.env = append(p.env, key+"="+value)
}

// prependPath makes the programs in dir win over those of the system.
func (p *program) prependPath(dir string) {
	p.setenv("PATH", dir+string(os.PathListSeparator)+p.getenv("PATH"))
}

// look finds a program in the PATH that children get, which may differ from
// the PATH of this process.
func (p *program) look(name string) (string, bool) {
	for _, dir := range filepath.SplitList(p.getenv("PATH") + string(os.PathListSeparator) + "/usr/sbin" + string(os.PathListSeparator) + "/sbin") {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil && dir != "" {
			return found, true
		}
	}
	return "", false
}

// job is a program to start: where, with what more in its environment.
type job struct {
	dir  string
	env  []string
	in   io.Reader
	out  io.Writer
	args []string
}

// command prepares a child in its own process group, which is ended as a
// whole: politely first, and by force when that was not enough.
func (p *program) command(ctx context.Context, j job) *exec.Cmd {
	name := j.args[0]
	if found, ok := p.look(name); ok {
		name = found
	}
	cmd := exec.CommandContext(ctx, name, j.args[1:]...)
	cmd.Dir = p.root
	if j.dir != "" {
		cmd.Dir = j.dir
	}
	cmd.Env = append(append(cmd.Env, p.env...), j.env...)
	cmd.Stdin = j.in
	cmd.Stdout, cmd.Stderr = p.out, p.out
	if j.out != nil {
		cmd.Stdout, cmd.Stderr = j.out, j.out
	}
	ownGroup(cmd)
	cmd.Cancel = func() error { return endGroup(cmd) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

func (p *program) do(ctx context.Context, j job) error {
	cmd := p.command(ctx, j)
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		killGroup(cmd)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(j.args, " "), err)
	}
	return nil
}

// run starts a program in the root and shows what it says.
func (p *program) run(ctx context.Context, args ...string) error {
	return p.do(ctx, job{args: args})
}

// quiet starts a program and shows what it says only when it fails.
func (p *program) quiet(ctx context.Context, j job) error {
	var said bytes.Buffer
	j.out = &said
	err := p.do(ctx, j)
	if err != nil {
		p.say("%s", said.String())
	}
	return err
}

// ask returns what a program writes to standard output.
func (p *program) ask(ctx context.Context, args ...string) (string, error) {
	cmd := p.command(ctx, job{args: args})
	var said, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &wrong
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(wrong.Bytes()))
	}
	return strings.TrimSpace(said.String()), nil
}
