package zoo

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
)

// Shakes are the servers that misbehave before a TLS connection stands.
func Shakes(config *tls.Config) []Behaviour {
	old := func(version uint16) func(*Wire) {
		return func(w *Wire) {
			limited := config.Clone()
			limited.MinVersion, limited.MaxVersion = version, version
			_ = tls.Server(w.Conn, limited).Handshake() // it is the client's part to refuse
		}
	}
	list := []Behaviour{
		{Name: "plain HTTP where TLS was due", Early: true, Speak: func(w *Wire) { w.say("HTTP/1.1 400 Bad Request\r\n\r\nplain"); w.wait() }},
		{Name: "alert at once", Early: true, Speak: func(w *Wire) { w.say("\x15\x03\x01\x00\x02\x02\x28") }},
		{Name: "warnings without end", Early: true, Speak: func(w *Wire) { w.repeat("\x15\x03\x01\x00\x02\x01\x5a", -1, 0) }},
		{Name: "half of a record", Early: true, Speak: func(w *Wire) { w.say("\x16\x03\x03\x40"); w.wait() }},
		{Name: "record that is too long", Early: true, Speak: func(w *Wire) { w.say("\x16\x03\x03\xff\xff"); w.repeat("x", -1, 0) }},
		{Name: "empty records without end", Early: true, Speak: func(w *Wire) { w.repeat("\x16\x03\x03\x00\x00", -1, 0) }},
		{Name: "hello requests without end", Early: true, Speak: func(w *Wire) { w.repeat("\x16\x03\x03\x00\x04\x00\x00\x00\x00", -1, 0) }},
		{Name: "message of 16 MB announced", Early: true, Speak: func(w *Wire) {
			w.say("\x16\x03\x03\x40\x00\x02\xff\xff\xff" + strings.Repeat("x", 0x4000-4))
			w.repeat("\x16\x03\x03\x40\x00"+strings.Repeat("x", 0x4000), -1, 0)
		}},
		{Name: "SSL 3.0", Early: true, Speak: func(w *Wire) {
			w.say("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00" + strings.Repeat("x", 35))
			w.wait()
		}},
		{Name: "TLS 1.0", Early: true, Speak: old(tls.VersionTLS10)},
		{Name: "TLS 1.1", Early: true, Speak: old(tls.VersionTLS11)},
		{Name: "bytes without meaning", Early: true, Speak: func(w *Wire) { w.repeat("\x7a\x6f\x6f\x21", -1, 0) }},
		{Name: "end within the handshake", Early: true, Speak: func(w *Wire) { w.say("\x16\x03\x03\x00\x7a\x02"); w.reset() }},
	}
	// A real handshake that stalls, or is cut, after so many bytes of each flight.
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		limited := config.Clone()
		limited.MinVersion, limited.MaxVersion = version, version
		for _, after := range []int{1, 5, 40, 90, 200, 500, 900} {
			for _, cut := range []bool{false, true} {
				name := tls.VersionName(version) + " that stalls"
				if cut {
					name = tls.VersionName(version) + " that is cut"
				}
				list = append(list, Behaviour{Name: fmt.Sprintf("%s after %d bytes", name, after), Early: true, Speak: func(w *Wire) {
					_ = tls.Server(&stalling{Conn: w.Conn, left: after, cut: cut}, limited).Handshake()
					w.wait()
				}})
			}
		}
	}
	return list
}

// stalling passes so many bytes on and then swallows what is written, or hangs up.
type stalling struct {
	net.Conn
	cut bool

	mu   sync.Mutex
	left int
}

func (s *stalling) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pass := p[:min(len(p), s.left)]
	s.left -= len(pass)
	if len(pass) > 0 {
		if n, err := s.Conn.Write(pass); err != nil {
			return n, err
		}
	}
	if s.left == 0 && s.cut {
		_ = s.Conn.Close()
		return len(pass), net.ErrClosed
	}
	return len(p), nil
}
