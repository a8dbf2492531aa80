package intake

import (
	"strings"
)

// tail takes what stands between a label and its separator: "пароль от админки
// сайта:", "login (e-mail):", "password for root:".
func (r *reader) tail(l *label, words []word, k, end int) {
	if k >= len(words) {
		return
	}
	// Words that are known, one after the other, belong to the label in any case.
	at := l.end
	j := k
	seen := false
	for j < len(words) {
		w := words[j]
		if w.gap == gapSlash || w.gap == gapFirst {
			break
		}
		if h, n := match(kinds, words, j); n > 0 && (seen || w.gap == gapJoin || w.gap == gapParen || l.field == port && r.digitsAfter(words[j+n-1].end) || r.colonAfter(words[j+n-1].end)) {
			l.hint(h, w.text)
			j += n
			at = words[j-1].end
			continue
		}
		if (everywhere[w.text] || w.text == "все" || w.text == "один") && l.field == secret && (seen || w.gap == gapSpace) { // "пароль один на все:"
			seen, l.every = true, true
			j++
			at = w.end
			continue
		}
		if connectors[w.text] {
			seen = true
			j++
			switch w.text {
			case "is", "это", "будет", "такой", "следующий", "такие", "следующие", "стандартный", "стандартные", "default", "new", "новый", "are", "was":
				at = w.end
			}
			continue
		}
		if seen && l.field == secret && openedBy[w.text] {
			j++
			at = w.end
			continue
		}
		if seen && (w.text == "ключа" || w.text == "ключу" || w.text == "key") && l.field == secret {
			l.field = passphrase
			j++
			at = w.end
			continue
		}
		if seen && (w.text == "root" || w.text == "рута" || w.text == "admin" || w.text == "админа" || w.text == "administrator") && (l.field == secret) {
			l.imply(w)
			j++
			at = w.end
			continue
		}
		break
	}
	l.tail = at > l.end
	l.end = at
	// With a colon not far behind, whatever stands between belongs to it too.
	if j == 0 || k >= len(words) {
		return
	}
	first := words[k]
	if !(connectors[first.text] || first.gap == gapParen || first.gap == gapJoin) {
		if _, n := match(kinds, words, k); n == 0 && !nouns[first.text] {
			return
		}
	}
	limit := min(end, first.start+70)
	for p := first.start; p < limit; p++ {
		ch := r.s[p]
		dash := ch == ' ' && p+2 < limit && (strings.HasPrefix(r.s[p+1:limit], "— ") || strings.HasPrefix(r.s[p+1:limit], "– ") || strings.HasPrefix(r.s[p+1:limit], "- ")) && seen
		if ch == ':' || ch == '=' || dash {
			if len(words) < maxWords && p > words[len(words)-1].end+4 {
				return // something else than words stands between
			}
			if p+2 < limit && r.s[p+1] == '/' && r.s[p+2] == '/' {
				return
			}
			for n := k; n < len(words) && words[n].start < p; n++ {
				if f, m := match(labels, words, n); m > 0 && n > k && (f == login || f == secret) && words[n-1].text != "для" && !connectors[words[n-1].text] {
					return
				}
				if h, m := match(kinds, words, n); m > 0 {
					l.hint(h, words[n].text)
				}
				switch words[n].text {
				case "ключа", "ключу", "key":
					if l.field == secret {
						l.field = passphrase
					}
				case "root", "рута", "admin", "админа", "administrator":
					if l.field == secret {
						l.imply(words[n])
					}
				case "базы", "бд", "database", "db":
					if l.field == login && n > k && words[n-1].text == "имя" {
						l.field = database
					}
				}
			}
			l.end, l.tail = p, true
			return
		}
		if digit(ch) || ch == ',' || ch == '.' || ch == ';' || ch == '@' || ch == '"' || ch == '|' || ch == '\t' {
			return
		}
	}
}

// nouns may follow a label without a preposition: "пароль администратора:".
var nouns = wordSet(`администратора администратор пользователя пользователь админа рута root владельца владелец суперпользователя клиента хостинга
	сервера базы данных phpmyadmin панели аккаунта учетной записи приложения почты ящика admin administrator user account для used пользователем`)

// digitsAfter reports a number behind i: "порт ssh 2233".
func (r *reader) digitsAfter(i int) bool {
	return i+1 < len(r.s) && r.s[i] == ' ' && digit(r.s[i+1])
}

// openedBy are the things that a password alone opens: "пароль на архив".
var openedBy = wordSet(`ссылку ссылке ссылки ссылка файл файла файлу архив архива архиву документ документа документу папку папки папке диск link file archive document folder zip pdf rar`)

func (l *label) hint(h hint, text string) {
	if h == hintAccess || l.kind != "" && (h == "web" || h == hintServer || h == hintDB || h == hintMail) {
		return
	}
	if h == hintMail && l.field == login { // "логин (e-mail)"
		return
	}
	if text == "admin" || text == "админу" {
		return
	}
	l.kind = h
}

func (l *label) imply(w word) {
	name := w.text
	switch name {
	case "рута":
		name = "root"
	case "админа":
		return
	}
	l.implied, l.impliedAt = name, [2]int{w.start, w.end}
}

// separate looks behind a label for what announces its value.
func (r *reader) separate(l *label, end int) {
	i := l.end
	skipMarks := func() {
		for i < end && strings.IndexByte("*_`]", r.s[i]) >= 0 {
			i++
		}
	}
	if l.start > 0 && i < end {
		open := r.s[l.start-1]
		if (open == '"' || open == '\'') && r.s[i] == open {
			l.quoted = true
			i++
		} else if open == '(' && r.s[i] == ')' {
			i++
		} else if open == '<' && (r.s[i] == '>' || r.s[i] == ' ') { // <Pass encoding="base64">
			if close := strings.IndexByte(r.s[i:min(end, i+60)], '>'); close >= 0 && i+close+1 < end {
				l.by, l.value, l.glued = byColon, i+close+1, true
				return
			}
		}
	}
	skipMarks()
	if i < end && r.s[i] == ')' {
		i++
	}
	wide := i
	for i < end && r.s[i] == ' ' {
		i++
	}
	wide = i - wide
	if i >= end {
		l.by, l.value = byEnd, end
		return
	}
	rest := r.s[i:end]
	dash := func(n int) {
		// A dash needs a space on one side: "login-admin" is a word.
		spaced := wide > 0 || i+n < end && r.s[i+n] == ' ' || i+n == end
		if spaced {
			l.by = byDash
			i += n
		}
	}
	switch {
	case rest[0] == ':' || rest[0] == '=':
		l.by = byColon
		l.code = rest[0] == '='
		for i < end && (r.s[i] == ':' || r.s[i] == '=' || r.s[i] == '>') {
			i++
		}
	case l.quoted && rest[0] == ',':
		l.by = byColon
		i++
	case strings.HasPrefix(rest, "...") && strings.TrimLeft(rest, ". ") != "": // a dotted leader
		l.by = byColon
		i = end - len(strings.TrimLeft(rest, "."))
	case strings.HasPrefix(rest, "->"):
		l.by = byDash
		i += 2
	case strings.HasPrefix(rest, "→") || strings.HasPrefix(rest, "：") || strings.HasPrefix(rest, "⇒"):
		l.by = byDash
		i += 3
	case strings.HasPrefix(rest, "—") || strings.HasPrefix(rest, "–") || strings.HasPrefix(rest, "−"):
		dash(3)
	case rest[0] == '-':
		dash(1)
	case rest[0] == '\t' || rest[0] == '|':
		l.by = byDash
		i++
	case wide >= 2:
		l.by = byDash
	case wide == 1 && !l.quoted:
		l.by = bySpace
	default:
		if !l.quoted && (rest[0] == '"' || rest[0] == '(' || strings.HasPrefix(rest, "«") || strings.HasPrefix(rest, "“")) {
			l.by = bySpace
		}
	}
	if l.by >= byDash {
		if l.start > 0 && strings.IndexByte("*_`[", r.s[l.start-1]) >= 0 {
			skipMarks() // that closed around the label; others are the value's
		}
		for i < end && r.s[i] == ' ' {
			i++
		}
	}
	l.value = i
	if l.by >= byDash && strings.TrimLeft(r.s[i:end], " \t|") == "" {
		l.by, l.value = byEnd, end
		l.glued = true // a colon stood there: the next line is the value
	}
}
