package intake

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// place is an address as it was found: with what stood inside of it.
type place struct {
	text       string // cleaned, without user information
	host       string
	start, end int
	scheme     string
	user, pass string
	userAt     [2]int
	passAt     [2]int
	port       string
	path       string
	database   string
	whole      bool // it carried a login or secret
	ip         bool
	note       []WarningCode
}

// maxToken bounds one word of a message; addresses, passwords and tokens are shorter.
const maxToken = 4096

// wordEnd is the end of the run of non-space that begins at i.
func (r *reader) wordEnd(i, end int) int {
	stop := min(end, i+maxToken)
	for i < stop && r.s[i] != ' ' && r.s[i] != '\t' && r.s[i] != '\n' {
		i++
	}
	for back := 0; i == stop && i < end && back < 3 && !utf8.RuneStart(r.s[i]); back++ {
		i-- // never cut a letter in two
		stop--
	}
	return i
}

// urlAt recognises "scheme://…" at i.
func (r *reader) urlAt(i, end int) (place, bool) {
	j := i
	for j < end && j-i < 16 && (letter(r.s[j]) || j > i && (digit(r.s[j]) || r.s[j] == '+')) {
		j++
	}
	if j == i || j+2 >= end || r.s[j] != ':' {
		return place{}, false
	}
	scheme := strings.ToLower(r.s[i:j])
	if scheme == "jdbc" {
		p, ok := r.urlAt(j+1, end)
		p.start = i
		return p, ok
	}
	if scheme == "mailto" {
		return place{}, false
	}
	if !strings.HasPrefix(r.s[j:end], "://") {
		return place{}, false
	}
	p := place{start: i, scheme: strings.Replace(scheme, "hxxp", "http", 1)}
	from := j + 3
	if from < end && (r.s[from] == ' ' || r.s[from] == '\n') && (p.scheme == "http" || p.scheme == "https") { // "https:// site.ru"
		if _, ok := r.hostAt(from+1, end); ok {
			from++
			p.note = append(p.note, LinkMended)
		}
	}
	stop := r.wordEnd(from, end)
	cut := -1 // where the link was cut in two
	if stop < end && stop > from && r.s[stop] == '\n' {
		cut = stop
		stop = r.wordEnd(stop+1, end)
	} else if at := r.pathBehind(from, stop, end); at > 0 {
		cut = stop
		stop = at
	}
	web := p.scheme == "http" || p.scheme == "https"
	if web && cut < 0 && r.triple(&p, from, stop) {
		return p, true
	}
	userEnd := r.userInfo(from, stop, web)
	if web || userEnd > 0 || !strings.Contains(r.s[from:stop], "password=") {
		stop = r.linkEnd(max(userEnd, from), stop)
	}
	if from >= stop {
		return place{}, false
	}
	rest := r.s[from:stop]
	if userEnd > from {
		r.takeUser(&p, from, userEnd-1)
		rest = r.s[userEnd:stop]
	}
	p.end = stop
	if cut >= 0 && cut < stop {
		rest = strings.NewReplacer("\n", "", " ", "").Replace(rest)
		p.note = append(p.note, LinkMended)
	}
	hostPart := rest
	if cut := strings.IndexAny(rest, "/?#"); cut >= 0 {
		hostPart, p.path = rest[:cut], rest[cut:]
	}
	p.host, p.port = splitPort(hostPart)
	if p.host == "" && p.user == "" && p.pass == "" || strings.ContainsAny(p.host, "{}$<>") {
		return place{}, false
	}
	p.text = p.scheme + "://" + rest
	if r.s[i:j] != p.scheme && !strings.HasPrefix(scheme, "hxxp") {
		p.text = r.s[i:j] + "://" + rest
	}
	_, err := netip.ParseAddr(strings.Trim(p.host, "[]"))
	p.ip = err == nil
	r.dsn(&p)
	return p, true
}

// pathBehind sees a link with a space before its path: "https://site.ru /admin".
func (r *reader) pathBehind(from, stop, end int) int {
	if stop+2 >= end || r.s[stop] != ' ' || r.s[stop+1] != '/' || !letter(r.s[stop+2]) || strings.ContainsAny(r.s[from:stop], "/,;)") {
		return 0
	}
	at := r.wordEnd(stop+1, end)
	path := strings.TrimRight(r.s[stop+1:at], ".,;")
	for i := range len(path) {
		if ch := path[i]; !(ch >= 'a' && ch <= 'z') && strings.IndexByte("/-_.", ch) < 0 {
			return 0
		}
	}
	return at
}

// linkEnd cuts what only stands behind a link from it.
func (r *reader) linkEnd(from, stop int) int {
	for i := from; i < stop; i++ {
		switch ch := r.s[i]; ch {
		case '<', '>', '"', '`', '|', ';', '\'':
			if ch == ';' && strings.HasPrefix(r.s[i:stop], ";jsessionid") {
				continue
			}
			stop = i
		case ',':
			if i+1 >= stop || r.s[i+1] >= 0x80 || strings.HasPrefix(r.s[i+1:stop], "http") {
				stop = i
			}
		case ']', ')':
			if i+1 < stop && (r.s[i+1] == '(' || r.s[i+1] == ']') {
				stop = i // [text](url)
			}
		default:
			if ch >= 0xe2 {
				c, _ := utf8.DecodeRuneInString(r.s[i:stop])
				if strings.ContainsRune("«»“”„’‘…—–→", c) {
					stop = i
				}
			}
		}
	}
	for stop > from {
		last := r.s[stop-1]
		switch {
		case strings.IndexByte(".,:!*_'", last) >= 0, last == '?' || last == '\\':
		case last == ')' && strings.Count(r.s[from:stop], "(") < strings.Count(r.s[from:stop], ")"):
		case last == ']' && strings.Count(r.s[from:stop], "[") < strings.Count(r.s[from:stop], "]"):
		case last == '}' && strings.Count(r.s[from:stop], "{") < strings.Count(r.s[from:stop], "}"):
		default:
			return stop
		}
		stop--
	}
	return stop
}

// hostAt recognises "host", "host:port", "host/path" or "user@host" at i, without a scheme.
func (r *reader) hostAt(i, end int) (place, bool) {
	if i >= end {
		return place{}, false
	}
	p := place{start: i}
	from := i
	if r.s[i] == '[' {
		if close := strings.IndexByte(r.s[i:min(end, i+48)], ']'); close > 0 {
			if addr, err := netip.ParseAddr(r.s[i+1 : i+close]); err == nil && addr.Is6() {
				p.host, p.ip = r.s[i:i+close+1], true
				return r.hostTail(p, i+close+1, end), true
			}
		}
		return place{}, false
	}
	stop := min(end, i+320)
	j, dots, colons, letters := i, 0, 0, 0
scan:
	for j < stop {
		ch := r.s[j]
		switch {
		case ch >= 0x80:
			c, size := utf8.DecodeRuneInString(r.s[j:stop])
			if !unicode.IsLetter(c) {
				break scan
			}
			letters++
			j += size
			continue
		case letter(ch):
			letters++
		case ch == '.':
			dots++
		case ch == '@' && from == i && j > i:
			p.user, p.userAt = r.s[i:j], [2]int{i, j}
			from, dots, letters = j+1, 0, 0
		case digit(ch) || ch == '-' || ch == '_' || ch == '+' && from == i:
		case ch == ':' && hexes(r.s[from:j]) && colons < 8 && j+1 < stop && (hex(r.s[j+1]) || r.s[j+1] == ':'):
			colons++
		default:
			break scan
		}
		j++
	}
	if colons >= 2 {
		if addr, err := netip.ParseAddr(strings.TrimRight(r.s[from:j], ".")); err == nil && addr.Is6() {
			p.host, p.ip, p.end = addr.String(), true, j
			p.text = r.s[from:j]
			return p, true
		}
	}
	host := r.s[from:j]
	if cut := strings.IndexByte(host, ':'); cut >= 0 {
		host = host[:cut]
	}
	host = strings.TrimRight(host, ".-_")
	j = from + len(host)
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
		p.host, p.ip = host, true
		return r.hostTail(p, j, end), true
	}
	if host == "localhost" && from > i {
		p.host = host
		return r.hostTail(p, j, end), true
	}
	if dots == 0 || !domainName(host, from == i && !(j < end && (r.s[j] == '/' || r.s[j] == ':' && j+1 < end && digit(r.s[j+1])))) {
		return place{}, false
	}
	p.host = host
	return r.hostTail(p, j, end), true
}

// hostTail takes the port and path behind a host.
func (r *reader) hostTail(p place, j, end int) place {
	if j+1 < end && r.s[j] == ':' && digit(r.s[j+1]) {
		k := j + 1
		for k < end && digit(r.s[k]) {
			k++
		}
		if k-j <= 6 && (k == end || !letter(r.s[k]) && r.s[k] < 0x80) {
			p.port = r.s[j+1 : k]
			j = k
		}
	}
	if p.port == "" && j+4 < end && r.s[j] == ',' && digit(r.s[j+1]) && digit(r.s[j+4]) { // "sql.site.ru,1433"
		k := j + 1
		for k < end && digit(r.s[k]) {
			k++
		}
		if knownPort(r.s[j+1:k]) != "" && (k == end || r.s[k] == ';' || r.s[k] == ' ') {
			p.port = r.s[j+1 : k]
			j = k
		}
	}
	if j < end && r.s[j] == '/' && p.user == "" {
		stop := r.linkEnd(j, r.wordEnd(j, end))
		if path := r.s[j:stop]; path == "/" || len(path) > 1 && (letter(path[1]) || digit(path[1]) || strings.IndexByte("?_~.#-%", path[1]) >= 0) {
			p.path = path
			j = stop
		}
	}
	p.end = j
	p.text = p.host
	if p.port != "" {
		p.text += ":" + p.port
	}
	p.text += p.path
	return p
}

// fileEndings are endings that are more often a file's than a domain's.
var fileEndings = wordSet(`md py rs sh pl zip so cc ps mov ai app rip bat java cab ml doc`)

// domainName reports that a text is a name under a known top-level domain. A
// bare one, with nothing around it that says "address", is judged more strictly.
func domainName(host string, bare bool) bool {
	if len(host) < 4 || len(host) > 253 || host[0] == '-' || host[0] == '.' || strings.Contains(host, "..") {
		return false
	}
	dot := strings.LastIndexByte(host, '.')
	top := host[dot+1:]
	if len(top) < 2 || bare && fileEndings[top] || digit(top[0]) {
		return false
	}
	if bare && top != strings.ToLower(top) && host != strings.ToUpper(host) {
		return false // "works.It": a full stop without its space
	}
	lower := strings.ToLower(host)
	if top == "рф" || top == "бел" || top == "срб" || top == "укр" || top == "москва" || top == "рус" || top == "дети" || top == "онлайн" || top == "сайт" {
		return true
	}
	if top[0] >= 0x80 {
		return false
	}
	if top == "local" || top == "internal" || top == "lan" || top == "test" || top == "example" || top == "localhost" || top == "corp" || top == "intra" || top == "invalid" {
		return true
	}
	if strings.HasPrefix(lower, "asp.net") || strings.HasPrefix(lower, "vb.net") || strings.HasPrefix(lower, "node.js") {
		return false
	}
	suffix, managed := publicsuffix.PublicSuffix(lower)
	return managed && suffix != lower || !managed && strings.Contains(suffix, ".")
}

func splitPort(hostPart string) (host, port string) {
	i := strings.LastIndexByte(hostPart, ':')
	if i < 0 || strings.HasSuffix(hostPart, "]") {
		return hostPart, ""
	}
	for _, ch := range []byte(hostPart[i+1:]) {
		if !digit(ch) {
			return hostPart, ""
		}
	}
	return hostPart[:i], hostPart[i+1:]
}

func letter(ch byte) bool { return ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' }
func hex(ch byte) bool {
	return digit(ch) || ch >= 'a' && ch <= 'f' || ch >= 'A' && ch <= 'F'
}

func hexes(text string) bool {
	for i := range len(text) {
		if !hex(text[i]) && text[i] != ':' {
			return false
		}
	}
	return len(text) < 40
}
