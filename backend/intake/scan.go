package intake

import (
	"slices"
	"strings"
	"unicode/utf8"

	"opora/backend/opora"
)

// scan goes through all lines and notes what is in them. What has no label and
// no shape of its own is noted as other, for [reader.resolve] to judge.
func (r *reader) scan() {
	r.tables()
	for i := range r.lines {
		l := &r.lines[i]
		if l.taken || l.off {
			r.pend = nil
			continue
		}
		r.scanLine(i, l.start, l.end)
	}
	slices.SortStableFunc(r.events, func(a, b event) int { return a.line - b.line }) // tables were read first
}

func (r *reader) add(line int, e event) {
	e.line, e.para = line, r.lines[line].para
	r.events = append(r.events, e)
}

// opening are the marks that may stand right before something of interest.
const opening = "([{<\"'`*_|,;/~=#\\$"

func (r *reader) scanLine(n, pos, end int) {
	before := ""
	if r.pend != nil {
		pending := *r.pend
		r.pend = nil
		if at, ok := r.pendingValue(n, pending, pos, end); ok {
			pos = at
		}
	}
	behind := r.inverted(pos, end)
	for pos < end {
		ch := r.s[pos]
		if ch == ' ' || ch == '\t' || ch == '\n' {
			pos++
			continue
		}
		if len(behind) > 0 && pos >= behind[0].start {
			if pos == behind[0].start {
				r.add(n, behind[0].event)
				pos, before = behind[0].next, ""
			}
			behind = behind[1:]
			continue
		}
		at := pos
		next := r.itemAt(n, at, end, before)
		for tries := 0; next == 0 && at < end && tries < 6; tries++ {
			c, size := utf8.DecodeRuneInString(r.s[at:end])
			if strings.IndexByte(opening, r.s[at]) < 0 && !strings.ContainsRune("«“„‘—–-•→", c) {
				break
			}
			if at += size; at < end && r.s[at] != ' ' {
				next = r.itemAt(n, at, end, before)
			}
		}
		if next > 0 {
			before = ""
			if e := r.lastWord(pos, next); e != "" {
				before = e
			}
			pos = r.skipClosing(next, end)
			continue
		}
		stop := r.wordEnd(pos, end)
		if cut := r.gluedLabel(pos, stop, end); cut > 0 {
			stop = cut
		}
		text := r.s[pos:stop]
		if r.portAfter(n, text, pos) {
			pos = stop
			continue
		}
		r.add(n, event{what: isOther, value: text, start: pos, end: stop})
		before = folded(strings.Trim(text, ".,:;!?()\"'«»"))
		pos = stop
	}
}

// portAfter takes a lone number behind an address for its port, when it is a
// known one: "imap.site.ru (SSL, 993)".
func (r *reader) portAfter(n int, text string, at int) bool {
	number := strings.Trim(text, "(),.;:")
	if len(number) < 2 || len(number) > 5 || strings.Trim(number, "0123456789") != "" || knownPort(number) == "" || len(r.events) == 0 {
		return false
	}
	for k := len(r.events) - 1; k >= 0 && r.events[k].line == n && at-r.events[k].end < 24; k-- {
		if e := r.events[k]; e.what == isAddress {
			if e.place == nil || e.place.port != "" || e.place.scheme != "" || e.place.path != "" {
				return false
			}
			start := at + strings.Index(text, number)
			r.add(n, event{what: isPort, value: number, start: start, end: start + len(number)})
			return true
		}
	}
	return false
}

// lastWord gives a single short word between two places, for what a label
// behind it means ("сменить пароль").
func (r *reader) lastWord(from, to int) string {
	if text := r.s[from:to]; len(text) < 40 && !strings.ContainsAny(text, " :") {
		return folded(strings.Trim(text, ".,;!?()"))
	}
	return ""
}

func (r *reader) skipClosing(i, end int) int {
	for i < end && strings.IndexByte(".,;:)]}>\"'`*_|", r.s[i]) >= 0 {
		i++
	}
	for i < end && r.s[i] >= 0xc2 {
		c, size := utf8.DecodeRuneInString(r.s[i:end])
		if !strings.ContainsRune("»”’“", c) {
			break
		}
		i += size
	}
	return i
}

// gluedLabel finds a label that hangs on a token without a space: "admin,пароль:x".
func (r *reader) gluedLabel(from, stop, end int) int {
	if stop-from > 200 {
		return 0
	}
	for i := from + 1; i < stop-2; i++ {
		if ch := r.s[i]; ch == ',' || ch == ';' || ch == '|' || ch == '(' || ch == '[' || ch == '/' || ch == '&' {
			if l, ok := r.labelAt(i+1, end, ""); ok && l.by == byColon && l.field != noField && (l.field != ignored || l.code) {
				return i
			}
			if (ch == '(' || ch == '[') && (r.s[i+1] == '\'' || r.s[i+1] == '"') { // $config['db_user'], define('DB_USER'
				if l, ok := r.labelAt(i+2, end, ""); ok && l.quoted && l.by == byColon {
					return i
				}
			}
			if ch == ';' && r.assigned(i+1, stop) {
				return i
			}
		}
	}
	return 0
}

// assigned reports "Name=" at i, as in a connection string.
func (r *reader) assigned(i, stop int) bool {
	j := i
	for j < stop && (letter(r.s[j]) || r.s[j] == '_') {
		j++
	}
	return j-i >= 3 && j < stop && r.s[j] == '='
}

// itemAt recognises what begins at i, notes it, and gives where it ends; 0 when
// nothing is known to begin there.
func (r *reader) itemAt(n, i, end int, before string) int {
	if next := r.keyMark(n, i, end); next > 0 {
		return next
	}
	if next := r.commandAt(n, i, end); next > 0 {
		return next
	}
	if p, ok := r.urlAt(i, end); ok {
		return r.addPlace(n, p, nil)
	}
	if p, ok := r.goDSN(i, end); ok {
		return r.addPlace(n, p, nil)
	}
	if p, ok := r.bareUser(i, end); ok {
		return r.addPlace(n, p, nil)
	}
	ch := r.s[i]
	if letter(ch) || ch >= 0xd0 && ch <= 0xd2 {
		if l, ok := r.labelAt(i, end, before); ok {
			if (before == "same" || before == "же") && l.by < byDash { // "same credentials", "те же логин и пароль"
				if next := r.addSame(n, l, l.end); next > 0 {
					return next
				}
			}
			if next := r.labelValue(n, l, end); next > 0 {
				return next
			}
		}
	}
	if next := r.sameAccess(n, i, end); next > 0 {
		return next
	}
	if strings.HasPrefix(r.s[i:end], "localhost") && (before == "на" || before == "on" || before == "at") {
		if stop := i + len("localhost"); stop == end || !letter(r.s[stop]) && r.s[stop] != '.' {
			p := r.hostTail(place{host: "localhost", start: i}, stop, end)
			return r.addPlace(n, p, nil)
		}
	}
	inside := i > 1 && (r.s[i-1] == '@' || r.s[i-1] == '.') && r.s[i-2] != ' ' // of some longer word
	if p, ok := r.hostAt(i, end); ok && !inside && before != "версия" && before != "version" && before != "v" {
		if p.user != "" && !r.sshUser(p, n) {
			if p.end < end && r.s[p.end] == ':' || p.port != "" {
				return 0 // name@host:password, for the pair to take apart
			}
			r.add(n, event{what: isEmail, value: r.s[i:p.end], start: i, end: p.end})
			return p.end
		}
		return r.addPlace(n, p, nil)
	}
	if letter(ch) || ch >= 0xd0 && ch <= 0xd2 {
		if next := r.kindAt(n, i, end); next > 0 {
			return next
		}
	}
	return r.fileAt(n, i, end)
}

// bareUser recognises "root:secret@1.2.3.4", a connection string without its scheme.
func (r *reader) bareUser(i, end int) (place, bool) {
	if !letter(r.s[i]) {
		return place{}, false
	}
	stop := r.wordEnd(i, min(end, i+300))
	text := r.s[i:stop]
	colon, at := strings.IndexByte(text, ':'), strings.LastIndexByte(text, '@')
	if colon <= 0 || at < colon+2 || strings.Contains(text[:at], "://") || !loginLike(text[:colon]) {
		return place{}, false
	}
	p, ok := r.hostAt(i+at+1, stop)
	if !ok || !p.ip {
		return place{}, false
	}
	p.start = i
	r.takeUser(&p, i, i+at)
	return p, p.whole
}

// kindAt notes a word that tells a kind.
func (r *reader) kindAt(n, i, end int) int {
	var room [maxWords]word
	if words := r.wordsUpTo(i, min(end, i+160), 1, room[:]); len(words) == 0 || !starters[words[0].text] {
		return 0
	}
	words := r.wordsUpTo(i, min(end, i+160), longestPhrase, room[:])
	h, m := match(kinds, words, 0)
	if m == 0 {
		return 0
	}
	stop := words[m-1].end
	if stop < end && (r.s[stop] == '@' || r.s[stop] == '.' && stop+1 < end && letter(r.s[stop+1]) || r.s[stop] == '=' || digit(r.s[stop]) || r.s[stop] == '_' || r.s[stop] == '-' && stop+1 < end && r.s[stop+1] != ' ' && r.s[stop+1] < 0x80) {
		return 0 // the beginning of some name, not a word
	}
	if stop < end && r.s[stop] < 0x80 && strings.IndexByte(" \t\n.,:;()[]/|-\"'*<>`_!?", r.s[stop]) < 0 || stop+1 < end && (r.s[stop] == '!' || r.s[stop] == '?') && r.s[stop+1] != ' ' {
		return 0 // "Pma#root1" is a password
	}
	if stop+1 < end && (r.s[stop] == '/' || r.s[stop] == ':') && r.s[stop+1] != ' ' {
		if words[0].text == "admin" || commonLogins[words[0].text] {
			return 0 // "admin:secret"
		}
	}
	colon := stop < end && (r.s[stop] == ':' || strings.HasPrefix(r.s[stop:end], " -") || strings.HasPrefix(r.s[stop:end], " —") || strings.HasPrefix(r.s[stop:end], " –") || r.s[stop] == '\t' || r.s[stop] == '|')
	r.add(n, event{what: isKind, kind: h, value: words[0].text, start: i, end: stop, colon: colon})
	return r.portBehind(n, h, stop, end)
}

// portBehind takes the number in "POP3 (995, SSL)", if it is one of that kind's own.
func (r *reader) portBehind(n int, h hint, i, end int) int {
	j := i
	for j < end && strings.IndexByte(" (:", r.s[j]) >= 0 {
		j++
	}
	k := j
	for k < end && digit(r.s[k]) {
		k++
	}
	if k == j || k-j > 5 || k < end && (r.s[k] == '.' && k+1 < end && digit(r.s[k+1]) || letter(r.s[k]) || r.s[k] >= 0x80) || kindHint(knownPort(r.s[j:k])) != h {
		return i
	}
	r.add(n, event{what: isPort, value: r.s[j:k], start: j, end: k})
	return k
}

// fileAt recognises the name of a document or archive that a password opens.
func (r *reader) fileAt(n, i, end int) int {
	p, ok := r.fileName(i, r.wordEnd(i, end))
	if !ok {
		return 0
	}
	text := p.text
	if !r.labelled(&line{start: i + len(text), end: end}) && !(n+1 < len(r.lines) && r.labelled(&r.lines[n+1])) {
		return 0
	}
	r.add(n, event{what: isAddress, value: text, start: i, end: p.end, kind: kindHint(opora.Document), place: &p})
	return p.end
}

// fileName recognises "report.pdf" and the like.
func (r *reader) fileName(i, stop int) (place, bool) {
	text := strings.TrimRight(r.s[i:stop], ".,;:!?)»\"'")
	dot := strings.LastIndexByte(text, '.')
	if dot <= 0 || strings.ContainsAny(text, ":=") {
		return place{}, false
	}
	switch strings.ToLower(text[dot+1:]) {
	case "zip", "rar", "7z", "pdf", "docx", "xlsx", "doc", "xls", "pptx":
		return place{text: text, host: text, path: "/", start: i, end: i + len(text)}, true
	}
	return place{}, false
}

// sshUser reports that user@host is a way into a machine and no mail address.
func (r *reader) sshUser(p place, n int) bool {
	if p.ip || p.host == "localhost" {
		return true
	}
	switch p.user {
	case "root", "ubuntu", "debian", "centos", "ec2-user", "deploy", "git":
		return true
	}
	for k := len(r.events) - 1; k >= 0 && r.events[k].line >= n-1; k-- {
		if e := r.events[k]; e.what == isKind && (e.kind == "ssh" || e.kind == "sftp" || e.kind == hintServer || e.kind == "ftp" && e.colon && e.line == n) && (e.line == n || e.colon) {
			return p.port != "" || e.kind != hintServer
		}
	}
	return false
}

// addPlace notes an address with whatever it carried.
func (r *reader) addPlace(n int, p place, l *label) int {
	if p.text == "" && p.host == "" && !p.whole {
		return 0
	}
	e := event{what: isAddress, value: p.text, start: p.start, end: p.end, whole: p.whole, note: p.note, place: &p}
	if kind, known := schemeKind(p.scheme); known && p.scheme != "" {
		e.kind = kindHint(kind)
	}
	if l != nil {
		e.label, e.strong = true, l.by >= byDash
		if e.kind == "" || e.kind == "web" {
			if l.kind != "" {
				e.kind = l.kind
			}
		}
	}
	r.add(n, e)
	if p.user != "" {
		r.add(n, event{what: isLogin, value: p.user, start: p.userAt[0], end: p.userAt[1], label: p.whole, strong: p.whole})
	}
	if p.pass != "" {
		r.add(n, event{what: isSecret, value: p.pass, start: p.passAt[0], end: p.passAt[1], label: true, strong: true})
	}
	if p.database != "" {
		r.add(n, event{what: isDatabase, value: p.database, start: p.start, end: p.end})
	}
	return p.end
}
