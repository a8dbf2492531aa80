package zoo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/check"
	"opora/backend/opora"
	"opora/backend/pace"
)

// Journey puts one checker on bad roads to an honest site.
type Journey struct {
	Checker check.Checker
	Kind    opora.Kind
	Limit   time.Duration // of one check
	Grain   int           // how many offsets, or moments, are tried
	Width   int           // how many at once; 0 means 8
}

// visit runs one check of the shop behind a road.
func (j Journey) visit(ctx context.Context, shop *Shop, address string, right bool, now func() time.Time) (opora.Check, *check.Memory) {
	secrets := opora.Secrets{Password: opora.NewSecret(shop.Password)}
	if !right {
		secrets.Password = opora.NewSecret("nicht-das-Richtige-7")
	}
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{j.Kind: j.Checker}, Ledger: memory, HostKeys: memory, Timeout: j.Limit, Now: now}
	return runner.Check(ctx, opora.Credential{Kind: j.Kind, Address: "http://" + address + shop.Door(j.Kind), Login: "anna"}, secrets, nil), memory
}

// judge holds one check to the truth.
func (j Journey) judge(t *testing.T, got opora.Check, memory *check.Memory, shop *Shop, right bool) {
	t.Helper()
	verdict := got.Finding.Verdict
	switch {
	case right && verdict != opora.Works && verdict != opora.Unknown && verdict != opora.Unreachable,
		!right && verdict != opora.Rejected && verdict != opora.Unknown && verdict != opora.Unreachable:
		t.Errorf("a secret (right: %v) was judged %s/%s; evidence %v", right, verdict, got.Finding.Reason, got.Evidence)
	case shop.Told() > 1, memory.Attempts() > 1:
		t.Errorf("the secret arrived %d times, %d attempts in the ledger", shop.Told(), memory.Attempts())
	case shop.Told() == 1 && memory.Attempts() != 1:
		t.Error("the secret arrived and the attempt was not counted")
	}
}

// each runs n trials, several at once.
func (j Journey) each(n int, try func(i int)) {
	width := j.Width
	if width == 0 {
		width = 8
	}
	few := make(chan struct{}, width)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			few <- struct{}{}
			defer func() { <-few }()
			try(i)
		})
	}
	running.Wait()
}

func newShop(t testing.TB, delay time.Duration) (*Shop, string) {
	shop := &Shop{Password: NewCanary().Text(), Delay: delay}
	return shop, strings.TrimPrefix(Listen(t, "127.0.0.1", "", nil, shop).URL, "http://")
}

// Faults breaks the road after so many bytes, for offsets all over the way, in
// both directions, in three manners, for good or once. A verdict is the true
// one or none, and the attempt is counted once (R58).
func (j Journey) Faults(t *testing.T) {
	whole := [2]int64{}
	for i, right := range []bool{true, false} {
		shop, address := newShop(t, 0)
		road := &Road{}
		road.build(t, address)
		got, memory := j.visit(t.Context(), shop, road.Address, right, nil)
		if want := map[bool]opora.Verdict{true: opora.Works, false: opora.Rejected}[right]; got.Finding.Verdict != want {
			t.Fatalf("on a sound road a secret (right: %v) is judged %s/%s", right, got.Finding.Verdict, got.Finding.Reason)
		}
		j.judge(t, got, memory, shop, right)
		whole[i] = road.Passed.Load()
	}
	decided := 0
	var mu sync.Mutex
	j.each(j.Grain, func(i int) {
		right := i%2 == 0
		length := whole[i%2]
		road := &Road{fault: []Fault{Cut, Break, Cut, Stall}[i/2%4], up: i%5 == 4, once: i%3 == 2}
		road.after = length * int64(i) / int64(j.Grain)
		name := fmt.Sprintf("%s after %d bytes, up %v, once %v, right %v", road.fault, road.after, road.up, road.once, right)
		t.Run(name, func(t *testing.T) {
			shop, address := newShop(t, 0)
			road.build(t, address)
			started, starved := time.Now(), starvation()
			got, memory := j.visit(t.Context(), shop, road.Address, right, nil)
			if took := time.Since(started); took > j.Limit+pace.Limit(grace)+starved() {
				t.Errorf("took %v, want at most %v", took, j.Limit+grace)
			}
			j.judge(t, got, memory, shop, right)
			if v := got.Finding.Verdict; v == opora.Works || v == opora.Rejected {
				mu.Lock()
				decided++
				mu.Unlock()
			}
		})
	})
	t.Logf("%d of %d broken checks still came to their verdict", decided, j.Grain)
}

// Latency makes the road long, and the clock jump by a day to and fro.
func (j Journey) Latency(t *testing.T) {
	for _, right := range []bool{true, false} {
		want := map[bool]opora.Verdict{true: opora.Works, false: opora.Rejected}[right]
		shop, address := newShop(t, 0)
		road := &Road{delay: 20 * time.Millisecond}
		road.build(t, address)
		got, memory := j.visit(t.Context(), shop, road.Address, right, nil)
		j.judge(t, got, memory, shop, right)
		if got.Finding.Verdict != want {
			t.Errorf("on a long road: got %s/%s, want %s", got.Finding.Verdict, got.Finding.Reason, want)
		}
		shop, address = newShop(t, 0)
		var mu sync.Mutex
		days := 0
		jumping := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			days = (days + 2) % 3
			return time.Now().Round(0).AddDate(0, 0, days-1) // without its monotonic part
		}
		got, memory = j.visit(t.Context(), shop, address, right, jumping)
		j.judge(t, got, memory, shop, right)
		if got.Finding.Verdict != want {
			t.Errorf("with a jumping clock: got %s/%s, want %s", got.Finding.Verdict, got.Finding.Reason, want)
		}
	}
}

// Cancel stops checks at random moments: each ends at once and leaves nothing
// behind (R59).
func (j Journey) Cancel(t *testing.T) {
	existing, files := goleak.IgnoreCurrent(), openFiles()
	t.Run("moments", func(t *testing.T) {
		shop, address := newShop(t, 3*time.Millisecond)
		started := time.Now()
		j.visit(t.Context(), shop, address, true, nil)
		whole := time.Since(started)
		j.Width = 2 // a crowd would measure how long each waits for a processor
		j.each(j.Grain, func(i int) {
			moment := time.Duration(rand.Int64N(int64(whole)*3/2 + 1))
			t.Run(fmt.Sprintf("%d after %v", i, moment.Round(time.Millisecond)), func(t *testing.T) {
				right := i%2 == 0
				shop, address := newShop(t, 3*time.Millisecond)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var stopped time.Time
				timer := time.AfterFunc(moment, func() { stopped = time.Now(); cancel() })
				starved := starvation()
				got, memory := j.visit(ctx, shop, address, right, nil)
				ended, lost := time.Now(), starved()
				if !timer.Stop() {
					<-ctx.Done()
					if late := ended.Sub(stopped); late > pace.Limit(500*time.Millisecond)+lost {
						t.Errorf("ended %v after it was cancelled", late)
					}
				}
				j.judge(t, got, memory, shop, right)
			})
		})
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
