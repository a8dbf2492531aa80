package browser

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// childVariable makes this program a stranger that owns a browser, for the
// tests that kill it.
const childVariable = "OPORA_BROWSER_TEST_CHILD"

func TestMain(m *testing.M) {
	if ran, status := Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	if os.Getenv(childVariable) != "" {
		os.Exit(childMain())
	}
	os.Exit(m.Run())
}

// childMain owns a browser with an open page until it is killed. It says where
// its profile is, and whose it is, on one line.
func childMain() int {
	b, err := Start(context.Background(), Programs()[0], Options{Dial: (&net.Dialer{}).DialContext})
	if err != nil {
		fmt.Println("no browser:", err)
		return 1
	}
	tab, _ := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	if err := chromedp.Do(tab); err != nil {
		fmt.Println("no tab:", err)
		return 1
	}
	fmt.Println(b.profile.dir)
	select {}
}

func testProgram(t *testing.T) Program {
	t.Helper()
	programs := Programs()
	if len(programs) == 0 {
		t.Skip("no browser on this machine")
	}
	return programs[0]
}

func start(t *testing.T, o Options) *Browser {
	t.Helper()
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	b, err := Start(t.Context(), testProgram(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// tab is a hardened tab of a new visitor.
func tab(t *testing.T, b *Browser) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := b.harden(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

const patience = 15 * time.Second

// visit opens an address and gives the browser's word for what went wrong.
func visit(t *testing.T, ctx context.Context, address string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	loaded := make(chan struct{}, 16)
	if err := chromedp.Listen(ctx, func(event any) {
		if _, ok := event.(*page.EventLoadEventFired); ok {
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	result, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	if result.ErrorText == "" {
		select {
		case <-loaded:
		case <-ctx.Done():
			t.Fatalf("open %s: not loaded", address)
		}
	}
	return result.ErrorText
}

// ask evaluates an expression in the page, a promise too, within a time.
func ask[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, AwaitPromise: new(true), ReturnByValue: new(true), UserGesture: new(true),
	})
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	if result.ExceptionDetails != nil {
		t.Fatalf("%s: %s", expression, result.ExceptionDetails.Exception.Description)
	}
	var value T
	if len(result.Result.Value) == 0 {
		return value
	}
	if err := json.Unmarshal(result.Result.Value, &value); err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// site serves pages by path and remembers who came.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newSite(t *testing.T, pages map[string]string) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.HasSuffix(r.URL.Path, ".js") {
			w.Header().Set("Content-Type", "text/javascript")
		}
		_, _ = w.Write([]byte(pages[r.URL.Path]))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) visits() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

// within waits until something holds, and gives whether it came to hold.
func within(limit time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func keySum(key []byte) string {
	sum := sha256.Sum256(key)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// roomForProfiles is a folder for temporary files that only this test uses.
func roomForProfiles(t *testing.T) string {
	t.Helper()
	room, err := os.MkdirTemp("", "room-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(room) })
	if err := os.Chmod(room, 0o711); err != nil { // for the user as whom a browser runs for root
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", room)
	return room
}
