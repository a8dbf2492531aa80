package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// process is one server program in a process group of its own.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string // path
	done chan struct{}
	stop sync.Once
}

// start runs a program until stop, the end of ctx or the end of this program.
// What it prints goes to name.log in dir.
func start(ctx context.Context, dir, name string, cmd *exec.Cmd) (*process, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, log: filepath.Join(dir, name+".log"), done: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	if err := isolate(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(p.done)
	}()
	// At the end of the context nobody waits: a server that took its time to
	// write everything down would do so into a folder that is being removed.
	context.AfterFunc(ctx, func() { kill(cmd) })
	return p, nil
}

// Stop ends the program and everything in its group, and waits for the end.
func (p *process) Stop() {
	p.stop.Do(func() {
		terminate(p.cmd)
		select {
		case <-p.done:
		case <-time.After(3 * time.Second):
		}
		// Children that the program has left behind go too.
		kill(p.cmd)
		<-p.done
	})
}

// tail is the end of what the program printed.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// servers are the parts of a site, the outermost first.
type servers []interface{ Stop() }

// Stop ends every part.
func (s servers) Stop() {
	for _, part := range s {
		part.Stop()
	}
}

// socketPath gives a place for a socket in dir, or in a shorter folder where
// dir is too long for a socket's address.
func socketPath(ctx context.Context, dir, name string) (string, error) {
	if path := filepath.Join(dir, name); len(path) < 100 {
		return path, os.MkdirAll(dir, 0o755)
	}
	short, err := os.MkdirTemp("", "lab")
	if err != nil {
		return "", err
	}
	context.AfterFunc(ctx, func() { _ = os.RemoveAll(short) })
	return filepath.Join(short, name), nil
}
