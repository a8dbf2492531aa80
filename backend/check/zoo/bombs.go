package zoo

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
)

// bombs are the servers that send more than anybody wants, some of it packed.
func bombs() []Behaviour {
	head := "HTTP/1.1 200 OK\r\n"
	packed := func(name, encoding string, body func() []byte) Behaviour {
		once := sync.OnceValue(body) // packing costs more than unpacking, and every visit asks
		return Behaviour{Name: name, Heavy: true, Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: " + encoding + "\r\nConnection: close\r\n\r\n")
			w.say(string(once()))
		}}
	}
	list := []Behaviour{
		{Name: "headers without end", Speak: func(w *Wire) { w.say(head); w.repeat("X-Header: "+strings.Repeat("x", 200)+"\r\n", -1, 0) }},
		{Name: "empty headers without end", Speak: func(w *Wire) { w.say(head); w.repeat("X:\r\n", -1, 0) }},
		{Name: "header line of 10 MB", Speak: func(w *Wire) { w.say(head + "X: "); w.repeat(strings.Repeat("x", 1000), 10_000, 0); w.say("\r\n\r\n") }},
		{Name: "header name of 10 MB", Speak: func(w *Wire) { w.say(head); w.repeat(strings.Repeat("x", 1000), 10_000, 0); w.say(": y\r\n\r\n") }},
		{Name: "status line of 10 MB", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 ")
			w.repeat(strings.Repeat("x", 1000), 10_000, 0)
			w.say("\r\n\r\n")
		}},
		{Name: "status line without end", Speak: func(w *Wire) { w.repeat("HTTP/1.1 ", -1, 0) }},
		{Name: "5000 cookies", Speak: func(w *Wire) {
			w.say(head)
			for i := range 5000 {
				w.say(fmt.Sprintf("Set-Cookie: c%d=%d\r\n", i, i))
			}
			w.say("Content-Length: 0\r\n\r\n")
		}},
		{Name: "2000 cookies that fit", Speak: func(w *Wire) {
			var b strings.Builder
			for i := range 2000 {
				_, _ = fmt.Fprintf(&b, "Set-Cookie: c%d=%d\r\n", i, i)
			}
			w.say(head + b.String() + "Content-Length: 0\r\n\r\n")
		}},
		{Name: "1xx flood", Speak: func(w *Wire) {
			w.repeat("HTTP/1.1 103 Early Hints\r\nLink: </"+strings.Repeat("x", 500)+">\r\n\r\n", -1, 0)
		}},
		{Name: "offers without end", Speak: func(w *Wire) {
			w.say("HTTP/1.1 401 Unauthorized\r\n" + strings.Repeat("WWW-Authenticate: Zoo a=\""+strings.Repeat(`\"`, 20)+"\"\r\n", 800) + "Content-Length: 0\r\n\r\n")
		}},
		{Name: "an offer of 60 KB", Speak: func(w *Wire) {
			w.say("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest " + strings.Repeat("a=b, ", 12_000) + "\r\nContent-Length: 0\r\n\r\n")
		}},
		{Name: "body without end", Heavy: true, Speak: func(w *Wire) { w.say(ok); w.repeat("<p>more and more</p>", -1, 0) }},
		{Name: "chunks without end", Heavy: true, Speak: func(w *Wire) {
			w.say(head + "Transfer-Encoding: chunked\r\n\r\n")
			w.repeat("10\r\n0123456789abcdef\r\n", -1, 0)
		}},
		{Name: "chunk extension of 10 MB", Speak: func(w *Wire) {
			w.say(head + "Transfer-Encoding: chunked\r\n\r\n1;")
			w.repeat(strings.Repeat("x", 1000), 10_000, 0)
		}},
		{Name: "chunks of one byte with extensions", Heavy: true, Speak: func(w *Wire) {
			w.say(head + "Transfer-Encoding: chunked\r\n\r\n")
			w.repeat("1;"+strings.Repeat("e", 100)+"\r\nx\r\n", -1, 0)
		}},
		{Name: "trailers without end", Speak: func(w *Wire) {
			w.say(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n")
			w.repeat("X: yyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", -1, 0)
		}},
		{Name: "packed garbage", Speak: func(w *Wire) {
			w.say(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\nthis is not packed at all")
		}},
		{Name: "packed and cut off", Speak: func(w *Wire) {
			body := gzipped(strings.NewReader(form("/login", "<p>Wrong password</p>")))
			w.say(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + string(body[:len(body)-20]))
		}},
		{Name: "packed nothing without end", Heavy: true, Speak: func(w *Wire) {
			w.say(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\n")
			w.repeat(string(gzipped(strings.NewReader(""))), -1, 0)
		}},
		packed("gzip bomb", "gzip", func() []byte { return gzipped(io.LimitReader(zeros{}, 64<<20)) }),
		packed("gzip bomb in a gzip bomb", "gzip, gzip", func() []byte { return gzipped(bytes.NewReader(gzipped(io.LimitReader(zeros{}, 64<<20)))) }),
		packed("gzip bomb of tags", "gzip", func() []byte { return gzipped(strings.NewReader(strings.Repeat("<div>", 1<<20))) }),
		packed("deflate bomb", "deflate", func() []byte {
			var b bytes.Buffer
			z, _ := flate.NewWriter(&b, flate.BestSpeed) // the level is a constant
			_, _ = io.CopyN(z, zeros{}, 64<<20)
			_ = z.Close()
			return b.Bytes()
		}),
		packed("brotli bomb", "br", func() []byte { body, _ := base64.StdEncoding.DecodeString(brotli64M); return body }),
		packed("zstd bomb", "zstd", zstandard),
	}
	return list
}

func gzipped(body io.Reader) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.Copy(z, body) // from and to memory
	_ = z.Close()
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// brotli64M unpacks to 64 MB of zeros; the standard library has no brotli.
const brotli64M = "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIgDgsAdO//+P//B/8EQBwWAOje//H//w/+CYA4LADQvf/L//8//BMAcVgAoHv/Bw=="

// zstandard is a frame of blocks that each repeat one byte 128 KB long
// (RFC 8878, 3.1.1): 64 MB from 2 KB.
func zstandard() []byte {
	body := []byte{0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58} // no checksum, window of 2 MB
	for i := range 512 {
		block := uint32(128<<10)<<3 | 1<<1 // repeat
		if i == 511 {
			block |= 1 // the last
		}
		body = append(body, byte(block), byte(block>>8), byte(block>>16), 0)
	}
	return body
}
