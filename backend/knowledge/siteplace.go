package knowledge

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"opora/backend/opora"
)

// sitePlace is the surroundings of one page of a site.
type sitePlace struct {
	*crawl
	ctx     context.Context // of the import; images are asked for while the page is read
	name    string
	base    *url.URL
	keys    map[uint32]bool
	images  []opora.Image
	skipped []opora.Skipped
}

func (p *sitePlace) link(href string) string {
	href = strings.TrimSpace(href)
	if href == "" || strings.ContainsFunc(href, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	if fragment, within := strings.CutPrefix(href, "#"); within {
		if fragment, err := url.PathUnescape(fragment); err == nil && plainAnchor(fragment) {
			return opora.LinkAnchor + fragment
		}
		return ""
	}
	u, err := p.base.Parse(href)
	if err != nil || opened(u) == "" {
		return ""
	}
	if !p.own(u) {
		return opened(u)
	}
	anchor := ""
	if plainAnchor(u.Fragment) {
		anchor = opora.LinkAnchor + u.Fragment
	}
	name := sitePath(u)
	if name == p.name && anchor != "" {
		return anchor
	}
	key := hashed(name)
	if len(p.keys) < 10_000 {
		p.keys[key] = true
	}
	if p.pages[key] || !p.listing && p.within(u) && u.RawQuery == "" {
		return opora.LinkPage + name + anchor
	}
	return opened(u)
}

func (p *sitePlace) image(src string) (string, int, int, bool) {
	u, err := p.base.Parse(strings.TrimSpace(src))
	if err != nil || src == "" || !p.own(u) || opened(u) == "" || !p.allowed(u) {
		return "", 0, 0, false
	}
	u.Fragment = ""
	address := u.String()
	known := p.shown[address]
	if known == nil {
		if len(p.shown) >= maxSiteImages || p.ctx.Err() != nil {
			return "", 0, 0, false
		}
		known = &sitePicture{}
		p.shown[address] = known
		a, err := p.get(p.ctx, u, maxImageBytes, http.Header{"Accept": {"image/png,image/jpeg,image/gif,image/webp"}})
		if err == nil && a.status != http.StatusOK {
			err = opora.ImageUnreadable
		}
		if err == nil {
			var data *opora.Image
			if known.entry, data, err = p.session.album.get(a.body); data != nil {
				p.images = append(p.images, *data)
			}
		}
		if known.err = err; err != nil {
			p.skipped = append(p.skipped, opora.Skipped{Path: short(sitePath(u), maxPath), Why: reason(err)})
		}
	}
	if known.err != nil {
		return "", 0, 0, false
	}
	return known.entry.id, known.entry.width, known.entry.height, true
}

// linksOf gives the addresses that a page links to.
func linksOf(text string, base *url.URL) []*url.URL {
	const most = 2000
	var links []*url.URL
	tokens := html.NewTokenizer(strings.NewReader(text))
	tokens.SetMaxBuf(maxBytes)
	for len(links) < most {
		switch tokens.Next() {
		case html.ErrorToken:
			return links
		case html.StartTagToken:
			name, more := tokens.TagName()
			if string(name) != "a" {
				continue
			}
			for more {
				var key, value []byte
				key, value, more = tokens.TagAttr()
				if string(key) != "href" {
					continue
				}
				if u, err := base.Parse(strings.TrimSpace(string(value))); err == nil && u.Host != "" {
					links = append(links, u)
				}
			}
		}
	}
	return links
}
