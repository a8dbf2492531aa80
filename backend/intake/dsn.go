package intake

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"opora/backend/opora"
)

// userInfo is the end of "user:password@" in an authority, or 0. People do not
// escape their passwords, so an "@", "/" or "#" may be a part of one.
func (r *reader) userInfo(from, stop int, web bool) int {
	text := r.s[from:stop]
	authority := text
	if cut := strings.IndexAny(text, "/?#"); cut >= 0 {
		authority = text[:cut]
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		return from + at + 1
	}
	at := strings.LastIndexByte(text, '@')
	colon := strings.IndexByte(authority, ':')
	if at < 0 || colon < 0 || strings.Contains(text[:at], "/@") {
		return 0
	}
	if _, port := splitPort(authority); port != "" && (web || len(authority) < len(text) && text[len(authority)] == '/') {
		return 0 // host:port before a path with an "@" in it
	}
	if _, ok := r.hostAt(from+at+1, stop); !ok {
		return 0
	}
	return from + at + 1
}

func (r *reader) takeUser(p *place, from, to int) {
	colon := strings.IndexByte(r.s[from:to], ':')
	p.userAt = [2]int{from, to}
	if colon >= 0 {
		p.userAt[1] = from + colon
		p.passAt = [2]int{from + colon + 1, to}
		p.pass = unescaped(r.s[p.passAt[0]:p.passAt[1]])
	}
	p.user = unescaped(r.s[p.userAt[0]:p.userAt[1]])
	if placeholder(p.pass) || placeholder(p.user) {
		p.user, p.pass = "", ""
		return
	}
	p.whole = true
}

func unescaped(text string) string {
	if plain, err := url.PathUnescape(text); err == nil && utf8.ValidString(plain) {
		return plain
	}
	return text
}

// schemeKind is the kind that a scheme means.
func schemeKind(scheme string) (opora.Kind, bool) {
	switch scheme {
	case "http", "https":
		return opora.Web, true
	case "mariadb":
		return opora.MySQL, true
	case "ssh", "sftp", "ftp", "ftps", "mysql", "redis", "mongodb", "imap", "pop3", "smtp", "ldap", "rdp", "postgres", "mssql", "webdav":
		return opora.Kind(scheme), true
	}
	kind := opora.GuessKind(scheme+"://x", false)
	return kind, kind != opora.Web
}

// dsn brings a connection URL into the form that a checker takes: host:port,
// with the database set apart. Web, FTP and other file addresses stay URLs.
func (r *reader) dsn(p *place) {
	kind, known := schemeKind(p.scheme)
	if !known {
		return
	}
	query := ""
	if cut := strings.IndexByte(p.path, '?'); cut >= 0 {
		query = p.path[cut+1:]
	}
	switch kind {
	case opora.MySQL, opora.Postgres, opora.Redis, opora.MSSQL, opora.MongoDB:
		path, _, _ := strings.Cut(strings.TrimPrefix(p.path, "/"), "?")
		p.database = unescaped(path)
	case opora.SSH, opora.RDP, opora.IMAP, opora.POP3, opora.SMTP, opora.LDAP:
	case opora.Web:
		return
	default:
		if p.scheme == "webdav" {
			return
		}
		if p.path == "/" {
			p.text = strings.TrimSuffix(p.text, "/")
		}
		return
	}
	for part := range strings.SplitSeq(query, "&") { // jdbc:…?user=a&password=b
		name, value, _ := strings.Cut(part, "=")
		at := strings.Index(r.s[p.start:p.end], part) + p.start + len(name) + 1
		switch value = unescaped(value); strings.ToLower(name) {
		case "user", "username":
			p.user, p.userAt, p.whole = value, [2]int{at, p.start + strings.Index(r.s[p.start:p.end], part) + len(part)}, true
		case "password":
			p.pass, p.passAt, p.whole = value, [2]int{at, p.start + strings.Index(r.s[p.start:p.end], part) + len(part)}, true
		}
	}
	p.text = p.host
	if p.port != "" {
		p.text += ":" + p.port
	}
}

// goDSN recognises "user:password@tcp(host:port)/database".
func (r *reader) goDSN(i, end int) (place, bool) {
	stop := r.wordEnd(i, min(end, i+300))
	text := r.s[i:stop]
	at := strings.Index(text, "@tcp(")
	colon := strings.IndexByte(text, ':')
	if at <= 0 || colon <= 0 || colon > at {
		return place{}, false
	}
	host, rest, found := strings.Cut(text[at+5:], ")")
	if !found || host == "" {
		return place{}, false
	}
	p := place{text: host, scheme: "mysql", start: i, end: i + at + 5 + len(host) + 1, whole: true}
	p.host, p.port = splitPort(host)
	r.takeUser(&p, i, i+at)
	if name, ok := strings.CutPrefix(rest, "/"); ok {
		name, _, _ = strings.Cut(name, "?")
		p.database = strings.TrimRight(name, ".,;)\"'`")
		p.end += 1 + len(p.database)
	}
	return p, true
}

// triple recognises "https://site.ru/admin:login:password", which lists of
// accesses are written in.
func (r *reader) triple(p *place, from, stop int) bool {
	text := r.s[from:stop]
	if len(text) > 300 || strings.Count(text, ":") < 2 {
		return false
	}
	host := text[:strings.IndexAny(text, ":/")]
	if !domainName(host, false) {
		return false
	}
	first := strings.IndexByte(text, ':')
	if port := text[first+1 : first+1+strings.IndexAny(text[first+1:], ":")]; first == len(host) && port != "" && len(port) <= 5 {
		digits, _, slash := strings.Cut(port, "/")
		if strings.Trim(digits, "0123456789") == "" && digits != "" {
			if !slash && strings.Count(text, ":") < 3 {
				return false
			}
			p.port = digits
			first += 1 + strings.IndexByte(text[first+1:], ':')
		}
	}
	address := text[:first]
	login, pass, found := strings.Cut(text[first+1:], ":")
	if !found || pass == "" || strings.ContainsAny(address, "?@#") || !loginLike(login) || strength(pass) == 0 {
		return false
	}
	p.host = host
	if slash := strings.IndexByte(address, '/'); slash >= 0 {
		p.path = address[slash:]
	}
	p.text = p.scheme + "://" + address
	p.end = stop
	r.takeUser(p, from+first+1, stop)
	p.user, p.pass = login, pass
	return p.whole
}
