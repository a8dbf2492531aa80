package intake

import (
	"slices"
	"strings"
)

// record is an access that is being put together.
type record struct {
	kind       hint
	kindAt     *event
	titled     bool // the kind came from a title or a label, not from a passing word
	address    *event
	login      *event
	secret     *event
	token      bool
	passphrase *event
	key        *event
	port       *event
	database   *event
	tls        *event
	same       map[string]bool
	borrowed   map[string]bool // fields taken from another record
	first      int             // line of its first field
	last       int             // line of its last field
	para       int
	from       int // the place in the text, for order
}

func (c *record) hasCreds() bool {
	return c.login != nil || c.secret != nil || c.key != nil || c.passphrase != nil || len(c.same) > 0
}

// complete reports that nothing more is expected but an address.
func (c *record) complete() bool {
	return c.secret != nil && (c.login != nil || c.token) || c.key != nil || c.same[fieldSecret]
}

func (c *record) empty() bool { return c.address == nil && !c.hasCreds() }

// dbPanel reports a web page that asks for a database's login.
func (c *record) dbPanel() bool {
	for _, e := range []*event{c.kindAt, c.address} {
		if e == nil || e.what == isAddress && e.kind != "web" && (e.place == nil || e.place.path == "") {
			continue
		}
		lower := strings.ToLower(e.value)
		for _, name := range []string{"phpmyadmin", "pma", "adminer", "пхпмайадмин", "phppgadmin"} {
			if strings.Contains(lower, name) && !c.complete() {
				return true
			}
		}
	}
	return false
}

// family are the kinds that a wider hint leaves open.
func family(h hint) []hint {
	switch h {
	case hintDB:
		return []hint{"mysql", "postgres", "mssql", "mongodb", "redis", hintServer}
	case hintMail:
		return []hint{"imap", "pop3", "smtp", "web"}
	case hintServer:
		return []hint{"ssh", "sftp", "rdp", "ftp", hintDB, "web", "mysql"}
	case "web":
		return []hint{"basic", "digest", hintAPI, "bearer", hintMail}
	case hintAPI:
		return []hint{"bearer"}
	case "ftp":
		return []hint{"sftp", "ftps"}
	case "ssh":
		return []hint{"sftp"}
	}
	return nil
}

// agree reports that two hints may speak of one access.
func agree(a, b hint) bool {
	return a == "" || b == "" || a == b || a == hintAccess || b == hintAccess || slices.Contains(family(a), b) || slices.Contains(family(b), a)
}

// narrower gives the hint that says more.
func narrower(a, b hint) hint {
	if b == "" || b == hintAccess && a != "" {
		return a
	}
	if a == "" || a == hintAccess || slices.Contains(family(a), b) {
		return b
	}
	if slices.Contains(family(b), a) || wide(b) && !wide(a) {
		return a
	}
	return b
}

// wide reports a hint that leaves the protocol open.
func wide(h hint) bool {
	switch h {
	case "", "web", hintServer, hintDB, hintMail, hintAPI, hintAccess:
		return true
	}
	return false
}
