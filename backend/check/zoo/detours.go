package zoo

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// detours are the servers that send a client round and round.
func detours() []Behaviour {
	// moved answers with a redirect that is made anew each time.
	moved := func(name string, location func() string, more string) Behaviour {
		return Behaviour{Name: name, Speak: func(w *Wire) {
			w.say("HTTP/1.1 302 Found\r\nLocation: " + location() + "\r\n" + more + "Content-Length: 0\r\nConnection: close\r\n\r\n")
		}}
	}
	always := func(where string) func() string { return func() string { return where } }
	return []Behaviour{
		moved("redirects without end", func() string { return "/" + rand.Text() }, ""),
		moved("redirects without end, each with a large cookie", func() string { return "/" + rand.Text() },
			"Set-Cookie: "+rand.Text()+"="+strings.Repeat("x", 3000)+"; Path=/\r\n"),
		{Name: "redirects without end, each with new cookies", Speak: func(w *Wire) {
			var cookies strings.Builder
			for range 200 {
				_, _ = fmt.Fprintf(&cookies, "Set-Cookie: %s=%s; Path=/\r\n", rand.Text(), strings.Repeat("v", 200))
			}
			w.say("HTTP/1.1 302 Found\r\nLocation: /" + rand.Text() + "\r\n" + cookies.String() + "Content-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		moved("redirect to itself", always("?"), ""),
		moved("redirect to nothing", always(""), ""),
		moved("redirect to nonsense", always("http://%%%:port/"), ""),
		moved("redirect to no scheme", always("://x"), ""),
		moved("redirect to 60 KB", always("/"+strings.Repeat("x", 60_000)), ""),
		moved("redirect that grows", func() string { return "/" + strings.Repeat(rand.Text(), 1000) }, ""),
		moved("redirect with control characters", always("/a\x01b\x7f"), ""),
		moved("redirect to a script", always("javascript:alert(1)"), ""),
		moved("redirect to a file", always("file:///etc/passwd"), ""),
		moved("redirect to FTP", always("ftp://127.0.0.1/x"), ""),
		moved("redirect to port 0", always("http://127.0.0.1:0/"), ""),
		moved("redirect to the metadata service", always("http://169.254.169.254/latest/meta-data/"), ""),
		moved("redirect to the local network", always("http://192.168.0.1/admin"), ""),
		{Name: "300 with a choice", Speak: func(w *Wire) {
			w.say("HTTP/1.1 300 Multiple Choices\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		{Name: "305 to a proxy", Speak: func(w *Wire) {
			w.say("HTTP/1.1 305 Use Proxy\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		{Name: "refresh without end", Speak: func(w *Wire) {
			w.say(ok + `<meta http-equiv="refresh" content="0;url=/` + rand.Text() + `">`)
		}},
		{Name: "Refresh header without end", Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nRefresh: 0;url=/" + rand.Text() + "\r\nConnection: close\r\n\r\n<p>wait")
		}},
		{Name: "refresh to itself", Speak: func(w *Wire) { w.say(ok + `<meta http-equiv="refresh" content="0">`) }},
		{Name: "links to more and more pages", Speak: func(w *Wire) {
			w.say(ok)
			for range 50 {
				w.say(`<a href="/login/` + rand.Text() + `">Войти</a>`)
			}
		}},
		{Name: "steps without end", Speak: func(w *Wire) {
			w.say(ok + `<h1>Вход</h1><form method="post" action="/login/` + rand.Text() + `"><input name="user" autocomplete="username"><button>Далее</button></form>`)
		}},
		{Name: "frames within frames", Speak: func(w *Wire) { w.say(ok + strings.Repeat(`<iframe src="/`+rand.Text()+`"></iframe>`, 20)) }},
		{Name: "429 with a day to wait", Speak: func(w *Wire) {
			w.say("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 86400\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		{Name: "503 with the form", Speak: func(w *Wire) {
			body := form("/login", "<p>Service unavailable</p>")
			w.say(fmt.Sprintf("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body))
		}},
	}
}
