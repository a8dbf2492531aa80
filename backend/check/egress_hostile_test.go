package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// spellings gives every way to write an IPv4 address that some parser takes.
func spellings(address string) []string {
	b := netip.MustParseAddr(address).As4()
	whole := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	low := whole & 0xffff
	list := []string{
		address, address + ".",
		fmt.Sprint(whole), fmt.Sprintf("0x%x", whole), fmt.Sprintf("0X%X", whole), fmt.Sprintf("0%o", whole), fmt.Sprintf("0x00000000%08x", whole),
		fmt.Sprintf("0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3]), fmt.Sprintf("0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%03d.%03d.%03d.%03d", b[0], b[1], b[2], b[3]), fmt.Sprintf("0x%x.%d.0%o.%d", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%d.%d.%d", b[0], b[1], low), fmt.Sprintf("%d.%d", b[0], whole&0xffffff), fmt.Sprintf("0x%x.%d", b[0], whole&0xffffff),
		fmt.Sprintf("%d.%d.%d.%d", int(b[0])+256, b[1], b[2], b[3]),
		fmt.Sprintf("::ffff:%s", address), fmt.Sprintf("::ffff:%x:%x", whole>>16, low), fmt.Sprintf("0:0:0:0:0:ffff:%x:%x", whole>>16, low),
		fmt.Sprintf("::%s", address), fmt.Sprintf("64:ff9b::%s", address), fmt.Sprintf("64:ff9b::%x:%x", whole>>16, low),
		fmt.Sprintf("64:ff9b:1::%s", address), fmt.Sprintf("2002:%x:%x::1", whole>>16, low), fmt.Sprintf("::ffff:0:%s", address),
		fmt.Sprintf("2001:0:4136:e378:8000:63bf:%x:%x", ^whole>>16, ^whole&0xffff), fmt.Sprintf("fe80::5efe:%s", address), fmt.Sprintf("2606:2800::200:5efe:%s", address),
		strings.NewReplacer("0", "⓪", "1", "①", "2", "②", "3", "③", "4", "④", "5", "⑤", "6", "⑥", "7", "⑦", "8", "⑧", "9", "⑨").Replace(address),
		strings.ReplaceAll(address, ".", "。"), strings.ReplaceAll(address, ".", "．"), strings.NewReplacer("1", "１", "2", "２").Replace(address),
		address + "%00.example.org", address + "\x00.example.org", address + " ", "[" + address + "]",
	}
	return list
}

// TestSpellings: no spelling of an inside address lets a check out there when
// the far side names it (R13). Every dial is a real one, and a listener on all
// addresses of this machine would hear it.
func TestSpellings(t *testing.T) {
	var reached atomic.Int64
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	var table []string
	for _, address := range []string{"127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "255.255.255.255"} {
		table = append(table, spellings(address)...)
	}
	table = append(table, "localhost", "LOCALHOST", "localhost.", "ip6-localhost", "::1", "0:0:0:0:0:0:0:1", "::", "::1%lo", "fe80::1%lo", "ff02::1", "fd00:ec2::254", "")
	if len(table) < 200 {
		t.Errorf("%d spellings, want at least 200", len(table))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	e := NewEgress(Target{Host: "example.org"})
	defer e.Close()
	for _, host := range table {
		once, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		conn, err := e.Dial(once, "tcp", net.JoinHostPort(host, port))
		cancel()
		if err == nil {
			t.Errorf("%q: connected to %s", host, conn.RemoteAddr())
			_ = conn.Close()
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("this machine was reached %d times", n)
	}
}

// TestSpellingsAsAddresses judges the same spellings where a resolver, not Go,
// has read them: by the address that comes out.
func TestSpellingsAsAddresses(t *testing.T) {
	state := NewEgress(Target{Host: "example.org"}).state
	seen := 0
	for _, inner := range []string{"127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "240.0.0.1"} {
		for _, text := range spellings(inner) {
			address, err := netip.ParseAddr(text)
			if err != nil {
				continue // only a resolver takes it, and gives the plain one
			}
			seen++
			if state.permit(address, false) == nil {
				t.Errorf("%s, for %s: the far side may lead there", text, inner)
			}
		}
	}
	if seen < 80 {
		t.Errorf("%d spellings were judged, want at least 80", seen)
	}
}

// TestFlippingName: a name that leads inside only at the second question stays
// where it led first, however often it is asked.
func TestFlippingName(t *testing.T) {
	state := NewEgress(Target{Host: "example.org"}).state
	state.pinned[netip.MustParseAddr("127.0.0.1")] = true // the operator's own machine
	for i := range 10_000 {
		other := netip.AddrFrom4([4]byte{127, byte(i >> 16), byte(i >> 8), byte(i + 2)})
		if i%3 == 0 {
			other = netip.AddrFrom4([4]byte{10, byte(i), byte(i >> 8), 1})
		}
		if other == netip.MustParseAddr("127.0.0.1") {
			continue
		}
		if err := state.permit(other, true); !errors.Is(err, ErrForbidden) {
			t.Fatalf("%s: %v", other, err)
		}
	}
}
