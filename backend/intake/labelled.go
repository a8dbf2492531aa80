package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"opora/backend/opora"
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
		if next := r.fileBefore(n, i, end); !ok && next > 0 {
			l.value, l.by = next, byColon
			return
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

// fileBefore takes the document of "пароль для архива base.zip: …" and gives
// where the value begins.
func (r *reader) fileBefore(n, i, end int) int {
	stop := r.wordEnd(i, end)
	if stop+1 >= end || r.s[stop-1] != ':' && !strings.HasPrefix(r.s[stop:end], " - ") && !strings.HasPrefix(r.s[stop:end], " — ") {
		return 0
	}
	p, ok := r.fileName(i, stop)
	if !ok {
		return 0
	}
	r.add(n, event{what: isAddress, value: p.text, start: i, end: p.end, kind: kindHint(opora.Document), place: &p})
	if r.s[stop-1] == ':' {
		return stop
	}
	return stop + len(" ") + len(strings.Fields(r.s[stop:end])[0])
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
		if tries == 0 && (l.by >= byDash || strings.HasPrefix(r.s[at:end], "localhost")) {
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
	if v.text == "" || len(v.text) > 200 || l.short && (!loginLike(v.text) || !r.labelSoon(v.next, end) && !r.secretBelow(n)) {
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
		number := hasDigit(v.text) && len(v.text) >= 4 && strings.Trim(v.text, "+0123456789/-ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && !l.people && (rest == "" || follows)
		inBlock := rest == "" && r.leading(n, l) && loginLike(v.text) && (r.secretBelow(n) || r.fieldAbove(n))
		if l.people && !commonLogins[lower] && !strings.Contains(v.text, "@") && !follows && !inBlock {
			return 0
		}
		if !loginLike(v.text) && !number || !sure && !follows && !inBlock && !(cyrillic(r.s[l.start:l.end]) && (rest == "" || v.end < v.next)) {
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
