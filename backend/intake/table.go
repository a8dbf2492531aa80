package intake

import (
	"strings"
	"unicode/utf8"
)

// cell is one field of a table's row, trimmed.
type cell struct {
	text       string
	start, end int
}

// column is what a table's heading names.
type column struct {
	field field
	kind  hint
	sort  bool // the column names the kind of each row
}

// tables reads the lines that form a table: a row of labels with rows of values
// below, or rows of an address, a login and a password between the same signs.
func (r *reader) tables() {
	for i := 0; i < len(r.lines); i++ {
		l := r.lines[i]
		if l.off || l.end-l.start > 2000 {
			continue
		}
		text := r.s[l.start:l.end]
		heading, addressed := r.mayHead(l), strings.ContainsRune(text, '.') || strings.Contains(text, "localhost")
		if !heading && !addressed {
			continue
		}
		for _, sign := range []string{"|", "\t", ";", "  ", ",", " "} {
			if sign != " " && !strings.Contains(text, sign) {
				continue
			}
			if !heading && (strings.TrimSpace(sign) == "" && sign != "\t" || !addressed || strings.Count(text, sign) < 2) {
				continue
			}
			if head := r.heading(r.cells(l, sign), sign); head != nil && heading {
				if last := r.rows(i, sign, head); last > i {
					r.lines[i].taken = true
					i = last
				}
				break
			}
			if sign == "  " || sign == " " {
				continue
			}
			if r.bareRow(i, r.cells(l, sign)) {
				r.lines[i].taken = true
				break
			}
		}
	}
}

// mayHead looks at a line's first word alone: most lines head no table.
func (r *reader) mayHead(l line) bool {
	i := l.start
	for i < l.end && strings.IndexByte("|*_ \"`\t;,#", r.s[i]) >= 0 {
		i++
	}
	var room [maxWords]word
	words := r.wordsUpTo(i, l.end, 1, room[:])
	if len(words) == 0 {
		return i > l.start || i < l.end && !digit(r.s[i]) && r.s[i] >= 0xc2
	}
	first := words[0].text
	return starters[first] || leaders[first] || sortColumns[first] || plainColumns[first]
}

// cells cuts a line at a sign; two spaces stand for any wider gap.
func (r *reader) cells(l line, sign string) []cell {
	var list []cell
	start, end := l.start, l.end
	if sign == "|" {
		for start < end && r.s[start] == '|' {
			start++
		}
		for end > start && r.s[end-1] == '|' {
			end--
		}
	}
	spaced := sign == "|" && strings.Contains(r.s[start:end], " | ") && !strings.HasSuffix(r.s[start:end], " |") // another "|" belongs to a value
	for at := start; at <= end && len(list) < 20; {
		stop := strings.Index(r.s[at:end], sign)
		if spaced && stop >= 0 {
			stop = strings.Index(r.s[at:end], " | ")
			if stop >= 0 {
				stop++
			}
		}
		next := 0
		if stop < 0 {
			stop, next = end, end+1
		} else {
			stop += at
			next = stop + len(sign)
			for len(strings.TrimSpace(sign)) == 0 && next < end && (r.s[next] == ' ' || r.s[next] == '\t') && sign != "\t" {
				next++
			}
		}
		c := cell{start: at, end: stop}
		for c.start < c.end && strings.IndexByte(" \t*_`\"", r.s[c.start]) >= 0 {
			c.start++
		}
		for c.end > c.start && strings.IndexByte(" \t*_`\"", r.s[c.end-1]) >= 0 && !(r.s[c.end-1] == '*' && !strings.HasPrefix(r.s[at:], "*")) {
			c.end--
		}
		c.text = r.s[c.start:c.end]
		list = append(list, c)
		at = next
	}
	return list
}

// sortColumns are the headings of a column that names the kind.
var sortColumns = wordSet(`тип type сервис service вид protocol протокол система system доступ access назначение ресурс resource что`)

// plainColumns are the headings of columns that are of no use here.
var plainColumns = wordSet(`№ # n id n/n no примечание примечания комментарий comment comments notes note роль role права описание description статус status название name имя фио дата date`)

// heading reads a row of labels; nil when it is none.
func (r *reader) heading(cells []cell, sign string) []column {
	if len(cells) < 2 || strings.TrimSpace(sign) == "" && sign != "\t" && strings.HasSuffix(cells[len(cells)-1].text, ":") {
		return nil // "Database creds:" is a title
	}
	var head []column
	secrets, known := 0, 0
	for _, c := range cells {
		if len(c.text) > 60 {
			return nil
		}
		text := strings.TrimRight(c.text, ": ")
		lower := folded(text)
		var room [maxWords]word
		words := r.wordsAt(c.start, c.end, room[:])
		switch {
		case sortColumns[lower]:
			head = append(head, column{sort: true})
			known++
			continue
		case plainColumns[lower] || text == "":
			head = append(head, column{})
			continue
		}
		l, ok := r.labelAt(c.start, c.end, "")
		if ok && l.by == byEnd && (l.end >= c.start+len(text)-1 || l.value >= c.end) {
			if l.field == secret || l.field == pair || l.field == token {
				secrets++
			}
			head = append(head, column{field: l.field, kind: l.kind})
			known++
			continue
		}
		if _, m := match(kinds, words, 0); m > 0 && m == len(words) && words[m-1].end >= c.start+len(text) {
			head = append(head, column{field: address})
			known++
			continue
		}
		if sign == " " || sign == "," || hasDigit(c.text) || len(c.text) > 40 {
			return nil
		}
		head = append(head, column{}) // some column of the customer's own
	}
	if secrets == 0 || known < 2 {
		return nil
	}
	return head
}

// rows reads the rows below a heading and gives the last line that was one.
func (r *reader) rows(i int, sign string, head []column) int {
	last := i
	for k := i + 1; k < len(r.lines); k++ {
		l := r.lines[k]
		text := r.s[l.start:l.end]
		if strings.Trim(text, "|-+=: \t—") == "" { // the rule below the heading
			last = k
			r.lines[k].taken = true
			continue
		}
		if l.para > r.lines[max(last, i)].para+1 || len(text) > 2000 {
			break
		}
		// A number in front of a row may have been taken for a list's.
		for l.number && l.start > 0 && r.s[l.start-1] != '\n' && head[0].field == noField && !head[0].sort {
			l.start--
		}
		cells := r.cells(l, sign)
		if len(cells) < 2 || len(cells) > len(head)+1 || sign == " " && len(cells) != len(head) || !r.row(k, cells, head) {
			break
		}
		r.lines[k].taken = true
		last = k
	}
	if last > i && !r.lines[last].taken {
		return i
	}
	taken := false
	for _, e := range r.events {
		taken = taken || e.line > i && e.line <= last
	}
	if !taken {
		return i
	}
	return last
}

// row notes the values of one row; false when it does not fit its heading.
func (r *reader) row(n int, cells []cell, head []column) bool {
	begun := len(r.events)
	r.add(n, event{what: isBreak, start: cells[0].start, end: cells[0].start})
	values := 0
	for k, c := range cells {
		if k >= len(head) || c.text == "" || c.text == "-" || c.text == "—" {
			continue
		}
		col := head[k]
		v := r.valueAt(c.start, c.end, secret)
		switch {
		case col.sort:
			r.kindIn(n, c)
		case col.field == address:
			at := c.start
			for at < c.end && strings.IndexByte("<[(", r.s[at]) >= 0 {
				at++
			}
			if p, ok := r.urlAt(at, c.end); ok {
				r.addPlace(n, p, &label{field: address, by: byDash, kind: col.kind})
			} else if p, ok := r.hostAt(at, c.end); ok {
				r.addPlace(n, p, &label{field: address, by: byDash, kind: col.kind})
			} else if r.kindIn(n, c) == 0 && c.text == "localhost" {
				r.addPlace(n, place{text: c.text, host: c.text, start: c.start, end: c.end}, &label{by: byDash})
			}
		case col.field == login || col.field == email:
			if (!placeholder(v.text) || letters(v.text)) && !strings.Contains(c.text, " ") {
				r.add(n, event{what: isLogin, value: v.text, start: v.start, end: v.end, label: true, strong: true, kind: col.kind, note: v.note})
				values++
			}
		case col.field == secret || col.field == token:
			if !placeholder(v.text) && (v.next >= c.end || strings.TrimSpace(r.s[v.next:c.end]) == "" || strength(v.text) >= 2) {
				w := isSecret
				if col.field == token {
					w = isToken
				}
				r.add(n, event{what: w, value: v.text, start: v.start, end: v.end, label: true, strong: true, kind: col.kind, note: v.note})
				values++
			} else if len(cells) > 1 && same[folded(strings.SplitN(c.text, " ", 2)[0])] {
				r.add(n, event{what: isSame, value: fieldSecret, start: c.start, end: c.end})
				values++
			}
		case col.field == pair:
			was := len(r.events)
			r.pairValue(n, label{field: pair, by: byColon, end: c.end}, c.start, c.end)
			values += len(r.events) - was
		case col.field == port && strings.Trim(c.text, "0123456789") == "" && len(c.text) <= 5:
			r.add(n, event{what: isPort, value: c.text, start: c.start, end: c.end})
		case col.field == database:
			r.add(n, event{what: isDatabase, value: c.text, start: c.start, end: c.end, label: true, kind: hintDB})
		}
	}
	if values == 0 {
		r.events = r.events[:begun]
		return false
	}
	return true
}

// kindIn notes the kind that a cell names.
func (r *reader) kindIn(n int, c cell) int {
	for at := c.start; at < c.end; {
		var room [maxWords]word
		words := r.wordsAt(at, c.end, room[:])
		if len(words) == 0 {
			_, size := utf8.DecodeRuneInString(r.s[at:c.end])
			at += size
			continue
		}
		if h, m := match(kinds, words, 0); m > 0 && h != hintAccess {
			r.add(n, event{what: isKind, kind: h, value: words[0].text, start: at, end: words[m-1].end, heading: true})
			return words[m-1].end
		}
		at = words[0].end
	}
	return 0
}

// bareRow reads "site.ru;admin;secret" without a heading.
func (r *reader) bareRow(n int, cells []cell) bool {
	if len(cells) < 3 || len(cells) > 6 {
		return false
	}
	var at *place
	var words []cell
	var kindCell, portCell *cell
	for k := range cells {
		c := &cells[k]
		if c.text == "" {
			continue
		}
		var room [maxWords]word
		list := r.wordsAt(c.start, c.end, room[:])
		_, m := match(kinds, list, 0)
		p, isURL := r.urlAt(c.start, c.end)
		if !isURL {
			var ok bool
			if p, ok = r.hostAt(c.start, c.end); !ok || p.user != "" {
				p = place{}
			}
		}
		switch {
		case at == nil && p.end == c.end:
			at = &p
		case m > 0 && m == len(list) && kindCell == nil && !commonLogins[strings.ToLower(c.text)] && list[m-1].end == c.end:
			kindCell = c
		case at != nil && len(words) == 0 && len(c.text) <= 5 && strings.Trim(c.text, "0123456789") == "":
			portCell = c
		default:
			if strings.Contains(c.text, " ") || len(c.text) > 200 {
				return false
			}
			words = append(words, *c)
		}
	}
	if at == nil || at.whole || len(words) != 2 {
		return false
	}
	a := piece{words[0].text, words[0].start, words[0].end, false, nil}
	b := piece{words[1].text, words[1].start, words[1].end, true, nil}
	if !fits(a, b, hereContext, true) {
		return false
	}
	r.add(n, event{what: isBreak, start: cells[0].start, end: cells[0].start})
	if kindCell != nil {
		r.kindIn(n, *kindCell)
	}
	r.addPlace(n, *at, nil)
	if portCell != nil {
		r.add(n, event{what: isPort, value: portCell.text, start: portCell.start, end: portCell.end})
	}
	r.events = append(r.events, r.loginEvent(n, a), r.secretEvent(n, b))
	return true
}
