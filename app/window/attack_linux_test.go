//go:build smoke

package window

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"
)

// TestSmokeAttack puts a hostile page in the place of ours, in the binary that
// operators get otherwise, and holds the two walls apart: once the page's
// policy is on, and once it is off and the lock on navigation stands alone.
func TestSmokeAttack(t *testing.T) {
	for _, test := range []struct {
		name   string
		strict bool
	}{{"with the policy", true}, {"with the lock alone", false}} {
		t.Run(test.name, func(t *testing.T) {
			var (
				mu     sync.Mutex
				visits []string
			)
			outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				visits = append(visits, r.URL.Path)
				mu.Unlock()
				fmt.Fprint(w, "<script>webkit.messageHandlers.external.postMessage('Q')</script>")
			}))
			defer outside.Close()
			path := compileAttack(t, outside.URL, test.strict)
			own(t)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
			s := startScreen(t)

			p := start(t, path)
			var title string
			eventually(t, "the page to have tried everything", 40*time.Second, func() bool {
				select {
				case <-p.ended:
					t.Fatal("a frame has ended the program")
				default:
				}
				title = s.title(" tried: ")
				return title != ""
			})
			if !strings.HasSuffix(title, " tried: none worked") {
				t.Error(title)
			}
			_ = p.cmd.Process.Signal(syscall.SIGTERM)
			p.end(t, 5*time.Second)
			mu.Lock()
			defer mu.Unlock()
			if len(visits) > 0 {
				t.Errorf("outside was asked for %q", visits)
			}
		})
	}
}

// compileAttack builds Opora with the hostile page and, if not strict, with a
// policy that allows everything.
func compileAttack(t *testing.T, outside string, strict bool) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	put := func(target, text string) {
		path := filepath.Join(dir, strings.ReplaceAll(target, "/", "_"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, target)] = path
	}
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	put("frontend/dist/index.html", read("testdata/attack/index.html"))
	put("frontend/dist/attack.js", strings.NewReplacer("OUTSIDE", outside, "STRICT", fmt.Sprint(strict)).
		Replace(read("testdata/attack/attack.js")))
	if !strict {
		embed := read("../../frontend/embed.go")
		open := regexp.MustCompile(`(?s)const CSP = .*?'none'"\n`).ReplaceAllString(embed,
			"const CSP = \"default-src * 'unsafe-inline' 'unsafe-eval' data: blob:\"\n")
		if open == embed {
			t.Fatal("the policy was not found")
		}
		put("frontend/embed.go", open)
	}
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "opora")
	build := exec.Command("go", "build", "-overlay", overlay, "-tags", gtkTags(), "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w", "-o", path, "opora/app")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	return path
}

// title gives the first title among the windows of the screen that contains a part.
func (s *screen) title(part string) string {
	tree, err := xproto.QueryTree(s.conn, s.root).Reply()
	if err != nil {
		return ""
	}
	for _, child := range tree.Children {
		name, err := xproto.GetProperty(s.conn, false, child, xproto.AtomWmName, xproto.GetPropertyTypeAny, 0, 1024).Reply()
		if err == nil && strings.Contains(string(name.Value), part) {
			return string(name.Value)
		}
	}
	return ""
}
