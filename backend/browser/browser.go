package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Options say how a browser meets the world.
type Options struct {
	// Dial is the only way out to the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Pins are base64 SHA-256 sums of the public keys of certificates that pass
	// besides those that the system trusts.
	Pins []string
	// Visible opens a window for the operator to finish in.
	Visible bool
	// Language is what pages are asked for: "ru,en".
	Language string
	// UserAgent is the browser's name for itself, its own when empty.
	UserAgent string
}

// Faults of a start.
var (
	ErrSandbox = errors.New("the browser cannot use its sandbox on this machine")
	ErrDisplay = errors.New("the browser has no display to open a window on")
	ErrStart   = errors.New("the browser did not start")
)

// startTime is what a browser is given to answer for the first time.
const startTime = 20 * time.Second

// Browser is a running browser with a profile of its own. It ends with Close,
// with the context that it was started with, or when its window is closed.
type Browser struct {
	ctx     context.Context // chromedp's own, of the browser as a whole
	cancel  context.CancelFunc
	profile *profile
	proxy   *proxy
	visible bool
	pages   pages
	version cdpbrowser.GetVersionResult
	guard   *exec.Cmd
	leash   *os.File // the guard ends the browser when this is closed
	stderr  *firstWords
	gone    chan struct{}
	once    sync.Once
}

// Start runs a browser with a new profile.
func Start(ctx context.Context, program Program, o Options) (*Browser, error) {
	if program.Path == "" {
		return nil, ErrMissing
	}
	if len(os.Args) > 1 && os.Args[1] == guardWord {
		// A program that forgot to call Guard would start itself without end.
		return nil, errors.New("this process is the guard of a browser, but does not do its job")
	}
	if err := checkOptions(o); err != nil {
		return nil, err
	}
	profile, err := newProfile(o)
	if err != nil {
		return nil, err
	}
	proxy, err := newProxy(o.Dial)
	if err != nil {
		profile.remove()
		return nil, err
	}
	b := &Browser{pages: pages{own: map[cdp.BrowserContextID]target.ID{}, open: map[target.ID]bool{}}, profile: profile, proxy: proxy, visible: o.Visible, stderr: &firstWords{}, gone: make(chan struct{})}
	if err := b.launch(ctx, program, o); err != nil {
		proxy.close()
		profile.remove()
		return nil, err
	}
	if err := b.greet(); err != nil {
		if ctx.Err() != nil {
			go b.Close() // who calls off a start does not wait for its end
			return nil, ctx.Err()
		}
		b.Close()
		return nil, errors.Join(ctx.Err(), b.startFault(), err)
	}
	return b, nil
}

// launch starts the guard with the browser and takes up the pipes.
func (b *Browser) launch(ctx context.Context, program Program, o Options) error {
	self, err := guardProgram()
	if err != nil {
		return fmt.Errorf("find the guard: %w", err)
	}
	pipes, err := newPipes()
	if err != nil {
		return fmt.Errorf("pipes of the browser: %w", err)
	}
	defer pipes.closeTheirs()
	b.guard = exec.Command(self, guardWord, b.profile.dir, program.Path)
	b.guard.Stdin = pipes.stdin
	b.guard.Stderr = b.stderr
	b.guard.Env = environment(b.profile, program, o)
	b.guard.WaitDelay = time.Second // for what is left of the browser's own words
	if err := seat(b.guard, pipes.commands, pipes.answers); err != nil {
		pipes.closeOurs()
		return fmt.Errorf("pipes of the browser: %w", err)
	}
	b.guard.Args = append(b.guard.Args, flags(b.profile, b.proxy.address(), o)...)
	if err := b.guard.Start(); err != nil {
		pipes.closeOurs()
		return fmt.Errorf("start the guard: %w", err)
	}
	b.leash = pipes.leash

	// chromedp's own allocator would start the browser itself, without a
	// sandbox where we are root.
	life, cancel := context.WithCancel(ctx)
	b.cancel = cancel
	allocated, _ := chromedp.NewAllocatorContext(life, attached{pipes})
	b.ctx, _ = chromedp.NewContext(allocated, chromedp.WithBrowserOption(
		// What it logs quotes pages.
		chromedp.WithBrowserLogf(drop), chromedp.WithBrowserErrorf(drop), chromedp.WithBrowserDebugf(drop),
	))
	go b.watch()
	return nil
}

func drop(string, ...any) {}

// watch ends everything else with the first of the guard, the browser's own
// connection and the context.
func (b *Browser) watch() {
	ended := make(chan struct{})
	go func() {
		_ = b.guard.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-b.ctx.Done():
	}
	_ = b.leash.Close()
	b.proxy.close()
	select {
	case <-ended:
	case <-time.After(killTime):
		slog.Error("guard of a browser had to be killed")
		_ = b.guard.Process.Kill()
		<-ended
	}
	b.cancel() // closes our ends of the pipes, on which a browser ends too
	killUsers(b.profile.dir)
	b.profile.remove()
	close(b.gone)
}

// greet waits for the first answer, which is the sign that the browser runs.
func (b *Browser) greet() error {
	late := time.AfterFunc(startTime, b.cancel)
	defer late.Stop()
	// The first use binds the life of the connection to its context, so that is
	// the browser's own.
	version, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	b.version = version
	return b.pages.follow(b)
}

// startFault sorts why a browser did not come up, by its own words.
func (b *Browser) startFault() error {
	words := b.stderr.String()
	switch {
	case strings.Contains(words, "No usable sandbox"), strings.Contains(words, "SUID sandbox helper"):
		return ErrSandbox
	case strings.Contains(words, "Missing X server"), strings.Contains(words, "cannot open display"), strings.Contains(words, "Failed to connect to Wayland"):
		return ErrDisplay
	}
	return ErrStart
}

// Done is closed when the browser is gone: closed, crashed, or its window
// closed by the operator. Its profile is gone then too.
func (b *Browser) Done() <-chan struct{} { return b.gone }

// Close ends the browser, whatever its pages do. When it returns, nothing is
// left of it.
func (b *Browser) Close() {
	b.once.Do(b.cancel)
	<-b.gone
}

// pipes join us with a guard and its browser.
type pipes struct {
	commands, answers, stdin *os.File // their ends
	orders, replies, leash   *os.File // ours
}

func newPipes() (p *pipes, err error) {
	p = &pipes{}
	for _, ends := range []struct{ read, write **os.File }{{&p.commands, &p.orders}, {&p.replies, &p.answers}, {&p.stdin, &p.leash}} {
		if *ends.read, *ends.write, err = os.Pipe(); err != nil {
			p.closeTheirs()
			p.closeOurs()
			return nil, err
		}
	}
	return p, nil
}

func (p *pipes) closeTheirs() { closeAll(p.commands, p.answers, p.stdin) }
func (p *pipes) closeOurs()   { closeAll(p.orders, p.replies, p.leash) }

func closeAll(files ...*os.File) {
	for _, file := range files {
		if file != nil {
			_ = file.Close()
		}
	}
}

// attached has chromedp speak to a browser that runs already.
type attached struct{ *pipes }

// Allocate takes up the connection.
func (a attached) Allocate(ctx context.Context, options ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	return chromedp.NewBrowserTransport(ctx, chromedp.NewPipeConn(&bounded{file: a.replies}, a.orders), options...)
}

// Wait has nothing to wait for: see [Browser.watch].
func (a attached) Wait() {}

// Attaches says that the browser is not chromedp's to end.
func (a attached) Attaches() bool { return true }

// maxMessage is the longest message that a browser may send: a picture or a
// response, never what a page would like to fill our memory with.
const maxMessage = 32 << 20

var errMessage = errors.New("the browser's message is too long")

// bounded breaks the connection off at a message that is too long.
type bounded struct {
	file   *os.File
	length int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.file.Read(p)
	if end := lastZero(p[:n]); end >= 0 {
		b.length = n - end
	} else {
		b.length += n
	}
	if b.length > maxMessage {
		return 0, errMessage
	}
	return n, err
}

func (b *bounded) Close() error { return b.file.Close() }

func lastZero(p []byte) int {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] == 0 {
			return i
		}
	}
	return -1
}

// firstWords keeps the beginning of what a browser says of itself, to tell why
// it did not start. What it says later may quote pages.
type firstWords struct {
	mu   sync.Mutex
	text []byte
}

const maxWords = 8 << 10

func (w *firstWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p[:min(len(p), maxWords-len(w.text))]...)
	return len(p), nil
}

func (w *firstWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}

var _ io.Writer = (*firstWords)(nil)
