package zoo

import (
	"fmt"
	"strings"
)

// framing are the servers whose messages are no proper HTTP/1.1.
func framing() []Behaviour {
	said := func(name, text string) Behaviour {
		return Behaviour{Name: name, Speak: func(w *Wire) { w.say(text) }}
	}
	return []Behaviour{
		{Name: "hangs up at once", Early: true, Speak: func(*Wire) {}},
		{Name: "hangs up after the request", Speak: func(*Wire) {}},
		{Name: "resets after the request", Speak: (*Wire).reset},
		{Name: "resets within the head", Speak: func(w *Wire) { w.say("HTTP/1.1 200 OK\r\nServ"); w.reset() }},
		{Name: "resets within the body", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + form("/login", ""))
			w.reset()
		}},
		{Name: "resets within a chunk", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")
			w.reset()
		}},
		said("longer body announced than sent", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n"+form("/login", "<p>Wrong password</p>")),
		said("shorter body announced than sent", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<p>a longer body"),
		said("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\n<p>body"),
		said("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<p>body"),
		said("length beyond all numbers", "HTTP/1.1 200 OK\r\nContent-Length: "+strings.Repeat("9", 40)+"\r\n\r\n<p>body"),
		said("length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n<p>body"),
		said("length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
		said("chunk beyond all numbers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+strings.Repeat("F", 20)+"\r\nabc"),
		said("negative chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n"),
		said("chunk without its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>no size at all</p>"),
		said("unknown transfer encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: zoo, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
		said("HTTP/0.9", "<html><p>Welcome, anna</p></html>"),
		said("HTTP/3.0 by letter", "HTTP/3.0 200 OK\r\n\r\n<p>hello"),
		said("HTTP/1.0 without a head", "HTTP/1.0 200\r\n\r\n<p>hello"),
		said("status 0", "HTTP/1.1 000 Nothing\r\n\r\n"),
		said("status 99", "HTTP/1.1 99 Small\r\n\r\n"),
		said("status 999", "HTTP/1.1 999 Large\r\nContent-Length: 0\r\n\r\n"),
		said("status that is no number", "HTTP/1.1 two OK\r\n\r\n"),
		said("negative status", "HTTP/1.1 -200 OK\r\n\r\n"),
		said("101 Switching Protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: zoo\r\nConnection: Upgrade\r\n\r\nwelcome anna"),
		said("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n<p>hello!"),
		said("304 that nobody asked for", "HTTP/1.1 304 Not Modified\r\n\r\n"),
		said("206 of a range", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9999\r\nContent-Length: 5\r\n\r\nhello"),
		said("205", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
		said("407", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"),
		said("two answers for one request", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\n<a href='/logout'>Выйти</a><p>Welcome anna"),
		{Name: "answers before it is asked", Early: true, Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n<a href='/logout'>Выйти</a>")
			w.wait()
		}},
		said("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"),
		said("bare carriage returns", "HTTP/1.1 200 OK\rContent-Length: 5\r\rhello"),
		said("folded header", "HTTP/1.1 200 OK\r\nX-Long: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
		said("header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n"),
		said("header with a space in its name", "HTTP/1.1 200 OK\r\nX Y: z\r\nContent-Length: 0\r\n\r\n"),
		said("NUL in a header", "HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n"),
		said("control characters in the status line", "HTTP/1.1 200 \x1b[31mOK\x07\r\nContent-Length: 0\r\n\r\n"),
		said("header that is not UTF-8", "HTTP/1.1 200 OK\r\nServer: \xff\xfe\xfa\r\nContent-Length: 0\r\n\r\n"),
		said("SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
		said("FTP", "220-Welcome\r\n220 ready\r\n"),
		said("SMTP", "220 mail.test ESMTP\r\n"),
		said("TLS alert in plain", "\x15\x03\x01\x00\x02\x02\x46"),
		{Name: "HTTP/2 settings", Early: true, Speak: func(w *Wire) {
			w.say("\x00\x00\x00\x04\x00\x00\x00\x00\x00")
			w.wait()
		}},
		{Name: "HTTP/2 pings without end", Early: true, Speak: func(w *Wire) { w.repeat("\x00\x00\x08\x06\x00\x00\x00\x00\x00pingpong", -1, 0) }},
		{Name: "HTTP/2 continuations without end", Speak: func(w *Wire) {
			w.repeat("\x00\x00\x10\x09\x00\x00\x00\x00\x01"+strings.Repeat("h", 16), -1, 0)
		}},
		{Name: "random bytes", Speak: func(w *Wire) {
			for i := range 300 {
				w.say(fmt.Sprintf("%c%c", i*7919%256, i*104729%256))
			}
		}},
	}
}
