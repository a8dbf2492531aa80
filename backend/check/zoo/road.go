package zoo

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"opora/backend/check/checktest"
)

// Fault is what happens to a road after so many bytes.
type Fault string

// The faults.
const (
	Cut   Fault = "cut"   // both ends see an orderly end
	Break Fault = "reset" // the connection is reset
	Stall Fault = "stall" // nothing passes any more, and nobody is told
)

// Road leads to a real server until it breaks.
type Road struct {
	Address string       // where the road begins
	Passed  atomic.Int64 // bytes that came back from the server
	Sent    atomic.Int64 // bytes that went to it

	to    string
	fault Fault
	after int64 // bytes from the server, or to it where up
	up    bool
	once  bool // later connections are sound
	delay time.Duration

	mu     sync.Mutex
	broken bool
	done   bool // the one fault has happened
}

// build opens the road. Without a fault it never breaks. It ends with the test.
func (r *Road) build(t testing.TB, to string) {
	r.to = to
	r.Address = checktest.Serve(t, r.carry)
}

func (r *Road) carry(near net.Conn) {
	if r.isBroken() {
		r.fail(near)
		return
	}
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	var both sync.WaitGroup
	both.Go(func() {
		r.pass(far, near, near, &r.Sent, r.up)
		_ = far.Close()
	})
	r.pass(near, far, near, &r.Passed, !r.up)
	_ = near.Close()
	both.Wait()
}

// pass carries bytes one way, and breaks the road where its fault is due.
func (r *Road) pass(to, from, near net.Conn, count *atomic.Int64, watched bool) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			time.Sleep(r.delay)
			allowed := n
			if watched && r.fault != "" && !r.finished() {
				allowed = int(min(int64(n), max(r.after-count.Load(), 0)))
			}
			count.Add(int64(allowed))
			if _, err := to.Write(buffer[:allowed]); err != nil {
				return
			}
			if allowed < n {
				r.mu.Lock()
				r.broken, r.done = true, true
				r.mu.Unlock()
				r.fail(near)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// fail does to one connection what the fault says.
func (r *Road) fail(near net.Conn) {
	switch r.fault {
	case Break:
		(&Wire{Conn: near}).reset()
	case Stall:
		_, _ = io.Copy(io.Discard, near)
	}
}

func (r *Road) isBroken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.broken && !r.once
}

func (r *Road) finished() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done
}
