package zoo

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/check"
	"opora/backend/check/checktest"
	"opora/backend/opora"
	"opora/backend/pace"
)

// Limits of what a hostile server may cost (security requirement R15).
const (
	grace     = time.Second
	maxGrowth = 64 << 20
)

// Pen shuts one checker in with the hostile servers.
type Pen struct {
	Checker check.Checker
	Kind    opora.Kind
	Limit   time.Duration // of checks that can only end by it
	Whole   bool          // every behaviour at both stages over both transports
	Heavy   int           // unless Whole, each so-manieth of the costly ones; 0 for none
}

// trial is one behaviour at one stage over one transport.
type trial struct {
	Behaviour
	stage Stage
	tls   bool
}

func (x trial) name() string {
	transport := "http"
	if x.tls {
		transport = "https"
	}
	return fmt.Sprintf("%s at the %s over %s", x.Name, x.stage, transport)
}

// Run tries every behaviour. Each check ends within its limit and a second more,
// calls nothing proven or refused, costs little memory, and leaves no goroutine,
// no file and no secret behind.
func (p Pen) Run(t *testing.T) {
	certificate, err := Sign(nil, named("127.0.0.1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	pin := check.Fingerprint(certificate.Leaf)
	existing, files := goleak.IgnoreCurrent(), openFiles()

	t.Run("zoo", func(t *testing.T) {
		var light, heavy []trial
		costly := 0
		for i, b := range Behaviours() {
			if b.Heavy {
				costly++
			}
			for j, stage := range []Stage{AtDoor, InAnswer} {
				for k, secure := range []bool{false, true} {
					switch {
					case !p.Whole && (i+j+k)%2 == 1:
					case b.Heavy && (p.Whole || j == i/2%2 && p.Heavy > 0 && costly%p.Heavy == 0):
						heavy = append(heavy, trial{b, stage, secure})
					case !b.Heavy:
						light = append(light, trial{b, stage, secure})
					}
				}
			}
		}
		var running sync.WaitGroup
		few := make(chan struct{}, 12) // most of them only wait
		for _, x := range light {
			running.Go(func() {
				few <- struct{}{}
				defer func() { <-few }()
				t.Run(x.name(), func(t *testing.T) { p.try(t, x, config, pin, p.Limit) })
			})
		}
		for _, b := range Shakes(config) {
			running.Go(func() {
				few <- struct{}{}
				defer func() { <-few }()
				t.Run(b.Name+" in the handshake", func(t *testing.T) { p.shake(t, b, pin) })
			})
		}
		running.Wait()
		for _, x := range heavy {
			t.Run(x.name(), func(t *testing.T) {
				grown := growth(func() { p.try(t, x, config, pin, max(p.Limit, 10*time.Second)) })
				if grown > maxGrowth {
					t.Errorf("memory grew by %d MiB, want at most %d", grown>>20, maxGrowth>>20)
				}
			})
		}
	})
	if err := goleak.Find(existing); err != nil {
		t.Errorf("left behind: %v", err)
	}
	for end := time.Now().Add(2 * time.Second); openFiles() > files; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("%d files and sockets more than before", openFiles()-files)
			break
		}
	}
}

func (p Pen) try(t *testing.T, x trial, config *tls.Config, pin string, limit time.Duration) {
	var said atomic.Value
	address := checktest.Serve(t, func(conn net.Conn) {
		if x.tls {
			secure := tls.Server(conn, config)
			defer func() { _ = secure.Close() }()
			conn = secure
		}
		if head := x.host(conn, p.Kind, x.stage); head != nil {
			said.Store(string(head))
		}
	})
	scheme := "http"
	if x.tls {
		scheme = "https"
	}
	got := p.judge(t, scheme+"://"+address+"/door", pin, limit)
	begun, _ := said.Load().(string)
	switch v := got.Finding.Verdict; {
	case v != opora.Works && v != opora.Rejected:
	case p.Kind != opora.Web && v == opora.Works && x.stage == InAnswer && (strings.HasPrefix(begun, "HTTP/1.1 2") || strings.HasPrefix(begun, "HTTP/1.0 2")):
		// By HTTP's own rules a status of 2xx for the credential is an answer,
		// whatever the page behind it.
	case p.Kind != opora.Web && v == opora.Rejected && strings.HasPrefix(begun, "HTTP/1.1 401"):
	default:
		t.Errorf("got %s/%s; evidence %v", v, got.Finding.Reason, got.Evidence)
	}
}

func (p Pen) shake(t *testing.T, b Behaviour, pin string) {
	address := checktest.Serve(t, func(conn net.Conn) { b.Speak(&Wire{Conn: conn}) })
	if got := p.judge(t, "https://"+address+"/door", pin, p.Limit).Finding; got.Verdict == opora.Works || got.Verdict == opora.Rejected {
		t.Errorf("got %s/%s", got.Verdict, got.Reason)
	}
}

func (p Pen) judge(t *testing.T, address, pin string, limit time.Duration) opora.Check {
	t.Helper()
	canary, memory := NewCanary(), &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{p.Kind: p.Checker}, Ledger: memory, HostKeys: memory, Timeout: limit}
	starved := starvation()
	started := time.Now()
	got := runner.Check(t.Context(), opora.Credential{Kind: p.Kind, Address: address, Login: "anna", Options: opora.Options{AcceptFingerprint: pin}}, canary.Secrets(), nil)
	took := time.Since(started)
	if lost := starved(); took > limit+pace.Limit(grace)+lost {
		t.Errorf("took %v, want at most %v and %v that the machine was busy with others", took.Round(time.Millisecond), limit+grace, lost.Round(time.Millisecond))
	}
	if memory.Attempts() > 1 {
		t.Errorf("%d attempts in the ledger", memory.Attempts())
	}
	encoded, err := json.Marshal(got)
	if err != nil || canary.In(encoded) {
		t.Errorf("the secret stands in the check, or it does not encode: %v", err)
	}
	if len(encoded) > 64<<10 {
		t.Errorf("the check is %d KB large", len(encoded)>>10)
	}
	return got
}

// starvation begins to measure for how long this process waited for a
// processor, and gives the function that says so: at most five seconds.
func starvation() (lost func() time.Duration) {
	const tick = 20 * time.Millisecond
	done, sum := make(chan struct{}), make(chan time.Duration)
	go func() {
		var late time.Duration
		for {
			before := time.Now()
			select {
			case <-done:
				sum <- min(late, 5*time.Second)
				return
			case <-time.After(tick):
				late += max(time.Since(before)-tick-tick/4, 0)
			}
		}
	}()
	return func() time.Duration { close(done); return <-sum }
}

// growth runs do and gives how much the heap grew at most meanwhile, dead
// objects that are not swept yet included.
func growth(do func()) uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := read()
	most, done := before, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
				most = max(most, read())
			}
		}
	})
	do()
	close(done)
	watching.Wait()
	return most - before
}

// openFiles counts the files and sockets of this process where the system tells.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	count := 0
	for _, entry := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && !strings.HasPrefix(to, "/proc/") {
			count++
		}
	}
	return count
}
