package zoo

import (
	"strings"
	"time"
)

// drip is the pause of servers that send a byte at a time: fast enough to keep
// a connection alive, too slow to ever end.
const drip = 100 * time.Millisecond

// slow are the servers that keep a client waiting.
func slow() []Behaviour {
	return []Behaviour{
		{Name: "silence", Early: true, Speak: (*Wire).wait},
		{Name: "silence after the request", Speak: (*Wire).wait},
		{Name: "never reads", Early: true, Speak: func(*Wire) { time.Sleep(2 * time.Second) }},
		{Name: "head drop by drop", Speak: func(w *Wire) {
			for _, letter := range "HTTP/1.1 200 OK\r\nX-Header: " + strings.Repeat("x", 10_000) {
				if !w.say(string(letter)) {
					return
				}
				time.Sleep(drip)
			}
		}},
		{Name: "half of a status line", Speak: func(w *Wire) { w.say("HTTP/1.1 20"); w.wait() }},
		{Name: "head without its end", Speak: func(w *Wire) { w.say("HTTP/1.1 200 OK\r\nServer: zoo\r\n"); w.wait() }},
		{Name: "a header now and then", Speak: func(w *Wire) { w.say("HTTP/1.1 200 OK\r\n"); w.repeat("X: y\r\n", -1, drip) }},
		{Name: "body drop by drop", Speak: func(w *Wire) { w.say(ok); w.repeat("x", -1, drip) }},
		{Name: "body that stops", Speak: func(w *Wire) { w.say(ok + "<p>wait"); w.wait() }},
		{Name: "body that stops in a form", Speak: func(w *Wire) { w.say(ok + form("/login", "<p>Неверный пароль</p>")); w.wait() }},
		{Name: "chunks drop by drop", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			w.repeat("1\r\nx\r\n", -1, drip)
		}},
		{Name: "chunks without the last", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
			w.wait()
		}},
		{Name: "trailers drop by drop", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n")
			w.repeat("X: y\r\n", -1, drip)
		}},
		{Name: "100 Continue for ever", Speak: func(w *Wire) { w.repeat("HTTP/1.1 100 Continue\r\n\r\n", -1, drip) }},
		{Name: "102 Processing for ever", Speak: func(w *Wire) { w.repeat("HTTP/1.1 102 Processing\r\n\r\n", -1, drip) }},
		{Name: "one 100 and nothing more", Speak: func(w *Wire) { w.say("HTTP/1.1 100 Continue\r\n\r\n"); w.wait() }},
		{Name: "103 Early Hints and nothing more", Speak: func(w *Wire) { w.say("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); w.wait() }},
		{Name: "longer body announced than sent, and held", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<p>short")
			w.wait()
		}},
		{Name: "redirect that stalls", Speak: func(w *Wire) {
			w.say("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 50\r\n\r\n")
			w.wait()
		}},
		{Name: "unauthorized that stalls", Speak: func(w *Wire) {
			w.say("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"zoo\"\r\nContent-Length: 50\r\n\r\n")
			w.wait()
		}},
		{Name: "compressed body that stalls", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
			w.wait()
		}},
	}
}
