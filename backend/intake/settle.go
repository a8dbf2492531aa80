package intake

import (
	"slices"

	"opora/backend/opora"
)

// settle joins and completes the records, and drops those that are no access.
func (g *gatherer) settle() []*record {
	list := g.join(g.list)
	g.lend(list)
	var kept []*record
	for i, c := range list {
		if g.isAccess(c) && !repeated(kept, c) {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// join brings credentials and the address that follows them together.
func (g *gatherer) join(list []*record) []*record {
	var out []*record
	for i := 0; i < len(list); i++ {
		c := list[i]
		if c.address == nil && c.hasCreds() && i+1 < len(list) {
			next := list[i+1]
			had := false
			for _, old := range out {
				had = had || old.address != nil
			}
			if next.address != nil && !next.hasCreds() && next.address.line-c.last <= 2 && (!had || next.para == c.para) && (agree(c.kind, next.kind) || c.kind == "") {
				c.address = next.address
				c.kind = narrower(c.kind, next.kind)
				if c.port == nil {
					c.port = next.port
				}
				i++
			}
		}
		out = append(out, c)
	}
	return out
}

// lend fills what a record leaves out from the records around it.
func (g *gatherer) lend(list []*record) {
	for i, c := range list {
		if !c.hasCreds() {
			continue
		}
		if c.same != nil {
			for k := range 2*len(list) - 1 - i { // those before, the nearest first, then those after
				k = i - 1 - k
				if k < 0 {
					k = i - k
				}
				if k >= len(list) {
					break
				}
				old := list[k]
				if c.same[fieldLogin] && c.login == nil && old.login != nil {
					c.login = old.login
					c.borrow(fieldLogin)
				}
				if c.same[fieldSecret] && c.secret == nil && old.secret != nil {
					c.secret, c.token = old.secret, old.token
					c.borrow(fieldSecret)
				}
			}
		}
		if c.address == nil {
			g.lendAddress(list, i)
		}
	}
	for i, c := range list[:max(0, len(list)-1)] { // "IMAP: …, SMTP: …, login, password": one login for both
		next := list[i+1]
		if c.address != nil && !c.hasCreds() && next.login != nil && next.secret != nil && c.kind != next.kind && slices.Contains(family(hintMail), c.kind) && slices.Contains(family(hintMail), next.kind) &&
			c.kind != "web" && next.kind != "web" && next.address != nil && next.address.line-c.address.line <= 4 {
			c.login, c.secret = next.login, next.secret
			c.borrow(fieldLogin)
			c.borrow(fieldSecret)
		}
	}
	if !g.everywhere {
		return
	}
	var giver *record
	for _, c := range list {
		if c.secret != nil && c.login != nil {
			giver = c
		}
	}
	g.lendSecret(list)
	if giver == nil {
		return
	}
	for _, c := range list {
		if c.address != nil && !c.hasCreds() && agree(c.kind, giver.kind) && (c.address.place == nil || giver.address == nil || giver.address.place == nil || c.address.place.ip == giver.address.place.ip) {
			c.login, c.secret = giver.login, giver.secret
			c.borrow(fieldLogin)
			c.borrow(fieldSecret)
		}
	}
}

// lendSecret gives the one password of "пароль один на все" to every login.
func (g *gatherer) lendSecret(list []*record) {
	var giver *record
	for _, c := range list {
		if c.secret != nil && (giver != nil || c.token) {
			return // more than one password
		}
		if c.secret != nil {
			giver = c
		}
	}
	if giver == nil {
		return
	}
	for _, c := range list {
		if c.address != nil && c.login != nil && c.secret == nil && c.key == nil {
			c.secret = giver.secret
			c.borrow(fieldSecret)
		}
	}
	if giver.login == nil && giver.borrowed[fieldAddress] {
		giver.address = nil // it stood for itself, above or below all addresses
	}
}

func (c *record) borrow(field string) {
	if c.borrowed == nil {
		c.borrowed = map[string]bool{}
	}
	c.borrowed[field] = true
}

// lendAddress gives a record without an address that of the one before it, or,
// when none stands before, the first one after it.
func (g *gatherer) lendAddress(list []*record, i int) {
	c := list[i]
	var giver *record
	for k := i - 1; k >= 0 && giver == nil; k-- {
		if list[k].address != nil && (list[k].address.place == nil || list[k].address.place.host != "") {
			giver = list[k]
		}
	}
	for k := i + 1; k < len(list) && giver == nil; k++ {
		if list[k].address != nil && !list[k].borrowed[fieldAddress] {
			giver = list[k]
		}
	}
	if giver == nil {
		return
	}
	address := *giver.address
	own := giver.kind
	if kind, known := schemeKind(address.place.scheme); known {
		own = kindHint(kind)
	}
	protocol := c.kind != "" && c.kind != hintAccess && !agree(c.kind, own) || c.kind == "ftp" || c.kind == "sftp" || c.kind == "ssh"
	if protocol && address.place != nil {
		if c.kind == hintMail || c.kind == "bearer" || c.kind == "web" && own != "" {
			if !(c.kind == "web" && address.place.ip) {
				return
			}
		}
		p := *address.place
		p.text, p.port, p.path, p.scheme = p.host, "", "", ""
		address.place, address.value = &p, p.host
	}
	c.address = &address
	c.borrow(fieldAddress)
	if c.kind == "" && !protocol && (giver.kind == "basic" || giver.kind == "digest") {
		c.kind = "web"
	} else if c.kind == "" && !protocol {
		c.kind = giver.kind
	}
}

// isAccess decides whether a record is one: it takes something to log in with,
// and, but for keys and tokens, to know as whom or where.
func (g *gatherer) isAccess(c *record) bool {
	switch {
	case c.key != nil:
		return true
	case c.secret != nil && c.token:
		return true
	case c.secret != nil:
		if c.login != nil {
			return true
		}
		return c.address != nil && (!c.borrowed[fieldAddress] || c.secret.label && c.titled)
	case c.login != nil && c.address != nil && !c.borrowed[fieldAddress]:
		return g.loginAlone(c)
	}
	return false
}

// loginAlone decides whether an address and a login without a secret are
// handed over, or only mentioned.
func (g *gatherer) loginAlone(c *record) bool {
	if c.login.what == isEmail {
		return false
	}
	if c.address.place != nil && c.address.place.user != "" && !c.login.strong || c.login.whole {
		return g.r.handsOverKey(c)
	}
	return c.login.label && c.login.strong && !c.login.weakUser && c.login.solo && c.login.line-c.address.line <= 3 && c.address.line-c.login.line <= 3
}

func repeated(list []*record, c *record) bool {
	for _, old := range list {
		if old.address.text() == c.address.text() && old.login.text() == c.login.text() && old.secret.text() == c.secret.text() && old.key.text() == c.key.text() && old.kind == c.kind {
			return true
		}
	}
	return false
}

func (e *event) text() string {
	if e == nil {
		return ""
	}
	return e.value
}

// knownPort is the kind that a port means, by the registered numbers.
func knownPort(p string) opora.Kind {
	if p == "" {
		return ""
	}
	if kind := opora.GuessKind("x:"+p, false); kind != opora.Web {
		return kind
	}
	return ""
}
