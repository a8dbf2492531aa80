package check_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/opora"
	"opora/backend/pace"
)

// probe lets a test speak through the session of a real run.
type probe func(ctx context.Context, h *check.HTTP) opora.Finding

func (p probe) Check(ctx context.Context, s *check.Session, c opora.Credential, _ opora.Secrets) opora.Finding {
	target, err := check.ParseTarget(c.Kind, c.Address)
	if err != nil {
		return opora.Found(opora.Ambiguous)
	}
	h := s.HTTP(target, c.Options)
	defer h.Close()
	return p(ctx, h)
}

func visit(t *testing.T, address string, options opora.Options, p probe) opora.Check {
	t.Helper()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: p}, Ledger: memory, HostKeys: memory}
	return runner.Check(t.Context(), opora.Credential{Kind: opora.Web, Address: address, Options: options},
		opora.Secrets{Password: opora.NewSecret("unused secret")}, nil)
}

func opened(t *testing.T, address string, options opora.Options) (reply *check.Reply, finding opora.Finding, err error) {
	t.Helper()
	result := visit(t, address, options, func(ctx context.Context, h *check.HTTP) opora.Finding {
		reply, err = h.Open(ctx)
		if err != nil {
			return check.HTTPFault(ctx, err)
		}
		return opora.Found(opora.OK)
	})
	return reply, result.Finding, err
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func TestMayFollow(t *testing.T) {
	tests := []struct {
		from, to string
		want     bool
	}{
		{"http://site.ru/a", "http://site.ru/b", true},
		{"http://site.ru/a", "http://SITE.ru:80/b", true},
		{"http://site.ru/", "https://site.ru/", true},
		{"http://site.ru/", "https://www.site.ru/", true},
		{"https://www.site.ru/", "https://site.ru/", true},
		{"https://site.ru/", "http://site.ru/", false},
		{"https://site.ru/", "http://www.site.ru/", false},
		{"http://site.ru:8080/", "https://site.ru/", false},
		{"http://site.ru/", "https://site.ru:8443/", false},
		{"https://site.ru/", "https://site.ru:8443/", false},
		{"https://site.ru/", "https://login.site.ru/", false},
		{"https://site.ru/", "https://site.ru.evil.org/", false},
		{"https://site.ru/", "https://www.www.site.ru/", false},
		{"https://www.ru/", "https://ru/", false},
		{"https://site.ru/", "javascript:alert(1)", false},
		{"https://site.ru/", "ftp://site.ru/", false},
	}
	for _, tt := range tests {
		from, _ := url.Parse(tt.from)
		to, _ := url.Parse(tt.to)
		if got := check.MayFollow(from, to); got != tt.want {
			t.Errorf("MayFollow(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestRedirectElsewhereIsNotFollowed(t *testing.T) {
	var visited atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { visited.Add(1) })
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/near", http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL+"/far?token=1", http.StatusFound)
	})
	_, finding, err := opened(t, server.URL, opora.Options{})
	if finding.Reason != opora.SSO || len(finding.Hints) == 0 || finding.Hints[0].Detail != other.URL {
		t.Errorf("got %v and %+v, want %s with the other origin", err, finding, opora.SSO)
	}
	if visited.Load() != 0 {
		t.Error("the other origin was visited")
	}
}

func TestRedirectsEnd(t *testing.T) {
	var requests atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, fmt.Sprintf("/%d", requests.Add(1)), http.StatusFound)
	})
	_, finding, err := opened(t, server.URL, opora.Options{})
	if !errors.Is(err, check.ErrRedirects) || finding.Reason != opora.HTTPError {
		t.Errorf("got %v, %s; want ErrRedirects, %s", err, finding.Reason, opora.HTTPError)
	}
	if got := requests.Load(); got != check.MaxRedirects+1 {
		t.Errorf("asked %d times, want %d", got, check.MaxRedirects+1)
	}
}

func TestAddressWithoutScheme(t *testing.T) {
	plain := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "plain") })
	reply, _, err := opened(t, strings.TrimPrefix(plain.URL, "http://"), opora.Options{})
	if err != nil || string(reply.Body) != "plain" {
		t.Errorf("plain server: got %+v, %v", reply, err)
	}
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
	_, finding, _ := opened(t, strings.TrimPrefix(secure.URL, "https://"), opora.Options{})
	if finding.Reason != opora.TLSUntrusted {
		t.Errorf("certificate nobody trusts: got %s, want %s", finding.Reason, opora.TLSUntrusted)
	}
}

func TestCertificates(t *testing.T) {
	var served atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	fingerprint := check.Fingerprint(server.Certificate())

	_, finding, _ := opened(t, server.URL, opora.Options{})
	if finding.Reason != opora.TLSUntrusted || finding.Fingerprint != fingerprint || finding.Hints[0].Code != opora.HintCertificate {
		t.Errorf("got %+v, want %s with fingerprint %s", finding, opora.TLSUntrusted, fingerprint)
	}
	_, finding, _ = opened(t, server.URL, opora.Options{AcceptFingerprint: "SHA256:AAAA"})
	if finding.Reason != opora.TLSUntrusted {
		t.Errorf("other fingerprint accepted: got %s, want %s", finding.Reason, opora.TLSUntrusted)
	}
	if served.Load() != 0 {
		t.Error("a request went through an untrusted connection")
	}
	if _, finding, err := opened(t, server.URL, opora.Options{AcceptFingerprint: fingerprint}); err != nil {
		t.Errorf("accepted fingerprint: got %v, %s", err, finding.Reason)
	}
}

func TestOldTLSIsAFault(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	server.StartTLS()
	defer server.Close()
	if _, finding, _ := opened(t, server.URL, opora.Options{}); finding.Reason != opora.TLSFailed {
		t.Errorf("got %s, want %s", finding.Reason, opora.TLSFailed)
	}
}

func TestLimits(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 32 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    opora.Reason
		within  time.Duration
	}{
		{"headers without end", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 2000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
			}
		}, opora.HTTPError, 5 * time.Second},
		{"compressed bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, opora.OK, 5 * time.Second},
		{"body drop by drop", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(50 * time.Millisecond)
			}
		}, opora.Timeout, 9 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, tt.handler)
			started := time.Now()
			reply, finding, err := opened(t, server.URL, opora.Options{})
			if finding.Reason != tt.want {
				t.Errorf("got %s (%v), want %s", finding.Reason, err, tt.want)
			}
			if took := time.Since(started); took > pace.Limit(tt.within) {
				t.Errorf("took %v, want at most %v", took, tt.within)
			}
			if reply != nil && (len(reply.Body) > check.MaxBody || !reply.Truncated) {
				t.Errorf("body of %d bytes, truncated %v; want %d, true", len(reply.Body), reply.Truncated, check.MaxBody)
			}
		})
	}
}

// A server that closes a waiting connection right after the next request came
// in would get that request twice from an ordinary client.
func TestRequestIsSentOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	var secrets atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				buffer := make([]byte, 8192)
				for range 2 {
					n, err := conn.Read(buffer)
					if err != nil {
						return
					}
					if bytes.Contains(buffer[:n], []byte("Authorization")) {
						secrets.Add(1)
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
				}
			}()
		}
	}()
	result := visit(t, "http://"+listener.Addr().String(), opora.Options{}, func(ctx context.Context, h *check.HTTP) opora.Finding {
		if _, err := h.Open(ctx); err != nil {
			return check.HTTPFault(ctx, err)
		}
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener.Addr().String(), nil)
		request.SetBasicAuth("ivan", "secret")
		_, err := h.Do(request)
		return check.HTTPFault(ctx, err)
	})
	if secrets.Load() != 1 || result.Finding.Reason != opora.Reset {
		t.Errorf("the secret arrived %d times with %s, want once with %s", secrets.Load(), result.Finding.Reason, opora.Reset)
	}
}

func TestVisitorsShareNothing(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err == nil {
			_, _ = io.WriteString(w, "again")
		}
		if r.Header.Get("Authorization") != "" || r.Referer() != "" || !strings.HasPrefix(r.UserAgent(), "Opora/") {
			t.Errorf("unexpected headers: %v", r.Header)
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	visit(t, server.URL, opora.Options{}, func(ctx context.Context, h *check.HTTP) opora.Finding {
		at, _ := url.Parse(strings.Replace(server.URL, "http://", "http://ivan:word@", 1))
		stranger := h.Stranger()
		defer stranger.Close()
		for i, want := range []struct {
			visitor *check.HTTP
			body    string
		}{{h, ""}, {h, "again"}, {stranger, ""}} {
			if reply, err := want.visitor.Get(ctx, at); err != nil || string(reply.Body) != want.body {
				t.Errorf("visit %d: got %+v, %v; want body %q", i, reply, err, want.body)
			}
		}
		return opora.Found(opora.OK)
	})
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections, want one for each visitor", got)
	}
}

func TestTrouble(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "site.ru", Path: "/"}
	for status, want := range map[int]opora.Reason{
		200: "", 302: "", 401: "", 403: "", 404: "",
		407: opora.HTTPError, 429: opora.RateLimited, 500: opora.HTTPError, 502: opora.HTTPError, 503: opora.HTTPError, 520: opora.HTTPError,
	} {
		finding, found := check.Trouble(&check.Reply{URL: at, Status: status, Header: http.Header{}})
		if finding.Reason != want || found != (want != "") {
			t.Errorf("%d: got %q, want %q", status, finding.Reason, want)
		}
	}
	busy := &check.Reply{URL: at, Status: 503, Header: http.Header{"Retry-After": {"30"}}}
	if finding, _ := check.Trouble(busy); finding.Reason != opora.RateLimited {
		t.Errorf("503 with Retry-After: got %q, want %q", finding.Reason, opora.RateLimited)
	}
}
