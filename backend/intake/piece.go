package intake

import "strings"

// piece is an unlabelled word that may be a login or a password.
type piece struct {
	text       string
	start, end int
	sep        bool // an explicit sign of a pair stands before it: "/", ":", "|"
	note       []WarningCode
}

// separators are what people write between a login and a password.
var separators = wordSet(`/ | - — – : ; , и and & -> \ // => + → / with using с под pass: пароль:`)

// pieces cuts a stretch of unlabelled text into words, without the signs
// between them and the brackets around them.
func (r *reader) pieces(from, to int) []piece {
	var list []piece
	sep := false
	for i := from; i < to && len(list) < 12; {
		if r.s[i] == ' ' || r.s[i] == '\t' || r.s[i] == '\n' {
			i++
			continue
		}
		if v, ok := r.wrapped(i, to); ok {
			list = append(list, piece{v.text, v.start, v.end, sep, v.note})
			sep = false
			i = v.next
			continue
		}
		stop := r.wordEnd(i, to)
		text := r.s[i:stop]
		if separators[text] {
			sep = sep || strings.ContainsAny(text, "/|:;-—–\\,>") && text != ""
			i = stop
			continue
		}
		start := i
		if ch := text[0]; (ch == '(' || ch == '[') && len(text) > 2 {
			start++
			if last := strings.TrimRight(text, ".,;"); last[len(last)-1] == ')' || last[len(last)-1] == ']' {
				text = last[:len(last)-1]
			}
			text = text[1:min(len(text), stop-i)]
			if start+len(text) > stop {
				text = r.s[start:stop]
			}
		} else if strings.HasPrefix(text, "/") && len(text) > 1 && len(list) > 0 {
			start, text, sep = start+1, text[1:], true
		} else if (ch == ',' || ch == ';' || ch == '|') && len(text) > 1 {
			start, text = start+1, text[1:]
		}
		if strings.HasSuffix(text, ":") && labels[folded(text[:len(text)-1])] != noField {
			if len(list) >= 2 { // the next label: what came before stands
				return list
			}
			list, sep, i = nil, false, stop // "User:" is no login
			continue
		}
		more := strings.TrimSpace(r.s[stop:to]) != ""
		after := false
		for len(text) > 1 {
			last := text[len(text)-1]
			if last == ',' || last == ';' || last == '|' || last == '/' && more || last == ':' && more || last == '.' && more {
				text = text[:len(text)-1]
				after = last != ',' && last != '.'
				continue
			}
			bare := strings.TrimRight(text, ".,;")
			if strings.HasSuffix(bare, ")") && strings.Count(bare, ")") > strings.Count(bare, "(") && r.insideBracket(start) {
				text = bare[:len(bare)-1]
				continue
			}
			break
		}
		list = append(list, piece{text, start, start + len(text), sep, nil})
		sep = after
		i = stop
	}
	return list
}

// insideBracket reports that a bracket was opened before i and not closed.
func (r *reader) insideBracket(i int) bool {
	before := r.s[max(0, i-160):i]
	if cut := strings.LastIndexByte(before, '\n'); cut >= 0 {
		before = before[cut:]
	}
	return strings.LastIndexByte(before, '(') > strings.LastIndexByte(before, ')')
}

// halves takes "login:password" or "login/password" apart.
func halves(p piece) (a, b piece, ok bool) {
	for i := 1; i < len(p.text)-1; i++ {
		switch p.text[i] {
		case ':', '/', ';', '|':
			if p.text[i] == '/' && strings.Contains(p.text[:i], ".") && !strings.Contains(p.text[:i], "@") {
				return a, b, false // a path
			}
			a = piece{p.text[:i], p.start, p.start + i, p.sep, p.note}
			b = piece{p.text[i+1:], p.start + i + 1, p.end, true, p.note}
			return a, b, true
		}
	}
	return a, b, false
}

// context says how much the neighbourhood speaks for an access.
type context int

const (
	noContext   context = iota
	nearContext         // an address or a title stands a line or two above
	hereContext         // on the same line
)

// fits reports that two unlabelled words are a login and its password.
func fits(a, b piece, ctx context, alone bool) bool {
	if !loginLike(a.text) {
		return false
	}
	common := commonLogins[strings.ToLower(a.text)] || strings.Contains(a.text, "@") && strings.Contains(a.text, ".")
	s := strength(b.text)
	lower := strings.ToLower(b.text)
	switch {
	case walks[lower] || common && lower == strings.ToLower(a.text):
		s = 2
		if !alone && !b.sep && ctx == noContext {
			s = 0
		}
	case s == 0 && common && len(b.text) >= 3 && strings.Trim(b.text, "0123456789") == "":
		s = 1
	}
	if strings.EqualFold(a.text, "user") && !b.sep && s < 2 && letters(strings.TrimRight(b.text, ".,")) {
		return false // "User runner": a label and its value
	}
	if s == 0 || notValues[lower] || strings.Contains(b.text, "@") && strings.Contains(b.text, ".") && s < 3 {
		return false
	}
	switch ctx {
	case hereContext:
		return s >= 2 || common && s >= 1 || b.sep && s >= 1 && alone
	case nearContext:
		return s >= 3 && (alone || b.sep) || s >= 2 && (b.sep || alone) || common && s >= 1 && (alone || b.sep) || b.sep && s >= 1 && alone
	}
	return b.sep && common && s >= 2 || b.sep && s >= 3 && alone && !hasDigit(a.text[:1])
}
