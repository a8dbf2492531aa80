package intake

import "strings"

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
