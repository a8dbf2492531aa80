package knowledge

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"

	"opora/backend/opora"
)

// What a site may have.
const (
	maxSitePages   = 20_000
	maxCrawled     = 5_000 // without a sitemap
	maxSitemaps    = 200
	maxSitemap     = 12 << 20
	maxMisses      = 10 // pages without an answer, one after another
	maxSiteImages  = 10_000
	mapsWithinMaps = 3
)

// sitemapOf reads one sitemap: the addresses of pages, and of further sitemaps.
// What is wrong with the rest of it does not spoil what came before.
func sitemapOf(raw []byte, size int64, limit int) (pages, maps []string) {
	if bytes.HasPrefix(raw, []byte("\x1f\x8b")) {
		unpacked, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, nil
		}
		raw, _ = io.ReadAll(io.LimitReader(unpacked, size))
	}
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	decoder.Strict = false
	decoder.CharsetReader = func(_ string, from io.Reader) (io.Reader, error) { return from, nil } // addresses are ASCII
	var inMap, inLoc bool
	var address strings.Builder
	for depth := 0; len(pages)+len(maps) < limit && depth < maxDepth; {
		token, err := decoder.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "sitemap":
				inMap = true
			case "url":
				inMap = false
			case "loc":
				inLoc = t.Name.Space == "" // not that of an image
				address.Reset()
			}
		case xml.CharData:
			if inLoc && address.Len() < maxAddress {
				address.Write(t)
			}
		case xml.EndElement:
			depth--
			if t.Name.Local != "loc" || !inLoc {
				continue
			}
			inLoc = false
			if where := strings.TrimSpace(address.String()); inMap {
				maps = append(maps, where)
			} else {
				pages = append(pages, where)
			}
		}
	}
	return pages, maps
}

// listed gives the pages that the sitemaps of a site name, within its scope.
func (c *crawl) listed(ctx context.Context, named []string) ([]*url.URL, error) {
	type todo struct {
		address string
		depth   int
	}
	var queue []todo
	if isSitemap(c.start) {
		queue = append(queue, todo{c.start.String(), 0})
	} else {
		for _, address := range append(named, c.start.ResolveReference(&url.URL{Path: c.scope + "sitemap.xml"}).String(),
			c.start.ResolveReference(&url.URL{Path: "/sitemap.xml"}).String()) {
			queue = append(queue, todo{address, 0})
		}
	}
	size := int64(maxSitemap)
	if c.session.sitemap > 0 {
		size = c.session.sitemap
	}
	seen := map[string]bool{}
	known := map[string]bool{}
	var pages []*url.URL
	for read := 0; len(queue) > 0 && read < maxSitemaps; {
		next := queue[0]
		queue = queue[1:]
		u, err := c.start.Parse(next.address)
		if err != nil || seen[u.String()] || !c.own(u) || !c.allowed(u) {
			continue
		}
		seen[u.String()] = true
		read++
		a, err := c.get(ctx, u, size, nil)
		if ctx.Err() != nil || errors.Is(err, opora.SourceOffline) && len(pages) == 0 {
			return nil, err
		}
		if err != nil || a.status != 200 {
			continue
		}
		more, maps := sitemapOf(a.body, size, 2*maxSitePages)
		if next.depth < mapsWithinMaps {
			for _, address := range maps[:min(len(maps), maxSitemaps)] {
				queue = append(queue, todo{address, next.depth + 1})
			}
		}
		for _, address := range more {
			page, err := u.Parse(address)
			if err != nil || !c.within(page) || known[sitePath(page)] {
				continue
			}
			if len(pages) >= maxSitePages {
				c.session.skip(opora.Skipped{Path: short(inert(u.Path), maxPath), Why: opora.SourceTooLarge})
				return pages, nil
			}
			known[sitePath(page)] = true
			pages = append(pages, page)
		}
	}
	return pages, nil
}

func isSitemap(u *url.URL) bool {
	name := strings.ToLower(u.Path)
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".xml.gz")
}
