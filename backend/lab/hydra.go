package lab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Program is an executable that needs an environment of its own.
type Program struct {
	Path        string
	Environment []string
}

// Run runs the program in dir to its end, or to that of ctx, and gives what it
// printed. Children that it leaves behind end with it.
func (p Program) Run(ctx context.Context, dir string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.Path, arguments...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), p.Environment...)
	if err := isolate(cmd); err != nil {
		return "", err
	}
	cmd.Cancel = func() error { kill(cmd); return nil }
	cmd.WaitDelay = 2 * time.Second
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// Hydra gives the password guesser of that name, which the verdicts are
// compared with.
func Hydra(ctx context.Context) (Program, error) {
	if path, err := program("hydra", "hydra"); err == nil {
		return Program{Path: path}, nil
	}
	root, err := unpack(ctx, bundle{name: "hydra-1", packages: []string{"hydra"}, whole: true})
	if err != nil {
		return Program{}, err
	}
	libraries, err := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-*"))
	if err != nil {
		return Program{}, err
	}
	path := filepath.Join(root, "usr/bin/hydra")
	if !exists(path) {
		return Program{}, &Missing{Thing: "hydra", Package: "hydra"}
	}
	return Program{Path: path, Environment: []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}}, nil
}
