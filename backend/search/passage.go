package search

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"opora/backend/opora"
)

// How long what is shown may be, in characters.
const (
	longestPassage = 200
	longestTitle   = 300
)

// hit shows where the query stands in a thing.
func (w *contender) hit(f opora.Findable) opora.Hit {
	c, d := w.in, w.d
	words := c.words(d)[4*(d.title+d.tags):]
	places := c.part[partPlaces][4*d.places:]
	inText := c.window(words[:4*d.text], w.phrasePlaces())
	inCode := c.window(words[4*d.text:], w.phrasePlaces())

	hit := opora.Hit{Key: f.Key, Title: c.spans(excerpt(f.Title, 0, 0, longestTitle)), Address: f.Address, Parent: f.Parent}
	if inCode.worth > inText.worth {
		from, to := inCode.bytes(f.Code, places[4*placesOf(d.text):])
		hit.Passage = c.spans(excerpt(f.Code, from, to, longestPassage))
		return hit
	}
	from, to := inText.bytes(f.Text, places)
	hit.Passage = c.spans(excerpt(f.Text, from, to, longestPassage))
	for _, head := range f.Heads {
		if head.At > from || inText.worth == 0 {
			break
		}
		hit.Heading, hit.Anchor = head.Text, head.Anchor
	}
	if hit.Anchor != "" && hit.Address != "" {
		address, _, _ := strings.Cut(hit.Address, "#")
		hit.Address = address + "#" + hit.Anchor
	}
	return hit
}

func (w *contender) phrasePlaces() []compiledPhrase {
	if w.phrases == 0 {
		return nil
	}
	return w.in.phrases
}

// window is a row of words with as much of the query in it as possible.
type window struct {
	from, to int // words; to is the last one that matches
	worth    float32
}

// widest is how many words a passage has, about.
const widest = 24

// window finds the best place in a field.
func (c *compiled) window(words []byte, phrases []compiledPhrase) window {
	words = words[:min(len(words), 4*longestLook)]
	for i := range phrases {
		if at := phrases[i].in(c.segment, words); at >= 0 {
			return window{at, at + len(phrases[i].places) - 1, 1000}
		}
	}
	type match struct {
		at   int
		mask uint32
		form uint32
	}
	var recent []match // not further back than a passage is wide
	var best window
	for i := range len(words) / 4 {
		form := u32(words, i) &^ inHeading
		mask := c.matches(form)
		if mask == 0 {
			continue
		}
		recent = append(recent, match{i, mask, form})
		for recent[0].at <= i-widest {
			recent = recent[1:]
		}
		var worth float32
		var seen uint32
		for n, m := range recent {
			for rest := m.mask &^ seen; rest != 0; rest &= rest - 1 {
				g := &c.groups[bits.TrailingZeros32(rest)]
				share := float32(1)
				if g.optional {
					share = 0.2
				}
				if g.exact == m.form {
					share *= 1.2
				}
				worth += share * (g.idf + 0.1)
			}
			if n > 0 && m.at == recent[n-1].at+1 {
				worth += 0.05
			}
			seen |= m.mask
		}
		if worth > best.worth*1.0001 {
			best = window{recent[0].at, i, worth}
		}
	}
	return best
}

// bytes tells where a window stands in the text. Only the words around it are
// read, however long the text is.
func (w window) bytes(text string, places []byte) (from, to int) {
	if w.worth == 0 {
		return 0, 0
	}
	at := func(word int) (from, to int) {
		nearest := word / placesEvery
		s := scanner{text: text, at: min(int(u32(places, nearest)), len(text))}
		for range word - nearest*placesEvery + 1 {
			if !s.next() {
				return 0, 0 // changed this very moment
			}
		}
		return s.start, s.end
	}
	from, _ = at(w.from)
	_, to = at(w.to)
	if to < from {
		return 0, 0
	}
	return from, to
}

// excerpt cuts a piece out of a text around from and to: at the ends of words,
// beginning with a line where one begins near.
func excerpt(text string, from, to, longest int) string {
	for n, count := from, 0; n < to; count++ {
		if count == longest {
			to = n
			break
		}
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
	}
	room := longest - utf8.RuneCountInString(text[from:to])
	before, start := room/3, from
	for before > 0 && start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if r == '\n' {
			break
		}
		start -= size
		before--
		room--
	}
	if start > 0 && text[start-1] != '\n' {
		if blank := strings.IndexFunc(text[start:from], unicode.IsSpace); blank >= 0 {
			start += blank + 1
		} else if before == 0 {
			start = from
		}
	}
	end := to
	for room > 0 && end < len(text) {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		room--
	}
	if end < len(text) {
		if blank := strings.LastIndexFunc(text[to:end], unicode.IsSpace); blank >= 0 {
			end = to + blank
		}
	}
	piece := strings.TrimFunc(text[start:end], unicode.IsSpace)
	if start > 0 && text[start-1] != '\n' {
		piece = "… " + piece
	}
	if strings.TrimFunc(text[end:], unicode.IsSpace) != "" {
		piece += " …"
	}
	return piece
}

// spans marks in a text what belongs to the query.
func (c *compiled) spans(text string) []opora.Span {
	list := []opora.Span{}
	add := func(text string, mark bool) {
		if text = clean(text); text == "" {
			return
		}
		if n := len(list); n > 0 && list[n-1].Mark == mark {
			list[n-1].Text += text
			return
		}
		list = append(list, opora.Span{Text: text, Mark: mark})
	}
	s := scanner{text: text}
	done := 0
	for s.next() {
		if c.matchesText(s.form) == 0 {
			continue
		}
		add(text[done:s.start], false)
		add(text[s.start:s.end], true)
		done = s.end
	}
	add(text[done:], false)
	return list
}

// clean makes one line of a text and leaves out what is no text.
func clean(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	blank := false
	for _, r := range text { // what is no UTF-8 comes as the sign for that
		if r > ' ' && r < unicode.MaxASCII || 'А' <= r && r <= 'я' {
			blank = false
			b.WriteRune(r)
			continue
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		if !unicode.Is(unicode.Bidi_Control, r) { // they could turn what stands beside
			b.WriteRune(r)
		}
	}
	return b.String()
}
