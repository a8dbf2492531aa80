package intake

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// resolve judges the words without a label and leaves only what means something.
func (r *reader) resolve() {
	var out []event
	open := -9 // the last line that opened an access: an address, a title
	events := r.events
	for from := 0; from < len(events); {
		to := from
		for to < len(events) && events[to].line == events[from].line {
			to++
		}
		n := events[from].line
		line := events[from:to]
		ctx := noContext
		if n-open <= 3 {
			ctx = nearContext
		}
		var next []event
		if to < len(events) {
			end := to
			for end < len(events) && events[end].line == events[to].line {
				end++
			}
			next = events[to:end]
		}
		found, used := r.resolveLine(n, line, next, ctx)
		if used {
			to += len(next)
		}
		title(r, n, found)
		for _, e := range found {
			switch e.what {
			case isAddress, isKind:
				open = n
			case isLogin, isSecret, isToken:
				if e.label {
					open = -9
				} else {
					open = e.line
				}
			}
		}
		out = append(out, found...)
		from = to
	}
	r.events = out
}

// refinements are the labels of a line that only says how to connect.
var refinements = wordSet(`protocol протокол тип type подключение connection`)

// title marks a kind that stands alone on its line, or begins it with a colon:
// it heads what follows.
func title(r *reader, n int, line []event) {
	kindsSeen, values := 0, 0
	for _, e := range line {
		switch e.what {
		case isKind:
			kindsSeen++
		case isLogin, isSecret, isToken, isPassphrase, isSame, isPort, isDatabase:
			values++
		}
	}
	if kindsSeen == 0 {
		return
	}
	l := r.lines[n]
	text := r.s[l.start:l.end]
	words := len(strings.Fields(text))
	for i := range line {
		e := &line[i]
		if e.what != isKind {
			continue
		}
		lead := strings.TrimRight(strings.Trim(r.s[l.start:e.start], "*_#[(\"' "), " :-—–=")
		if refinements[folded(lead[strings.LastIndexByte(lead, ' ')+1:])] {
			e.refine = true
			continue
		}
		if e.colon && len(strings.Fields(lead)) <= 3 || values == 0 && (words <= 6 || strings.HasSuffix(text, ":") && words <= 12) {
			e.heading = true
		}
	}
}

// resolveLine judges one line; used says that the line after it was needed too.
func (r *reader) resolveLine(n int, line, next []event, ctx context) (out []event, used bool) {
	l := r.lines[n]
	labelled := false
	for _, e := range line {
		labelled = labelled || (e.what == isLogin || e.what == isSecret || e.what == isToken) && e.label
	}
	for i := 0; i < len(line); {
		e := line[i]
		if e.what != isOther && e.what != isEmail {
			out = append(out, e)
			i++
			continue
		}
		j := i
		for j < len(line) && (line[j].what == isOther || line[j].what == isEmail) {
			j++
		}
		here := ctx
		var prev *event
		if i > 0 {
			prev = &line[i-1]
			if prev.what == isAddress || prev.what == isKind && (prev.colon || prev.kind == hintAccess) || prev.what == isPort || prev.what == isDatabase {
				here = hereContext
			}
		}
		if i == 0 && j < len(line) && line[j].what == isAddress {
			here = max(here, nearContext)
		}
		alone := i == 0 && j == len(line)
		from, to := line[i].start, line[j-1].end
		if e.label && e.what == isEmail {
			alone = false
		}
		var after *event
		if j < len(line) {
			after = &line[j]
		}
		apart := labelled && prev != nil && (prev.what == isAddress && answered(line[:i]) && !named(line[j:]) || prev.what == isKind && prev.colon && !named(line[:i]) && addressFirst(line[j:]))
		pair := r.pairIn(n, from, to, here, alone || prev != nil && j == len(line), prev, after, line, labelled && !apart)
		if len(pair) > 0 {
			out = append(out, pair...)
		} else if alone && i+1 == j && here != noContext && len(next) == 1 && (next[0].what == isOther) && next[0].line == n+1 {
			a, b := r.pieces(l.start, l.end), r.pieces(r.lines[n+1].start, r.lines[n+1].end)
			if len(a) == 1 && len(b) == 1 && (fits(a[0], b[0], nearContext, true)) {
				out = append(out, r.loginEvent(n, a[0]), r.secretEvent(n+1, b[0]))
				return out, true
			}
		}
		for _, rest := range line[i:j] {
			switch {
			case rest.what == isEmail:
				if len(pair) == 0 {
					out = append(out, rest)
				}
			case everywhere[folded(strings.Trim(rest.value, ".,:;!()"))]:
				out = append(out, event{what: isEvery, start: rest.start, end: rest.end, line: n, para: l.para})
			}
		}
		i = j
	}
	return out, false
}

// rootWords are how people say root.
var rootWords = wordSet(`рут рутом рута root'ом root’ом root-ом`)

// answered reports that the labelled login and secret of a line stand before
// its last address, which so has others.
func answered(line []event) bool {
	loginSeen, secretSeen := false, false
	for _, e := range line {
		loginSeen = loginSeen || e.what == isLogin && e.label
		secretSeen = secretSeen || e.what == isSecret && e.label
	}
	return loginSeen && secretSeen
}

// addressFirst reports that the labelled values of a line stand behind a
// further address, and so are that one's.
func addressFirst(line []event) bool {
	for k, e := range line {
		if e.what == isAddress {
			return true
		}
		if named(line[k : k+1]) {
			return false
		}
	}
	return false
}

// named reports a labelled login or secret.
func named(line []event) bool {
	for _, e := range line {
		if e.label && (e.what == isLogin || e.what == isSecret || e.what == isToken) {
			return true
		}
	}
	return false
}

// everywhere are the words that give one login to several addresses.
var everywhere = wordSet(`везде одинаковые одинаковый одинаков обоих обеих всех everywhere both all каждого общий общие едины единый same`)

func (r *reader) loginEvent(n int, p piece) event {
	return event{what: isLogin, value: p.text, start: p.start, end: p.end, line: n, para: r.lines[n].para, note: p.note}
}

func (r *reader) secretEvent(n int, p piece) event {
	return event{what: isSecret, value: p.text, start: p.start, end: p.end, line: n, para: r.lines[n].para, note: p.note}
}

// pairIn looks for a login and a password in a stretch without labels.
func (r *reader) pairIn(n, from, to int, ctx context, alone bool, prev, next *event, line []event, labelled bool) []event {
	if ctx == noContext && !labelled && (prev == nil || prev.what != isLogin) && !strings.ContainsAny(r.s[from:to], "/|:;\\-") && !strings.Contains(r.s[from:to], "–") && !strings.Contains(r.s[from:to], "—") {
		return nil // nothing near speaks for an access, and no sign for a pair
	}
	list := r.pieces(from, to)
	if len(list) == 0 {
		return nil
	}
	if labelled {
		if next != nil && next.what == isSecret && next.label {
			return r.loginBefore(n, list, prev, line)
		}
		if behind := r.secretBehind(n, list, prev); behind != nil {
			return behind
		}
		for _, e := range line {
			if (e.what == isSecret || e.what == isToken) && e.start > from {
				return nil
			}
		}
		ctx, alone = noContext, false // a labelled login is there already
	}
	if rootWords[folded(list[0].text)] && len(list) >= 2 && strength(list[1].text) >= 2 {
		root := r.loginEvent(n, list[0])
		root.value = "root"
		return []event{root, r.secretEvent(n, list[1])}
	}
	if prev != nil && prev.what == isLogin && !prev.label { // root@1.2.3.4 secret
		if r.s[list[0].start-1] == ':' && strings.Contains(list[0].text, "/") {
			return nil // git@github.com:acme/site.git
		}
		if s := strength(list[0].text); s >= 2 || s >= 1 && len(list) == 1 && !cyrillic(list[0].text) && !notValues[strings.ToLower(list[0].text)] && (list[0].sep || hasDigit(list[0].text) || r.sepBefore(list[0].start)) {
			return []event{r.secretEvent(n, list[0])}
		}
		return nil
	}
	exact := len(list) == 2
	for i := 0; i < len(list); i++ {
		if a, b, ok := halves(list[i]); ok && (len(list) == 1 || list[i].text == strings.TrimSpace(list[i].text)) {
			only := alone && len(list) == 1
			if fits(a, b, ctx, only) && (only || strength(b.text) >= 2 || walks[b.text]) {
				return []event{r.loginEvent(n, a), r.secretEvent(n, b)}
			}
		}
		if i+1 < len(list) {
			a, b := list[i], list[i+1]
			here := ctx
			if i > 0 && here == hereContext {
				here = nearContext
			}
			if !exact && !b.sep {
				// In a sentence only what can hardly be anything else counts.
				if i > 0 || !(strength(b.text) >= 3 || strength(b.text) >= 2 && (commonLogins[strings.ToLower(a.text)] || strings.Contains(a.text, "@"))) {
					continue
				}
			}
			if fits(a, b, here, alone && exact) {
				return []event{r.loginEvent(n, a), r.secretEvent(n, b)}
			}
		}
	}
	return nil
}

// sepBefore reports an explicit sign between what came before and the word at i.
func (r *reader) sepBefore(i int) bool {
	text := strings.TrimRight(r.s[max(0, i-6):i], " ")
	if text == "" {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("/|:;-—–,\\", last)
}

// secretBehind takes the word behind a labelled login as its secret, when none
// is labelled: "логин: admin / Qwe123".
func (r *reader) secretBehind(n int, list []piece, prev *event) []event {
	if prev == nil || prev.what != isLogin && prev.what != isEmail {
		return nil
	}
	for _, e := range r.events {
		if e.line == n && (e.what == isSecret || e.what == isToken) {
			return nil
		}
	}
	p := list[0]
	if s := strength(p.text); s >= 2 && !cyrillic(p.text) || (r.sepBefore(p.start) || p.sep) && s >= 1 && len(list) == 1 && !cyrillic(p.text) || walks[strings.ToLower(p.text)] {
		return []event{r.secretEvent(n, p)}
	}
	return nil
}

// loginBefore takes the word before a labelled secret as its login, when none
// is labelled: "admin, пароль Qwe123".
func (r *reader) loginBefore(n int, list []piece, prev *event, line []event) []event {
	p := list[len(list)-1]
	for _, e := range line {
		apart := func(o event) bool { // an address between the two: the login is that one's
			return o.what == isAddress && o.start > min(e.start, p.start) && o.start < max(e.start, p.start)
		}
		if (e.what == isLogin || e.what == isEmail) && !slices.ContainsFunc(line, apart) {
			return nil
		}
	}
	lower := strings.ToLower(p.text)
	if rootWords[lower] {
		root := r.loginEvent(n, p)
		root.value = "root"
		return []event{root}
	}
	sure := commonLogins[lower] || len(list) == 1 && prev != nil && (prev.what == isAddress || prev.what == isKind && prev.colon) || strings.ContainsAny(p.text, "@_") || hasDigit(p.text) && len(list) == 1
	if !sure || !loginLike(p.text) || cyrillic(p.text) {
		return nil
	}
	return []event{r.loginEvent(n, p)}
}

// pairValue takes the values behind "логин/пароль:".
func (r *reader) pairValue(n int, l label, i, end int) int {
	list := r.pieces(i, end)
	for k := range list {
		if next, ok := r.labelAt(list[k].start, end, ""); k > 0 && ok && next.by >= bySpace && !commonLogins[strings.ToLower(list[k].text)] {
			list = list[:k]
			break
		}
	}
	if len(list) == 0 || r.isLabel(value{start: list[0].start, end: list[0].end}, end) {
		return l.end
	}
	if _, ok := r.urlAt(list[0].start, end); ok {
		return l.end
	}
	var a, b piece
	ok := false
	switch {
	case len(list) >= 2 && list[1].sep:
		a, b, ok = list[0], list[1], true
	case len(list) == 2 || len(list) > 2 && strength(list[1].text) >= 2:
		a, b, ok = list[0], list[1], true
	}
	if x, y, split := halves(list[0]); split && (!ok || !(len(list) == 2)) {
		a, b, ok = x, y, true
	}
	if !ok && len(list) == 1 && l.by >= byDash && loginLike(list[0].text) {
		a, b, ok = list[0], list[0], true
	}
	if ok && l.field == parried {
		a, b = b, a
	}
	if !ok || placeholder(a.text) || placeholder(b.text) && !walks[strings.ToLower(b.text)] || !loginLike(a.text) || cyrillic(b.text) && strength(b.text) == 0 ||
		l.by == bySpace && strength(b.text) < 2 && !commonLogins[strings.ToLower(a.text)] {
		return l.end
	}
	login, secret := r.loginEvent(n, a), r.secretEvent(n, b)
	login.label, secret.label, login.strong, secret.strong = true, true, true, true
	login.kind, secret.kind = l.kind, l.kind
	r.add(n, login)
	r.add(n, secret)
	return max(a.end, b.end)
}
