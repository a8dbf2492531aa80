package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/temoto/robotstxt"

	"opora/backend/opora"
)

const (
	agent       = "Opora"
	agentLine   = "Opora/1 (import of a knowledge base for offline reading)"
	leastPause  = 250 * time.Millisecond
	mostPause   = 10 * time.Second
	mostWait    = time.Minute // that a server may ask for
	requestTime = 30 * time.Second
	maxHops     = 5
	maxSite     = 4 << 30 // bytes of all answers
)

// errElsewhere says that a server sent us away from its own origin.
var errElsewhere = errors.New("redirected to another origin")

// fetcher reads one site politely: one request at a time, with a pause, as its
// robots.txt says. It keeps no cookies and goes nowhere else.
type fetcher struct {
	origin   *url.URL
	client   *http.Client
	robots   *robotstxt.Group
	pause    time.Duration // between two requests, at least
	last     time.Time
	patience time.Duration // with one answer
	bytes    int64         // read so far
	maxRead  int64
}

func newFetcher(location *url.URL, pause time.Duration) *fetcher {
	f := &fetcher{origin: location, pause: pause, patience: requestTime, maxRead: maxSite}
	f.client = &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  requestTime,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			if !f.own(request.URL) {
				return errElsewhere
			}
			if len(via) > maxHops {
				return opora.SourceOffline
			}
			return nil
		},
	}
	return f
}

func (f *fetcher) close() error {
	f.client.CloseIdleConnections()
	return nil
}

// own reports whether an address belongs to the site: the same host and port,
// with or without "www.", and no step down from https.
func (f *fetcher) own(u *url.URL) bool {
	if u.Scheme != f.origin.Scheme && !(u.Scheme == "https" && f.origin.Scheme == "http" && u.Port() == "" && f.origin.Port() == "") {
		return false
	}
	bare := func(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Host), "www.") }
	return u.User == nil && bare(u) == bare(f.origin)
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   []byte
	url    *url.URL // after redirects
}

// get asks for an address within the site. Server errors come as
// [opora.SourceOffline]; what it says otherwise is for the caller to judge.
func (f *fetcher) get(ctx context.Context, u *url.URL, limit int64, header http.Header) (answer, error) {
	if !f.own(u) {
		return answer{}, errElsewhere
	}
	for try := 0; ; try++ {
		a, err := f.once(ctx, u, limit, header)
		busy := err == nil && (a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable)
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		if !busy && (err == nil && a.status < 500 || errors.Is(err, opora.SourceTooLarge) || errors.Is(err, errElsewhere)) {
			return a, err
		}
		if try == 2 {
			return answer{}, fmt.Errorf("%w: %s", opora.SourceOffline, u.Host)
		}
		wait := time.Duration(try+1) * f.pause
		if busy {
			wait = retryAfter(a.header, wait)
		}
		if err := sleep(ctx, wait); err != nil {
			return answer{}, err
		}
	}
}

func (f *fetcher) once(ctx context.Context, u *url.URL, limit int64, header http.Header) (answer, error) {
	if err := sleep(ctx, time.Until(f.last.Add(f.pause))); err != nil {
		return answer{}, err
	}
	defer func() { f.last = time.Now() }()
	ctx, cancel := context.WithTimeout(ctx, f.patience) // a server that drips has no longer than one that is silent
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return answer{}, err
	}
	for key, values := range header {
		request.Header[key] = values
	}
	request.Header.Set("User-Agent", agentLine)
	response, err := f.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := readUpTo(response.Body, min(limit, f.maxRead-f.bytes))
	f.bytes += int64(len(body))
	if err != nil {
		return answer{}, err
	}
	return answer{response.StatusCode, response.Header, body, response.Request.URL}, nil
}

// retryAfter is how long a server asks to wait, in seconds or until a date.
func retryAfter(header http.Header, otherwise time.Duration) time.Duration {
	value := header.Get("Retry-After")
	wait := otherwise
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, 3600)) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		wait = time.Until(date)
	}
	return min(max(wait, 0), mostWait)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// readRobots reads the site's rules and gives the sitemaps that it names.
func (f *fetcher) readRobots(ctx context.Context) ([]string, error) {
	a, err := f.get(ctx, f.origin.ResolveReference(&url.URL{Path: "/robots.txt"}), 512<<10, nil)
	switch {
	case errors.Is(err, errElsewhere) || errors.Is(err, opora.SourceTooLarge) || err == nil && a.status != http.StatusOK:
		return nil, nil // none that speaks to us
	case err != nil:
		return nil, err
	}
	rules, err := robotstxt.FromBytes(a.body)
	if err != nil {
		return nil, nil // a page that says "not found" with 200, say
	}
	f.robots = rules.FindGroup(agent)
	f.pause = min(max(f.pause, f.robots.CrawlDelay), mostPause)
	return rules.Sitemaps, nil
}

func (f *fetcher) allowed(u *url.URL) bool {
	return f.robots == nil || f.robots.Test(u.RequestURI())
}
