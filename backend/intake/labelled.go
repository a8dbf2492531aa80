package intake

import (
	"strconv"
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
	if next, ok := r.sameAt(n, l, end); ok {
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
		if l, ok := r.labelAt(i, end, ""); ok && l.field == secret {
			v := r.valueAt(l.value, end, secret)
			return l.by >= byDash || strength(v.text) >= 2 || walks[strings.ToLower(v.text)]
		}
		i = r.wordEnd(i, end)
	}
	return false
}

// sameAt sees "пароль тот же" and the like.
func (r *reader) sameAt(n int, l label, end int) (int, bool) {
	var room [maxWords]word
	words := r.wordsAt(l.value, end, room[:])
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
	next := r.addSame(n, l, stop)
	return next, next > 0
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
	if v.text == "" || len(v.text) > 200 {
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
		if next := r.valueAt(v.next, end, login); l.by == bySpace && !cyrillic(next.text) && loginLike(next.text) {
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
		if l.people && !commonLogins[lower] && !strings.Contains(v.text, "@") && !follows {
			return 0
		}
		if !loginLike(v.text) && !number || !sure && !follows && !(cyrillic(r.s[l.start:l.end]) && rest == "") {
			return 0
		}
		if !sure && follows && !cyrillic(r.s[l.start:l.end]) && (fillers[lower] || !r.secretSoon(v.next, end)) {
			return 0 // "user enters password incorrectly"
		}
	case cyrillic(v.text) && !v.quoted:
		if rest != "" && !r.labelSoon(v.next, end) && !strings.ContainsAny(rest[:1], ",;/|(") || l.people {
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

// leading reports that nothing but marks stands before a label on its line.
func (r *reader) leading(n int, l label) bool {
	start := r.lines[n].start
	return l.start < start || strings.TrimLeft(r.s[start:l.start], " *_#\"'$") == ""
}

// dotted reports that a value above ends its line with a full stop, too: so the
// customer writes sentences.
func (r *reader) dotted(n int) bool {
	for k := len(r.events) - 1; k >= 0 && r.events[k].line >= n-3; k-- {
		e := r.events[k]
		if e.line < n && (e.what == isLogin || e.what == isAddress) && e.end < len(r.s) && r.s[e.end] == '.' && e.end+1 >= r.lines[e.line].end {
			return true
		}
	}
	return false
}

// identity are the labels of what else a customer may be known by at a login.
var identity = map[string]bool{
	"договор": true, "номер договора": true, "id": true, "телефон": true, "номер телефона": true, "phone": true, "phone number": true,
}

// loginNear reports that a login stands on one of the lines above.
func (r *reader) loginNear(n int) bool {
	for k := len(r.events) - 1; k >= 0 && r.events[k].line >= n-2; k-- {
		if r.events[k].what == isLogin {
			return true
		}
	}
	return false
}

// secretBelow reports that the next line begins with a label for a secret.
func (r *reader) secretBelow(n int) bool {
	if n+1 >= len(r.lines) {
		return false
	}
	below := r.lines[n+1]
	next, ok := r.labelAt(below.start, below.end, "")
	return ok && next.field == secret
}

// isLabel reports that a value is the next label: this one had no value.
func (r *reader) isLabel(v value, end int) bool {
	if v.quoted || commonLogins[strings.ToLower(strings.TrimRight(r.s[v.start:r.wordEnd(v.start, end)], ",;."))] {
		return false // "login: admin pass: x"
	}
	l, ok := r.labelAt(v.start, end, "")
	return ok && l.field != noField && (l.by == byColon || l.by == byDash || l.by == byEnd && l.glued)
}

func (r *reader) secretValue(n int, l label, end int) int {
	if r.isLabel(value{start: l.value}, end) {
		return r.rejected(l)
	}
	v := r.valueAt(l.value, end, secret)
	if l.field == token {
		if w := strings.ToLower(v.text); w == "bearer" || w == "token" || w == "basic" {
			v = r.valueAt(v.next, end, secret)
		}
	}
	if v.text == "" {
		return 0
	}
	if _, ok := r.urlAt(v.start, end); ok && !v.quoted {
		return l.value
	}
	if strings.HasPrefix(v.text, "(") && !v.quoted && l.by <= byDash {
		if close := strings.IndexByte(v.text, ')'); close > 1 {
			v.start++
			v.text = v.text[1:close]
			v.end = v.start + len(v.text)
			v.next = v.end
		}
	}
	if close := strings.IndexByte(r.s[v.start:min(end, v.start+60)], ')'); !v.quoted && l.by >= byDash && strings.HasPrefix(v.text, "(") && close > 0 && cyrillic(r.s[v.start:v.start+close]) {
		v = r.valueAt(v.start+close+1, end, secret) // "пароль: (временный) x"
		if v.text == "" {
			return r.rejected(l)
		}
	}
	if l.by == bySpace {
		r.passVerb(&v, end)
	}
	if !v.quoted && l.by >= byDash {
		r.widen(&v, end)
	}
	rest := strings.TrimSpace(r.s[v.next:end])
	lower := strings.ToLower(strings.TrimRight(v.text, ".,!?"))
	s := strength(v.text)
	if walks[lower] {
		s = 3
	}
	if (placeholder(v.text) || placeholder(lower) && s < 2) && !(v.quoted && s > 1) || r.isLabel(v, end) {
		return r.rejected(l)
	}
	afterLogin := r.justLogin(n, l.start)
	switch {
	case l.field == token:
		if s < 2 && len(v.text) < 20 || len(v.text) < 8 {
			return r.rejected(l)
		}
	case l.by == bySpace:
		russian := cyrillic(r.s[l.start:l.end]) && !cyrillic(v.text)
		ok := s >= 2 || afterLogin && !fillers[lower] || russian && len(v.text) >= 4 && rest == "" || walks[lower] || s == 1 && !letters(v.text) && !strings.ContainsAny(v.text, "'-.,:/")
		if !ok || cyrillic(v.text) && s < 2 {
			return r.rejected(l)
		}
	case l.code && !v.quoted && (strings.HasPrefix(v.text, "$") && letters(strings.Trim(v.text[1:], "_;->[]'\"")) && len(v.text) > 4 || strings.HasSuffix(strings.TrimRight(v.text, ";"), ")") && strings.Contains(v.text, "(")):
		return r.rejected(l) // a program's variable or call
	case cyrillic(v.text) && !v.quoted && s < 2:
		words := len(strings.Fields(rest))
		if words > 0 && !r.labelSoon(v.next, end) || l.tail && words > 0 {
			return r.rejected(l)
		}
	case letters(v.text) && !v.quoted && s < 2 && strings.ToLower(v.text) == v.text && !afterLogin && len(strings.Fields(rest)) >= 2 && !r.labelSoon(v.next, end):
		if next, _ := utf8.DecodeRuneInString(rest); unicode.IsLower(next) && !cyrillic(rest) {
			return r.rejected(l) // "password: contains invalid characters"
		}
	}
	w := isSecret
	if l.field == passphrase {
		w = isPassphrase
	} else if l.field == token {
		w = isToken
	}
	if l.implied != "" {
		r.add(n, event{what: isLogin, value: l.implied, start: l.impliedAt[0], end: l.impliedAt[1], kind: l.kind, weakUser: true})
	}
	e := event{what: w, start: v.start, end: v.end, label: true, strong: l.by >= byDash, kind: l.kind, note: v.note}
	e.solo = rest == "" && r.leading(n, l)
	if strings.HasSuffix(v.text, ".") && !v.quoted && len(v.text) > 1 && (!e.solo || r.dotted(n)) {
		v.text = v.text[:len(v.text)-1]
		e.end--
		e.warn(PunctuationRemoved)
	}
	if v.quoted && l.quoted && strings.Contains(v.text, `\`) {
		if plain, err := strconv.Unquote(`"` + v.text + `"`); err == nil {
			v.text = plain
		}
	}
	e.value = v.text
	r.add(n, e)
	return v.next
}

// changes are the verbs of "пароль сменили на x".
var changes = wordSet(`изменил изменила изменили сменил сменила сменили поменял поменяла поменяли поставил поставила поставили сделал сделала changed set reset updated`)

// passVerb moves a value behind "changed to", when what follows looks like a password.
func (r *reader) passVerb(v *value, end int) {
	if !changes[folded(strings.Trim(v.text, ",."))] {
		return
	}
	i := v.next
	for range 2 {
		next := r.valueAt(i, end, secret)
		switch folded(next.text) {
		case "на", "to", "теперь", "now", "as":
			if found := r.valueAt(next.next, end, secret); strength(found.text) >= 2 {
				*v = found
			}
			return
		}
		i = next.next
	}
}

// rejected goes on behind a label whose value is none.
func (r *reader) rejected(l label) int { return l.end }

// justLogin reports that a login was noted right before i.
func (r *reader) justLogin(n, i int) bool {
	if len(r.events) == 0 {
		return false
	}
	e := r.events[len(r.events)-1]
	return e.line == n && (e.what == isLogin || e.what == isEmail) && i-e.end <= 16
}

// plainValue takes a port, a database name or an encryption mode.
func (r *reader) plainValue(n int, l label, end int) int {
	v := r.valueAt(l.value, end, login)
	switch l.field {
	case port:
		digits := strings.TrimRight(v.text, ".,;)(")
		if cut := strings.IndexFunc(digits, func(ch rune) bool { return ch < '0' || ch > '9' }); cut > 0 {
			digits = digits[:cut]
		}
		if digits == "" || len(digits) > 5 || strings.Trim(digits, "0123456789") != "" {
			return 0
		}
		r.add(n, event{what: isPort, value: digits, start: v.start, end: v.start + len(digits), kind: l.kind})
		return v.start + len(digits)
	case database:
		if p, ok := r.hostAt(v.start, end); ok && p.ip || !loginChars(v.text) || placeholder(v.text) || l.by < byDash || r.isLabel(v, end) || strings.TrimSpace(r.s[v.next:end]) != "" && !r.labelSoon(v.next, end) && !l.code && strings.IndexByte(",;/|)", r.s[v.end]) < 0 {
			return 0
		}
		if _, known := kinds[strings.ToLower(v.text)]; known {
			return 0
		}
		h := l.kind
		if h == "" {
			h = hintDB
		}
		r.add(n, event{what: isDatabase, value: v.text, start: v.start, end: v.end, label: true, kind: h})
		return v.next
	}
	mode := strings.ToLower(v.text)
	if l.by >= byDash && (strings.Contains(mode, "ssl") || strings.Contains(mode, "tls") || mode == "none" || mode == "нет") {
		r.add(n, event{what: isTLS, value: mode, start: v.start, end: v.end})
		return v.next
	}
	return 0
}

func (r *reader) ignoredValue(n int, l label, end int) int {
	if l.by < byDash {
		return 0
	}
	text := folded(r.s[l.start:l.end])
	if strings.Contains(text, "dns") || strings.Contains(text, "ns") && strings.Contains(text, "name") || text == "ns" || strings.HasPrefix(text, "ns ") || strings.Contains(text, "referer") {
		return end
	}
	v := r.valueAt(l.value, end, secret)
	if v.text == "" || r.isLabel(v, end) {
		return l.end
	}
	if _, ok := r.urlAt(v.start, end); ok && !strings.Contains(text, "old") && !strings.Contains(text, "стар") {
		return l.end
	}
	if p, ok := r.hostAt(v.start, end); ok && p.end > 0 {
		return l.end
	}
	if (identity[text] && hasDigit(v.text) || (text == "имя" || text == "name") && strings.ToLower(v.text) == v.text && loginLike(v.text)) && !r.loginNear(n) && strings.TrimSpace(r.s[v.next:end]) == "" && r.leading(n, l) && n+1 < len(r.lines) {
		// "имя: operator" above "пароль: …" is a login.
		if r.secretBelow(n) {
			r.add(n, event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, strong: true, weakUser: true, note: v.note})
		}
	}
	return v.next
}
