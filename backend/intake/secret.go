package intake

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
	"договор": true, "номер договора": true, "номеру": true, "по номеру": true, "номеру телефона": true, "телефону": true, "по телефону": true, "номеру договора": true, "договору": true, "id": true, "телефон": true, "номер телефона": true, "phone": true, "phone number": true,
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
	if v.text == "" || l.short && !r.loginNear(n) {
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
	if l.every {
		r.add(n, event{what: isEvery, start: l.start, end: l.end})
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

// pronouns may stand between "теперь" and the password.
var pronouns = wordSet(`он она оно это такой вот будет it is it's its`)

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
			found := r.valueAt(next.next, end, secret)
			if pronouns[folded(strings.TrimRight(found.text, ":-"))] { // "теперь он x"
				found = r.valueAt(found.next, end, secret)
			}
			if strength(found.text) >= 2 {
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
	text := folded(r.s[l.start:l.end])
	if l.by < byDash {
		v := r.valueAt(l.value, end, login)
		if l.by == bySpace && identity[text] && hasDigit(v.text) && r.secretSoon(v.next, end) && !r.loginNear(n) { // "договор 1234567/NIC-D пароль …"
			r.add(n, event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, weakUser: true, note: v.note})
			return v.next
		}
		if l.by == bySpace && outdated(text) && strength(v.text) >= 2 {
			return r.insteadOf(n, v, end)
		}
		return 0
	}
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
	if phone := strings.TrimRight(r.s[v.start:end], " .,;"); identity[text] && len(phone) < 40 && strings.Trim(phone, "+0123456789 ()-") == "" { // "+7 (926) 300-20-10"
		v.text, v.end, v.next = phone, v.start+len(phone), end
	}
	if (identity[text] && hasDigit(v.text) || (text == "имя" || text == "name") && strings.ToLower(v.text) == v.text && loginLike(v.text)) && !r.loginNear(n) && strings.TrimSpace(r.s[v.next:end]) == "" && r.leading(n, l) && n+1 < len(r.lines) {
		// "имя: operator" above "пароль: …" is a login.
		if r.secretBelow(n) {
			r.add(n, event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, strong: true, weakUser: true, note: v.note})
		}
	}
	return v.next
}

// outdated reports a label for a password that is no longer valid.
func outdated(text string) bool {
	for _, start := range []string{"old ", "previous ", "стар", "прежн", "предыдущ"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

// insteadOf passes over an old password and takes the one that the sentence
// names in its place: "старый пароль x не подходит, попробуйте y".
func (r *reader) insteadOf(n int, old value, end int) int {
	i := old.next
	for range 6 {
		v := r.valueAt(i, end, secret)
		if _, ok := r.labelAt(v.start, end, ""); ok || v.text == "" {
			break
		}
		if strength(v.text) >= 2 && !cyrillic(v.text) {
			text := strings.TrimRight(v.text, ".,")
			r.add(n, event{what: isSecret, value: text, start: v.start, end: v.start + len(text), label: true, note: v.note})
			return v.next
		}
		i = v.next
	}
	return old.next
}
