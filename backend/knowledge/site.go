package knowledge

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"opora/backend/opora"
)

// stale is how old a page of an import that was left may be, to be taken
// without asking for it again.
const stale = 24 * time.Hour

// crawl is a site under way.
type crawl struct {
	*fetcher
	session *session
	start   *url.URL
	scope   string // paths begin with it
	title   string // of the site, which pages add to theirs
	pages   map[uint32]bool
	listing bool // the pages are known beforehand
	shown   map[string]*sitePicture
}

type sitePicture struct {
	entry *entry
	err   error
}

func (s *session) openSite(ctx context.Context, source opora.Source) (feed, error) {
	start, err := siteAddress(source.Location)
	if err != nil {
		return feed{}, err
	}
	c := &crawl{fetcher: newFetcher(start, s.between()), session: s, start: start, scope: scopeOf(start), title: source.Title,
		pages: map[uint32]bool{}, shown: map[string]*sitePicture{}}
	named, err := c.readRobots(ctx)
	if err != nil {
		return feed{}, err
	}
	if !c.allowed(start) {
		return feed{}, opora.SourceForbids
	}
	return feed{close: c.close, all: func(ctx context.Context) error {
		pages, err := c.listed(ctx, named)
		if err != nil {
			return err
		}
		if len(pages) > 0 {
			return c.readAll(ctx, pages)
		}
		return c.follow(ctx)
	}}, nil
}

func siteAddress(location string) (*url.URL, error) {
	u, err := url.Parse(location)
	if err != nil || opened(u) == "" || u.Scheme == "mailto" {
		return nil, opora.AddressInvalid
	}
	u.Fragment = ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// scopeOf is the part of a site that an address speaks of.
func scopeOf(u *url.URL) string {
	if isSitemap(u) {
		return "/"
	}
	if folder, last := path.Split(u.Path); strings.Contains(last, ".") || last == "" {
		return folder
	}
	return u.Path + "/"
}

// sitePath is what a page of a site is called.
func sitePath(u *url.URL) string {
	name := strings.TrimPrefix(u.Path, "/")
	if u.RawQuery != "" {
		name += "?" + u.RawQuery
	}
	if name = inert(strings.ReplaceAll(name, "#", "")); name == "" {
		return "/"
	}
	return name
}

// within reports whether a page belongs to what is to be imported.
func (c *crawl) within(u *url.URL) bool {
	if !c.own(u) || !strings.HasPrefix(u.Path+"/", c.scope) || len(u.String()) > maxAddress || opened(u) == "" {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".css", ".js", ".json", ".xml", ".pdf", ".zip", ".gz", ".exe", ".mp4", ".webm",
		".woff", ".woff2", ".dmg", ".deb", ".rpm":
		return false
	}
	return true
}

// readAll reads the pages that a sitemap named.
func (c *crawl) readAll(ctx context.Context, pages []*url.URL) error {
	c.listing = true
	for _, page := range pages {
		c.pages[hashed(sitePath(page))] = true
	}
	c.session.progress.Of = len(pages)
	misses := 0
	for _, page := range pages {
		if _, err := c.read(ctx, page, &misses, false); err != nil {
			return err
		}
	}
	return nil
}

// follow reads the pages that links lead to, nearest first. It asks for each
// page as if for the first time, for without it there would be no links.
func (c *crawl) follow(ctx context.Context) error {
	queue := []*url.URL{c.start}
	seen := map[string]bool{sitePath(c.start): true}
	misses := 0
	for len(queue) > 0 {
		page := queue[0]
		queue = queue[1:]
		links, err := c.read(ctx, page, &misses, true)
		if err != nil {
			return err
		}
		for _, link := range links {
			link.RawQuery, link.Fragment, link.RawFragment = "", "", ""
			name := sitePath(link)
			if seen[name] || !c.within(link) {
				continue
			}
			if len(seen) >= maxCrawled {
				c.session.skip(opora.Skipped{Path: short(name, maxPath), Why: opora.SourceTooLarge})
				return c.rest(ctx, queue, &misses)
			}
			seen[name] = true
			queue = append(queue, link)
		}
		c.session.progress.Of = len(seen)
	}
	return nil
}

func (c *crawl) rest(ctx context.Context, queue []*url.URL, misses *int) error {
	for _, page := range queue {
		if _, err := c.read(ctx, page, misses, false); err != nil {
			return err
		}
	}
	return nil
}

// read takes one page, and gives its links where they are asked for.
func (c *crawl) read(ctx context.Context, u *url.URL, misses *int, links bool) ([]*url.URL, error) {
	name := short(sitePath(u), maxPath)
	known, err := c.session.known(ctx, name)
	if err != nil {
		return nil, err
	}
	if known.staged && !links && c.session.now().Sub(known.At) < stale {
		return nil, c.session.take(ctx, outcome{path: name, same: true}, known)
	}
	if !c.allowed(u) {
		return nil, c.session.take(ctx, skippedPiece(name, opora.SourceForbids), known)
	}
	a, err := c.get(ctx, u, maxBytes, c.condition(known, links))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, opora.SourceOffline) {
		if *misses++; *misses >= maxMisses || c.session.progress.Done == 0 {
			return nil, err
		}
	} else {
		*misses = 0
	}
	o, found := c.judge(ctx, name, a, err, known, links)
	if ctx.Err() != nil { // its pictures may be missing
		return nil, ctx.Err()
	}
	return found, c.session.take(ctx, o, known)
}

// condition asks for a page only if it changed, where the answer "it did not"
// would be enough.
func (c *crawl) condition(known kept, links bool) http.Header {
	header := http.Header{"Accept": {"text/html,application/xhtml+xml,text/markdown,text/plain"}}
	if !known.found || links {
		return header
	}
	own, _, _ := cutHash(known.Hash)
	if !strings.HasPrefix(own, version+".") || !unchanged(own, known.Hash, c.state) {
		return header
	}
	if known.ETag != "" {
		header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		header.Set("If-Modified-Since", known.LastModified)
	}
	return header
}

func (c *crawl) state(key uint32) uint32 {
	if c.pages[key] {
		return 1
	}
	return 0
}

// judge makes the outcome of an answer.
func (c *crawl) judge(ctx context.Context, name string, a answer, err error, known kept, links bool) (outcome, []*url.URL) {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	switch {
	case errors.Is(err, errElsewhere), a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		return skippedPiece(name, opora.SourceForbids), nil
	case err != nil:
		return skippedPiece(name, reason(err)), nil
	case a.status == http.StatusNotModified && known.found:
		return outcome{path: name, same: true}, nil
	case a.status != http.StatusOK:
		return outcome{path: name}, nil // it is gone
	case kind != "text/html" && kind != "application/xhtml+xml" && kind != "text/markdown" && kind != "text/plain" && kind != "":
		return outcome{path: name}, nil // not an article
	}
	place := &sitePlace{crawl: c, ctx: ctx, name: name, base: a.url, keys: map[uint32]bool{}}
	var found []*url.URL
	text := decoded(a.body, a.header.Get("Content-Type"))
	if links && kind != "text/markdown" && kind != "text/plain" {
		found = linksOf(text, a.url)
	}
	own := ownHash(a.body, c.title, a.url.String())
	if known.found && unchanged(own, known.Hash, c.state) {
		return outcome{path: name, same: true}, found
	}
	return guarded(name, func() outcome { return c.convert(name, text, kind, own, a, place) }), found
}

func (c *crawl) convert(name, text, kind, own string, a answer, place *sitePlace) outcome {
	var doc document
	var err error
	switch kind {
	case "text/markdown":
		doc, err = c.session.converter.markdownText(text, false, place)
	case "text/plain":
		doc, err = plainDocument(text)
	default:
		if base, err := a.url.Parse(headOf(text).base); err == nil && c.own(base) {
			place.base = base
		}
		doc, err = c.session.converter.html(text, place)
	}
	if err != nil {
		return skippedPiece(name, reason(err))
	}
	if doc.draft || len(doc.nodes) == 0 {
		return skippedPiece(name, opora.SourceEmpty)
	}
	doc.title = withoutSite(doc.title, c.title)
	if doc.title == "" {
		doc.title = fromName(path.Base(strings.TrimSuffix(name, path.Ext(name))))
	}
	if doc.section == "" && path.Dir(name) != "." {
		doc.section = fromName(path.Base(path.Dir(strings.TrimSuffix(name, "/"))))
	}
	if said, err := url.Parse(doc.address); err != nil || doc.address == "" || !c.own(said) {
		doc.address = opened(a.url)
	}
	page := pageOf(name, doc, c.session.now())
	page.Hash = own + "." + references(place.keys, c.state)
	page.ETag, page.LastModified = short(inert(a.header.Get("ETag")), maxAlt), short(inert(a.header.Get("Last-Modified")), maxTag)
	if slices.ContainsFunc(place.skipped, func(s opora.Skipped) bool { return s.Why == opora.SourceOffline }) {
		page.Hash, page.ETag, page.LastModified = own+"!", "", "" // its pictures are asked for again next time
	}
	return outcome{path: name, taken: true, page: page, images: place.images, skipped: place.skipped}
}

// withoutSite takes the site's title from the end of a page's.
func withoutSite(title, site string) string {
	if site == "" {
		return title
	}
	if rest, found := strings.CutSuffix(title, site); found {
		if cut := strings.TrimRight(rest, " –—-|·•:»/"); cut != "" && cut != rest {
			return cut
		}
	}
	return title
}
