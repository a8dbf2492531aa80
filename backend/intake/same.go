package intake

import "strings"

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

// sameAccess sees "https://two.ru: same as above", with no label at all.
func (r *reader) sameAccess(n, i, end int) int {
	if len(r.events) == 0 || r.s[i] != 's' && r.s[i] != 't' && r.s[i] < 0xd0 {
		return 0
	}
	last := r.events[len(r.events)-1]
	protocol := last.what == isKind && !wide(last.kind)
	if last.line != n || last.what != isAddress && !protocol {
		return 0
	}
	if protocol { // "FTP доступ такой же, порт 21"
		for _, phrase := range []string{"такой же", "такие же", "тот же", "те же", "так же", "the same", "same"} {
			stop := i + len(phrase)
			if strings.HasPrefix(r.s[i:end], phrase) && (stop == end || strings.IndexByte(",;.", r.s[stop]) >= 0) {
				return r.sameBoth(n, i, stop)
			}
		}
		return 0
	}
	for _, phrase := range []string{"same as", "same creds", "same access", "те же данные", "те же доступы", "то же самое", "аналогично", "так же как", "доступы те же", "данные те же", "same", "те же", "тот же"} {
		if !strings.HasPrefix(r.s[i:end], phrase) {
			continue
		}
		stop := i + len(phrase)
		if rest := strings.Trim(r.s[stop:end], " .,;!)"); rest != "" && (phrase == "same" || phrase == "те же" || phrase == "тот же") || r.labelled(&line{start: stop, end: end}) {
			return 0
		}
		r.sameBoth(n, i, stop)
		return end
	}
	return 0
}

// sameBoth notes that login and secret are those of another access.
func (r *reader) sameBoth(n, start, stop int) int {
	for _, name := range []string{fieldLogin, fieldSecret} {
		r.add(n, event{what: isSame, value: name, start: start, end: stop})
	}
	return stop
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
