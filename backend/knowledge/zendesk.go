package knowledge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"opora/backend/opora"
)

const (
	maxExport      = 256 << 20
	maxAnswer      = 32 << 20 // of the API
	maxAnswers     = 2000
	maxArticles    = 100_000
	helpCentreAPI  = "/api/v2/help_center/"
	articlesAnswer = "articles.json?page[size]=100"
)

// helpArticle is an article as Zendesk's API and exports write it.
type helpArticle struct {
	ID        int64    `json:"id"`
	Title     string   `json:"title"`
	Name      string   `json:"name"`
	Body      string   `json:"body"`
	Address   string   `json:"html_url"`
	Locale    string   `json:"locale"`
	Draft     bool     `json:"draft"`
	Labels    []string `json:"label_names"`
	Section   int64    `json:"section_id"`
	UpdatedAt string   `json:"updated_at"`
}

// helpGroup is a section or a category.
type helpGroup struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Category int64  `json:"category_id"`
}

// helpCentre is all that an export or the API gives.
type helpCentre struct {
	Articles   []helpArticle `json:"articles"`
	Sections   []helpGroup   `json:"sections"`
	Categories []helpGroup   `json:"categories"`

	fetcher *fetcher         // nil for an export: then nothing is asked of the net
	paths   map[int64]string // of articles
	keys    map[uint32]uint32
	pieces  []helpArticle // to be taken
}

func (s *session) openZendesk(ctx context.Context, source opora.Source) (feed, error) {
	if !strings.HasPrefix(source.Location, "http://") && !strings.HasPrefix(source.Location, "https://") {
		centre, err := readExport(ctx, source.Location)
		if err != nil {
			return feed{}, err
		}
		return feed{close: func() error { return nil }, all: func(ctx context.Context) error { return s.takeCentre(ctx, centre) }}, nil
	}
	start, err := siteAddress(source.Location)
	if err != nil {
		return feed{}, err
	}
	centre := &helpCentre{fetcher: newFetcher(start, s.between())}
	return feed{close: centre.fetcher.close, all: func(ctx context.Context) error {
		if err := centre.ask(ctx, localeOf(start)); err != nil {
			return err
		}
		return s.takeCentre(ctx, centre)
	}}, nil
}

var localePart = regexp.MustCompile(`^/hc/([a-z]{2,3}(?:-[a-z0-9]{2,4})?)(?:/|$)`)

// localeOf is the language that the address of a help centre speaks of.
func localeOf(u *url.URL) string {
	if match := localePart.FindStringSubmatch(strings.ToLower(u.Path)); match != nil {
		return match[1] + "/"
	}
	return ""
}

// ask reads everything from the API.
func (h *helpCentre) ask(ctx context.Context, locale string) error {
	err := h.pages(ctx, helpCentreAPI+locale+articlesAnswer, func(part helpCentre) {
		h.Articles = append(h.Articles, part.Articles...)
	})
	if err != nil {
		return err
	}
	for _, kind := range []string{"sections", "categories"} {
		err := h.pages(ctx, helpCentreAPI+locale+kind+".json?page[size]=100", func(part helpCentre) {
			h.Sections = append(h.Sections, part.Sections...)
			h.Categories = append(h.Categories, part.Categories...)
		})
		if err != nil && (ctx.Err() != nil || errors.Is(err, opora.SourceOffline)) {
			return err // without their names articles are worth taking, a moment's silence is not worth losing them for
		}
	}
	return nil
}

// pages asks for one list, answer by answer, by cursor or by number.
func (h *helpCentre) pages(ctx context.Context, address string, take func(helpCentre)) error {
	u, err := h.fetcher.origin.Parse(address)
	if err != nil {
		return fmt.Errorf("%w: %w", opora.AddressInvalid, err)
	}
	seen := map[string]bool{}
	for range maxAnswers {
		seen[u.String()] = true
		a, err := h.fetcher.get(ctx, u, maxAnswer, http.Header{"Accept": {"application/json"}})
		switch {
		case errors.Is(err, errElsewhere), err == nil && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden):
			return opora.SourceForbids
		case err != nil:
			return err
		case a.status != http.StatusOK:
			return opora.SourceUnreadable
		}
		var part struct {
			helpCentre
			Next  string `json:"next_page"`
			Links struct {
				Next string `json:"next"`
			} `json:"links"`
			Meta struct {
				More *bool `json:"has_more"`
			} `json:"meta"`
		}
		if err := json.Unmarshal(a.body, &part); err != nil {
			return fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
		}
		take(part.helpCentre)
		next := part.Next
		if part.Meta.More != nil {
			if next = part.Links.Next; !*part.Meta.More {
				next = ""
			}
		}
		if next == "" {
			return nil
		}
		if len(h.Articles) > maxArticles {
			return opora.SourceTooLarge
		}
		if u, err = u.Parse(next); err != nil || !h.fetcher.own(u) || !strings.HasPrefix(u.Path, helpCentreAPI) || seen[u.String()] {
			return opora.SourceHostile
		}
	}
	return opora.SourceTooLarge
}

// readExport reads a file of JSON, or an archive or a folder of such.
func readExport(ctx context.Context, location string) (*helpCentre, error) {
	info, err := os.Stat(location)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", opora.SourceMissing, err)
	}
	h := &helpCentre{}
	if info.Mode().IsRegular() && !strings.EqualFold(path.Ext(location), ".zip") {
		opened, err := os.Open(location)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
		}
		defer func() { _ = opened.Close() }()
		raw, err := readUpTo(opened, maxExport)
		if err != nil {
			return nil, err
		}
		return h, h.add(raw)
	}
	var b *bundle
	if info.IsDir() {
		b, err = openFolder(ctx, location)
	} else {
		b, err = openZip(ctx, location)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = b.close() }()
	left, good := int64(maxExport), 0
	for _, f := range b.others {
		raw, err := b.read(f, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(raw))
		if h.add(raw) == nil {
			good++
		}
	}
	if good == 0 {
		return nil, opora.SourceUnreadable
	}
	return h, nil
}

// add reads one file of an export: an object of lists, a list of articles, or
// one article.
func (h *helpCentre) add(raw []byte) error {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	var part struct {
		helpCentre
		helpArticle
		Article *helpArticle `json:"article"`
	}
	var err error
	if bytes.HasPrefix(raw, []byte("[")) {
		err = json.Unmarshal(raw, &part.Articles)
	} else {
		err = json.Unmarshal(raw, &part)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
	}
	if part.helpArticle.ID != 0 && part.Body != "" {
		part.Articles = append(part.Articles, part.helpArticle)
	}
	if part.Article != nil {
		part.Articles = append(part.Articles, *part.Article)
	}
	if part.Articles == nil && part.Sections == nil && part.Categories == nil {
		return opora.SourceUnreadable
	}
	h.Articles = append(h.Articles, part.Articles...)
	h.Sections = append(h.Sections, part.Sections...)
	h.Categories = append(h.Categories, part.Categories...)
	if len(h.Articles) > maxArticles {
		return opora.SourceTooLarge
	}
	return nil
}

// takeCentre converts the articles.
func (s *session) takeCentre(ctx context.Context, h *helpCentre) error {
	h.paths, h.keys = map[int64]string{}, map[uint32]uint32{}
	taken := map[string]bool{}
	for _, article := range h.Articles {
		name := article.path()
		if article.Draft || taken[name] {
			continue
		}
		taken[name] = true
		if h.paths[article.ID] == "" {
			h.paths[article.ID] = name
		}
		h.keys[hashed(name)] = 1
		h.pieces = append(h.pieces, article)
	}
	s.progress.Of = len(h.pieces)
	groups := h.groups()
	now := s.now()
	convert := func(i int, known kept) outcome {
		return s.article(ctx, h, h.pieces[i], groups[h.pieces[i].Section], known, now)
	}
	if h.fetcher == nil {
		return s.parallel(ctx, len(h.pieces), func(i int) string { return h.pieces[i].path() }, convert)
	}
	for i, article := range h.pieces { // its pictures come one after another
		known, err := s.known(ctx, article.path())
		if err != nil {
			return err
		}
		o := guarded(article.path(), func() outcome { return convert(i, known) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.take(ctx, o, known); err != nil {
			return err
		}
	}
	return nil
}

// path is what an article is called within its source.
func (a helpArticle) path() string {
	name := "articles/" + strconv.FormatInt(a.ID, 10)
	if a.Locale != "" {
		name = language(a.Locale) + "/" + name
	}
	return name
}

// groups are the names that articles stand under, by section.
func (h *helpCentre) groups() map[int64]string {
	categories := map[int64]string{}
	for _, category := range h.Categories {
		categories[category.ID] = inert(category.Name)
	}
	names := map[int64]string{}
	for _, section := range h.Sections {
		names[section.ID] = inert(section.Name)
		if category := categories[section.Category]; category != "" && category != names[section.ID] {
			names[section.ID] = category + " › " + names[section.ID]
		}
	}
	return names
}

func (s *session) article(ctx context.Context, h *helpCentre, article helpArticle, section string, known kept, now time.Time) outcome {
	name := article.path()
	raw, err := json.Marshal(article)
	if err != nil {
		return skippedPiece(name, opora.SourceUnreadable)
	}
	state := func(key uint32) uint32 { return h.keys[key] }
	own := ownHash(raw, section, strconv.FormatBool(h.fetcher != nil))
	if known.found && unchanged(own, known.Hash, state) {
		return outcome{path: name, same: true}
	}
	place := &centrePlace{centre: h, name: name, session: s, ctx: ctx, keys: map[uint32]bool{}}
	place.base = baseOf(absolute(article.Address))
	if len(article.Body) > maxBytes {
		return skippedPiece(name, opora.SourceTooLarge)
	}
	nodes, err := s.converter.nodes(decoded([]byte(article.Body), ""), place, false)
	if err != nil {
		return skippedPiece(name, reason(err))
	}
	title := article.Title
	if inert(title) == "" {
		title = article.Name
	}
	if updated, err := time.Parse(time.RFC3339, article.UpdatedAt); err == nil && updated.Before(now) {
		now = updated.UTC()
	}
	page := pageOf(name, document{title: title, section: section, tags: article.Labels, address: absolute(article.Address), nodes: nodes}, now)
	page.Hash = own + "." + references(place.keys, state)
	if place.missed {
		page.Hash = own + "!" // its pictures are asked for again next time
	}
	return outcome{path: name, taken: true, page: page, images: place.images, skipped: place.skipped}
}
