package intake

import "slices"

type gatherer struct {
	r           *reader
	list        []*record
	cur         *record
	addressLast bool // credentials stand before addresses in this message
	ordered     bool
	everywhere  bool // one login serves all addresses of the message
}

// gather puts the events together into records.
func (r *reader) gather() []*record {
	g := &gatherer{r: r, cur: &record{}}
	line := -1
	for i := range r.events {
		e := &r.events[i]
		if e.line != line {
			g.newLine(e, line)
			line = e.line
		}
		g.take(i, e)
	}
	g.open("", nil)
	return g.settle()
}

// newLine closes what a list entry, a new speaker or a blank line ends.
func (g *gatherer) newLine(e *event, before int) {
	l := g.r.lines[e.line]
	spoke := false
	for k := before + 1; k <= e.line && k < len(g.r.lines); k++ {
		spoke = spoke || g.r.lines[k].from && k > 0
	}
	if (l.number || spoke) && g.cur.complete() && (g.cur.address != nil || g.cur.login != nil) {
		g.open("", nil)
	}
}

// open puts the current record aside and begins the next.
func (g *gatherer) open(h hint, at *event) {
	if !g.cur.empty() {
		g.list = append(g.list, g.cur)
	}
	g.cur = &record{kind: h, kindAt: at}
	if at != nil {
		g.cur.titled = at.heading || at.what != isKind
	}
}

// mark notes that the current record got a field.
func (g *gatherer) mark(e *event) {
	c := g.cur
	if c.from == 0 && c.first == 0 || e.start < c.from {
		c.from, c.first = e.start, e.line
	}
	c.last, c.para = e.line, e.para
}

func (g *gatherer) take(i int, e *event) {
	if !g.ordered {
		switch e.what {
		case isAddress:
			g.ordered = true
		case isLogin, isSecret:
			g.ordered, g.addressLast = true, !e.whole
		}
	}
	switch e.what {
	case isKind:
		g.kind(e)
	case isAddress:
		g.address(i, e)
	case isLogin, isEmail:
		g.login(i, e)
	case isSecret, isToken:
		g.secret(i, e)
	case isPassphrase:
		g.sort(e)
		if g.cur.passphrase != nil {
			g.open("", nil)
		}
		g.cur.passphrase = e
		g.mark(e)
	case isPort:
		g.sort(e)
		if g.cur.port == nil || g.cur.address == nil {
			g.cur.port = e
		}
	case isDatabase:
		if e.label {
			if g.cur.complete() && !agree(g.cur.kind, hintDB) || g.cur.complete() && g.cur.kind == "" && g.cur.para != e.para || g.cur.complete() && g.cur.database != nil {
				g.open(e.kind, e)
			}
			g.sort(e)
			if g.cur.kind == "" || agree(g.cur.kind, e.kind) {
				g.cur.kind = narrower(g.cur.kind, e.kind)
			}
		}
		g.cur.database = e
		g.mark(e)
	case isTLS:
		g.cur.tls = e
	case isSame:
		g.same(e)
	case isBreak:
		if g.cur.complete() || g.cur.address != nil {
			g.open("", nil)
		}
	case isEvery:
		g.everywhere = true
	case isKey:
		g.key(e)
	}
}

// sort moves to the record that a label's own kind asks for: "FTP пароль".
func (g *gatherer) sort(e *event) {
	if e.kind == "" || e.kind == hintAccess {
		return
	}
	c := g.cur
	if (e.kind == hintDB || e.kind == "mysql" || e.kind == "postgres") && c.address != nil && c.dbPanel() {
		return // "пользователь БД" of phpMyAdmin
	}
	if e.what == isPort && c.port == nil && agree(c.kind, e.kind) && e.para == c.para && e.line-c.last <= 3 {
		c.kind = narrower(c.kind, e.kind) // "SSH port" below everything else
		return
	}
	if agree(c.kind, e.kind) && !(c.kind != "" && c.kind != e.kind && c.complete()) {
		if c.kind == "" && c.complete() && c.address != nil {
			g.open(e.kind, e)
			return
		}
		c.kind = narrower(c.kind, e.kind)
		if c.kindAt == nil {
			c.kindAt = e
		}
		c.titled = true
		return
	}
	for k := len(g.list) - 1; k >= 0 && k >= len(g.list)-6; k-- {
		old := g.list[k]
		if old.kind == e.kind && (e.what == isSecret && old.secret == nil || e.what == isLogin && old.login == nil || e.what == isPort && old.port == nil || e.what == isPassphrase && old.passphrase == nil) {
			g.list = slices.Delete(g.list, k, k+1)
			if !c.empty() {
				g.list = append(g.list, c)
			}
			g.cur = old
			return
		}
	}
	if c.empty() || c.address != nil && !c.hasCreds() && agree(c.kind, e.kind) {
		c.kind, c.kindAt, c.titled = e.kind, e, true
		return
	}
	g.open(e.kind, e)
}

func (g *gatherer) kind(e *event) {
	c := g.cur
	switch {
	case e.refine && !c.empty() && e.line-c.last <= 3:
		c.kind, c.kindAt, c.titled = e.kind, e, true
	case (e.kind == "basic" || e.kind == "digest") && !e.heading && e.line == c.last && c.address != nil && agree(c.kind, e.kind):
		c.kind, c.kindAt = e.kind, e // said behind the address
	case e.kind == hintAccess:
		if e.heading && c.complete() {
			g.open("", nil)
		}
	case c.complete() && (c.address != nil || e.heading || e.line != c.last):
		g.open(e.kind, e)
	case c.empty():
		if c.kind == "" || e.heading || !c.titled {
			if c.kindAt == nil || c.kindAt.line != e.line {
				c.kind = e.kind
			} else {
				c.kind = narrower(c.kind, e.kind)
			}
			c.kindAt, c.titled = e, e.heading
		} else if e.line == c.kindAt.line || agree(c.kind, e.kind) {
			c.kind = narrower(c.kind, e.kind)
		}
	case c.address != nil && !c.hasCreds():
		if e.heading && e.line != c.last && !agree(c.kind, e.kind) {
			g.open(e.kind, e)
		} else if e.heading && e.line != c.last && c.kind == "" && c.address.place != nil && c.address.place.scheme != "" && e.kind != "web" && e.kind != "basic" {
			g.open(e.kind, e)
		} else if c.kind == "" || agree(c.kind, e.kind) || !c.titled {
			if agree(c.kind, e.kind) {
				c.kind = narrower(c.kind, e.kind)
			} else {
				c.kind = e.kind
			}
			c.kindAt, c.titled = e, e.heading
		}
	case e.heading && e.line != c.last && c.login != nil && c.address != nil && e.kind != hintServer:
		g.open(e.kind, e)
	default:
		if c.kind == "" || !c.titled && agree(c.kind, e.kind) {
			c.kind, c.kindAt = narrower(c.kind, e.kind), e
		}
	}
}

// credsFollow reports that a login or secret stands behind event i before the
// next address, not far away.
func (g *gatherer) credsFollow(i int) bool {
	at := g.r.events[i]
	for _, e := range g.r.events[i+1:] {
		if e.line > at.line+4 {
			return false
		}
		switch e.what {
		case isAddress:
			return false
		case isLogin, isSecret, isToken, isSame, isKey:
			return true
		case isEmail:
			return e.label
		}
	}
	return false
}

func (g *gatherer) address(i int, e *event) {
	c := g.cur
	switch {
	case e.whole && !c.empty():
		h := c.kind
		if c.hasCreds() || c.address != nil {
			h = ""
		}
		g.open(h, c.kindAt)
	case c.address == nil && c.hasCreds():
		far := e.para != c.para || e.line-c.last > 3
		if c.complete() && g.credsFollow(i) && (!g.addressLast || far) || far && e.line-c.last > 3 && c.complete() || c.login == nil && c.secret == nil && c.key == nil {
			g.open(e.kind, nil)
		}
	case c.address != nil && c.hasCreds():
		if e.value == c.address.value && !c.complete() {
			return
		}
		if !c.complete() && c.login != nil && !c.login.label && c.login.what == isEmail {
			c.login = nil
		}
		if c.kindAt != nil && c.kindAt.line == e.line && !c.complete() {
			h := c.kind
			g.open(h, c.kindAt)
		} else {
			g.open("", nil)
		}
	case c.address != nil:
		if e.value == c.address.value {
			return
		}
		old, fresh := c.address.place, e.place
		aliases := old != nil && fresh != nil && old.scheme == "" && old.path == "" && fresh.scheme == "" && fresh.path == "" && old.ip != fresh.ip && e.line-c.address.line <= 2
		if aliases && (c.address.label || c.titled || e.line == c.address.line) {
			return // a host's name and its number
		}
		if old != nil && fresh != nil && c.address.label && old.scheme != "" && fresh.scheme == "" && !e.label && e.line == c.address.line {
			return
		}
		h, at := c.kind, c.kindAt
		g.open("", nil)
		if at != nil && (e.line-at.line <= 2 || at.heading) {
			g.cur.kind, g.cur.kindAt, g.cur.titled = h, at, at.heading
		}
	}
	c = g.cur
	if e.kind != "" && (c.kind == "" || agree(c.kind, e.kind)) {
		c.kind = narrower(c.kind, e.kind)
	}
	c.address = e
	g.mark(e)
}

func (g *gatherer) login(i int, e *event) {
	g.sort(e)
	c := g.cur
	if e.what == isEmail && !e.label {
		// An e-mail address is a login only next to a secret.
		if !g.secretNear(i) || c.login != nil {
			return
		}
	}
	switch {
	case c.login == nil && !c.complete():
	case c.login == nil && c.secret != nil && !c.token:
		if e.weakUser && e.para != c.para || e.para != c.para && g.credsFollow(i) {
			g.open("", nil)
		}
	case c.login != nil && c.secret == nil && c.key == nil && !c.same[fieldSecret]:
		if e.value == c.login.value || e.what == isEmail && c.login.what != isEmail {
			return
		}
		if c.login.what == isEmail || c.login.weakUser && !c.login.strong {
			break // the better label wins
		}
		g.open(c.kind, c.kindAt)
	case c.login != nil:
		if e.what == isEmail && (e.line == c.last || !g.secretNear(i)) || e.value == c.login.value && !g.credsFollow(i) {
			return
		}
		g.openNext(e)
	default:
		g.openNext(e)
	}
	g.cur.login = e
	g.mark(e)
}

// openNext begins a record that goes on in the manner of the one before.
func (g *gatherer) openNext(e *event) {
	c := g.cur
	h, at := c.kind, c.kindAt
	if e.kind != "" {
		h, at = e.kind, e
	} else if (h == "basic" || h == "digest") && c.complete() {
		h, at = "", nil // the door in front is named; behind it is the site's own
	}
	g.open(h, at)
}

// secretNear reports that a secret belongs to the e-mail address at event i.
func (g *gatherer) secretNear(i int) bool {
	for _, e := range g.r.events[i+1:] {
		if e.line > g.r.events[i].line+2 {
			return false
		}
		switch e.what {
		case isSecret:
			return true
		case isLogin, isAddress, isEmail:
			return false
		}
	}
	return false
}

func (g *gatherer) secret(i int, e *event) {
	g.sort(e)
	c := g.cur
	if c.secret != nil {
		if c.secret.value == e.value && c.login != nil && e.line-c.last <= 3 {
			return
		}
		g.openNext(e)
		if c.login != nil && e.line == c.last && e.kind == "" && e.what == c.secret.what && !e.label {
			g.cur = c
			g.list = g.list[:len(g.list)-1]
			return
		}
	}
	g.cur.secret = e
	g.cur.token = e.what == isToken
	g.mark(e)
}

func (g *gatherer) same(e *event) {
	g.sort(e)
	c := g.cur
	if c.same[e.value] || e.value == fieldLogin && c.login != nil || e.value == fieldSecret && c.secret != nil {
		g.openNext(e)
		c = g.cur
	}
	if c.same == nil {
		c.same = map[string]bool{}
	}
	c.same[e.value] = true
	g.mark(e)
}

func (g *gatherer) key(e *event) {
	c := g.cur
	web := c.address != nil && c.address.place != nil && (c.address.place.scheme == "http" || c.address.place.scheme == "https")
	if c.key != nil || web && !agree(c.kind, "ssh") || web && c.secret != nil || c.secret != nil && c.kind != "" && !agree(c.kind, "ssh") {
		g.open("ssh", e)
	}
	g.cur.key = e
	if agree(g.cur.kind, "ssh") {
		g.cur.kind = narrower("ssh", g.cur.kind)
		if g.cur.kind == hintServer {
			g.cur.kind = "ssh"
		}
	}
	g.mark(e)
}
