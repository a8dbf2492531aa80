package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// ErrMissing says that no browser was found on the machine.
var ErrMissing = errors.New("no browser of the Chromium family found")

// Variable names, by its path, the browser to use before all others.
const Variable = "OPORA_BROWSER"

// Program is a browser of the Chromium family that was found on the machine.
type Program struct {
	Name string // "Chromium"
	Path string // "/usr/lib/chromium/chromium"
}

// Programs lists the browsers of the machine, best first: the one that
// OPORA_BROWSER names, then those that most people keep up to date.
func Programs() []Program {
	var found []Program
	seen := map[string]bool{}
	add := func(p Program) {
		if p.Path == "" || seen[p.Path] || !runnable(p.Path) {
			return
		}
		seen[p.Path] = true
		found = append(found, p)
	}
	if path := os.Getenv(Variable); filepath.IsAbs(path) {
		add(Program{Name: named(path), Path: path})
	}
	for _, p := range installed() {
		add(p)
	}
	return found
}

// named gives an asked-for program the name under which its kind is known.
func named(path string) string {
	for _, p := range installed() {
		if p.Path == path {
			return p.Name
		}
	}
	return filepath.Base(path)
}

// versionTime bounds the question for the version.
const versionTime = 5 * time.Second

var versionNumber = regexp.MustCompile(`\d+(\.\d+){1,3}`)

// Version asks the program for its version: "156.0.8078.79".
func (p Program) Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	text, err := version(ctx, p.Path)
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", p.Name, err)
	}
	number := versionNumber.FindString(text)
	if number == "" {
		return "", fmt.Errorf("version of %s: none in its answer", p.Name)
	}
	return number, nil
}
