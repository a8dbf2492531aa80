package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of the cleaned text, without quote marks, bullets, numbers
// and the time and name that a chat puts before what was said.
type line struct {
	start, end int
	para       int  // blank lines divide paragraphs
	item       bool // stood behind a bullet or number
	number     bool // behind a number
	from       bool // a chat's name and time stood before it: somebody begins to speak
	taken      bool // a table has it
	off        bool // a mail header, a public key, a signature: nothing of ours
}

// maxLine bounds one line; what is longer is cut at a space. A connection
// string or a JSON object on one line is far shorter.
const maxLine = 16 << 10

// maxRead is how much text is read line by line: far more than anybody writes.
// Of a longer text (a log, a dump) only the neighbourhood of lines that speak of
// a secret is read, up to as much again.
const maxRead = 128 << 10

// nearby is how many lines around such a line are read with it.
const nearby = 6

func (r *reader) split() {
	long := len(r.s) > maxRead
	var before []line // lines that were passed over and may still be near
	follow, kept, para := 0, 0, 0
	skipped := false
	keep := func(l line) {
		if kept += l.end - l.start + 16; kept > maxRead && long {
			return
		}
		was := l
		r.peel(&l)
		if l.start >= l.end {
			para++
			return
		}
		l.para += para
		l.from = l.from || skipped
		skipped = false
		if was.start == 0 {
			l.from = false
		}
		r.lines = append(r.lines, l)
	}
	blank := 0
	for start := 0; start <= len(r.s) && (!long || kept <= maxRead); {
		l, next := r.nextLine(start)
		start = next
		if trimmed := strings.TrimSpace(r.s[l.start:l.end]); trimmed == "" {
			blank++
			continue
		}
		l.para = blank
		switch {
		case !long || kept < maxRead/2:
			keep(l)
		case hot(r.s[l.start:l.end]):
			for _, old := range before {
				keep(old)
			}
			before = before[:0]
			keep(l)
			follow = nearby
		case follow > 0:
			follow--
			keep(l)
		default:
			if len(before) == nearby {
				skipped = true
				copy(before, before[1:])
				before = before[:nearby-1]
			}
			before = append(before, l)
		}
	}
	r.headers()
	r.mendLinks()
}

// mendLinks joins a line with the one below where a link was cut in two and
// nothing else can be meant.
func (r *reader) mendLinks() {
	for i := 0; i+1 < len(r.lines); i++ {
		l, next := &r.lines[i], r.lines[i+1]
		if l.off || next.off || next.item || next.para != l.para || next.start != l.end+1 {
			continue
		}
		text, below := r.s[l.start:l.end], r.s[next.start:next.end]
		last := text[strings.LastIndexAny(text, " \t(<")+1:]
		scheme := strings.Index(last, "://")
		if scheme < 0 || len(below) > 300 {
			continue
		}
		word, _, more := strings.Cut(below, " ")
		switch {
		case scheme+3 == len(last): // "https://"
			if _, ok := r.hostAt(next.start, next.end); !ok {
				continue
			}
		case !more && last[len(last)-1] == '/' && pathLike(word) && i+2 < len(r.lines) && r.lines[i+2].para == l.para && r.labelled(&r.lines[i+2]):
		case more || strings.Contains(word, "://") || strings.Contains(word, ":") || word[0] >= 0x80:
			continue
		case strings.IndexByte("-=&?%_", last[len(last)-1]) >= 0:
		case word[0] == '/' && len(word) > 1 || word[0] == '?' || strings.HasSuffix(word, ".php") || strings.HasSuffix(word, ".html"):
			if _, ok := r.hostAt(next.start, next.end); ok && !strings.HasSuffix(word, ".php") && !strings.HasSuffix(word, ".html") {
				continue
			}
		default:
			continue
		}
		l.end = next.end
		r.lines = append(r.lines[:i+1], r.lines[i+2:]...)
	}
}

// pathLike reports the further part of a path: small words between slashes.
func pathLike(text string) bool {
	inner := strings.Trim(text, "/")
	for i := range len(inner) {
		if ch := inner[i]; !(ch >= 'a' && ch <= 'z') && strings.IndexByte("/-_.", ch) < 0 {
			return false
		}
	}
	return strings.Contains(inner, "/")
}

// nextLine cuts the line that begins at start; a longer one is cut at a space.
func (r *reader) nextLine(start int) (l line, next int) {
	end := lineEnd(r.s, start)
	if end-start <= maxLine {
		return line{start: start, end: end}, end + 1
	}
	cut := strings.LastIndexByte(r.s[start:start+maxLine], ' ')
	if cut <= 0 {
		for cut = maxLine; !utf8.RuneStart(r.s[start+cut]) && cut > maxLine-4; cut-- {
		}
		return line{start: start, end: start + cut}, start + cut
	}
	return line{start: start, end: start + cut}, start + cut + 1
}

// hot reports that a line of a very long text may belong to an access.
func hot(text string) bool {
	if len(text) < 8 {
		return false
	}
	for _, sign := range []string{"парол", "Парол", "ПАРОЛ", "pass", "Pass", "PASS", "pwd", "Pwd", "PWD", "логин", "Логин", "login:", "Login:", "token", "TOKEN", "Token", "ssh ", string(rune(keySign))} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	scheme := strings.Index(text, "://")
	return scheme >= 0 && strings.IndexByte(text[scheme:min(len(text), scheme+300)], '@') > 0
}

// peel moves the start of a line behind what does not belong to it.
func (r *reader) peel(l *line) {
	for l.end > l.start && (r.s[l.end-1] == ' ' || r.s[l.end-1] == '\t') {
		l.end--
	}
	for range 12 {
		was := l.start
		text := r.s[l.start:l.end]
		switch {
		case text == "":
			return
		case text[0] == ' ' || text[0] == '\t':
			l.start++
		case text[0] == '>' && (len(text) == 1 || text[1] == ' ' || text[1] == '>'):
			l.start++
		case text[0] == '#' && strings.HasPrefix(strings.TrimLeft(text, "#"), " "):
			l.start += len(text) - len(strings.TrimLeft(text, "#")) // a Markdown title
		case strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~"):
			l.start = l.end
		case (text[0] == '-' || text[0] == '*' || text[0] == '+') && len(text) > 1 && text[1] == ' ':
			l.start, l.item = l.start+1, true
		case text[0] >= 0x80:
			ch, size := utf8.DecodeRuneInString(text)
			if strings.ContainsRune("•·▪●◦‣–—✅☑✔➡→►▶⁃❗", ch) || unicode.Is(unicode.So, ch) {
				l.start, l.item = l.start+size, true
			}
		case text[0] >= '0' && text[0] <= '9':
			if n := numbering(text); n > 0 {
				l.start, l.item, l.number = l.start+n, true, true
			} else if n := stamp(text); n > 0 {
				l.start, l.from = l.start+n, true
			}
		case text[0] == '[':
			if n := stamp(text); n > 0 {
				l.start, l.from = l.start+n, true
			}
		}
		if l.start == was {
			break
		}
	}
	if header(r.s[l.start:l.end]) {
		l.off, l.from = true, true
	}
}

// numbering is the length of "1.", "2)" or "3:" before a space.
func numbering(text string) int {
	n := 0
	for n < len(text) && n < 3 && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n > 2 || n+1 >= len(text) || text[n] != '.' && text[n] != ')' {
		return 0
	}
	next, _ := utf8.DecodeRuneInString(text[n+1:])
	if next == ' ' || next == '\t' || unicode.Is(unicode.Cyrillic, next) {
		return n + 1
	}
	return 0
}

// stamp is the length of the time and name that a chat export puts before a
// message: "[12.05.2026 10:23] Анна: " or "12.05.2026, 10:23 - Анна: ".
func stamp(text string) int {
	end := 0
	if text[0] == '[' {
		end = strings.IndexByte(text[:min(len(text), 48)], ']') + 1
	} else {
		for i, ch := range text[:min(len(text), 40)] {
			if !(unicode.IsDigit(ch) || strings.ContainsRune(" .,:/-APMapm", ch)) {
				end = i
				break
			}
		}
	}
	if end == 0 || !timed(text[:end]) {
		return 0
	}
	for end < len(text) && (text[end] == ' ' || text[end] == '-') {
		end++
	}
	return end + speaker(text[end:])
}

// timed reports that a text holds a time of day and nothing but date and time.
func timed(text string) bool {
	colon := strings.IndexByte(text, ':')
	if colon < 1 || colon+2 >= len(text) || !digit(text[colon-1]) || !digit(text[colon+1]) || !digit(text[colon+2]) {
		return false
	}
	letters := 0
	for _, ch := range text {
		if unicode.IsLetter(ch) {
			letters++
		}
	}
	return letters <= 14
}

func digit(ch byte) bool { return ch >= '0' && ch <= '9' }

// speaker is the length of "Анна Петрова: " at the start of a text, when it is
// a name and not a label.
func speaker(text string) int {
	colon := strings.Index(text[:min(len(text), 60)], ": ")
	if colon <= 0 {
		return 0
	}
	words := strings.Fields(text[:colon])
	if len(words) > 4 {
		return 0
	}
	for _, word := range words {
		word = folded(word)
		if _, known := labels[word]; known {
			return 0
		}
		if _, known := kinds[word]; known {
			return 0
		}
	}
	return colon + 2
}

// header recognises the line above a message in an export: "Анна Петрова,
// [12 May 2026 at 10:23]" or "anna  10:24 AM".
func header(text string) bool {
	if len(text) > 90 || len(text) < 6 {
		return false
	}
	text = strings.TrimRight(text, " :")
	if open := strings.LastIndexByte(text, '['); open > 0 && strings.HasSuffix(text, "]") {
		return timed(text[open:]) && len(strings.Fields(text[:open])) <= 4
	}
	words := strings.Fields(text)
	if last := words[len(words)-1]; len(words) >= 3 && (last == "AM" || last == "PM") {
		words = words[:len(words)-1]
	}
	last := words[len(words)-1]
	if len(words) < 2 || len(words) > 4 || len(last) > 5 || !timed(last) {
		return false
	}
	for _, word := range words[:len(words)-1] {
		if ch, _ := utf8.DecodeRuneInString(word); !unicode.IsUpper(ch) && !unicode.IsLower(ch) {
			return false
		}
		if _, known := labels[folded(strings.Trim(word, ":,"))]; known || strings.HasSuffix(word, ":") {
			return false
		}
	}
	return true
}

// mailHeaders are the lines above a forwarded or quoted mail.
var mailHeaders = wordSet(`from to cc bcc subject date sent reply-to от кому копия тема дата отправлено received return-path message-id mime-version
	content-type x-mailer delivered-to`)

// headers switches off mail headers and what stands below a signature mark.
func (r *reader) headers() {
	signed := -1
	for i := range r.lines {
		l := &r.lines[i]
		text := r.s[l.start:l.end]
		name, rest, found := strings.Cut(text, ":")
		if found && mailHeaders[folded(strings.Trim(name, "*"))] && (rest == "" || rest[0] == ' ' || rest[0] == '*') && r.mailish(i) {
			l.off = true
		}
		if text == "--" || text == "---" && i+1 < len(r.lines) && r.lines[i+1].para == l.para {
			signed = l.para
			l.off = true
		}
		if signed >= 0 && l.para == signed && !r.labelled(l) {
			l.off = true
		}
	}
}

// mailish reports that a neighbouring line is a mail header as well: "To:" or
// "Дата:" alone proves nothing.
func (r *reader) mailish(i int) bool {
	for _, n := range []int{i - 1, i + 1} {
		if n < 0 || n >= len(r.lines) {
			continue
		}
		name, _, found := strings.Cut(r.s[r.lines[n].start:r.lines[n].end], ":")
		if found && mailHeaders[folded(strings.Trim(name, "*"))] {
			return true
		}
	}
	return false
}

// labelled reports that a line has a label for a login or secret in it.
func (r *reader) labelled(l *line) bool {
	for _, word := range strings.FieldsFunc(r.s[l.start:l.end], func(ch rune) bool { return !unicode.IsLetter(ch) }) {
		switch labels[folded(word)] {
		case login, secret, pair:
			return true
		}
	}
	return false
}
