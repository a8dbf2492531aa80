package zoo

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"opora/backend/opora"
)

// Behaviour is one way in which a server misbehaves once it has heard a request.
type Behaviour struct {
	Name  string
	Early bool // does not wait for a request
	Heavy bool // costs time or memory to read, so that it runs by itself
	Speak func(*Wire)
}

// Behaviours lists them all.
func Behaviours() []Behaviour {
	return slices.Concat(slow(), framing(), bombs(), detours(), pages())
}

// Wire is a connection on which a server misbehaves.
type Wire struct {
	net.Conn
	gone bool   // the other side hung up
	head []byte // how the behaviour began
}

// say writes a text; it gives false when nobody listens any more.
func (w *Wire) say(text string) bool {
	if !w.gone {
		if len(w.head) < 16 {
			w.head = append(w.head, text[:min(len(text), 16)]...)
		}
		_, err := io.WriteString(w.Conn, text)
		w.gone = err != nil
	}
	return !w.gone
}

// repeat says a text again and again with a pause in between, so often, or
// until nobody listens when times is negative.
func (w *Wire) repeat(text string, times int, pause time.Duration) {
	if pause == 0 {
		// In larger pieces, so that the cost is the reader's.
		bundle := max(1, (1<<15)/len(text))
		many := strings.Repeat(text, bundle)
		for ; times < 0 || times >= bundle; times -= min(bundle, max(times, 0)) {
			if !w.say(many) {
				return
			}
		}
	}
	for ; times != 0 && w.say(text); times-- {
		time.Sleep(pause)
	}
}

// wait says nothing until the other side hangs up.
func (w *Wire) wait() { _, _ = io.Copy(io.Discard, w.Conn) }

// reset breaks the connection off without an end.
func (w *Wire) reset() {
	conn := w.Conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
	}
}

// ok is the head of an answer that ends with the connection.
const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"

// host serves one connection: an ordinary door up to the given stage, and the
// behaviour from there on. It gives how the behaviour began.
func (b Behaviour) host(conn net.Conn, kind opora.Kind, at Stage) []byte {
	w := &Wire{Conn: conn}
	if b.Early && at == AtDoor {
		b.Speak(w)
		return w.head
	}
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return nil
		}
		_, _ = io.Copy(io.Discard, request.Body)
		if at == AtDoor || request.Method == http.MethodPost || request.Header.Get("Authorization") != "" {
			w.head = nil
			b.Speak(w)
			return w.head
		}
		if !w.say(doorOf(kind)) {
			return nil
		}
	}
}

// doorOf is the ordinary answer to a visitor who has not logged in.
func doorOf(kind opora.Kind) string {
	if kind != opora.Web {
		return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"zoo\"\r\nContent-Length: 0\r\n\r\n"
	}
	body := "<!doctype html><title>Вход</title>" + form("/login", "")
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
