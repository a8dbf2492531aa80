package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"opora/backend/opora"
	"opora/backend/pace"
)

func TestParseTarget(t *testing.T) {
	for address, want := range map[string]Target{
		"https://Example.org/wp-admin?x=1": {Scheme: "https", Host: "example.org", Path: "/wp-admin?x=1"},
		" <https://example.org>. ":         {Scheme: "https", Host: "example.org", Path: "/"},
		"root@203.0.113.7:2222":            {User: "root", Host: "203.0.113.7", Port: "2222", Path: "/"},
		"ssh://root:secret@h":              {Scheme: "ssh", User: "root", Host: "h", Path: "/"},
		"[2001:db8::1]:22":                 {Host: "2001:db8::1", Port: "22", Path: "/"},
		"2001:db8::1":                      {Host: "2001:db8::1", Path: "/"},
		"пример.рф/вход":                   {Host: "xn--e1afmkfd.xn--p1ai", Path: "/%D0%B2%D1%85%D0%BE%D0%B4"},
		"example.org.":                     {Host: "example.org", Path: "/"},
		"//example.org:8443/x":             {Host: "example.org", Port: "8443", Path: "/x"},
		"my_host.example.org":              {Host: "my_host.example.org", Path: "/"},
		"HTTPS://EXAMPLE.ORG":              {Scheme: "https", Host: "example.org", Path: "/"},
		"(https://example.org/x/),":        {Scheme: "https", Host: "example.org", Path: "/x/"},
		"[https://example.org/x]":          {Scheme: "https", Host: "example.org", Path: "/x"},
		"https://example.org/login»,":      {Scheme: "https", Host: "example.org", Path: "/login"},
	} {
		kind := opora.Web
		if want.Scheme == "ssh" {
			kind = opora.SSH
		}
		got, err := ParseTarget(kind, address)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v", address, got, err)
		}
	}
	for _, address := range []string{"", "  ", "https://", "h:99999", "h:0", "ex ample.org", "https://[::1", "<>", "h:port", "ftp://h/x", "javascript:alert(1)", "file:///etc/passwd"} {
		if got, err := ParseTarget(opora.Web, address); !errors.Is(err, opora.AddressInvalid) {
			t.Errorf("%q: got %+v, %v", address, got, err)
		}
	}
	if got, _ := ParseTarget(opora.Web, "see https://h/a_(b)"); got.Host != "" {
		t.Errorf("a sentence is taken for an address: %+v", got)
	}
}

func TestDomain(t *testing.T) {
	for host, want := range map[string]string{
		"shop.example.co.uk": "example.co.uk", "example.org": "example.org", "127.0.0.1": "127.0.0.1", "localhost": "localhost",
		"a.b.xn--p1ai": "b.xn--p1ai",
	} {
		if got := (Target{Host: host}).Domain(); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}

// TestInside holds the spellings of addresses that the far side may not send a
// check to.
func TestInside(t *testing.T) {
	state := NewEgress(Target{Host: "example.org"}).state
	for _, address := range []string{
		"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"100.64.0.1", "169.254.169.254", "169.254.1.1", "fd00:ec2::254", "fe80::1", "fc00::1", "fec0::1", "0.0.0.0", "0.1.2.3", "::",
		"224.0.0.1", "239.255.255.255", "ff02::1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.0.192",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::", "::ffff:10.0.0.1",
		"::7f00:1", "64:ff9b:1::1", "100.100.100.200",
	} {
		if state.permit(netip.MustParseAddr(address), false) == nil {
			t.Errorf("%s: the far side may lead there", address)
		}
	}
	for _, address := range []string{"93.184.216.34", "2606:2800:220:1::1", "172.32.0.1", "100.128.0.1", "64:ff9b::5db8:d822", "2002:5db8:d822::1"} {
		if err := state.permit(netip.MustParseAddr(address), false); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	// The operator's own word goes further, but to no metadata service.
	for address, ok := range map[string]bool{
		"127.0.0.1": true, "192.168.1.1": true, "169.254.169.254": false, "::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false, "224.0.0.1": false, "0.0.0.0": false,
	} {
		if err := state.permit(netip.MustParseAddr(address), true); (err == nil) != ok {
			t.Errorf("target %s: %v", address, err)
		}
	}
}

func TestRebinding(t *testing.T) {
	state := NewEgress(Target{Host: "example.org"}).state
	state.pinned[netip.MustParseAddr("93.184.216.34")] = true
	if state.permit(netip.MustParseAddr("127.0.0.1"), true) == nil {
		t.Error("the target's name moved inside in the middle of a check")
	}
	if err := state.permit(netip.MustParseAddr("93.184.216.35"), true); err != nil {
		t.Error("a name with several public addresses is no rebinding:", err)
	}
}

// TestAcceptedForOneHost: a certificate that was accepted for one host is not
// accepted for another that the check comes to.
func TestAcceptedForOneHost(t *testing.T) {
	h := HTTP{target: Target{Host: "shop.ru"}, options: opora.Options{AcceptFingerprint: "SHA256:x"}}
	for host, want := range map[string]string{
		"shop.ru": "SHA256:x", "SHOP.ru": "SHA256:x", "shop.ru.": "SHA256:x", "www.shop.ru": "SHA256:x",
		"login.shop.ru": "", "ru": "", "evil.ru": "", "shop.ru.evil.ru": "", "www.www.shop.ru": "", "": "",
	} {
		if got := h.accepted(host); got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ago := func(minutes ...int) (times []time.Time) {
		for _, m := range minutes {
			times = append(times, now.Add(-time.Duration(m)*time.Minute))
		}
		return times
	}
	for name, test := range map[string]struct {
		earlier []time.Time
		wait    time.Duration
	}{
		"none":                     {nil, 0},
		"one":                      {ago(1), 0},
		"two in half an hour":      {ago(1, 20), 10 * time.Minute},
		"two, one of them older":   {ago(1, 31), 0},
		"three in a day":           {ago(40, 80, 120), 22 * time.Hour},
		"three, one of them older": {ago(40, 80, 1500), 0},
		"the clock was set back":   {ago(-60, -61), 30 * time.Minute},
	} {
		err := Allow(test.earlier, now)
		var wait *WaitError
		if errors.As(err, &wait) != (test.wait > 0) || wait != nil && wait.Until.Sub(now) != test.wait {
			t.Errorf("%s: got %v, want to wait %v", name, err, test.wait)
		}
	}
}

// TestBudget plays random schedules of clicks against the ledger: whatever the
// order and the clock, no account gets more than its share.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m Memory
		now := time.Unix(1_000_000_000, 0)
		spent := map[Account][]time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "clicks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 5*3600).Draw(t, "seconds")) * time.Second)
			a := Account{Host: rapid.SampledFrom([]string{"a.org", "b.org"}).Draw(t, "host"), Login: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "login")}
			if _, err := m.Spend(context.Background(), a, now); err == nil {
				spent[a] = append(spent[a], now)
			}
		}
		for _, times := range spent {
			for i := range times {
				if i+ShortBudget < len(times) && times[i+ShortBudget].Sub(times[i]) < ShortWindow || i+DayBudget < len(times) && times[i+DayBudget].Sub(times[i]) < DayWindow {
					t.Fatalf("too many attempts: %v", times)
				}
			}
		}
	})
}

// door is a checker that does what a test says.
type door func(ctx context.Context, s *Session) opora.Finding

func (d door) Check(ctx context.Context, s *Session, _ opora.Credential, _ opora.Secrets) opora.Finding {
	return d(ctx, s)
}

func runWith(ctx context.Context, d door) (opora.Check, *Memory) {
	m := &Memory{}
	r := Runner{Checkers: map[opora.Kind]Checker{opora.SSH: d}, Ledger: m, HostKeys: m, Timeout: 200 * time.Millisecond}
	return r.Check(ctx, opora.Credential{Kind: opora.SSH, Address: "127.0.0.1:9", Login: " anna"}, opora.Secrets{Password: opora.NewSecret("canary-1 ")}, nil), m
}

func TestRunner(t *testing.T) {
	ctx := context.Background()
	got, m := runWith(ctx, func(ctx context.Context, s *Session) opora.Finding {
		if _, ok := s.Spend(ctx); !ok {
			t.Error("the first attempt is refused")
		}
		if f, ok := s.Spend(ctx); ok || f.Verdict != opora.Unknown {
			t.Error("a second attempt in one check is allowed")
		}
		s.Step(opora.StepAnswer, "said canary-1 \x1b[0m")
		f := opora.Found(opora.BadCredentials, opora.Hint{Code: opora.HintSaid, Detail: "canary-1 is wrong"})
		f.Verdict = opora.Works // what the reason says holds
		f.Title = "canary-1 "
		return f
	})
	if got.Finding.Verdict != opora.Rejected || m.Attempts() != 1 {
		t.Errorf("got %+v, %d attempts", got.Finding, m.Attempts())
	}
	text := got.Finding.Title + got.Finding.Hints[0].Detail
	for _, s := range got.Evidence {
		text += s.Detail
	}
	if strings.Contains(text, "canary") || strings.Contains(text, "\x1b") {
		t.Errorf("evidence holds what it must not: %q", text)
	}
	codes := map[opora.HintCode]bool{}
	for _, h := range got.Finding.Hints {
		codes[h.Code] = true
	}
	if !codes[opora.HintSpaceInPassword] || !codes[opora.HintSpaceInLogin] {
		t.Errorf("stray spaces are not named: %v", got.Finding.Hints)
	}

	got, m = runWith(ctx, func(context.Context, *Session) opora.Finding { panic("canary-1") })
	if got.Finding.Verdict != opora.Unknown || m.Attempts() != 0 {
		t.Errorf("a panic gives %+v", got.Finding)
	}
	started := time.Now()
	got, _ = runWith(ctx, func(ctx context.Context, s *Session) opora.Finding {
		<-ctx.Done()
		return Fault(ctx, ctx.Err())
	})
	if got.Finding.Reason != opora.Timeout || time.Since(started) > pace.Limit(time.Second) {
		t.Errorf("a checker that hangs gives %+v after %v", got.Finding, time.Since(started))
	}
	r := Runner{}
	if got := r.Check(ctx, opora.Credential{Kind: opora.LDAP, Address: "h"}, opora.Secrets{}, nil); got.Finding.Reason != opora.Unsupported {
		t.Errorf("a kind without a checker gives %s", got.Finding.Reason)
	}
}

// TestOnePerHost: a host sees one connection at a time, others do not wait for it.
func TestOnePerHost(t *testing.T) {
	var now, most, total atomic.Int32
	m := &Memory{}
	r := Runner{Parallel: 8, Ledger: m, HostKeys: m, Checkers: map[opora.Kind]Checker{opora.SSH: door(func(_ context.Context, s *Session) opora.Finding {
		if s.host() == "127.0.0.1" {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
		}
		total.Add(1)
		return opora.Found(opora.Ambiguous)
	})}}
	var all sync.WaitGroup
	for i := range 20 {
		host := "127.0.0.1"
		if i%2 == 0 {
			host = "127.0.0.2"
		}
		all.Go(func() {
			r.Check(context.Background(), opora.Credential{Kind: opora.SSH, Address: host}, opora.Secrets{Password: opora.NewSecret("x")}, nil)
		})
	}
	all.Wait()
	if most.Load() != 1 || total.Load() != 20 || len(r.hosts) != 0 {
		t.Errorf("%d at once at one host, %d done, %d hosts remembered", most.Load(), total.Load(), len(r.hosts))
	}
}

func (s *Session) host() string { return s.Egress.state.host }

// TestClosed: what a checker leaves open ends with its session.
func TestClosed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	e := NewEgress(Target{Host: "127.0.0.1"})
	conn, err := e.Dial(context.Background(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
	if _, err := conn.Write([]byte("x")); err == nil {
		t.Error("the connection outlives its session")
	}
	if _, err := e.Dial(context.Background(), "tcp", listener.Addr().String()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed session dials: %v", err)
	}
	other := NewEgress(Target{Host: "example.org"})
	if _, err := other.Dial(context.Background(), "tcp", listener.Addr().String()); !errors.Is(err, ErrForbidden) {
		t.Errorf("a redirect reaches this machine: %v", err)
	}
}
