package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a label, as the tables have it.
type word struct {
	text       string
	start, end int
	gap        gap // what stands before it
}

// gap says how a word hangs on the one before.
type gap int

const (
	gapFirst gap = iota
	gapSpace
	gapJoin  // "_", "-", ".", a change of case: one identifier
	gapSlash // "/", "&", "+", ",", "и": a list
	gapParen
)

// separator says how firmly a label announces its value.
type separator int

const (
	byNothing separator = iota
	bySpace             // "логин admin"
	byEnd               // the line ends with the label
	byDash              // a dash, a table's cell, a wide gap
	byColon             // ":" or "="
)

// label is a recognised label.
type label struct {
	field      field
	kind       hint
	implied    string // "пароль root": the login that the label itself names
	impliedAt  [2]int
	start, end int // of the label's words
	value      int // where its value begins
	by         separator
	quoted     bool // the label stood in quotes: JSON, PHP
	code       bool // "=" as in a program or an .env file
	people     bool // "user", which names people too
	glued      bool
	tail       bool // words followed the core
	short      bool // one letter, which needs its partner to be a label: "u: …", "p: …"
	every      bool // "пароль один на все": it serves all addresses
}

const maxWords = 9

// wordsAt gives the words that begin at i, as long as they may be one label.
func (r *reader) wordsAt(i, end int, into []word) []word { return r.wordsUpTo(i, end, maxWords, into) }

func (r *reader) wordsUpTo(i, end, most int, into []word) []word {
	words := into[:0]
	g := gapFirst
	for len(words) < most && i < end {
		j := i
		upper := false
		for j < end && j-i < 64 {
			ch := r.s[j]
			if ch < 0x80 {
				if !letter(ch) && !(digit(ch) && j > i) {
					break
				}
				isUpper := ch >= 'A' && ch <= 'Z'
				if isUpper && j > i && !upper && !digit(r.s[j-1]) {
					break // camelCase
				}
				upper = isUpper
				j++
				continue
			}
			c, size := utf8.DecodeRuneInString(r.s[j:end])
			if !unicode.IsLetter(c) {
				break
			}
			upper = false
			j += size
		}
		if j == i {
			break
		}
		words = append(words, word{folded(r.s[i:j]), i, j, g})
		i = j
		if i >= end {
			break
		}
		switch ch := r.s[i]; {
		case ch == ' ' && i+1 < end:
			g = gapSpace
			i++
			if i+1 < end && (r.s[i] == '/' || r.s[i] == '&' || r.s[i] == '+' || r.s[i] == '\\') && r.s[i+1] == ' ' {
				g = gapSlash
				i += 2
			} else if r.s[i] == '(' {
				g = gapParen
				i++
			}
		case ch == '_' || ch == '-' || ch == '.':
			g = gapJoin
			i++
		case ch == '/' || ch == '&' || ch == '+' || ch == '\\' || ch == '|':
			g = gapSlash
			i++
		case ch == ',' && i+2 < end && r.s[i+1] == ' ':
			g = gapSlash
			i += 2
		case letter(ch):
			g = gapJoin
		default:
			return words
		}
	}
	return words
}

// match finds the longest phrase of a table at words[k:].
func match[T comparable](table map[string]T, words []word, k int) (T, int) {
	var best T
	length := 0
	text := ""
	for n := 0; n < longestPhrase && k+n < len(words); n++ {
		if n > 0 {
			if words[k+n].gap != gapSpace && words[k+n].gap != gapJoin {
				break
			}
			text += " "
		}
		text += words[k+n].text
		if meaning, known := table[text]; known {
			best, length = meaning, n+1
		}
		if n == 0 && length == 0 {
			// Numbered labels: "логин2", "password1".
			if cut := strings.TrimRight(text, "0123456789"); cut != text && utf8.RuneCountInString(cut) > 1 {
				if meaning, known := table[cut]; known {
					best, length = meaning, 1
				}
			}
		}
	}
	return best, length
}

// labelAt recognises a label whose first word begins at i. before is the word
// in front of it, folded.
func (r *reader) labelAt(i, end int, before string) (label, bool) {
	var room [maxWords]word
	if !r.mayLabel(i, end, room[:]) {
		return label{}, false
	}
	words := r.wordsAt(i, end, room[:])
	l := label{start: i}
	k := 0
	for { // what stands before the core: "FTP", "новый", "DB"
		f, n := match(labels, words, k)
		if n > 0 && !r.leads(words, k, n, f) {
			l.field = f
			l.end = words[k+n-1].end
			l.people = f == login && n == 1 && (strings.HasPrefix(words[k].text, "пользовател") || strings.HasPrefix(words[k].text, "user") && words[k].text != "username" || strings.HasPrefix(words[k].text, "аккаунт") || words[k].text == "account" || words[k].text == "под" || words[k].text == "как" || words[k].text == "as")
			if f == login && kinds[words[k].text] == "" && k > 0 {
				l.people = false
			}
			l.short = n == 1 && shortLabels[words[k].text]
			if l.short && k > 0 {
				return label{}, false
			}
			if l.kind == "" && (f == address || f == email || f == port) && n > 1 {
				for at := k; at < k+n && l.kind == ""; at++ { // "mysql host", "адрес сервера"
					if h, m := match(kinds, words, at); m > 0 && (h != "web" || at == k) {
						l.kind = h
					}
				}
			}
			k += n
			break
		}
		h, m := match(kinds, words, k)
		if m > 0 && k+m < len(words) && joined(words[k+m]) {
			if l.kind == "" || l.kind == "web" && words[k].text != "admin" {
				if !(words[k].text == "admin" || words[k].text == "wp") {
					l.kind = h
				}
			}
			k += m
			continue
		}
		if leaders[words[k].text] && k+1 < len(words) && joined(words[k+1]) {
			if words[k].text == "root" || words[k].text == "рутовый" || words[k].text == "рут" {
				l.implied, l.impliedAt = "root", [2]int{words[k].start, words[k].end}
			}
			k++
			continue
		}
		if n > 0 && k+n < len(words) && joined(words[k+n]) {
			k += n // "host" of "host user": leads already said so
			continue
		}
		return label{}, false
	}
	r.joinPair(&l, words, &k)
	if refuses(before) && l.field != login {
		return label{}, false
	}
	r.tail(&l, words, k, end)
	r.separate(&l, end)
	return l, !l.short || l.by == byColon
}

// mayLabel looks at the first word alone: most words begin no label.
func (r *reader) mayLabel(i, end int, room []word) bool {
	words := r.wordsUpTo(i, end, 1, room)
	if len(words) == 0 {
		return false
	}
	first := words[0].text
	if starters[first] || leaders[first] {
		return true
	}
	cut := strings.TrimRight(first, "0123456789")
	return cut != first && starters[cut]
}

func joined(w word) bool { return w.gap == gapSpace || w.gap == gapJoin }

// leads reports that the label at words[k:k+n] only belongs to a longer one:
// "server" of "server password", "user" of "user_password".
func (r *reader) leads(words []word, k, n int, f field) bool {
	if k+n >= len(words) || !joined(words[k+n]) {
		return false
	}
	next, m := match(labels, words, k+n)
	if m == 0 {
		if f == database || f == email { // "mail server ssl port"
			h, m := match(kinds, words, k+n)
			if m > 0 && h != "" && k+n+m < len(words) && joined(words[k+n+m]) {
				_, m = match(labels, words, k+n+m)
				return m > 0
			}
		}
		return false
	}
	if words[k+n].gap == gapSpace && (f == secret || f == pair || f == token || f == ignored) {
		return false
	}
	if next == ignored || next == noField || next == database && f != database && words[k+n].gap == gapSpace {
		return false
	}
	if f == login && words[k+n].gap == gapSpace && next == secret {
		return false // "login password" as a title: a pair
	}
	if f == login && next == login || f == address && next == address && words[k+n].gap == gapSpace && n > 1 {
		return false
	}
	return true
}

// joinPair sees "логин/пароль", "login and password" as one label for two values.
func (r *reader) joinPair(l *label, words []word, k *int) {
	if *k >= len(words) {
		return
	}
	n := *k
	linked := words[n].gap == gapSlash
	if words[n].text == "и" || words[n].text == "and" || words[n].text == "or" || words[n].text == "или" {
		n++
		linked = true
	}
	if n >= len(words) {
		return
	}
	if leaders[words[n].text] && n+1 < len(words) {
		n++
	}
	next, m := match(labels, words, n)
	if m == 0 {
		return
	}
	// "login, password" is two labels; a comma joins only before a colon.
	if words[n].gap == gapSlash && r.s[words[n].start-1] == ' ' && r.s[words[n].start-2] == ',' && !r.colonSoon(words[n+m-1].end) {
		return
	}
	adjacent := words[n].gap == gapSpace
	if l.short && !linked {
		return
	}
	switch {
	case (l.field == login || l.field == email) && next == secret && (linked || adjacent):
		if adjacent && !linked && !r.colonSoon(words[n+m-1].end) {
			return
		}
		l.field = pair
	case l.field == secret && (next == login || next == email) && linked:
		l.field = parried
	default:
		return
	}
	l.people, l.short = false, false
	l.end = words[n+m-1].end
	*k = n + m
}

func (r *reader) colonSoon(i int) bool {
	text := strings.TrimLeft(r.s[i:min(len(r.s), i+6)], " *_")
	return text != "" && (text[0] == ':' || text[0] == '=' || text[0] == '\n' || strings.HasPrefix(text, "—") || strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "–")) || i == len(r.s)
}

// colonAfter reports that a colon or a dash follows, and not the line's end.
func (r *reader) colonAfter(i int) bool {
	text := strings.TrimLeft(r.s[i:min(len(r.s), i+6)], " *_")
	return text != "" && text[0] != '\n' && r.colonSoon(i)
}

// refuses reports that the word before a label turns it into a deed or an
// error: "сменить пароль", "wrong password".
func refuses(before string) bool {
	switch before {
	case "forgot", "forgotten", "reset", "wrong", "invalid", "incorrect", "change", "changing", "enter", "type", "show", "hide", "confirm", "lost", "bad", "no",
		"неверный", "неверным", "неправильный", "забыл", "забыла", "забыли", "сбросить", "сбросил", "сменить", "поменять", "изменить", "восстановить", "введите",
		"вводить", "ввожу", "подтвердите", "повторите", "придумайте", "придумать", "узнать", "потерял", "потеряла", "любой", "каждый", "without", "без", "пустой",
		"неправильным", "скинуть", "сбросьте", "reminder", "сгенерировать", "generate", "задать", "установить", "requires", "missing", "expired", "require":
		return true
	}
	return false
}

// starters are the first words of labels: most words of a message are none.
var starters = func() map[string]bool {
	set := map[string]bool{}
	for phrase := range labels {
		first, _, _ := strings.Cut(phrase, " ")
		set[first] = true
	}
	for phrase := range kinds {
		first, _, _ := strings.Cut(phrase, " ")
		set[first] = true
	}
	return set
}()
