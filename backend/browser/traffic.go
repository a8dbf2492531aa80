package browser

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// traffic is the log of one visitor's requests.
type traffic struct {
	mu      sync.Mutex
	ctx     context.Context
	frame   cdp.FrameID
	list    []*Request
	open    map[network.RequestID]*Request
	sockets map[network.RequestID]*url.URL
	said    []string
	host    string    // of the document in the window
	landing int       // status of the document in the window
	last    time.Time // when the network last moved
}

func newTraffic() *traffic {
	return &traffic{open: map[network.RequestID]*Request{}, sockets: map[network.RequestID]*url.URL{}, last: time.Now()}
}

func (t *traffic) begin(ctx context.Context, frame cdp.FrameID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ctx, t.frame = ctx, frame
}

// reset forgets what an earlier page may have left hanging.
func (t *traffic) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.open)
	t.last = time.Now()
}

// event keeps the log. It is called for every event of the tab, in order.
func (t *traffic) event(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		t.asks(e)
	case *network.EventRequestWillBeSentExtraInfo:
		// What the browser itself puts in, in answer to a 401.
		if r := t.open[e.RequestID]; r != nil {
			for name, value := range e.Headers {
				if strings.EqualFold(name, "Authorization") {
					r.Header["Authorization"] = text(value)
				}
			}
		}
	case *network.EventResponseReceived:
		t.answered(e.RequestID, e.Type, e.Response, e.FrameID)
	case *network.EventLoadingFinished:
		t.finished(e.RequestID)
	case *network.EventLoadingFailed:
		if r := t.open[e.RequestID]; r != nil {
			r.Fault, r.Finished = e.ErrorText, true
		}
		t.close(e.RequestID)
	case *page.EventFrameNavigated:
		if e.Frame.ID == t.frame {
			t.left(e.Frame.LoaderID)
		}
	case *network.EventWebSocketCreated:
		t.socket(e)
	case *network.EventWebSocketFrameSent:
		t.framed(e)
	case *page.EventJavascriptDialogOpening:
		if len(t.said) < 20 {
			t.said = append(t.said, e.Message)
		}
	}
}

func (t *traffic) asks(e *network.EventRequestWillBeSent) {
	t.last = time.Now()
	if was := t.open[e.RequestID]; was != nil && e.RedirectResponse != nil {
		was.Finished = true
		was.Status, was.Answer = int(e.RedirectResponse.Status), lower(e.RedirectResponse.Headers)
	}
	at, err := parse(e.Request.URL)
	if err != nil || at.Scheme == "data" || at.Scheme == "blob" || len(t.list) >= maxRequests {
		return
	}
	r := &Request{
		Method: e.Request.Method, URL: at, Kind: string(e.Type), Header: plain(e.Request.Headers), At: time.Now(), id: string(e.RequestID), loader: e.LoaderID,
	}
	for _, entry := range e.Request.PostDataEntries {
		if len(r.Posted) < 64<<10 {
			r.Posted += string(entry.Bytes)
		}
	}
	t.list = append(t.list, r)
	if e.Type == network.ResourceTypeDocument && e.FrameID == t.frame {
		t.host = at.Host
	}
	if e.Type != network.ResourceTypeEventSource && e.Type != network.ResourceTypeWebSocket && e.Type != network.ResourceTypeMedia && e.Type != network.ResourceTypePing {
		t.open[e.RequestID] = r
	}
}

// parse reads an address as a browser writes it: a name and a password in it
// may have a percent sign that begins no escape, which only browsers allow
// (WHATWG URL, 4.4).
func parse(address string) (*url.URL, error) {
	at, err := url.Parse(address)
	if err == nil {
		return at, nil
	}
	scheme, rest, ok := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if name := strings.LastIndex(rest[:end], "@"); ok && name >= 0 {
		return url.Parse(scheme + "://" + rest[name+1:])
	}
	return nil, err
}

// socket and framed keep what a page sends through websockets as requests of
// their own, one a frame.
func (t *traffic) socket(e *network.EventWebSocketCreated) {
	if at, err := parse(e.URL); err == nil && len(t.sockets) < 50 {
		t.sockets[e.RequestID] = at
	}
}

func (t *traffic) framed(e *network.EventWebSocketFrameSent) {
	at := t.sockets[e.RequestID]
	if at == nil || len(t.list) >= maxRequests {
		return
	}
	t.last = time.Now()
	t.list = append(t.list, &Request{
		Method: "SEND", URL: at, Kind: "WebSocket", At: time.Now(), Posted: string(e.Response.PayloadData[:min(len(e.Response.PayloadData), 64<<10)]), Finished: true,
	})
}

func (t *traffic) answered(id network.RequestID, kind network.ResourceType, response *network.Response, frame cdp.FrameID) {
	t.last = time.Now()
	if kind == network.ResourceTypeDocument && frame == t.frame {
		t.landing = int(response.Status)
	}
	if r := t.open[id]; r != nil {
		r.Status, r.MIME, r.Answer = int(response.Status), response.MimeType, lower(response.Headers)
	}
}

// finished fetches the answers that scripts get, at once: the browser drops
// them with the page.
func (t *traffic) finished(id network.RequestID) {
	r := t.open[id]
	if r == nil || !r.Script() || t.ctx == nil || strings.HasPrefix(r.MIME, "image/") || strings.HasPrefix(r.MIME, "font/") {
		t.close(id)
		return
	}
	t.last = time.Now()
	ctx := t.ctx
	go func() {
		answer, err := chromedp.Call(ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
		t.mu.Lock()
		defer t.mu.Unlock()
		if err == nil {
			r.Body = answer.Body[:min(len(answer.Body), maxBody)]
		}
		t.close(id)
	}()
}

func (t *traffic) close(id network.RequestID) {
	if r := t.open[id]; r != nil {
		r.Finished = true
		delete(t.open, id)
	}
	t.last = time.Now()
}

// left gives up what earlier documents asked for: their answers reach nobody,
// and the browser does not always say that it has called them off.
func (t *traffic) left(document cdp.LoaderID) {
	for id, r := range t.open {
		if r.loader != "" && r.loader != document {
			if r.Status == 0 {
				r.Fault = "net::ERR_ABORTED"
			}
			t.close(id)
		}
	}
}

// hanging is after how long a request no longer keeps a page from being quiet:
// it is a long poll.
const (
	hanging = 4 * time.Second
	// aside is the same for what comes from other hosts than the page: fonts,
	// counters, pictures.
	aside = time.Second
)

// quiet reports whether the network has not moved for a while.
func (t *traffic) quiet(since time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.open {
		patience := hanging
		// What answers the script of a worker is told to the worker alone.
		worker := r.Kind == "Script" && r.Status == 0
		if r.URL.Host != t.host && r.Kind != "Document" || worker {
			patience = aside
		}
		if time.Since(r.At) < patience || r.Kind == "Document" && r.Status == 0 && r.URL.Host == t.host {
			return false
		}
	}
	return time.Since(t.last) >= since
}

// asked reports whether anything but pictures and the like was asked for.
func (t *traffic) asked(since time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.list) - 1; i >= 0 && t.list[i].At.After(since); i-- {
		if r := t.list[i]; r.Script() || r.Kind == "Document" || r.Kind == "WebSocket" {
			return true
		}
	}
	return false
}

func (t *traffic) status() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.landing
}

func (t *traffic) since(moment time.Time) []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []Request
	for _, r := range t.list {
		if !r.At.Before(moment) {
			list = append(list, *r)
		}
	}
	return list
}

func (t *traffic) dialogs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.said...)
}

func plain(headers network.Headers) map[string]string {
	list := map[string]string{}
	for name, value := range headers {
		list[name] = text(value)
	}
	return list
}

func lower(headers network.Headers) map[string]string {
	list := map[string]string{}
	for name, value := range headers {
		list[strings.ToLower(name)] = text(value)
	}
	return list
}

func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
