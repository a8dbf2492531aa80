package intake

import (
	"html"
	"sort"
	"strings"
	"unicode/utf8"
)

// cleaned is a message without what chats put into it, and the way back from
// each of its bytes to the original.
type cleaned struct {
	raw  string
	s    string
	runs []run
}

// run is a piece of cleaned text and the piece of the original that it stands
// for. Where both are equally long they match byte by byte.
type run struct {
	clean, cleanLen int
	raw, rawLen     int
}

// clean removes zero-width marks and control characters, turns every sort of
// space and line break into the plain one, and decodes HTML entities. Look-alike
// letters stay: which was meant is the customer's to say.
func clean(raw string) cleaned {
	if plain(raw) {
		return cleaned{raw: raw, s: raw, runs: []run{{0, len(raw), 0, len(raw)}}}
	}
	c := cleaned{raw: raw}
	var b strings.Builder
	b.Grow(len(raw))
	markup := strings.Contains(raw, "</") || strings.Contains(raw, "<br")
	from := 0 // start of the bytes that are taken over as they are
	keep := func(to int) {
		if to > from {
			c.runs = append(c.runs, run{b.Len(), to - from, from, to - from})
			b.WriteString(raw[from:to])
		}
	}
	put := func(text string, at, size int) {
		keep(at)
		if text != "" {
			c.runs = append(c.runs, run{b.Len(), len(text), at, size})
			b.WriteString(text)
		}
		from = at + size
	}
	for i := 0; i < len(raw); {
		ch := raw[i]
		switch {
		case ch == '\n' || ch == '\t' || ch > ' ' && ch < 0x7f && ch != '&' && ch != '<' || ch == ' ':
			i++
		case ch == '&':
			text, size := entity(raw[i:])
			if size > 0 {
				put(text, i, size)
				i += size
			} else {
				i++
			}
		case ch == '<':
			text, size := "", 0
			if markup {
				text, size = tag(raw[i:])
			}
			if size > 0 {
				put(text, i, size)
				i += size
			} else {
				i++
			}
		case ch == '\r':
			size := 1
			if i+1 < len(raw) && raw[i+1] == '\n' {
				size = 2
			}
			put("\n", i, size)
			i += size
		case ch < ' ' || ch == 0x7f:
			text := ""
			if ch == '\v' || ch == '\f' {
				text = "\n"
			}
			put(text, i, 1)
			i++
		default:
			r, size := utf8.DecodeRuneInString(raw[i:])
			switch {
			case invisible(r):
				put("", i, size)
			case r == '\u2028' || r == '\u2029' || r == '\u0085':
				put("\n", i, size)
			case wideSpace(r):
				put(" ", i, size)
			}
			i += size
		}
	}
	keep(len(raw))
	c.s = b.String()
	return c
}

// plain reports that there is nothing to clean.
func plain(raw string) bool {
	for i := 0; i < len(raw); i++ {
		if ch := raw[i]; ch >= 0x7f || ch == '&' || ch == '<' || ch < ' ' && ch != '\n' && ch != '\t' {
			return false
		}
	}
	return true
}

func invisible(r rune) bool {
	return r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u206f' ||
		r == '\ufeff' || r == '\u00ad' || r == '\u180e' || r == '\u034f' || r == '\u061c' || r == '\ufe0f' || r == '\u20e3'
}

func wideSpace(r rune) bool {
	return r == '\u00a0' || r >= '\u2000' && r <= '\u200a' || r == '\u202f' || r == '\u205f' || r == '\u3000' || r == '\u1680'
}

// entity decodes one HTML entity at the start of text.
func entity(text string) (string, int) {
	end := strings.IndexByte(text[:min(len(text), 10)], ';')
	if end < 2 {
		return "", 0
	}
	decoded := html.UnescapeString(text[:end+1])
	if decoded == text[:end+1] || utf8.RuneCountInString(decoded) != 1 {
		return "", 0
	}
	if r, _ := utf8.DecodeRuneInString(decoded); wideSpace(r) {
		decoded = " "
	} else if invisible(r) || r < ' ' {
		return "", 0
	}
	return decoded, end + 1
}

// tag recognises the marks that mail programs and editors leave in a paste, and
// gives what stands in their place.
func tag(text string) (string, int) {
	end := strings.IndexByte(text[:min(len(text), 300)], '>')
	if end < 2 {
		return "", 0
	}
	name := strings.ToLower(strings.Trim(text[1:end], "/ "))
	closing := text[1] == '/'
	name, rest, _ := strings.Cut(name, " ")
	if rest != "" && !strings.Contains(rest, "=") {
		return "", 0
	}
	switch name {
	case "br", "p", "div", "li", "tr", "ul", "ol", "table", "tbody", "thead", "h1", "h2", "h3", "h4", "pre", "blockquote":
		return "\n", end + 1
	case "td", "th":
		if closing {
			return "\t", end + 1
		}
		return "", end + 1
	case "b", "strong", "i", "em", "u", "span", "font", "code", "tt", "html", "body", "small":
		return "", end + 1
	case "a":
		return "", end + 1
	}
	return "", 0
}

// span gives the original bytes of a piece of cleaned text.
func (c *cleaned) span(start, end int) (int, int) {
	if start >= end || len(c.runs) == 0 {
		return 0, 0
	}
	first := c.runAt(start)
	last := c.runAt(end - 1)
	from, to := first.raw, last.raw+last.rawLen
	if first.cleanLen == first.rawLen {
		from = first.raw + start - first.clean
	}
	if last.cleanLen == last.rawLen {
		to = last.raw + end - last.clean
	}
	return from, to
}

func (c *cleaned) runAt(at int) run {
	i := sort.Search(len(c.runs), func(i int) bool { return c.runs[i].clean > at })
	return c.runs[max(i-1, 0)]
}
