package browser

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	proxyHost = "127.0.0.1"
	proxyUser = "opora"
	// helloHost is the proxy itself, for [Browser.introduce]. The name can
	// belong to nobody (RFC 6761).
	helloHost = "proxy.opora.invalid"
	// Limits for what the far side sends before a body.
	headerTime  = 10 * time.Second
	headerBytes = 64 << 10
	// maxReceived bounds what one browser may take in altogether. Large
	// applications need a tenth of it.
	maxReceived = 256 << 20
	// maxRefused bounds the list of places that were turned away.
	maxRefused = 100
)

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// proxy is the browser's one way out: every connection goes through its dial.
// It listens on loopback, where others could call too, so it asks each caller
// for a password that only the browser is told.
type proxy struct {
	dial     dialer
	listener net.Listener
	server   *http.Server
	forward  *httputil.ReverseProxy
	password string
	nonce    string
	ctx      context.Context
	cancel   context.CancelFunc
	received atomic.Int64

	mu      sync.Mutex
	may     func(host, port string) bool
	tunnels map[*tunnel]struct{}
	refused []string
}

// tunnel is one open connection to a place.
type tunnel struct {
	net.Conn
	proxy      *proxy
	host, port string
}

var (
	errRefused = errors.New("not to be reached from this page")
	errTooMuch = errors.New("the browser has taken in too much")
)

func newProxy(dial dialer) (*proxy, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(proxyHost, "0"))
	if err != nil {
		return nil, fmt.Errorf("listen for the browser: %w", err)
	}
	p := &proxy{dial: dial, listener: listener, password: rand.Text(), nonce: rand.Text(), tunnels: map[*tunnel]struct{}{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	quiet := log.New(io.Discard, "", 0) // addresses with what pages put in them
	p.forward = &httputil.ReverseProxy{
		Transport: &http.Transport{
			DialContext: p.connect, DisableCompression: true, ResponseHeaderTimeout: headerTime,
			MaxResponseHeaderBytes: headerBytes, IdleConnTimeout: 30 * time.Second, MaxIdleConnsPerHost: 6,
		},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.RawQuery = r.In.URL.RawQuery
			r.Out.Host = r.In.Host
		},
		ModifyResponse: noChallenge,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, err error) { w.WriteHeader(fault(err)) },
		FlushInterval:  -1,
		ErrorLog:       quiet,
	}
	p.server = &http.Server{
		Handler: p, ReadHeaderTimeout: headerTime, MaxHeaderBytes: headerBytes, ErrorLog: quiet,
		BaseContext: func(net.Listener) context.Context { return p.ctx },
	}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// close ends the proxy and everything that goes through it.
func (p *proxy) close() {
	p.cancel()
	_ = p.server.Close()
	p.cut(func(host, port string) bool { return false })
}

// ServeHTTP answers one request of the browser, or of whoever else calls.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.knows(r) {
		w.Header().Set("Proxy-Authenticate", p.challenge())
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	switch {
	case r.URL.Host == helloHost:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		host, port := place(r.URL)
		if !p.permits(host, port) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		p.forward.ServeHTTP(w, r)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// noChallenge turns a site's own "authenticate to your proxy" into a fault: a
// browser would take it for ours.
func noChallenge(response *http.Response) error {
	response.Header.Del("Proxy-Authenticate")
	if response.StatusCode == http.StatusProxyAuthRequired {
		return errors.New("a site speaks as if it were the proxy")
	}
	return nil
}

func fault(err error) int {
	var network net.Error
	switch {
	case errors.Is(err, errRefused):
		return http.StatusForbidden
	case errors.As(err, &network) && network.Timeout():
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

func place(u *url.URL) (host, port string) {
	port = u.Port()
	if port == "" {
		port = "80"
	}
	return strings.ToLower(u.Hostname()), port
}

// tunnel joins the browser with a place for TLS and websockets.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	far, err := p.connect(r.Context(), "tcp", r.URL.Host)
	if err != nil {
		w.WriteHeader(fault(err))
		return
	}
	defer func() { _ = far.Close() }()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	defer func() { _ = near.Close() }()
	if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	go func() {
		_, _ = io.Copy(far, buffered)
		halt(far)
		done <- struct{}{}
	}()
	go func() {
		_, _ = io.Copy(near, far)
		halt(near)
		done <- struct{}{}
	}()
	<-done
	select {
	case <-done:
	case <-time.After(lingerTime): // one side has said its last word
	case <-p.ctx.Done():
	}
}

// lingerTime is how long one direction of a tunnel outlives the other.
const lingerTime = 10 * time.Second

// halt tells the far end that nothing more comes.
func halt(conn net.Conn) {
	if t, ok := conn.(*tunnel); ok {
		conn = t.Conn
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = conn.Close()
}

// connect is the only place where a connection to the network is made.
func (p *proxy) connect(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	host = strings.ToLower(host)
	if !p.permits(host, port) {
		return nil, errRefused
	}
	conn, err := p.dial(ctx, network, net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	t := &tunnel{conn, p, host, port}
	p.mu.Lock()
	p.tunnels[t] = struct{}{}
	p.mu.Unlock()
	// Confined while it was being dialled, or the proxy is closed.
	if !p.permits(host, port) || p.ctx.Err() != nil {
		_ = t.Close()
		return nil, errRefused
	}
	return t, nil
}

// Read counts what comes in.
func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if t.proxy.received.Add(int64(n)) > maxReceived {
		return 0, errTooMuch
	}
	return n, err
}

// Close closes the connection and forgets it.
func (t *tunnel) Close() error {
	t.proxy.mu.Lock()
	delete(t.proxy.tunnels, t)
	t.proxy.mu.Unlock()
	return t.Conn.Close()
}

func (p *proxy) permits(host, port string) bool {
	p.mu.Lock()
	may := p.may
	p.mu.Unlock()
	if may == nil || may(host, port) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := net.JoinHostPort(host, port); len(p.refused) < maxRefused && !slices.Contains(p.refused, at) {
		p.refused = append(p.refused, at)
	}
	return false
}

// cut closes the connections to places other than those that may be.
func (p *proxy) cut(may func(host, port string) bool) {
	p.mu.Lock()
	var open []*tunnel
	for t := range p.tunnels {
		open = append(open, t)
	}
	p.mu.Unlock()
	for _, t := range open {
		if !may(t.host, t.port) {
			_ = t.Close()
		}
	}
}

// Confine lets the browser reach only the places that may says yes to, from
// now on. What is connected elsewhere is cut. May is called from several
// goroutines.
func (b *Browser) Confine(may func(host, port string) bool) {
	b.proxy.mu.Lock()
	b.proxy.may, b.proxy.refused = may, nil
	b.proxy.mu.Unlock()
	b.proxy.cut(may)
}

// Refused lists the places ("host:port") that were turned away since
// [Browser.Confine], each once.
func (b *Browser) Refused() []string {
	b.proxy.mu.Lock()
	defer b.proxy.mu.Unlock()
	return slices.Clone(b.proxy.refused)
}
