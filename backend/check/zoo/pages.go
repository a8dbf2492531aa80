package zoo

import (
	"strings"
)

// pages are documents that cost more to read than to write. A browser's parser
// and Go's own are both quadratic or worse in some of them when unbounded.
func pages() []Behaviour {
	const million = 1_000_000
	// flood sends a beginning, one piece very often, and an end.
	flood := func(name, begin, piece, end string, times int) Behaviour {
		return Behaviour{Name: name, Heavy: true, Speak: func(w *Wire) {
			w.say(ok + "<!doctype html><title>x</title>" + begin)
			w.repeat(piece, times, 0)
			w.say(end)
		}}
	}
	plain := func(name, kind, body string) Behaviour {
		return Behaviour{Name: name, Speak: func(w *Wire) {
			w.say("HTTP/1.1 200 OK\r\nContent-Type: " + kind + "\r\nConnection: close\r\n\r\n" + body)
		}}
	}
	login := form("/login", "")
	return []Behaviour{
		flood("100 MB of nested tags", "", "<div><p><b><i><u><a><span><ul><li><table><tr><td>"+strings.Repeat("x", 50), "", million),
		flood("a million divisions", "", "<div>", "", million),
		flood("a million unclosed bold tags in paragraphs", "", "<p><b>", "", million),
		flood("a million links in links", "", "<a><b>", "", million),
		flood("tables in tables", "", "<table><tr><td>", "", million),
		flood("text put before tables", "<table>", "<b>x", "", million),
		flood("100,000 forms", "", `<form action="/login" method="post"><input name="u"><input type="password" name="p"></form>`, "", 100_000),
		flood("100,000 links", "", `<a href="/login">Войти</a>`, "", 100_000),
		flood("100,000 links in a login page", login, `<a href="/x">x</a>`, "", 100_000),
		flood("100,000 fields", `<form action="/login" method="post"><input type="password" name="p">`, `<input name="u">`, "</form>", 100_000),
		flood("100,000 password fields", `<form action="/login" method="post">`, `<input type="password" name="p">`, "</form>", 100_000),
		flood("100,000 labels", `<form action="/login" method="post">`, `<label for="u">Логин</label>`, "</form>", 100_000),
		flood("100,000 options", `<form action="/login" method="post"><select name="s">`, "<option>x", "</select></form>", 100_000),
		flood("100,000 buttons", login, "<button>Войти</button>", "", 100_000),
		flood("100,000 messages", login, `<p class="error">Opening hours</p>`, "", 100_000),
		flood("100,000 attributes", "<div ", `a="1" `, ">", 100_000),
		flood("an attribute of 2 MB", `<div class="`, "x", `">`, 2*million),
		flood("a title of 2 MB", "<title>", "x", "</title>", 2*million),
		flood("a word of 2 MB", "<p>", "x", "", 2*million),
		flood("a comment without end", "<!--", "x", "", 2*million),
		flood("a script without end", "<script>", "x<!--", "", million/2),
		flood("less-than signs", "", "<", "", 2*million),
		flood("character references", "<p>", "&amp;", "", million/2),
		flood("wrong character references", "<p>", "&notanentity", "", million/4),
		flood("templates in templates", "", "<template>", "", million/4),
		flood("drawings in formulas", "", "<svg><math>", "", million/4),
		flood("selects in selects", "", "<select><option>", "", million/4),
		flood("end tags for nothing", "", "</p>", "", million/2),
		flood("frames", "<frameset>", "<frame src=x>", "", million/4),
		flood("lines", login, "a\n", "", million),
		flood("zero-width spaces", login+"<p>", "\u200b", "", million/2),
		flood("combining marks", login+"<p>e", "\u0301", "", million/2),
		flood("words that nearly match", login+`<p class="error">`, "неверн password session too many ", "", million/20),
		plain("nested JSON", "application/json", strings.Repeat("[", 200_000)),
		plain("JSON of one long text", "application/json", `{"error":"`+strings.Repeat("opening hours ", 50_000)+`"}`),
		plain("invalid UTF-8", "text/html; charset=utf-8", "<title>\xff\xfe</title><p>\xc3\x28\xa0\xa1\xf0\x28\x8c\xbc"+login),
		plain("NUL in the page", "text/html", "<p>\x00\x00<fo\x00rm><input na\x00me=user type=pass\x00word>"),
		plain("UTF-16", "text/html; charset=utf-16", "\xff\xfe<\x00p\x00>\x00"),
		plain("UTF-7", "text/html; charset=utf-7", "+ADw-form+AD4-"),
		plain("unknown character set", "text/html; charset=zoo", login),
		plain("two character sets", "text/html; charset=windows-1251", "<meta charset=utf-16>"+login),
		plain("binary", "application/octet-stream", strings.Repeat("\x00\x01\x02\x03", 10_000)),
		plain("a picture", "image/png", "\x89PNG\r\n\x1a\n"),
		plain("a PDF", "application/pdf", "%PDF-1.7\n"),
		plain("a type of 50 KB", "text/html; x="+strings.Repeat("y", 50_000), login),
		plain("XML entities", "application/xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><x>&b;</x>`),
		plain("nothing at all", "text/html", ""),
	}
}
