package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/publicsuffix"

	"opora/backend/opora"
)

// Limits of one HTTP exchange (security requirement R15).
const (
	HeaderTimeout = 10 * time.Second
	MaxHeader     = 64 << 10
	MaxBody       = 2 << 20 // after decompression
	MaxRedirects  = 5
	minimumRate   = 256 // bytes of a body per second, once patience is over
	patience      = 5 * time.Second
)

// HTTP is the way in which a checker speaks HTTP during one check: cookies,
// connections and trust of its own, every limit kept, nothing followed and
// nothing repeated unless asked. Close it when the check ends.
//
// It speaks HTTP/1.1 only: every server does, and its limits can be kept
// exactly, while HTTP/2 brings floods of its own.
type HTTP struct {
	session   *Session
	target    Target
	options   opora.Options
	transport *http.Transport
	client    *http.Client
	leaf      atomic.Pointer[string]
}

// HTTP opens a way to speak to the target. Its first [HTTP.Open] decides between
// https and http when the target names neither.
func (s *Session) HTTP(target Target, options opora.Options) *HTTP {
	h := &HTTP{session: s, target: target, options: options}
	h.transport = &http.Transport{
		Proxy:                  nil, // the environment may not send a customer's password through a third party
		DialContext:            h.dial,
		DialTLSContext:         h.dialTLS,
		MaxResponseHeaderBytes: MaxHeader,
		ResponseHeaderTimeout:  HeaderTimeout,
		MaxConnsPerHost:        1,
		IdleConnTimeout:        2 * time.Second,
		Protocols:              new(http.Protocols),
	}
	h.transport.Protocols.SetHTTP1(true)
	jar, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it has no error to give
	h.client = &http.Client{
		Transport:     h.transport,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return h
}

// Stranger is another visitor to the same target: no cookie and no connection
// in common.
func (h *HTTP) Stranger() *HTTP { return h.session.HTTP(h.target, h.options) }

// Jar holds the cookies of this visitor.
func (h *HTTP) Jar() http.CookieJar { return h.client.Jar }

// Trusted is the fingerprint of the key with which the target has shown itself,
// after its certificate was judged; "" before that and without TLS.
func (h *HTTP) Trusted() string {
	if leaf := h.leaf.Load(); leaf != nil {
		return *leaf
	}
	return ""
}

// Close ends the connections that wait for another request.
func (h *HTTP) Close() { h.transport.CloseIdleConnections() }

// Reply is one answer, read to its end or to [MaxBody].
type Reply struct {
	URL       *url.URL // that was asked for
	Status    int
	Header    http.Header
	Body      []byte
	Truncated bool // the body was longer than MaxBody
}

// Location is where a redirecting answer leads, resolved; nil when it does not.
func (r *Reply) Location() *url.URL {
	switch r.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	where := r.Header.Get("Location")
	if where == "" {
		return nil
	}
	to, err := r.URL.Parse(where)
	if err != nil {
		return nil
	}
	to.User, to.Fragment = nil, ""
	return to
}

// StatusLine is the status in words, without the server's own.
func (r *Reply) StatusLine() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)))
}

// ElsewhereError says that a redirect leads where a credential of the target
// may not go.
type ElsewhereError struct{ To *url.URL }

func (e *ElsewhereError) Error() string { return "redirected to another origin" }

// ErrRedirects says that redirects do not end.
var ErrRedirects = errors.New("too many redirects")

// Open asks for the target's own address and follows redirects as far as
// [MayFollow] allows. An address without a scheme is tried as https first, and
// as http only where nothing speaks TLS: a certificate that is not trusted never
// leads to an unencrypted connection.
func (h *HTTP) Open(ctx context.Context) (*Reply, error) {
	reply, err := h.Follow(ctx, h.address("https"))
	if err == nil || h.target.Scheme != "" || ctx.Err() != nil || !mayBePlain(err, h.target.Port) {
		return reply, err
	}
	plain, plainErr := h.Follow(ctx, h.address("http"))
	if plainErr != nil && h.target.Port == "" && !errors.As(plainErr, new(*ElsewhereError)) {
		return reply, err // neither answers: the fault of the first is the one to tell
	}
	return plain, plainErr
}

func (h *HTTP) address(scheme string) *url.URL {
	switch {
	case h.target.Scheme == "http" || h.target.Scheme == "https":
		scheme = h.target.Scheme
	case h.target.Scheme == "" && h.target.Port == "80":
		scheme = "http"
	}
	host := h.target.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if h.target.Port != "" {
		host = net.JoinHostPort(h.target.Host, h.target.Port)
	}
	path, err := url.ParseRequestURI(h.target.Path)
	if err != nil {
		path = &url.URL{Path: "/"}
	}
	return &url.URL{Scheme: scheme, Host: host, Path: path.Path, RawPath: path.RawPath, RawQuery: path.RawQuery}
}

// Get asks for one address, once, and follows nothing.
func (h *HTTP) Get(ctx context.Context, address *url.URL) (*Reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", opora.AddressInvalid) // its own error quotes the address
	}
	return h.Do(request)
}

// Follow is [HTTP.Get] through at most [MaxRedirects] redirects that [MayFollow]
// allows. When one leads elsewhere it gives that answer and an *[ElsewhereError].
func (h *HTTP) Follow(ctx context.Context, address *url.URL) (*Reply, error) {
	for range MaxRedirects + 1 {
		reply, err := h.Get(ctx, address)
		if err != nil {
			return nil, err
		}
		to := reply.Location()
		switch {
		case to == nil:
			return reply, nil
		case !MayFollow(address, to):
			return reply, &ElsewhereError{To: to}
		}
		address = to
	}
	return nil, ErrRedirects
}

// Do sends a request exactly once, over a new or a waiting connection, and
// reads the answer. User info in the address is dropped: a browser of today
// does not send it either, and it may not become a credential by accident.
func (h *HTTP) Do(request *http.Request) (*Reply, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	defer cancel(nil)
	request = request.Clone(ctx)
	request.URL.User = nil
	if request.Body == nil {
		// With an empty body that cannot be read again the transport does not
		// repeat a request whose connection breaks: a secret leaves once.
		request.Body = io.NopCloser(strings.NewReader(""))
	}
	for name, value := range map[string]string{
		"User-Agent":      userAgent(),
		"Accept":          "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Accept-Language": "ru,en;q=0.8",
	} {
		if request.Header.Get(name) == "" {
			request.Header.Set(name, value)
		}
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, exchangeFault(err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.ProtoMajor != 1 || response.StatusCode < 100 || response.StatusCode == http.StatusSwitchingProtocols {
		return nil, &malformedError{errors.New("not an answer of HTTP/1")} // the library takes any number for a version or status
	}
	var read atomic.Int64
	started := time.Now()
	var watch *time.Timer
	watch = time.AfterFunc(patience, func() {
		if read.Load() < int64(time.Since(started).Seconds()*minimumRate) {
			cancel(errSlow)
			return
		}
		watch.Reset(time.Second)
	})
	defer watch.Stop()
	body, err := io.ReadAll(&countingReader{io.LimitReader(response.Body, MaxBody+1), &read})
	if err != nil {
		if errors.Is(context.Cause(ctx), errSlow) {
			return nil, errSlow
		}
		return nil, exchangeFault(err)
	}
	reply := &Reply{URL: request.URL, Status: response.StatusCode, Header: response.Header, Body: body}
	if len(body) > MaxBody {
		reply.Body, reply.Truncated = body[:MaxBody], true
	}
	return reply, nil
}

// errSlow counts as a time-out to everything that asks for one.
var errSlow = fmt.Errorf("body arrives too slowly: %w", context.DeadlineExceeded)

type countingReader struct {
	io.Reader
	read *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}

func (h *HTTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := h.session.Dial(ctx, network, address)
	if err == nil {
		h.session.Step(opora.StepConnect, address)
	}
	return conn, err
}

// userAgent says honestly who asks, with the version that the build carries.
func userAgent() string {
	version := "dev"
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		version, _, _ = strings.Cut(info.Main.Version[1:], "+")
	}
	return "Opora/" + version + " (access check)"
}

// SameOrigin reports whether two addresses share scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && hostname(a) == hostname(b) && port(a) == port(b)
}

// MayFollow reports whether a redirect stays with whom the operator meant: the
// same origin, the step from http to https on the same host, and a leading
// "www." that is added or dropped, the last two between the default ports only.
// It never leads from https to http.
func MayFollow(from, to *url.URL) bool {
	switch {
	case to.Scheme != "http" && to.Scheme != "https":
		return false
	case SameOrigin(from, to):
		return true
	case from.Scheme == "https" && to.Scheme != "https":
		return false
	case port(from) != defaultPort(from.Scheme) || port(to) != defaultPort(to.Scheme):
		return false
	}
	a, b := hostname(from), hostname(to)
	return a == b || a == "www."+b && strings.Contains(b, ".") || b == "www."+a && strings.Contains(a, ".")
}

func hostname(u *url.URL) string { return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) }

func port(u *url.URL) string {
	if u.Port() != "" {
		return u.Port()
	}
	return defaultPort(u.Scheme)
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}
