package zoo

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Names is a DNS server of the test's own.
type Names struct {
	conn net.PacketConn

	mu    sync.Mutex
	known map[string][]netip.Addr
	turns map[string]int
	asked []string
}

// Resolve starts a DNS server and makes it the resolver of this process, for
// good. Its place is TestMain: later, a dial that nobody waits for any more may
// be reading the resolver.
func Resolve() (*Names, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &Names{conn: conn, known: map[string][]netip.Addr{}, turns: map[string]int{}}
	go n.serve() // ends with the process
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	return n, nil
}

// Set lets a name answer with one address at a time, the next one at each
// question, the last one from then on.
func (n *Names) Set(name string, answers ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[name], n.turns[name] = nil, 0
	for _, answer := range answers {
		n.known[name] = append(n.known[name], netip.MustParseAddr(answer))
	}
}

// Asked lists the names that somebody wanted to go to, each once.
func (n *Names) Asked() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.asked)
}

func (n *Names) serve() {
	packet := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var question dnsmessage.Message
		if question.Unpack(packet[:size]) != nil || len(question.Questions) != 1 {
			continue
		}
		answer := n.answer(question)
		if reply, err := answer.Pack(); err == nil {
			_, _ = n.conn.WriteTo(reply, from)
		}
	}
}

func (n *Names) answer(question dnsmessage.Message) dnsmessage.Message {
	q := question.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: question.ID, Response: true, Authoritative: true, RecursionAvailable: true},
		Questions: question.Questions,
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.asked, name) {
		n.asked = append(n.asked, name)
	}
	addresses := n.known[name]
	if len(addresses) == 0 {
		answer.RCode = dnsmessage.RCodeNameError
		return answer
	}
	turn := min(n.turns[name], len(addresses)-1)
	header := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}
	switch address := addresses[turn]; {
	case q.Type == dnsmessage.TypeA && address.Is4():
		answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: address.As4()}}}
	case q.Type == dnsmessage.TypeAAAA && address.Is6():
		answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}}}
	}
	if q.Type == dnsmessage.TypeA {
		n.turns[name]++
	}
	return answer
}
