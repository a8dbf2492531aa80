// Package checktest is the contract that every checker is held to, tried
// against a real server and against servers that misbehave.
package checktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/check"
	"opora/backend/opora"
	"opora/backend/pace"
)

// Door is a real server with one account, and how a checker is led to it.
type Door struct {
	Kind      opora.Kind
	Addresses []string // spellings of the same door that people would send
	Login     string
	Secrets   opora.Secrets // right
	Wrong     opora.Secrets // wrong; empty for a made-up password
	Refused   opora.Reason  // what wrong secrets get; empty for bad_credentials
	Nobody    string        // a login that does not exist; empty for a made-up one
	Options   opora.Options

	// At gives the address of such a door at "host:port"; nil for the bare "host:port".
	At func(hostPort string) string
	// Behind is the "host:port" of the real server, when it may be visited
	// through a proxy that breaks connections off; empty when it may not.
	Behind string

	OneByOne     bool // the server itself loses logins of one account that begin at the same moment
	SpaceAllowed bool // stray space around the secret does not matter here (keys)
}

const (
	short  = 1500 * time.Millisecond // deadline of checks that can only end by it
	normal = 20 * time.Second
)

// Run holds a checker to the contract.
func Run(t *testing.T, checker check.Checker, door Door) {
	if door.Wrong.Empty() {
		door.Wrong = opora.Secrets{Password: opora.NewSecret("zQ7-mistaken-Шторм")}
	}
	if door.Refused == "" {
		door.Refused = opora.BadCredentials
	}
	if door.Nobody == "" {
		door.Nobody = "nobody-of-that-name"
	}
	if door.At == nil {
		door.At = func(hostPort string) string { return hostPort }
	}
	c := &contract{checker: checker, door: door}
	c.listen(t)

	for _, address := range door.Addresses {
		t.Run("right secret at "+address, func(t *testing.T) {
			c.expect(t, c.check(t, c.at(address), door.Secrets, normal), opora.OK, 1)
		})
	}
	t.Run("wrong secret", func(t *testing.T) {
		c.expect(t, c.check(t, c.credential(), door.Wrong, normal), door.Refused, 1)
	})
	t.Run("unknown user", func(t *testing.T) {
		credential := c.credential()
		credential.Login = door.Nobody
		c.expect(t, c.check(t, credential, door.Secrets, normal), door.Refused, 1)
	})
	if !door.SpaceAllowed {
		t.Run("stray space", func(t *testing.T) {
			spaced := door.Secrets
			spaced.Password = opora.NewSecret(spaced.Password.Reveal() + " ")
			got := c.check(t, c.credential(), spaced, normal)
			c.expect(t, got, door.Refused, 1)
			if !hinted(got.Finding, opora.HintSpaceInPassword) {
				t.Errorf("got hints %v, want %s among them", got.Finding.Hints, opora.HintSpaceInPassword)
			}
		})
	}
	t.Run("nothing carries over", func(t *testing.T) {
		c.expect(t, c.check(t, c.credential(), door.Secrets, normal), opora.OK, 1)
		c.expect(t, c.check(t, c.credential(), door.Wrong, normal), door.Refused, 1)
		c.expect(t, c.check(t, c.credential(), door.Secrets, normal), opora.OK, 1)
	})
	if !door.OneByOne {
		t.Run("several at once", c.parallel)
	}
	t.Run("nobody there", func(t *testing.T) {
		c.expect(t, c.check(t, c.at(door.At(ClosedPort(t))), door.Secrets, normal), opora.Refused, 0)
	})
	t.Run("unknown host", func(t *testing.T) {
		c.expect(t, c.check(t, c.at(door.At("nobody.invalid:4711")), door.Secrets, normal), opora.DNSFailed, 0)
	})
	t.Run("silent server", func(t *testing.T) {
		started := time.Now()
		c.expect(t, c.check(t, c.at(door.At(Silent(t))), door.Secrets, short), opora.Timeout, 0)
		if took := time.Since(started); took > short+pace.Limit(time.Second) {
			t.Errorf("took %v, want at most %v", took, short+time.Second)
		}
	})
	t.Run("cancelled", c.cancelled)
	for name, server := range map[string]func(testing.TB) string{"resetting server": Resetting, "hanging up": Hanging, "garbage": Garbage} {
		t.Run(name, func(t *testing.T) {
			got := c.check(t, c.at(door.At(server(t))), door.Secrets, normal)
			if v := got.Finding.Verdict; v != opora.Unreachable && v != opora.Unknown {
				t.Errorf("got %s/%s, want unreachable or unknown", v, got.Finding.Reason)
			}
			c.attempts(t, 0)
		})
	}
	if door.Behind != "" {
		t.Run("broken off", c.brokenOff)
	}
}

type contract struct {
	checker check.Checker
	door    Door
	memory  *check.Memory // of the latest check
	log     lockedBuffer
}

// listen records everything that is logged during the contract.
func (c *contract) listen(t *testing.T) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&c.log, &slog.HandlerOptions{Level: slog.LevelDebug - 8})))
	t.Cleanup(func() { slog.SetDefault(before) })
}

func (c *contract) credential() opora.Credential { return c.at(c.door.Addresses[0]) }

func (c *contract) at(address string) opora.Credential {
	return opora.Credential{Kind: c.door.Kind, Address: address, Login: c.door.Login, Options: c.door.Options}
}

// check runs one check as the program would, with a ledger and notes of its
// own, and looks at what every check has to leave behind: nothing.
func (c *contract) check(t *testing.T, credential opora.Credential, secrets opora.Secrets, within time.Duration) opora.Check {
	t.Helper()
	existing := goleak.IgnoreCurrent()
	sockets := openSockets()
	c.memory = &check.Memory{}
	got := c.run(t.Context(), c.memory, credential, secrets, within)
	c.keepsSecrets(t, got, secrets)
	if err := goleak.Find(existing, goleak.IgnoreAnyFunction("opora/backend/check/checktest.Serve.func1"),
		goleak.IgnoreAnyFunction("opora/backend/check/checktest.Serve.func1.1")); err != nil {
		t.Errorf("left behind: %v", err)
	}
	if strings.Contains(credential.Address, "127.0.0.1") && len(c.door.Addresses) > 0 && credential.Address == c.door.Addresses[0] {
		for end := time.Now().Add(time.Second); openSockets() > sockets; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("%d sockets more than before", openSockets()-sockets)
				break
			}
		}
	}
	return got
}

func (c *contract) run(ctx context.Context, memory *check.Memory, credential opora.Credential, secrets opora.Secrets, within time.Duration) opora.Check {
	runner := check.Runner{
		Checkers: map[opora.Kind]check.Checker{c.door.Kind: c.checker}, Ledger: memory, HostKeys: memory, Timeout: within,
	}
	return runner.Check(ctx, credential, secrets, func(step opora.Step) { slog.Debug("step", "code", step.Step, "detail", step.Detail) })
}

func (c *contract) expect(t *testing.T, got opora.Check, want opora.Reason, attempts int) {
	t.Helper()
	if got.Finding.Reason != want || got.Finding.Verdict != want.Verdict() {
		t.Errorf("got %s/%s, want %s/%s\nhints %v\nevidence %v", got.Finding.Verdict, got.Finding.Reason, want.Verdict(), want, got.Finding.Hints, got.Evidence)
	}
	c.attempts(t, attempts)
}

func (c *contract) attempts(t *testing.T, want int) {
	t.Helper()
	if got := c.memory.Attempts(); got != want {
		t.Errorf("%d attempts in the ledger, want %d", got, want)
	}
}

// keepsSecrets looks for the secrets in everything that a check gives, reports
// and logs. It never prints what it found.
func (c *contract) keepsSecrets(t *testing.T, got opora.Check, secrets opora.Secrets) {
	t.Helper()
	encoded, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{"the check": string(encoded), "its values": fmt.Sprintf("%+v", got), "the log": c.log.String()} {
		if secrets.Scrub(text) != text {
			t.Errorf("a secret is in %s", place)
		}
	}
}

// parallel runs right and wrong secrets at the same time through one checker.
func (c *contract) parallel(t *testing.T) {
	var running sync.WaitGroup
	for i := range 6 {
		secrets, want := c.door.Secrets, opora.OK
		if i%2 == 1 {
			secrets, want = c.door.Wrong, c.door.Refused
		}
		running.Go(func() {
			if got := c.run(t.Context(), &check.Memory{}, c.credential(), secrets, normal); got.Finding.Reason != want {
				t.Errorf("check %d: got %s, want %s; evidence %v", i, got.Finding.Reason, want, got.Evidence)
			}
		})
	}
	running.Wait()
}

func (c *contract) cancelled(t *testing.T) {
	silent := Silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	memory := &check.Memory{}
	ended := make(chan opora.Check)
	go func() { ended <- c.run(ctx, memory, c.at(c.door.At(silent)), c.door.Secrets, normal) }()
	time.Sleep(300 * time.Millisecond) // so that it is in the middle of waiting
	cancel()
	select {
	case got := <-ended:
		if v := got.Finding.Verdict; v != opora.Unreachable && v != opora.Unknown {
			t.Errorf("got %s/%s, want unreachable or unknown", v, got.Finding.Reason)
		}
	case <-time.After(pace.Limit(500 * time.Millisecond)):
		t.Errorf("still running %v after it was cancelled", pace.Limit(500*time.Millisecond))
		<-ended
	}
}

// brokenOff breaks the way to the real server after so many bytes of its
// answer: a right secret is never called wrong, nor a wrong one right. The last
// bytes before a refusal matter most, so they are counted first.
func (c *contract) brokenOff(t *testing.T) {
	var whole atomic.Int64
	c.run(t.Context(), &check.Memory{}, c.at(c.door.At(cutting(t, c.door.Behind, 1<<20, &whole))), c.door.Wrong, normal)
	for end := time.Now().Add(5 * time.Second); whole.Load() == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond) // the proxy counts when the connection is over
	}
	cuts := []int64{0, 1, 20, 60, 150, 400, 1000, 2000, 3000}
	for _, before := range []int64{1, 6, 12, 20, 30, 45, 60} {
		cuts = append(cuts, whole.Load()-before)
	}
	var running sync.WaitGroup
	few := make(chan struct{}, 4) // servers turn a crowd away, which would prove nothing here
	for _, after := range cuts {
		address := c.door.At(cutting(t, c.door.Behind, max(after, 0), new(atomic.Int64)))
		for _, secrets := range []opora.Secrets{c.door.Secrets, c.door.Wrong} {
			running.Go(func() {
				few <- struct{}{}
				defer func() { <-few }()
				right := secrets == c.door.Secrets
				got := c.run(t.Context(), &check.Memory{}, c.at(address), secrets, 5*time.Second)
				if verdict := got.Finding.Verdict; right && verdict == opora.Rejected || !right && verdict == opora.Works {
					t.Errorf("after %d bytes a secret (right: %v) was judged %s/%s; evidence %v", after, right, verdict, got.Finding.Reason, got.Evidence)
				}
				c.keepsSecrets(t, got, secrets)
			})
		}
	}
	running.Wait()
}

func hinted(finding opora.Finding, code opora.HintCode) bool {
	for _, hint := range finding.Hints {
		if hint.Code == code {
			return true
		}
	}
	return false
}

// openSockets counts the sockets of this process where the system tells.
func openSockets() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	count := 0
	for _, entry := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			count++
		}
	}
	return count
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
