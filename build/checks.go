package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// step is one thing that must hold before a change is merged.
type step struct {
	name string
	run  func(context.Context, *program) error
}

// steps lists them cheap ones first, so that a mistake shows early.
func steps() []step {
	return []step{
		{"gofmt", formatted},
		{"message keys", sameKeys},
		{"page", freshPage},
		{"bindings", sameBindings},
		{"svelte-check", npm("check")},
		{"vitest", npm("test")},
		{"vet", vet},
		{"lint", lint},
		{"go test", goTest},
		{"alone", goTestAlone},
		{"cross-build", crossBuild},
		{"end to end", npm("e2e")},
		{"smoke", smoke},
		{"window", windowTests},
	}
}

// extraSteps run only when they are named: golangci-lint takes four minutes
// and a gigabyte to compile, and finds what "lint" finds.
func extraSteps() []step {
	return []step{{"golangci-lint", golangci}}
}

func test(ctx context.Context, p *program, args []string) error {
	chosen, err := choose(args)
	if err != nil {
		return err
	}
	result := runSteps(ctx, p, append([]step{{"set-up", func(ctx context.Context, p *program) error {
		return p.setUp(ctx, forTest)
	}}}, chosen...))
	return result
}

func choose(args []string) ([]step, error) {
	if len(args) == 0 {
		return steps(), nil
	}
	var chosen []step
	every := append(steps(), extraSteps()...)
	for _, arg := range args {
		i := slices.IndexFunc(every, func(s step) bool { return s.name == arg })
		if i < 0 {
			var known []string
			for _, s := range every {
				known = append(known, fmt.Sprintf("%q", s.name))
			}
			return nil, fmt.Errorf("there is no step %q; there are %s", arg, strings.Join(known, ", "))
		}
		chosen = append(chosen, every[i])
	}
	return chosen, nil
}

// runSteps runs all of them, whatever the earlier ones say, and sums up. The end
// of what each failed step said comes once more after the table: of a long run
// somebody else's machine may keep nothing but its last lines.
func runSteps(ctx context.Context, p *program, list []step) error {
	type outcome struct {
		name string
		took time.Duration
		err  error
		said *tail
	}
	var outcomes []outcome
	out := p.out
	defer func() { p.out = out }()
	for _, s := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.say("\n=== %s", s.name)
		started := time.Now()
		said := &tail{}
		p.out = io.MultiWriter(out, said)
		err := s.run(ctx, p)
		p.out = out
		took := time.Since(started).Round(100 * time.Millisecond)
		outcomes = append(outcomes, outcome{s.name, took, err, said})
		if err != nil {
			p.say("=== %s FAILED after %s: %v", s.name, took, err)
		} else {
			p.say("=== %s ok, %s", s.name, took)
		}
	}
	p.say("")
	failed := 0
	for _, o := range outcomes {
		word := "ok    "
		if o.err != nil {
			word = "FAILED"
			failed++
		}
		p.say("%s %8s  %s", word, o.took, o.name)
	}
	for _, o := range outcomes {
		if o.err != nil {
			p.say("\n--- %s: %v\n%s", o.name, o.err, strings.Join(telling(o.said.lines()), "\n"))
		}
	}
	p.say("%d passed, %d failed", len(outcomes)-failed, failed)
	if failed > 0 {
		return errors.New("not everything holds")
	}
	return nil
}

func formatted(ctx context.Context, p *program) error {
	files, err := p.goFiles(ctx)
	if err != nil {
		return err
	}
	list, err := p.ask(ctx, append([]string{"gofmt", "-l"}, files...)...)
	if err != nil {
		return err
	}
	if list != "" {
		return fmt.Errorf("gofmt would change:\n%s", list)
	}
	return nil
}

// goFiles leaves out what npm brought, which has Go files in it.
func (p *program) goFiles(context.Context) ([]string, error) {
	var files []string
	for _, top := range []string{"app", "backend", "build", "frontend"} {
		err := filepath.WalkDir(p.path(top), func(path string, entry os.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "cache"):
				return filepath.SkipDir
			case strings.HasSuffix(path, ".go"):
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// sameKeys holds when every sentence exists in every language.
func sameKeys(_ context.Context, p *program) error {
	files, err := filepath.Glob(p.path("frontend", "messages", "*.json"))
	if err != nil {
		return err
	}
	if len(files) < 2 {
		return fmt.Errorf("frontend/messages has %d catalogues", len(files))
	}
	catalogues := map[string]map[string]json.RawMessage{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var catalogue map[string]json.RawMessage
		if err := json.Unmarshal(text, &catalogue); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		catalogues[filepath.Base(name)] = catalogue
	}
	if lacking := lackingKeys(catalogues); len(lacking) > 0 {
		return fmt.Errorf("sentences are missing:\n%s", strings.Join(lacking, "\n"))
	}
	return nil
}

// lackingKeys names what each catalogue lacks of the others, and what is empty.
func lackingKeys(catalogues map[string]map[string]json.RawMessage) []string {
	every := map[string]bool{}
	for _, catalogue := range catalogues {
		for key := range catalogue {
			every[key] = true
		}
	}
	var lacking []string
	for _, name := range slices.Sorted(maps.Keys(catalogues)) {
		for _, key := range slices.Sorted(maps.Keys(every)) {
			switch text, there := catalogues[name][key]; {
			case !there:
				lacking = append(lacking, name+" lacks "+key)
			case string(text) == `""`:
				lacking = append(lacking, name+" has nothing for "+key)
			}
		}
	}
	return lacking
}

func freshPage(ctx context.Context, p *program) error {
	// A stamp of an earlier run would hide that the page no longer builds.
	if err := os.RemoveAll(p.path("build", "cache", "page.stamp")); err != nil {
		return err
	}
	return p.page(ctx)
}

// sameBindings generates into another folder and compares, so that a check
// never changes the tree that it checks.
func sameBindings(ctx context.Context, p *program) error {
	dir := p.path("build", "cache", "generated")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := p.bindings(ctx, "../build/cache/generated"); err != nil {
		return err
	}
	return sameTrees(filepath.Join(dir, "wailsjs"), p.path("frontend", "wailsjs"))
}

// sameTrees compares the files of two folders byte by byte.
func sameTrees(fresh, committed string) error {
	a, err := readTree(fresh)
	if err != nil {
		return err
	}
	b, err := readTree(committed)
	if err != nil {
		return err
	}
	if len(a) == 0 {
		return errors.New("nothing was generated")
	}
	var differ []string
	for name, text := range a {
		if other, there := b[name]; !there || other != text {
			differ = append(differ, name)
		}
	}
	for name := range b {
		if _, there := a[name]; !there {
			differ = append(differ, name)
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return fmt.Errorf("generated anew, these differ (go run ./build build writes them):\n%s", strings.Join(differ, "\n"))
	}
	return nil
}

func readTree(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	return files, err
}

func npm(script string) func(context.Context, *program) error {
	return func(ctx context.Context, p *program) error {
		if err := p.modules(ctx); err != nil {
			return err
		}
		return p.do(ctx, job{dir: p.path("frontend"), args: []string{"npm", "run", script}})
	}
}

// vet looks at everything once: at the window as it ships, at the rest as it
// is.
func vet(ctx context.Context, p *program) error {
	return p.vet(ctx)
}

func (p *program) vet(ctx context.Context, flags ...string) error {
	look := func(more ...string) error {
		return p.run(ctx, append(append([]string{"go", "vet"}, flags...), more...)...)
	}
	return errors.Join(
		look("./backend/...", "./build/...", "./frontend/..."),
		look("-tags", p.tags(ctx, "desktop", "production"), "./app/..."))
}

// lint runs the analyzers of build/lint through go vet, which keeps what it
// knows of unchanged packages.
func lint(ctx context.Context, p *program) error {
	tool := p.path("build", "cache", "lint.exe")
	if err := p.do(ctx, job{dir: p.path("build", "lint"), args: []string{"go", "build", "-o", tool, "."}}); err != nil {
		return err
	}
	return p.vet(ctx, "-vettool", tool)
}

const golangciVersion = "v2.15.0"

func golangci(ctx context.Context, p *program) error {
	return p.run(ctx, "go", "run", "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@"+golangciVersion, "run", "./...")
}

func goTest(ctx context.Context, p *program) error {
	return p.run(ctx, "go", "test", "-race", "-timeout", "10m", "./...")
}

// goTestAlone runs the tests that a busy machine would only disturb: those of
// promised times, and of dozens of browsers. One package at a time, and not with
// the race detector, which the operator does not have either.
func goTestAlone(ctx context.Context, p *program) error {
	return p.do(ctx, job{env: []string{"OPORA_TESTS=alone"}, args: []string{
		"go", "test", "-p", "1", "-count", "1", "-timeout", "15m", "-run", aloneTests,
		"./backend/browser", "./backend/check/...", "./backend/intake", "./backend/keyring", "./backend/knowledge", "./backend/search", "./backend/sqlite",
	}})
}

const aloneTests = "^(TestBombs|TestRandomKills|TestDialogs" +
	"|TestAssist|TestEndlessPages|TestCancel.*|TestFreshVisitors|TestFlattered|TestSlandered|TestThieves|TestBrowserMatrix" +
	"|TestHostile.*|TestFaults|TestLimits|TestHangingKeyring.*" +
	"|TestPromises|TestOverlap|TestManyArticles|TestManySnippets|TestImportKilledAnywhere)$"

// crossBuild proves that the backend needs neither cgo nor a window on any
// system, and that the Windows program can be built from here.
func crossBuild(ctx context.Context, p *program) error {
	var faults []error
	for _, system := range []string{"linux", "windows", "darwin"} {
		faults = append(faults, p.do(ctx, job{env: []string{"CGO_ENABLED=0", "GOOS=" + system},
			args: []string{"go", "build", "./backend/...", "./frontend", "./build"}}))
	}
	faults = append(faults, p.windowsBinary(ctx, p.path("build", "cache", "opora-windows.exe")))
	return errors.Join(faults...)
}

func (p *program) windowsBinary(ctx context.Context, to string) error {
	return p.do(ctx, job{env: []string{"CGO_ENABLED=0", "GOOS=windows", "GOARCH=amd64"},
		args: []string{"go", "build", "-tags", "desktop,production", "-trimpath", "-buildvcs=false",
			"-ldflags", p.linkerFlags(ctx) + " -H windowsgui", "-o", to, "./app"}})
}
