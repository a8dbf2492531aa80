package checktest

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// ClosedPort gives an address on loopback where nobody listens.
func ClosedPort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// Serve gives the address of a server that hands every connection to handle and
// closes it afterwards. It ends with the test.
func Serve(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			running.Go(func() {
				defer func() { _ = conn.Close() }()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return listener.Addr().String()
}

// Silent accepts connections, reads, and never says anything.
func Silent(t testing.TB) string {
	return Serve(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// Resetting breaks every connection off as soon as it has heard something.
func Resetting(t testing.TB) string {
	return Serve(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
}

// Hanging closes every connection at once, in good order.
func Hanging(t testing.TB) string { return Serve(t, func(net.Conn) {}) }

// Garbage sends bytes without end or meaning.
func Garbage(t testing.TB) string {
	return Serve(t, func(conn net.Conn) {
		_, _ = io.Copy(conn, rand.NewChaCha8([32]byte{1}))
	})
}

// cutting passes bytes on to a real server, breaks off after so many of its
// bytes, and counts them.
func cutting(t testing.TB, server string, after int64, passed *atomic.Int64) string {
	return Serve(t, func(conn net.Conn) {
		real, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer func() { _ = real.Close() }()
		go func() {
			_, _ = io.Copy(real, conn)
			_ = real.Close()
		}()
		n, _ := io.CopyN(conn, real, after)
		passed.Add(n)
	})
}
