package check

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"opora/backend/opora"
)

// Target is where a check may go: the address that the operator confirmed,
// taken apart.
type Target struct {
	Scheme string // "https", "ssh", …; empty when the address named none
	User   string // from user@host, when the address carried one
	Host   string // lower case, IDNA-encoded, without brackets or trailing dot
	Port   string // empty when the address named none
	Path   string // with query, for URLs
}

// around is what stands around an address in a sentence.
const around = "<>\"'«»“”`,; \t\r\n\u00a0\u200b\ufeff"

// spoken are the kinds that speak HTTP.
var spoken = map[opora.Kind]bool{opora.Web: true, opora.Basic: true, opora.Digest: true, opora.Bearer: true}

var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`) // RFC 3986, 3.1

// ParseTarget takes apart what people write: a URL, host, host:port,
// user@host, [IPv6]:port, with stray spaces, a full stop or a bracket behind it.
// It fails with [opora.AddressInvalid] when no host can be told.
func ParseTarget(kind opora.Kind, address string) (Target, error) {
	text := strings.TrimLeft(address, around)
	text = strings.TrimRight(text, around+".…!")
	text = strings.TrimLeft(text, "(")
	if strings.HasPrefix(text, "[") && strings.Contains(text, "://") {
		text = strings.Trim(text, "[]") // no IPv6 address has a scheme inside its brackets
	}
	if strings.Count(text, ")") > strings.Count(text, "(") {
		text = strings.TrimRight(text, ").")
	}
	if kind == opora.Document {
		return Target{Path: address}, nil
	}
	bad := fmt.Errorf("address %q: %w", opora.Visible(address), opora.AddressInvalid)
	scheme, rest, found := strings.Cut(text, "://")
	if found && !schemeForm.MatchString(scheme) {
		return Target{}, bad
	}
	if !found {
		scheme, rest = "", strings.TrimPrefix(text, "//")
		if addr, err := netip.ParseAddr(rest); err == nil && addr.Is6() {
			rest = "[" + rest + "]"
		}
	}
	scheme = strings.ToLower(scheme)
	// A URL parser decides about user info, brackets and escapes; the scheme
	// that it is given is a stand-in when there is none.
	u, err := url.Parse("x://" + rest)
	if err != nil {
		return Target{}, bad
	}
	t := Target{Scheme: scheme, Port: u.Port(), Path: u.RequestURI()}
	if u.User != nil {
		t.User = u.User.Username()
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		t.Host = addr.String()
	} else if t.Host, err = idna.Lookup.ToASCII(host); err != nil {
		// Names with an underscore exist and resolve, though IDNA refuses them.
		if strings.ContainsFunc(host, func(r rune) bool { return r > 0x7e || r <= ' ' || strings.ContainsRune(`"'<>\^|{}%`, r) }) {
			return Target{}, bad
		}
		t.Host = host
	}
	if t.Host == "" || spoken[kind] && t.Scheme != "" && t.Scheme != "http" && t.Scheme != "https" {
		return Target{}, bad
	}
	if t.Port != "" {
		if n, err := strconv.Atoi(t.Port); err != nil || n < 1 || n > 65535 {
			return Target{}, bad
		}
	}
	return t, nil
}

// HostPort joins host and port, with a default for a missing port.
func (t Target) HostPort(defaultPort string) string {
	port := t.Port
	if port == "" {
		port = defaultPort
	}
	return net.JoinHostPort(t.Host, port)
}

// Domain is the registrable domain of the host, by the public suffix list, or
// the host itself where it has none (an IP address, localhost).
func (t Target) Domain() string {
	if _, err := netip.ParseAddr(t.Host); err == nil {
		return t.Host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(t.Host); err == nil {
		return domain
	}
	return t.Host
}

// String is the target as an address, without user and query.
func (t Target) String() string {
	text := t.Host
	if t.Port != "" {
		text = net.JoinHostPort(t.Host, t.Port)
	}
	if t.Scheme != "" {
		text = t.Scheme + "://" + text
	}
	path, _, _ := strings.Cut(t.Path, "?")
	if path != "/" {
		text += path
	}
	return text
}
