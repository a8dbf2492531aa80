package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"opora/backend/opora"
)

// Egress is the only way out of a check. The target's own address is the
// operator's word, wherever it lies. Everything else that the far side names
// (redirects, data connections, referrals) may not lead to an address inside
// this machine, this network, or a cloud's metadata service. Addresses are
// judged after name resolution, at the moment of connecting, so that a name
// cannot answer differently the second time.
type Egress struct {
	state *egressState
}

type egressState struct {
	host string // of the target

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
	pinned map[netip.Addr]bool // what the target's name resolved to when first connected
}

// ErrForbidden says that an address lies where the far side may not send us.
var ErrForbidden = errors.New("address is not to be reached from here")

// NewEgress opens the way to one target.
func NewEgress(target Target) Egress {
	return Egress{&egressState{host: target.Host, conns: map[net.Conn]struct{}{}, pinned: map[netip.Addr]bool{}}}
}

// Dial connects to "host:port" over TCP within [ConnectTimeout]. Connections
// that are still open when the session ends are closed with it.
func (e Egress) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	target := host == e.state.host
	dialer := net.Dialer{Timeout: ConnectTimeout, Control: func(_, resolved string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return ErrForbidden
		}
		return e.state.permit(at.Addr(), target)
	}}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return e.state.keep(conn, target)
}

func (s *egressState) permit(addr netip.Addr, target bool) error {
	addr = addr.Unmap().WithZone("")
	if metadata(addr) || addr.IsMulticast() || addr == netip.IPv4Unspecified() || addr == netip.IPv6Unspecified() || addr == broadcast {
		return ErrForbidden
	}
	if !target {
		if inside(addr) {
			return ErrForbidden
		}
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A name that moves to an inside address in the middle of a check is rebinding.
	if len(s.pinned) > 0 && !s.pinned[addr] && inside(addr) {
		return ErrForbidden
	}
	return nil
}

func (s *egressState) keep(conn net.Conn, target bool) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil && target {
		s.pinned[at.Addr().Unmap()] = true
	}
	tracked := &trackedConn{Conn: conn, state: s}
	s.conns[tracked] = struct{}{}
	return tracked, nil
}

// Close ends every connection of the session.
func (e Egress) Close() {
	e.state.mu.Lock()
	e.state.closed = true
	var open []net.Conn
	for conn := range e.state.conns {
		open = append(open, conn)
	}
	e.state.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close()
	}
}

type trackedConn struct {
	net.Conn
	state *egressState
}

func (c *trackedConn) Close() error {
	c.state.mu.Lock()
	delete(c.state.conns, c)
	c.state.mu.Unlock()
	return c.Conn.Close()
}

var (
	broadcast = netip.MustParseAddr("255.255.255.255")
	// Cloud metadata services (AWS, GCP, Azure, Alibaba, Oracle), never a customer's door.
	metadataAddresses = []netip.Addr{
		netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("169.254.170.2"), netip.MustParseAddr("fd00:ec2::254"),
		netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("192.0.0.192"),
	}
	// Ranges that the far side may not send us to: RFC 6890 and its registry.
	insidePrefixes = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"),
		netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
	}
	nat64      = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052: an IPv4 address in the last 32 bits
	translated = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765: the same
	sixTo4     = netip.MustParsePrefix("2002::/16")       // RFC 3056: an IPv4 address in bits 16–47
	teredo     = netip.MustParsePrefix("2001::/32")       // RFC 4380: an inverted IPv4 address in the last 32 bits
)

func metadata(addr netip.Addr) bool {
	for _, form := range disguises(addr) {
		for _, m := range metadataAddresses {
			if form == m {
				return true
			}
		}
	}
	return false
}

func inside(addr netip.Addr) bool {
	for _, form := range disguises(addr) {
		for _, prefix := range insidePrefixes {
			if prefix.Contains(form) {
				return true
			}
		}
	}
	return false
}

// disguises gives an address and the IPv4 address that it carries, if any.
func disguises(addr netip.Addr) []netip.Addr {
	forms := []netip.Addr{addr}
	if addr.Is6() {
		b := addr.As16()
		switch {
		case nat64.Contains(addr), translated.Contains(addr), b[10] == 0x5e && b[11] == 0xfe && b[9] == 0 && b[8]&^2 == 0: // the last is ISATAP (RFC 5214)
			forms = append(forms, netip.AddrFrom4([4]byte(b[12:16])))
		case sixTo4.Contains(addr):
			forms = append(forms, netip.AddrFrom4([4]byte(b[2:6])))
		case teredo.Contains(addr):
			forms = append(forms, netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}))
		}
	}
	return forms
}

// Fault turns a failed connection into the reason that it gives. Anything that
// is not recognised is [opora.Reset]: a fault of the way, never a refusal.
func Fault(ctx context.Context, err error) opora.Finding {
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		return opora.Found(opora.DNSFailed)
	case errors.Is(err, syscall.ECONNREFUSED):
		return opora.Found(opora.Refused)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return opora.Found(opora.Timeout)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return opora.Found(opora.Timeout)
	case errors.Is(err, ErrForbidden):
		return opora.Found(opora.Blocked)
	}
	return opora.Found(opora.Reset)
}
