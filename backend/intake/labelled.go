package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// labelValue notes the value behind a label and gives where reading goes on; 0
// when the label turns out to be a mere word.
func (r *reader) labelValue(n int, l label, end int) int {
	switch l.by {
	case byNothing:
		return 0
	case byEnd:
		return r.atEnd(n, l)
	}
	if next, ok := r.sameAt(n, &l, end); ok {
		return next
	}
	r.addressBetween(n, &l, end)
	switch l.field {
	case address:
		return r.addressValue(n, l, end)
	case login, email:
		return r.loginValue(n, l, end)
	case secret, passphrase, token:
		return r.secretValue(n, l, end)
	case pair, parried:
		return r.pairValue(n, l, l.value, end)
	case port, database, encryption:
		return r.plainValue(n, l, end)
	case ignored:
		return r.ignoredValue(n, l, end)
	}
	return 0
}

// addressBetween takes the address of "пароль от https://site.ru: …" and moves
// the label's value behind it.
func (r *reader) addressBetween(n int, l *label, end int) {
	if l.by != bySpace || l.field != login && l.field != secret && l.field != token && l.field != pair {
		return
	}
	i := l.value
	if l.tail {
		i = l.end
	}
	for range 5 {
		for i < end && (r.s[i] == ' ' || r.s[i] == '(') {
			i++
		}
		p, ok := r.urlAt(i, end)
		if !ok {
			p, ok = r.hostAt(i, end)
		}
		if ok {
			if p.user != "" {
				return
			}
			j := p.end
			for j < end && (r.s[j] == ' ' || r.s[j] == ')') {
				j++
			}
			for _, sign := range []string{": ", "= ", "— ", "– ", "- "} {
				if strings.HasPrefix(r.s[j:end], sign) {
					r.addPlace(n, p, nil)
					l.value, l.by = j+len(sign), byColon
					return
				}
			}
			return
		}
		stop := r.wordEnd(i, end)
		w := folded(r.s[i:stop])
		if _, known := kinds[w]; !known && !connectors[w] && !nouns[w] {
			return
		}
		i = stop
	}
}

// atEnd keeps a label whose value may stand on the next line.
func (r *reader) atEnd(n int, l label) int {
	start := r.lines[n].start
	whole := strings.Trim(r.s[start:l.start], " *_#[(\"'") == ""
	if !l.glued && !whole {
		return 0
	}
	if l.field == ignored {
		return 0
	}
	if l.kind != "" {
		r.add(n, event{what: isKind, kind: l.kind, value: "", start: l.start, end: l.end, colon: true})
	}
	if l.field == database || l.field == email || l.field == address { // a title as well: "База данных:"
		if r.kindAt(n, l.start, l.end) > 0 {
			r.events[len(r.events)-1].colon = l.glued
		}
	}
	if l.implied != "" {
		l.impliedAt = [2]int{l.impliedAt[0], l.impliedAt[1]}
	}
	r.pend = &l
	if l.glued {
		return r.lines[n].end
	}
	return l.end
}

// pendingValue takes the value of a label that ended the line before.
func (r *reader) pendingValue(n int, l label, pos, end int) (int, bool) {
	probe := pos
	for probe < end && strings.IndexByte("*_`\"'", r.s[probe]) >= 0 {
		probe++
	}
	if next, ok := r.labelAt(probe, end, ""); ok && next.by >= byEnd && (next.by != byEnd || next.glued || next.field != noField) {
		if !(next.field == login && next.by == byEnd && !next.glued) {
			return 0, false
		}
	}
	switch l.field {
	case login, secret, email, passphrase, token, port, database:
		v := r.valueAt(pos, end, secret)
		if rest := strings.TrimSpace(r.s[v.next:end]); rest != "" && strings.IndexByte(",;/|(", rest[0]) < 0 && !r.labelSoon(v.next, end) && !l.glued {
			return 0, false
		}
	case address:
		return 0, false
	case pair, parried:
		if next, ok := r.pairBelow(n, l, pos, end); ok {
			return next, true
		}
	}
	l.value = pos
	l.by = byDash
	if l.glued {
		l.by = byColon
	}
	if at := r.labelValue(n, l, end); at > pos {
		return at, true
	}
	return 0, false
}

// pairBelow takes the two lines under "логин и пароль" for the two values.
func (r *reader) pairBelow(n int, l label, pos, end int) (int, bool) {
	if n+1 >= len(r.lines) {
		return 0, false
	}
	below := &r.lines[n+1]
	first, second := r.pieces(pos, end), r.pieces(below.start, below.end)
	if len(first) != 1 || len(second) != 1 || below.off || below.taken || below.para != r.lines[n].para || strings.ContainsAny(first[0].text, ":/") {
		return 0, false
	}
	a, b := first[0], second[0]
	for _, p := range []piece{a, b} {
		if _, ok := r.labelAt(p.start, p.end, ""); ok && !commonLogins[strings.ToLower(p.text)] {
			return 0, false
		}
	}
	if l.field == parried {
		a, b = b, a
	}
	if !loginLike(a.text) || placeholder(b.text) || strength(b.text) == 0 || strings.Contains(b.text, "://") {
		return 0, false
	}
	login, secret := r.loginEvent(n, a), r.secretEvent(n+1, b)
	if l.field == parried {
		login.line, secret.line = n+1, n
	}
	for _, e := range []event{login, secret} {
		e.label, e.strong, e.kind = true, true, l.kind
		r.add(e.line, e)
	}
	below.taken = true
	return end, true
}

// labelSoon reports that a label stands next, but for marks.
func (r *reader) labelSoon(i, end int) bool {
	for i < end && (strings.IndexByte(" \t,;/|.()*\"'+", r.s[i]) >= 0) {
		i++
	}
	for tries := 0; tries < 2 && i < end; tries++ {
		if l, ok := r.labelAt(i, end, ""); ok && l.by != byNothing && l.field != noField {
			return true
		}
		word, _, _ := strings.Cut(r.s[i:min(end, i+24)], " ") // "и пароль", "with password"
		if w := folded(word); !connectors[w] && w != "and" && w != "с" && w != "with" && w != "а" && w != "&" {
			return false
		}
		i += len(word) + 1
	}
	return false
}

// secretSoon reports that the label behind i has a value that looks like a
// password, or announces it with a colon.
func (r *reader) secretSoon(i, end int) bool {
	for tries := 0; tries < 3 && i < end; tries++ {
		for i < end && strings.IndexByte(" \t,;/|.()*\"'+", r.s[i]) >= 0 {
			i++
		}
		if l, ok := r.labelAt(i, end, ""); ok && (l.field == secret || l.field == passphrase) {
			v := r.valueAt(l.value, end, secret)
			return l.by >= byDash || strength(v.text) >= 2 || walks[strings.ToLower(v.text)]
		}
		i = r.wordEnd(i, end)
	}
	return false
}

// sameAt sees "пароль тот же" and the like.
func (r *reader) sameAt(n int, l *label, end int) (int, bool) {
	var room [maxWords]word
	words := r.wordsAt(l.value, end, room[:])
	if len(words) > 1 && (words[0].text == "все" || words[0].text == "the") { // "все тот же"
		words = words[1:]
	}
	if len(words) == 0 || !same[words[0].text] {
		return 0, false
	}
	stop := words[0].end
	switch first := words[0].text; {
	case first == "так", first == "тем", first == "те", first == "то", first == "та", first == "тот", first == "такой", first == "такая", first == "такие", first == "таким":
		if len(words) < 2 || words[1].text != "же" && words[1].text != "самый" {
			return 0, false
		}
		stop = words[1].end
	}
	if at := r.restated(*l, stop, end); at > 0 {
		l.value, l.by = at, byColon
		return 0, false
	}
	next := r.addSame(n, *l, stop)
	return next, next > 0
}

// restated is where the value stands that is said once more behind "тот же":
// "логин тот же, vlad"; 0 when it is not.
func (r *reader) restated(l label, stop, end int) int {
	at := r.pastMarks(stop, end)
	if at == stop || at >= end {
		return 0
	}
	v := r.valueAt(at, end, login)
	rest := strings.TrimSpace(r.s[v.next:end])
	if _, ok := r.labelAt(at, end, ""); ok || cyrillic(v.text) || rest != "" && strings.IndexByte(",;.)", rest[0]) < 0 && v.end == v.next {
		return 0
	}
	if (l.field == login || l.field == email) && loginLike(v.text) || l.field == secret && strength(v.text) >= 2 {
		return at
	}
	return 0
}

// pastMarks skips the dash, colon, comma or bracket that stands between a
// remark and what it is about.
func (r *reader) pastMarks(i, end int) int {
	for _, mark := range []string{" — ", " – ", " - ", ": ", ", ", " ("} {
		if strings.HasPrefix(r.s[i:end], mark) {
			return i + len(mark)
		}
	}
	return i
}

// addSame notes that a label's value is that of another access; 0 when the
// label names nothing of the kind.
func (r *reader) addSame(n int, l label, stop int) int {
	var names []string
	switch l.field {
	case login, email:
		names = []string{fieldLogin}
	case secret:
		names = []string{fieldSecret}
	case pair, parried:
		names = []string{fieldLogin, fieldSecret}
	case address:
		names = []string{fieldAddress}
	default:
		return 0
	}
	for _, name := range names {
		r.add(n, event{what: isSame, value: name, start: l.start, end: stop, kind: l.kind})
	}
	return stop
}

func (r *reader) addressValue(n int, l label, end int) int {
	if l.code && l.kind == "" && strings.Contains(strings.ToLower(r.s[l.start:end]), "user id=") {
		l.kind = "mssql"
	}
	i := l.value
	for tries := 0; tries < 4 && i < end; tries++ {
		at := i
		for at < end && strings.IndexByte("([{<\"'`*_ ", r.s[at]) >= 0 {
			at++
		}
		if p, ok := r.urlAt(at, end); ok {
			return r.addPlace(n, p, &l)
		}
		if p, ok := r.hostAt(at, end); ok {
			if p.user != "" && !r.sshUser(p, n) {
				return 0
			}
			return r.addPlace(n, p, &l)
		}
		// "Сервер (хост) 1.2.3.4", "сайт наш site.ru": one word may stand between.
		word, _, _ := strings.Cut(r.s[i:min(end, i+40)], " ")
		if tries == 0 && l.by >= byDash {
			if next := r.shortHost(n, l, at, end); next > 0 {
				return next
			}
		}
		if w := folded(strings.Trim(word, "(),:")); !connectors[w] {
			if f, known := labels[w]; !known || f != address {
				break
			}
		}
		i += len(word) + 1
	}
	if l.kind != "" {
		r.add(n, event{what: isKind, kind: l.kind, value: "", start: l.start, end: l.end, colon: true})
		return l.end
	}
	if w := folded(r.s[l.start:l.end]); w == "вход" || w == "войти" { // "вход admin"
		v := r.valueAt(l.value, end, login)
		if commonLogins[strings.ToLower(v.text)] || l.by >= byDash && loginLike(v.text) && strings.TrimSpace(r.s[v.next:end]) == "" {
			r.add(n, event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, weakUser: true})
			return v.next
		}
	}
	return 0
}

// shortHost takes a host without a dot, which only a label can vouch for.
func (r *reader) shortHost(n int, l label, i, end int) int {
	v := r.valueAt(i, end, login)
	host, portText := splitPort(strings.ToLower(v.text))
	if !loginChars(host) || placeholder(host) || hasDigit(host) && strings.Trim(host, "0123456789") == "" {
		return 0
	}
	label := folded(r.s[l.start:l.end])
	hosty := strings.Contains(label, "host") || strings.Contains(label, "хост") || strings.Contains(label, "server") || strings.Contains(label, "сервер") || strings.Contains(label, "addr") || strings.Contains(label, "адрес") || strings.Contains(label, "source")
	known := host == "localhost"
	if !known && !(hosty && (l.code || l.quoted || strings.ContainsAny(host, "-_") || hasDigit(host)) && strings.TrimSpace(r.s[v.next:end]) == "") {
		return 0
	}
	p := place{text: v.text, host: host, port: portText, start: v.start, end: v.end}
	r.addPlace(n, p, &l)
	return v.next
}

func loginChars(text string) bool {
	for _, ch := range text {
		if ch >= 0x80 || !letter(byte(ch)) && !digit(byte(ch)) && ch != '-' && ch != '_' && ch != '.' {
			return false
		}
	}
	return text != ""
}

func (r *reader) loginValue(n int, l label, end int) int {
	v := r.valueAt(l.value, end, login)
	if v.text == "" || len(v.text) > 200 || l.short && !r.labelSoon(v.next, end) && !r.secretBelow(n) {
		return 0
	}
	if _, ok := r.urlAt(v.start, end); ok {
		return l.value // "Вход: https://…"
	}
	if inner, found := strings.CutPrefix(v.text, "("); found && l.by <= byDash { // "логин (admin)"
		v = r.valueAt(v.start+1, end, login)
		v.text = strings.TrimRight(inner, "),.")
		v.end = v.start + len(v.text)
		v.next = v.end
	}
	switch folded(v.text) {
	case "остался", "прежний", "остается", "старый", "стандартный", "обычный":
		if next := r.valueAt(r.pastMarks(v.next, end), end, login); l.by == bySpace && !cyrillic(next.text) && loginLike(next.text) {
			v = next
		}
	}
	if v.text == "" || placeholder(v.text) || r.isLabel(v, end) {
		return 0
	}
	if a, b, ok := halves(piece{text: v.text, start: v.start, end: v.end}); ok && !v.quoted && l.by >= byDash && strength(b.text) >= 2 && strings.IndexFunc(b.text, unicode.IsLower) >= 0 && fits(a, b, hereContext, true) && !r.labelSoon(v.next, end) && !r.secretBelow(n) {
		for _, e := range []event{r.loginEvent(n, a), r.secretEvent(n, b)} { // "логин: admin/Qwe123"
			e.label, e.strong, e.kind = true, true, l.kind
			r.add(n, e)
		}
		return v.next
	}
	rest := strings.TrimSpace(r.s[v.next:end])
	lower := strings.ToLower(v.text)
	sure := commonLogins[lower] || strings.Contains(v.text, "@") || hasDigit(v.text) || v.quoted
	switch {
	case l.by == bySpace:
		follows := r.labelSoon(v.next, end)
		number := hasDigit(v.text) && len(v.text) >= 4 && strings.Trim(v.text, "0123456789/-ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && !l.people && (rest == "" || follows)
		inBlock := rest == "" && r.leading(n, l) && loginLike(v.text) && (r.secretBelow(n) || r.fieldAbove(n))
		if l.people && !commonLogins[lower] && !strings.Contains(v.text, "@") && !follows && !inBlock {
			return 0
		}
		if !loginLike(v.text) && !number || !sure && !follows && !inBlock && !(cyrillic(r.s[l.start:l.end]) && rest == "") {
			return 0
		}
		if !sure && follows && !cyrillic(r.s[l.start:l.end]) && (fillers[lower] || !r.secretSoon(v.next, end)) {
			return 0 // "user enters password incorrectly"
		}
	case cyrillic(v.text) && !v.quoted:
		if rest != "" && !r.labelSoon(v.next, end) && !strings.ContainsAny(rest[:1], ",;/|(") || l.people && !commonLogins[lower] && !(rest == "" && r.secretBelow(n)) {
			return 0
		}
	case l.people && rest != "" && !r.labelSoon(v.next, end):
		if c, _ := utf8.DecodeRuneInString(rest); unicode.IsUpper(c) && !sure {
			return 0 // "User: John Smith"
		}
	case l.code && !v.quoted && strings.ContainsAny(v.text, "($["):
		return 0
	}
	e := event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, strong: l.by >= byDash, kind: l.kind, weakUser: l.people || l.field == email, note: v.note}
	if l.field == email {
		if !strings.Contains(v.text, "@") {
			return 0
		}
		e.what = isEmail
		e.kind = ""
		if l.kind != hintMail {
			e.kind = l.kind
		}
	}
	e.solo = rest == "" && r.leading(n, l)
	r.add(n, e)
	return v.next
}

// secretBelow reports that the next line begins with a label for a secret.
func (r *reader) secretBelow(n int) bool {
	if n+1 >= len(r.lines) {
		return false
	}
	below := r.lines[n+1]
	next, ok := r.labelAt(below.start, below.end, "")
	return ok && (next.field == secret || next.field == passphrase)
}

// fieldAbove reports that the line above gave an address, a port or a secret
// behind a label of its own.
func (r *reader) fieldAbove(n int) bool {
	for k := len(r.events) - 1; k >= 0 && r.events[k].line >= n-1; k-- {
		if e := r.events[k]; e.line == n-1 && (e.label && (e.what == isAddress || e.what == isSecret) || e.what == isPort) {
			return true
		}
	}
	return false
}

// isLabel reports that a value is the next label: this one had no value.
func (r *reader) isLabel(v value, end int) bool {
	if v.quoted || commonLogins[strings.ToLower(strings.TrimRight(r.s[v.start:r.wordEnd(v.start, end)], ",;."))] {
		return false // "login: admin pass: x"
	}
	l, ok := r.labelAt(v.start, end, "")
	return ok && l.field != noField && (l.by == byColon || l.by == byDash || l.by == byEnd && l.glued)
}
