package zoo

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Origin is a real web server on loopback that remembers every byte that it
// was told, inside of TLS where it speaks TLS.
type Origin struct {
	URL  string // without a path
	Host string // "name:port"

	mu     sync.Mutex
	heard  bytes.Buffer
	visits int
}

// Listen starts an origin at an address of loopback ("127.0.0.1") under a name
// (empty for the address itself). A nil config means plain HTTP. It ends with
// the test.
func Listen(t testing.TB, at, name string, config *tls.Config, handler http.Handler) *Origin {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
	if err != nil {
		t.Fatal(err)
	}
	if name == "" {
		name = at
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	o := &Origin{Host: net.JoinHostPort(name, port), URL: "http://" + net.JoinHostPort(name, port)}
	if config != nil {
		o.URL = "https://" + o.Host
	}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(&hearing{Listener: listener, origin: o, config: config}) })
	t.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
	})
	return o
}

// Heard is what this origin was told so far.
func (o *Origin) Heard() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.heard.Bytes())
}

// Visits counts the connections.
func (o *Origin) Visits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.visits
}

type hearing struct {
	net.Listener
	origin *Origin
	config *tls.Config
}

func (h *hearing) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	if err != nil {
		return nil, err
	}
	h.origin.mu.Lock()
	h.origin.visits++
	h.origin.mu.Unlock()
	if h.config != nil {
		conn = tls.Server(conn, h.config) // the handshake happens with the first read
	}
	return &hearingConn{Conn: conn, origin: h.origin}, nil
}

type hearingConn struct {
	net.Conn
	origin *Origin
}

func (c *hearingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.origin.mu.Lock()
	c.origin.heard.Write(p[:n])
	c.origin.mu.Unlock()
	return n, err
}
