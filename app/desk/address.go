package desk

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"opora/backend/opora"
)

// Target is where a link of an article leads.
type Target struct {
	Article int64  `json:"article"` // 0 for an address
	Anchor  string `json:"anchor"`
	Address string `json:"address"` // to be shown before it is opened
}

// maxAddress is the longest address that is opened: longer ones are no pages,
// and systems cut them.
const maxAddress = 8 << 10

// OutsideAddress gives an address in the form in which it may be opened by
// another program: http, https and mailto only, without a name and a password,
// written anew from its parts, so that what is shown is what is opened. It fails
// with [opora.LinkRefused].
func OutsideAddress(address string) (string, error) {
	if len(address) > maxAddress || !plain(address) {
		return "", opora.LinkRefused
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", opora.LinkRefused
	}
	switch u.Scheme { // in lower case by now
	case "http", "https":
		return webAddress(u)
	case "mailto":
		return mailAddress(u)
	}
	return "", opora.LinkRefused
}

// plain reports whether a text has nothing in it that programs read in
// different ways: controls, spaces, invisible and turning letters, backslashes.
func plain(address string) bool {
	if !utf8.ValidString(address) {
		return false
	}
	for _, r := range address {
		if r <= ' ' || strings.ContainsRune("\\\"<>`|^", r) || r == utf8.RuneError || unicode.In(r, unicode.C, unicode.Z) {
			return false
		}
	}
	return true
}

func webAddress(u *url.URL) (string, error) {
	if u.Opaque != "" || u.Hostname() == "" {
		return "", opora.LinkRefused
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", opora.LinkRefused
		}
	} else {
		u.Host = strings.TrimSuffix(u.Host, ":")
	}
	if strings.HasPrefix(u.Host, "[") {
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || ip.Zone() != "" {
			return "", opora.LinkRefused
		}
	} else {
		// Look-alike letters are seen for what they are.
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil || host == "" || strings.ContainsAny(host, "%@/?#") {
			return "", opora.LinkRefused
		}
		if port := u.Port(); port != "" {
			host += ":" + port
		}
		u.Host = host
	}
	return u.String(), nil
}

// mailAddress takes over whom to write to and about what; other fields could
// attach a file or write to others unseen.
func mailAddress(u *url.URL) (string, error) {
	to, err := url.PathUnescape(u.Opaque)
	if err != nil || u.Host != "" || strings.Count(to, "@") != 1 || !plain(to) || strings.ContainsAny(to, ",;?&%") || strings.HasPrefix(to, "-") {
		return "", opora.LinkRefused
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", opora.LinkRefused
	}
	address := "mailto:" + (&url.URL{Path: to}).EscapedPath()
	if subject := query.Get("subject"); subject != "" {
		if strings.ContainsFunc(subject, unicode.IsControl) {
			return "", opora.LinkRefused
		}
		address += "?subject=" + url.PathEscape(subject)
	}
	return address, nil
}

// SiteAddress tidies the address of a site that is to be imported: http and
// https only, without a name and a password in it. It fails with
// [opora.AddressInvalid].
func SiteAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		return "", &opora.FieldError{Field: "address", Code: opora.AddressMissing}
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	tidy, err := OutsideAddress(address)
	u, wrong := url.Parse(tidy)
	if err != nil || wrong != nil || u.Scheme == "mailto" {
		return "", &opora.FieldError{Field: "address", Code: opora.AddressInvalid}
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}
