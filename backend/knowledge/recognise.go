package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"opora/backend/opora"
)

// Recognise says what lies at a path or an address, and what it calls itself.
func Recognise(ctx context.Context, location string) (opora.SourceKind, string, error) {
	if strings.HasPrefix(location, "http://") || strings.HasPrefix(location, "https://") {
		return recogniseSite(ctx, location)
	}
	info, err := os.Stat(location)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", opora.SourceMissing, err)
	}
	name := strings.TrimSuffix(filepath.Base(location), filepath.Ext(location))
	var b *bundle
	kind := opora.SourceFolder
	switch {
	case info.IsDir():
		name = filepath.Base(location)
		b, err = openFolder(ctx, location)
	case !info.Mode().IsRegular():
		return "", "", opora.SourceUnreadable
	case strings.EqualFold(filepath.Ext(location), ".json"):
		return opora.SourceZendesk, fromName(name), nil
	default:
		kind = opora.SourceZip
		b, err = openZip(ctx, location)
	}
	if err != nil {
		return "", "", err
	}
	defer func() { _ = b.close() }()
	if len(b.articles) == 0 {
		if len(b.others) == 0 {
			return "", "", opora.SourceEmpty
		}
		return opora.SourceZendesk, fromName(name), nil
	}
	title := newDocs(b).titleOf("")
	if title == "" {
		title = fromName(name)
	}
	return kind, title, nil
}

// recogniseSite asks a site whether it is a help centre, and for its title.
func recogniseSite(ctx context.Context, location string) (opora.SourceKind, string, error) {
	start, err := siteAddress(location)
	if err != nil {
		return "", "", err
	}
	f := newFetcher(start, leastPause)
	defer func() { _ = f.close() }()
	kind := opora.SourceSite
	title := start.Host
	api := &url.URL{Path: helpCentreAPI + localeOf(start) + "articles.json", RawQuery: "per_page=1"}
	a, err := f.get(ctx, start.ResolveReference(api), maxAnswer, nil)
	if err == nil && a.status == 200 {
		var answer struct {
			Articles *[]json.RawMessage `json:"articles"`
		}
		if json.Unmarshal(a.body, &answer) == nil && answer.Articles != nil {
			kind = opora.SourceZendesk
		}
	}
	if ctx.Err() != nil {
		return "", "", opora.Cancelled
	}
	home := start
	if isSitemap(start) {
		home = start.ResolveReference(&url.URL{Path: "/"})
	}
	a, err = f.get(ctx, home, maxBytes, nil)
	switch {
	case ctx.Err() != nil:
		return "", "", opora.Cancelled
	case errors.Is(err, errElsewhere), err == nil && (a.status == 401 || a.status == 403) && kind == opora.SourceSite:
		return "", "", opora.SourceForbids
	case err != nil:
		return "", "", err
	case a.status == 200:
		h := headOf(decoded(a.body, a.header.Get("Content-Type")))
		if h.site != "" {
			title = h.site
		} else if h.title != "" {
			title = short(h.title, maxTitle)
		}
	}
	if name := path.Base(start.Path); title == "" && name != "/" {
		title = fromName(name)
	}
	return kind, title, nil
}
