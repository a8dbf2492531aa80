package knowledge

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"opora/backend/opora"
)

// centrePlace is the surroundings of one article of a help centre.
type centrePlace struct {
	centre  *helpCentre
	session *session
	ctx     context.Context
	name    string
	base    *url.URL
	keys    map[uint32]bool
	images  []opora.Image
	skipped []opora.Skipped
	count   int
	missed  bool
}

var articlePart = regexp.MustCompile(`/articles/([0-9]{1,18})(?:[-/?.]|$)`)

func (p *centrePlace) link(href string) string {
	to := linkFrom(p.name, href, p.base, nowhere{})
	u, err := url.Parse(to)
	if err != nil || p.base == nil || u.Host != p.base.Host {
		return to
	}
	match := articlePart.FindStringSubmatch(u.Path)
	if match == nil {
		return to
	}
	id, _ := strconv.ParseInt(match[1], 10, 64)
	found := p.centre.paths[id]
	if found == "" {
		return to
	}
	p.keys[hashed(found)] = true
	anchor := ""
	if plainAnchor(u.Fragment) {
		anchor = opora.LinkAnchor + u.Fragment
	}
	if found == p.name && anchor != "" {
		return anchor
	}
	return opora.LinkPage + found + anchor
}

// nowhere has no articles by paths.
type nowhere struct{}

func (nowhere) find(string) string { return "" }

// image fetches an attachment of the help centre itself; an export has none.
func (p *centrePlace) image(src string) (string, int, int, bool) {
	fetcher := p.centre.fetcher
	if fetcher == nil || src == "" || p.ctx.Err() != nil {
		return "", 0, 0, false
	}
	base := p.base
	if base == nil {
		base = fetcher.origin
	}
	u, err := base.Parse(strings.TrimSpace(src))
	if err != nil || !fetcher.own(u) || opened(u) == "" {
		return "", 0, 0, false
	}
	if p.count++; p.count > maxImagesOfPage {
		return "", 0, 0, false
	}
	a, err := fetcher.get(p.ctx, u, maxImageBytes, http.Header{"Accept": {"image/png,image/jpeg,image/gif,image/webp"}})
	if err == nil && a.status != http.StatusOK {
		err = opora.ImageUnreadable
	}
	if err == nil {
		var shown *entry
		var data *opora.Image
		if shown, data, err = p.session.album.get(a.body); err == nil {
			if data != nil {
				p.images = append(p.images, *data)
			}
			return shown.id, shown.width, shown.height, true
		}
	}
	p.missed = p.missed || errors.Is(err, opora.SourceOffline)
	p.skipped = append(p.skipped, opora.Skipped{Path: p.name, Why: reason(err)})
	return "", 0, 0, false
}
