package lab

import (
	"context"
	"path/filepath"
	"strings"
)

// Program is an executable that needs an environment of its own.
type Program struct {
	Path        string
	Environment []string
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
