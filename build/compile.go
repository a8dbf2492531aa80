package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// build makes everything that the binary consists of, generated code included.
func build(ctx context.Context, p *program, _ []string) error {
	if err := p.setUp(ctx, forWindow); err != nil {
		return err
	}
	if err := p.bindings(ctx, "../frontend"); err != nil {
		return err
	}
	if err := p.opora(ctx); err != nil {
		return err
	}
	p.say("built %s", p.binaryPath())
	return nil
}

func (p *program) binaryPath() string {
	name := "opora"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return p.path("build", "bin", name)
}

// tags are the build tags of the window on this machine: WebKitGTK 4.1 where
// it is, 4.0 on the older distributions that have nothing else.
func (p *program) tags(ctx context.Context, more ...string) string {
	if runtime.GOOS == "linux" && library("webkit2gtk-4.1")(ctx, p) {
		more = append(more, "webkit2_41")
	}
	return strings.Join(more, ",")
}

// version is what the binary says of itself: the nearest tag where there is
// one, otherwise the commit.
func (p *program) version(ctx context.Context) string {
	version, err := p.ask(ctx, "git", "describe", "--tags", "--always", "--dirty")
	if err != nil {
		return "dev"
	}
	return strings.TrimPrefix(version, "v")
}

func (p *program) linkerFlags(ctx context.Context) string {
	return "-s -w -X main.version=" + p.version(ctx)
}

func (p *program) binary(ctx context.Context, to string) error {
	flags := p.linkerFlags(ctx)
	if runtime.GOOS == "windows" {
		flags += " -H windowsgui"
	}
	return p.run(ctx, "go", "build", "-tags", p.tags(ctx, "desktop", "production"), "-trimpath", "-buildvcs=false",
		"-ldflags", flags, "-o", to, "./app")
}

// opora builds the page and the binary as operators get them.
func (p *program) opora(ctx context.Context) error {
	if err := p.page(ctx); err != nil {
		return err
	}
	return p.binary(ctx, p.binaryPath())
}

// bindings writes what the page may call. The generator is the program itself,
// built with another tag; it stops before it opens anything. dir is seen from
// app/, where wails.json has to lie for it.
func (p *program) bindings(ctx context.Context, dir string) error {
	text, err := os.ReadFile(p.path("wails.json"))
	if err != nil {
		return err
	}
	text = []byte(strings.Replace(string(text), `"wailsjsdir": "../frontend"`, fmt.Sprintf(`"wailsjsdir": %q`, dir), 1))
	if err := os.WriteFile(p.path("app", "wails.json"), text, 0o644); err != nil {
		return err
	}
	generator := p.path("build", "cache", "bindings.exe")
	if err := p.run(ctx, "go", "build", "-tags", p.tags(ctx, "bindings"), "-buildvcs=false", "-o", generator, "./app"); err != nil {
		return err
	}
	if err := p.quiet(ctx, job{dir: p.path("app"), env: []string{"tsoutputtype=interfaces"}, args: []string{generator}}); err != nil {
		return err
	}
	// The generator marks some of its texts as programs, which git would see.
	return filepath.WalkDir(filepath.Join(p.path("app"), dir, "wailsjs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return os.Chmod(path, 0o644)
	})
}

// page builds the frontend, unless nothing that it is made of has changed.
func (p *program) page(ctx context.Context) error {
	if err := p.modules(ctx); err != nil {
		return err
	}
	made := stamp{path: p.path("build", "cache", "page.stamp"), result: p.path("frontend", "dist", "index.html")}
	sum, err := hashTree(p.path("frontend"), "node_modules", "dist", "e2e", "test-results", "paraglide", "cache")
	if err != nil {
		return err
	}
	if made.holds(sum) {
		return nil
	}
	if err := p.do(ctx, job{dir: p.path("frontend"), args: []string{"npm", "run", "build"}}); err != nil {
		return err
	}
	// The bundler empties dist; Go embeds the folder of a fresh clone only
	// because this file is in it.
	if err := os.WriteFile(p.path("frontend", "dist", ".gitkeep"), nil, 0o644); err != nil {
		return err
	}
	return made.set(sum)
}

// modules installs the frontend's packages as locked, unless they are. Not by
// "npm ci": npm 11 then refuses a lock in which a platform's optional package
// is missing, and a package that ours comes to names some that do not exist.
func (p *program) modules(ctx context.Context) error {
	lock, err := os.ReadFile(p.path("frontend", "package-lock.json"))
	if err != nil {
		return err
	}
	wanted, err := os.ReadFile(p.path("frontend", "package.json"))
	if err != nil {
		return err
	}
	if err := inStep(wanted, lock); err != nil {
		return err
	}
	node, err := p.ask(ctx, "node", "--version")
	if err != nil {
		return err
	}
	made := stamp{path: p.path("build", "cache", "modules.stamp"), result: p.path("frontend", "node_modules", ".package-lock.json")}
	sum := hashText(string(lock), node)
	if made.holds(sum) {
		return nil
	}
	args := []string{"npm", "install", "--no-save", "--no-audit", "--no-fund"}
	if err := p.do(ctx, job{dir: p.path("frontend"), args: args}); err != nil {
		return err
	}
	return made.set(sum)
}

// inStep holds when the lock was made for what package.json asks for; npm
// would otherwise choose versions of its own.
func inStep(wanted, lock []byte) error {
	type lists struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	var asked lists
	var locked struct {
		Packages map[string]lists `json:"packages"`
	}
	if err := json.Unmarshal(wanted, &asked); err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	if err := json.Unmarshal(lock, &locked); err != nil {
		return fmt.Errorf("package-lock.json: %w", err)
	}
	root := locked.Packages[""]
	if !maps.Equal(asked.Dependencies, root.Dependencies) || !maps.Equal(asked.DevDependencies, root.DevDependencies) {
		return errors.New("package-lock.json was made for another package.json: run npm install in frontend")
	}
	return nil
}

// stamp remembers from what a result was made.
type stamp struct{ path, result string }

func (s stamp) holds(sum string) bool {
	if _, err := os.Stat(s.result); err != nil {
		return false
	}
	was, err := os.ReadFile(s.path)
	return err == nil && string(was) == sum
}

func (s stamp) set(sum string) error {
	return os.WriteFile(s.path, []byte(sum), 0o644)
}

func hashText(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// hashTree sums up the names and the contents of all files below dir, but for
// those in folders of the names given.
func hashTree(dir string, without ...string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains(without, entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		one := sha256.New()
		if _, err := io.Copy(one, file); err != nil {
			return err
		}
		fmt.Fprintf(sum, "%q %x\n", filepath.ToSlash(name), one.Sum(nil))
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
