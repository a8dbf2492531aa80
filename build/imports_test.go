package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// An arrow that may not be drawn: files in and below from (in it alone where it
// ends in "/.") may not import a path that begins with to, unless it is one of but.
type arrow struct {
	from, to string
	but      []string
	reason   string
	tests    bool // the rule holds for test files too
}

var arrows = []arrow{
	{"backend/opora", "opora/", nil, "the vocabulary knows nobody", true},
	{"backend/opora", "github.com/", nil, "the vocabulary needs the standard library only", true},
	{"backend/opora", "golang.org/", nil, "the vocabulary needs the standard library only", true},
	{"backend", "opora/app", nil, "the backend does not know who uses it", true},
	{"backend", "opora/frontend", nil, "the backend does not know who uses it", true},
	{"backend", "github.com/wailsapp", nil, "the backend has no window and compiles without cgo", true},
	{"backend", "fyne.io/systray", nil, "the backend has no window and compiles without cgo", true},
	{"backend", "opora/backend/lab", nil, "real servers are for tests", false},
	{"backend", "opora/backend/check/zoo", nil, "hostile servers are for tests", false},
	{"app", "opora/backend/check/zoo", nil, "hostile servers are for tests", false},
	{"app", "opora/backend/pace", nil, "how strict a test is, is for tests", false},
	{"backend/intake", "opora/", []string{"opora/backend/opora"}, "reading a message needs nothing but the vocabulary", false},
	{"backend/check", "opora/", []string{"opora/backend/opora", "opora/backend/check", "opora/backend/browser", "opora/backend/pace"}, "checks meet the rest of the program in app/desk", false},
	{"backend/check/web", "opora/backend/check/", nil, "a door knows its parent and no other door", false},
	{"backend/check/ssh", "opora/backend/check/", nil, "a door knows its parent and no other door", false},
	{"backend/check/basic", "opora/backend/check/", nil, "a door knows its parent and no other door", false},
	{"backend/access", "opora/", []string{"opora/backend/opora", "opora/backend/intake"}, "adapters reach the use case as functions and small interfaces", false},
	{"backend/sqlite", "opora/", []string{"opora/backend/opora", "opora/backend/check"}, "adapters do not know each other", false},
	{"backend/snippet", "opora/", []string{"opora/backend/opora"}, "adapters do not know each other", false},
	{"backend/keyring", "opora/", []string{"opora/backend/opora"}, "adapters do not know each other", false},
	{"backend/browser", "opora/", nil, "the browser knows pages, not logins", false},
	{"backend/check/.", "opora/backend/browser", nil, "only the web door needs a browser", false},
	{"backend/knowledge", "opora/", []string{"opora/backend/opora"}, "adapters do not know each other", false},
	{"backend/notify", "opora/", []string{"opora/backend/opora"}, "adapters do not know each other", false},
	{"backend/search", "opora/", []string{"opora/backend/opora"}, "what is searched reaches the engine as feeds", false},
	{"backend/clipboard", "opora/", []string{"opora/backend/opora"}, "adapters do not know each other", false},
	{"app/command", "opora/app/bridge", nil, "the command line stands on the desk, not on the window's bridge", true},
	{"app/command", "opora/app/window", nil, "the command line runs without a display", true},
	{"app/desk", "opora/app/", []string{"opora/app/words"}, "the desk does not know who stands at it", false},
	{"app/bridge", "github.com/wailsapp", nil, "the bridge is plain Go, so that tests can call it without a window", true},
	{"app/words", "opora/", []string{"opora/backend/opora", "opora/frontend"}, "sentences need the catalogues only", false},
	{"build/.", "opora/", nil, "the build program starts at once, before anything compiles", true},
	{"build/.", "github.com/", nil, "the build program needs the standard library only", true},
}

// TestImports reads the import clauses of all files, so that the house keeps
// its shape. It also sees that each rule still speaks of a folder that is there.
func TestImports(t *testing.T) {
	used := make([]bool, len(arrows))
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			switch entry.Name() {
			case "node_modules", ".git", "bin", "cache", "testdata", "lint":
				return filepath.SkipDir // build/lint is a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))[len("../"):]
		for i, a := range arrows {
			if from, here := strings.CutSuffix(a.from, "/."); folder != from && (here || !strings.HasPrefix(folder, from+"/")) {
				continue
			}
			used[i] = true
			if strings.HasSuffix(path, "_test.go") && !a.tests {
				continue
			}
			for _, clause := range file.Imports {
				to, _ := strconv.Unquote(clause.Path.Value)
				if forbidden(a, folder, to) {
					t.Errorf("%s imports %s: %s", path[3:], to, a.reason)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range arrows {
		if !used[i] {
			t.Errorf("the rule about %s speaks of a folder that is not there", a.from)
		}
	}
}

func forbidden(a arrow, folder, to string) bool {
	if !strings.HasPrefix(to, a.to) {
		return false
	}
	if to == "opora/"+folder || strings.HasPrefix(to, "opora/"+a.from+"/") && a.to == "opora/" {
		return false // its own
	}
	for _, allowed := range a.but {
		if to == allowed {
			return false
		}
	}
	return true
}
