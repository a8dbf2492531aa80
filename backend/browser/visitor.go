package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed look.js
var look string

// world is the name of the scripts' own world in each document.
const world = "opora"

// Visitor is one visitor of sites in a browser: a tab with cookies, storage and
// cache of its own. Its methods are for one goroutine at a time.
type Visitor struct {
	browser *Browser
	ctx     context.Context
	cancel  context.CancelFunc
	traffic *traffic
	frame   cdp.FrameID
}

// Faults of a visit.
var (
	ErrGone      = errors.New("what was to be used is no longer on the page")
	ErrNotTyped  = errors.New("the field does not take what is typed")
	ErrNavigate  = errors.New("the page could not be opened")
	ErrBroken    = errors.New("the browser does not answer")
	ErrForbidden = errors.New("the browser may not open this address")
)

// Visitor opens a tab for a new visitor.
func (b *Browser) Visitor(ctx context.Context) (*Visitor, error) {
	tab, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	v := &Visitor{browser: b, ctx: tab, cancel: cancel, traffic: newTraffic()}
	if err := v.open(ctx); err != nil {
		go cancel()
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return v, nil
}

func (v *Visitor) open(ctx context.Context) error {
	stop := context.AfterFunc(ctx, v.cancel)
	defer stop()
	if err := chromedp.Listen(v.ctx, v.traffic.event); err != nil {
		return err
	}
	if _, err := chromedp.Call(v.ctx, network.Enable, network.EnableParams{MaxPostDataSize: ptr(int64(64 << 10))}); err != nil {
		return err
	}
	if err := v.browser.harden(v.ctx); err != nil {
		return err
	}
	if _, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: look, WorldName: world, RunImmediately: ptr(true),
	}); err != nil {
		return err
	}
	tree, err := chromedp.Call(v.ctx, page.GetFrameTree, chromedp.Void{})
	if err != nil {
		return err
	}
	v.frame = tree.FrameTree.Frame.ID
	v.traffic.begin(v.ctx, v.frame)
	return nil
}

func ptr[T any](v T) *T { return &v }

// Close ends the visit and forgets everything that it left. It does not wait
// for the browser to have done so.
func (v *Visitor) Close() { go v.cancel() }

// within joins the tab's context with the caller's.
func (v *Visitor) within(ctx context.Context) (context.Context, context.CancelFunc) {
	joined, cancel := context.WithCancelCause(v.ctx)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return joined, func() { stop(); cancel(nil) }
}

// Open goes to an address as a person does who types it, and waits until the
// page is quiet.
func (v *Visitor) Open(ctx context.Context, address *url.URL) error {
	if address.Scheme != "http" && address.Scheme != "https" {
		return ErrForbidden
	}
	joined, done := v.within(ctx)
	defer done()
	if address.Fragment != "" {
		// An address that differs by nothing before its # would not be loaded again.
		if _, err := chromedp.Call(joined, page.Navigate, page.NavigateParams{URL: "about:blank"}); err != nil {
			return v.fault(ctx, err)
		}
	}
	v.traffic.reset()
	result, err := chromedp.Call(joined, page.Navigate, page.NavigateParams{URL: address.String()})
	switch {
	case err != nil:
		return v.fault(ctx, err)
	case result.ErrorText != "" && result.ErrorText != "net::ERR_ABORTED":
		return &NetError{Text: result.ErrorText}
	}
	return v.Settle(ctx)
}

// NetError is the browser's own word for why a page did not come.
type NetError struct{ Text string } // "net::ERR_CONNECTION_REFUSED"

func (e *NetError) Error() string { return "not opened: " + e.Text }
func (e *NetError) Unwrap() error { return ErrNavigate }

// fault tells the caller's own end from a browser that broke off.
func (v *Visitor) fault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}

// How long a page must be quiet to count as still, and how long it may take.
const (
	quietNetwork = 350 * time.Millisecond
	quietPage    = 250 * time.Millisecond
	restless     = 1500 * time.Millisecond // a page that never stops moving is taken as it is
	slowest      = 12 * time.Second
	tick         = 50 * time.Millisecond
)

type pageState struct {
	Ready string `json:"ready"`
	Still int64  `json:"still"` // milliseconds since the page last changed
	Text  int    `json:"text"`
}

// Settle waits until neither the network nor the page moves, for at most
// twelve seconds. A page that never comes to rest is no error.
func (v *Visitor) Settle(ctx context.Context) error {
	started := time.Now()
	var calm time.Time // since when the network alone has been quiet
	for {
		var s pageState
		if err := v.call(ctx, &s, "opora.state()"); err != nil && !errors.Is(err, errNoDocument) {
			return err
		} else if err == nil && s.Ready == "complete" && v.traffic.quiet(quietNetwork) {
			if calm.IsZero() {
				calm = time.Now()
			}
			still := time.Duration(s.Still) * time.Millisecond
			// A page without a word may still be at work in its own head.
			if still >= quietPage && (s.Text > 0 || still >= 4*quietPage) || time.Since(calm) > restless {
				return nil
			}
		} else {
			calm = time.Time{}
		}
		if time.Since(started) > slowest {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-v.browser.Done():
			return ErrBroken
		case <-time.After(tick):
		}
	}
}

// Stirs waits until something follows an act of ours: a request, or a change of
// the page; at most for the time given. It reports whether anything did.
func (v *Visitor) Stirs(ctx context.Context, since time.Time, most time.Duration) bool {
	for time.Since(since) < most && ctx.Err() == nil {
		if v.traffic.asked(since) {
			return true
		}
		time.Sleep(tick)
	}
	return false
}

// errNoDocument says that the page is being exchanged right now.
var errNoDocument = errors.New("no document at this moment")

// call evaluates an expression in our own world of the page's document.
func (v *Visitor) call(ctx context.Context, result any, expression string) error {
	joined, done := v.within(ctx)
	defer done()
	made, err := chromedp.Call(joined, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: v.frame, WorldName: world})
	if err != nil {
		if ctx.Err() != nil || v.ctx.Err() != nil {
			return v.fault(ctx, err)
		}
		return errNoDocument
	}
	answer, err := chromedp.Call(joined, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: made.ExecutionContextID, ReturnByValue: ptr(true), Silent: ptr(true),
	})
	switch {
	case err != nil && (ctx.Err() != nil || v.ctx.Err() != nil):
		return v.fault(ctx, err)
	case err != nil, answer.ExceptionDetails != nil:
		return errNoDocument
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		return errNoDocument
	}
	return nil
}

// steady repeats a call over the moment in which one document follows another.
func (v *Visitor) steady(ctx context.Context, result any, expression string) error {
	for range 40 {
		err := v.call(ctx, result, expression)
		if !errors.Is(err, errNoDocument) {
			return err
		}
		time.Sleep(tick)
	}
	return ErrGone
}

// Look takes what the page shows now.
func (v *Visitor) Look(ctx context.Context) (*View, error) {
	var seen struct {
		HTML string `json:"html"`
		URL  string `json:"url"`
		Cut  bool   `json:"cut"`
	}
	if err := v.steady(ctx, &seen, fmt.Sprintf("opora.look(%d)", MaxView)); err != nil {
		return nil, err
	}
	at, err := parse(seen.URL)
	if err != nil {
		return nil, ErrNavigate
	}
	return &View{URL: at, Status: v.traffic.status(), HTML: []byte(seen.HTML), Cut: seen.Cut}, nil
}

// Action is where the form around a field would send it, as the page says now;
// nil where scripts decide.
func (v *Visitor) Action(ctx context.Context, mark int) (*url.URL, error) {
	var action string
	if err := v.call(ctx, &action, fmt.Sprintf("opora.action(%d)", mark)); err != nil {
		return nil, err
	}
	switch action {
	case "gone":
		return nil, ErrGone
	case "":
		return nil, nil
	}
	return parse(action)
}

// Type puts a text into a field, key by key, in the place of what is there.
func (v *Visitor) Type(ctx context.Context, mark int, text string) error {
	var focused, holds bool
	if err := v.call(ctx, &focused, fmt.Sprintf("opora.focus(%d)", mark)); err != nil {
		return err
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return err
	}
	if focused {
		joined, done := v.within(ctx)
		err := chromedp.Do(joined, chromedp.KeyEvent(text))
		done()
		if err != nil {
			return v.fault(ctx, err)
		}
		if err := v.call(ctx, &holds, fmt.Sprintf("opora.holds(%d, %s)", mark, quoted)); err != nil {
			return err
		}
	}
	if !holds {
		if err := v.call(ctx, &holds, fmt.Sprintf("opora.set(%d, %s)", mark, quoted)); err != nil {
			return err
		}
	}
	if !holds {
		return ErrNotTyped
	}
	return nil
}

// Press clicks what is marked, with the mouse where it lies open, by the page's
// own click where something lies over it.
func (v *Visitor) Press(ctx context.Context, mark int) error {
	var at struct {
		X, Y          float64
		Hit, Disabled bool
		Gone          bool
	}
	for range 20 { // a button may wait for the page to have looked at the fields
		if err := v.call(ctx, &at, fmt.Sprintf("opora.target(%d)", mark)); err != nil {
			return err
		}
		if !at.Disabled || at.Gone {
			break
		}
		time.Sleep(tick)
	}
	switch {
	case at.Gone:
		return ErrGone
	case at.Hit && !at.Disabled:
		joined, done := v.within(ctx)
		defer done()
		if err := chromedp.Do(joined, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
			return v.fault(ctx, err)
		}
		return nil
	}
	var clicked bool
	return v.call(ctx, &clicked, fmt.Sprintf("opora.click(%d)", mark))
}

// Enter presses the Enter key in a field.
func (v *Visitor) Enter(ctx context.Context, mark int) error {
	var focused bool
	if err := v.call(ctx, &focused, fmt.Sprintf("opora.focus(%d)", mark)); err != nil {
		return err
	}
	joined, done := v.within(ctx)
	defer done()
	if err := chromedp.Do(joined, chromedp.KeyEvent("\r")); err != nil {
		return v.fault(ctx, err)
	}
	return nil
}

// Picture is a small picture of the page (JPEG, 640 pixels wide). Fields that
// the marks name show dots only.
func (v *Visitor) Picture(ctx context.Context, masked ...int) ([]byte, error) {
	list, err := json.Marshal(append([]int{}, masked...))
	if err != nil {
		return nil, err
	}
	var done bool
	if err := v.call(ctx, &done, fmt.Sprintf("opora.mask(%s)", list)); err != nil {
		return nil, err
	}
	joined, end := v.within(ctx)
	defer end()
	shot, err := chromedp.Call(joined, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatJpeg, Quality: ptr(int64(70)),
		Clip: &page.Viewport{Width: Width, Height: Height, Scale: 0.5},
	})
	if err != nil {
		return nil, v.fault(ctx, err)
	}
	return shot.Data, nil
}

// Cookies gives the Cookie header that the visitor would send to an address.
func (v *Visitor) Cookies(ctx context.Context, address *url.URL) (string, error) {
	joined, done := v.within(ctx)
	defer done()
	jar, err := chromedp.Call(joined, network.GetCookies, network.GetCookiesParams{URLs: []string{address.String()}})
	if err != nil {
		return "", v.fault(ctx, err)
	}
	var pairs []string
	for _, c := range jar.Cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; "), nil
}

// SetCookies gives the visitor what an address has set elsewhere.
func (v *Visitor) SetCookies(ctx context.Context, address *url.URL, cookies []*http.Cookie) error {
	var list []*network.CookieParam
	for _, c := range cookies {
		list = append(list, &network.CookieParam{Name: c.Name, Value: c.Value, URL: address.String()})
	}
	joined, done := v.within(ctx)
	defer done()
	if _, err := chromedp.Call(joined, network.SetCookies, network.SetCookiesParams{Cookies: list}); err != nil {
		return v.fault(ctx, err)
	}
	return nil
}

// Requests are the requests of this visitor since a moment, oldest first.
func (v *Visitor) Requests(since time.Time) []Request { return v.traffic.since(since) }

// Dialogs are the texts of alerts and questions that the page has opened.
func (v *Visitor) Dialogs() []string { return v.traffic.dialogs() }
