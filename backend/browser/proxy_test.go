package browser

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func testProxy(t *testing.T, dial dialer) *proxy {
	t.Helper()
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	p, err := newProxy(dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// answer is what the proxy says to one request.
type answer struct {
	status int
	header http.Header
	body   string
	conn   net.Conn
}

// say sends one request to the proxy.
func say(t *testing.T, p *proxy, request string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{response.StatusCode, response.Header, "", conn}
	if method != http.MethodConnect {
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatalf("%q: %v", request, err)
		}
		a.body = string(body)
	}
	return a
}

// authorization answers the proxy's challenge.
func authorization(p *proxy, user, password, method, uri string) string {
	const count, own = "00000001", "client"
	answer := sum(sum(user, proxyRealm, password), p.nonce, count, own, "auth", sum(method, uri))
	return fmt.Sprintf(`Proxy-Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", algorithm=SHA-256, response="%s", qop=auth, nc=%s, cnonce="%s"`+"\r\n",
		user, proxyRealm, p.nonce, uri, answer, count, own)
}

// right is what the browser answers.
func right(p *proxy, method, uri string) string {
	return authorization(p, proxyUser, p.password, method, uri)
}

func TestProxyRefusesOtherCallers(t *testing.T) {
	site := newSite(t, map[string]string{"/": "inside"})
	p := testProxy(t, nil)
	host := site.Listener.Addr().String()
	for name, header := range map[string]func(method, uri string) string{
		"nothing":          func(string, string) string { return "" },
		"no password":      func(method, uri string) string { return authorization(p, proxyUser, "", method, uri) },
		"a wrong password": func(method, uri string) string { return authorization(p, proxyUser, p.password[1:]+"A", method, uri) },
		"another user":     func(method, uri string) string { return authorization(p, "other", p.password, method, uri) },
		"another method":   func(_, uri string) string { return right(p, "PUT", uri) },
		"another place":    func(method, _ string) string { return right(p, method, "other.example:443") },
		"an old nonce":     func(method, uri string) string { return right(&proxy{nonce: "old", password: p.password}, method, uri) },
		"another scheme":   func(string, string) string { return "Proxy-Authorization: Basic b3BvcmE6b3BvcmE=\r\n" },
		"nonsense":         func(string, string) string { return "Proxy-Authorization: Digest \"=\",,=,nonce\r\n" },
		"the site's":       func(method, uri string) string { return strings.Replace(right(p, method, uri), "Proxy-", "", 1) },
	} {
		for _, request := range []string{
			"CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n" + header("CONNECT", host) + "\r\n",
			"GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n" + header("GET", "/") + "\r\n",
		} {
			if got := say(t, p, request).status; got != http.StatusProxyAuthRequired {
				t.Errorf("%s: got %d, want 407", name, got)
			}
		}
	}
	if len(site.visits()) > 0 {
		t.Errorf("reached: %q", site.visits())
	}
	answer := say(t, p, "GET http://"+host+"/ HTTP/1.1\r\nHost: "+host+"\r\n"+right(p, "GET", "/")+"\r\n")
	if answer.body != "inside" {
		t.Errorf("the right password: got %d %q", answer.status, answer.body)
	}
}

func TestProxyKeepsItsPassword(t *testing.T) {
	var got http.Header
	var query string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, query = r.Header, r.URL.RawQuery }))
	t.Cleanup(server.Close)
	p := testProxy(t, nil)
	host := server.Listener.Addr().String()
	say(t, p, "GET http://"+host+"/?a;b=%zz HTTP/1.1\r\nHost: "+host+"\r\nX-Own: 1\r\n"+right(p, "GET", "/?a;b=%zz")+"\r\n")
	if got.Get("X-Own") != "1" || len(got["Proxy-Authorization"])+len(got["X-Forwarded-For"]) > 0 {
		t.Errorf("the site got %v", got)
	}
	if want := "a;b=%zz"; query != want {
		t.Errorf("the site was asked for %q, want %q as the page wrote it", query, want)
	}
}

// TestProxyFaults has servers misbehave behind the proxy.
func TestProxyFaults(t *testing.T) {
	speak := func(text string) string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go func() {
					_, _ = http.ReadRequest(bufio.NewReader(conn))
					_, _ = io.WriteString(conn, text)
					_ = conn.Close()
				}()
			}
		}()
		return listener.Addr().String()
	}
	for name, row := range map[string]struct {
		host string
		want int
	}{
		"speaks as the proxy": {speak("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"opora\"\r\nContent-Length: 0\r\n\r\n"), http.StatusBadGateway},
		"endless headers":     {speak("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 100) + "Content-Length: 0\r\n\r\n"), http.StatusBadGateway},
		"no HTTP":             {speak("SSH-2.0-OpenSSH_9.6\r\n"), http.StatusBadGateway},
		"nobody":              {"127.0.0.1:1", http.StatusBadGateway},
		"own 401":             {speak("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), http.StatusUnauthorized},
	} {
		p := testProxy(t, nil)
		got := say(t, p, "GET http://"+row.host+"/ HTTP/1.1\r\nHost: "+row.host+"\r\n"+right(p, "GET", "/")+"\r\n")
		if got.status != row.want || got.header.Get("Proxy-Authenticate") != "" {
			t.Errorf("%s: got %d %v, want %d", name, got.status, got.header, row.want)
		}
	}
}

// TestConfineCutsTunnels opens tunnels to two places and forbids one.
func TestConfineCutsTunnels(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn) }() // says back what it is told
		}
	}()
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	p := testProxy(t, nil)
	b := &Browser{proxy: p}
	connect := func(host string) (int, net.Conn) {
		a := say(t, p, "CONNECT "+net.JoinHostPort(host, port)+" HTTP/1.1\r\n"+right(p, "CONNECT", net.JoinHostPort(host, port))+"\r\n")
		return a.status, a.conn
	}
	echo := func(conn net.Conn) bool {
		_, _ = io.WriteString(conn, "ping")
		text := make([]byte, 4)
		_, err := io.ReadFull(conn, text)
		return err == nil && string(text) == "ping"
	}
	_, kept := connect("127.0.0.1")
	_, cut := connect("localhost")
	if !echo(kept) || !echo(cut) {
		t.Fatal("tunnels do not carry")
	}
	b.Confine(func(host, at string) bool { return host == "127.0.0.1" && at == port })
	if !echo(kept) {
		t.Error("a tunnel to an allowed place was cut")
	}
	if echo(cut) {
		t.Error("a tunnel to another place still carries")
	}
	if status, _ := connect("LOCALHOST"); status != http.StatusForbidden {
		t.Errorf("a new tunnel to another place: got %d, want 403", status)
	}
	if status, conn := connect("127.0.0.1"); status != http.StatusOK || !echo(conn) {
		t.Errorf("a new tunnel to an allowed place: got %d", status)
	}
	if got, want := b.Refused(), []string{"localhost:" + port}; !slices.Equal(got, want) {
		t.Errorf("refused %q, want %q", got, want)
	}
}

// TestConfineWhileDialling forbids a place between the question and the connection.
func TestConfineWhileDialling(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	near, far := net.Pipe()
	t.Cleanup(func() { _ = far.Close() })
	p := testProxy(t, func(context.Context, string, string) (net.Conn, error) {
		close(asked)
		<-answer
		return near, nil
	})
	b := &Browser{proxy: p}
	go func() {
		<-asked
		b.Confine(func(string, string) bool { return false })
		close(answer)
	}()
	got := say(t, p, "CONNECT other.example:443 HTTP/1.1\r\n"+right(p, "CONNECT", "other.example:443")+"\r\n")
	if got.status != http.StatusForbidden {
		t.Errorf("got %d, want 403", got.status)
	}
	_ = far.SetReadDeadline(time.Now().Add(patience))
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still there: %v", err)
	}
}

func TestRefusedIsBounded(t *testing.T) {
	p := testProxy(t, nil)
	b := &Browser{proxy: p}
	b.Confine(func(string, string) bool { return false })
	for i := range 3 * maxRefused {
		p.permits(fmt.Sprintf("h%d.example", i), "80")
	}
	if got := len(b.Refused()); got != maxRefused {
		t.Errorf("%d places, want %d", got, maxRefused)
	}
}

// TestTooMuch has a place send without end.
func TestTooMuch(t *testing.T) {
	near, far := net.Pipe()
	p := testProxy(t, func(context.Context, string, string) (net.Conn, error) { return near, nil })
	p.received.Store(maxReceived - 1<<20)
	a := say(t, p, "CONNECT much.example:443 HTTP/1.1\r\n"+right(p, "CONNECT", "much.example:443")+"\r\n")
	go func() {
		for {
			if _, err := far.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}()
	n, err := io.Copy(io.Discard, a.conn)
	if err != nil || n > 1<<20 || n < 1<<19 {
		t.Errorf("got %d bytes and %v, want about a megabyte and the end", n, err)
	}
}

// recorder is a way out that remembers where to.
type recorder struct {
	mu     sync.Mutex
	places []string
	to     map[string]string // a name's real address
}

func (r *recorder) dial(ctx context.Context, network, address string) (net.Conn, error) {
	r.mu.Lock()
	r.places = append(r.places, address)
	to := r.to[address]
	r.mu.Unlock()
	if to == "" {
		to = address
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, to)
}

func (r *recorder) dialled() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.places)
}
