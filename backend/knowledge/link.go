package knowledge

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"

	"opora/backend/opora"
)

const maxAddress = 2000

// opened gives an absolute address in the form that is shown and opened, empty
// when it is not one that is opened.
func opened(u *url.URL) string {
	switch u.Scheme {
	case "mailto":
		if u.Opaque == "" || u.Host != "" || !strings.Contains(u.Opaque, "@") {
			return ""
		}
	case "http", "https":
		if u.Host == "" || u.User != nil || u.Opaque != "" {
			return ""
		}
		host, err := idna.Lookup.ToASCII(u.Hostname()) // look-alikes show
		if err != nil && strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r > 0x7e }) {
			return ""
		}
		if err == nil && host != u.Hostname() && host != "" {
			tidy := *u
			tidy.Host = host
			if port := u.Port(); port != "" {
				tidy.Host += ":" + port
			}
			u = &tidy
		}
	default:
		return ""
	}
	address := u.String()
	if len(address) > maxAddress || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || silent(r) || r == '\\' }) {
		return ""
	}
	return address
}

// pages knows which articles a source has, by their paths.
type pages interface {
	// find gives the path of the article that is meant by a path within the
	// source, empty when there is none.
	find(path string) string
}

// linkFrom says where a link of the article at a path leads: within the source,
// within the article, or to an address. Base is the article's public address,
// or nil.
func linkFrom(from, href string, base *url.URL, in pages) string {
	href = strings.TrimSpace(href)
	if href == "" || strings.ContainsFunc(href, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	u, err := url.Parse(href)
	if err != nil {
		return ""
	}
	if u.Scheme != "" {
		return opened(u)
	}
	if u.User != nil || u.Opaque != "" || strings.HasPrefix(href, `\`) {
		return ""
	}
	anchor := ""
	if plainAnchor(u.Fragment) {
		anchor = opora.LinkAnchor + u.Fragment
	}
	if u.Host == "" {
		if u.Path == "" && u.RawQuery == "" {
			return anchor
		}
		target := path.Join("/", path.Dir("/"+from), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			target = path.Clean(u.Path)
		}
		if strings.HasSuffix(u.Path, "/") {
			target += "/"
		}
		if found := in.find(strings.TrimPrefix(target, "/")); found != "" {
			if found == from && anchor != "" {
				return anchor
			}
			return opora.LinkPage + found + anchor
		}
	}
	if base == nil {
		return ""
	}
	return opened(base.ResolveReference(u))
}
