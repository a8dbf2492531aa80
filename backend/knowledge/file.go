package knowledge

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"opora/backend/opora"
)

// version is the importer's. A new one converts everything anew.
const version = "1"

const maxImagesOfPage = 300

// outcome is what became of one piece of a source.
type outcome struct {
	path    string
	same    bool // as readers see it now, or as it was taken before the import was left
	page    opora.Page
	images  []opora.Image
	skipped []opora.Skipped // images, or the piece itself
	taken   bool            // page is there
}

func skippedPiece(path string, why opora.Code) outcome {
	return outcome{path: path, skipped: []opora.Skipped{{Path: path, Why: why}}}
}

// filePlace is the surroundings of one file.
type filePlace struct {
	*docs
	album   *album
	from    string
	base    *url.URL
	keys    map[uint32]bool
	images  []opora.Image
	skipped []opora.Skipped
	count   int
}

func (p *filePlace) find(name string) string {
	if len(p.keys) < 10_000 {
		p.keys[hashed(name)] = true
	}
	return p.docs.find(name)
}

func (p *filePlace) link(href string) string { return linkFrom(p.from, href, p.base, p) }

func (p *filePlace) image(src string) (string, int, int, bool) {
	u, err := url.Parse(strings.TrimSpace(src))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return "", 0, 0, false
	}
	target := path.Join("/", path.Dir("/"+p.from), u.Path)
	if strings.HasPrefix(u.Path, "/") {
		target = path.Clean(u.Path)
	}
	i, key, found := p.findImage(strings.TrimPrefix(target, "/"))
	p.keys[key] = true
	if !found {
		return "", 0, 0, false
	}
	if p.count++; p.count > maxImagesOfPage {
		return "", 0, 0, false
	}
	f := p.docs.images[i]
	raw, err := p.read(f, maxImageBytes)
	var shown *entry
	var data *opora.Image
	if err == nil {
		shown, data, err = p.album.get(raw)
	}
	if err != nil {
		p.skipped = append(p.skipped, opora.Skipped{Path: f.path, Why: reason(err)})
		return "", 0, 0, false
	}
	if data != nil {
		p.images = append(p.images, *data)
	}
	return shown.id, shown.width, shown.height, true
}

// convert reads a file and makes a page of it, unless it is as known says.
func (d *docs) convert(c *converter, album *album, f file, known kept, now time.Time) outcome {
	raw, err := d.read(f, maxBytes)
	if err != nil {
		return skippedPiece(f.path, reason(err))
	}
	if noText(raw) {
		return skippedPiece(f.path, opora.SourceUnreadable)
	}
	section := d.section(f.path)
	own := ownHash(raw, d.suffix, section)
	if known.found && unchanged(own, known.Hash, d.state) {
		return outcome{path: f.path, same: true}
	}
	place := &filePlace{docs: d, album: album, from: f.path, keys: map[uint32]bool{}}
	text := decoded(raw, "")
	var doc document
	switch ending := strings.ToLower(path.Ext(f.path)); {
	case isHTML(f.path):
		place.base = baseOf(headOf(text).address)
		doc, err = c.html(text, place)
		doc.title = strings.TrimSuffix(doc.title, d.suffix)
	case ending == ".txt":
		doc, err = plainDocument(text)
	default:
		front, _ := frontOf(text)
		place.base = baseOf(front.address)
		doc, err = c.markdownText(text, ending == ".mdx", place)
	}
	if err != nil {
		return skippedPiece(f.path, reason(err))
	}
	if doc.draft {
		return outcome{path: f.path}
	}
	if len(doc.nodes) == 0 {
		return skippedPiece(f.path, opora.SourceEmpty)
	}
	if doc.title == "" {
		stem := strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
		if isIndex(stem) && path.Dir(f.path) != "." {
			stem = path.Base(path.Dir(f.path))
		}
		doc.title = fromName(stem)
	}
	if doc.section == "" {
		doc.section = section
	}
	page := pageOf(f.path, doc, now)
	page.Hash = own + "." + references(place.keys, d.state)
	return outcome{path: f.path, taken: true, page: page, images: place.images, skipped: place.skipped}
}

func baseOf(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return nil
	}
	return u
}

// pageOf makes a page of a document; the caller adds its hash.
func pageOf(path string, doc document, now time.Time) opora.Page {
	page := opora.Page{Nodes: doc.nodes, Article: opora.Article{
		Path: path, Title: short(inert(doc.title), maxTitle), Section: short(inert(doc.section), maxTitle),
		Tags: tagsOf(doc.tags), Address: doc.address, ChangedAt: now,
	}}
	if page.Title == "" {
		page.Title = path
	}
	if page.Section == page.Title {
		page.Section = ""
	}
	fill(&page)
	return page
}

// ownHash is of all that a page is made of but for what it refers to.
func ownHash(raw []byte, more ...string) string {
	sum := sha256.New()
	_, _ = sum.Write(raw)
	for _, text := range more {
		_, _ = sum.Write([]byte{0})
		_, _ = sum.Write([]byte(text))
	}
	return version + "." + hex.EncodeToString(sum.Sum(nil)[:16])
}

// references writes what a page refers to, and what that stood for, so that a
// later import sees when it stands for something else.
func references(keys map[uint32]bool, state func(uint32) uint32) string {
	list := make([]uint32, 0, len(keys))
	for key := range keys {
		list = append(list, key)
	}
	slices.Sort(list)
	packed := make([]byte, 4*len(list))
	for i, key := range list {
		binary.LittleEndian.PutUint32(packed[4*i:], key)
	}
	return base64.RawURLEncoding.EncodeToString(packed) + "." + states(list, state)
}

func states(keys []uint32, state func(uint32) uint32) string {
	sum := fnv.New64a()
	var now [4]byte
	for _, key := range keys {
		binary.LittleEndian.PutUint32(now[:], state(key))
		_, _ = sum.Write(now[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// unchanged reports whether a page with this hash would come out the same.
func unchanged(own, hash string, state func(uint32) uint32) bool {
	before, packed, then := cutHash(hash)
	if before != own {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil || len(raw)%4 != 0 {
		return false
	}
	keys := make([]uint32, len(raw)/4)
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	return states(keys, state) == then
}

// cutHash takes a hash apart: the page itself, what it refers to, and what that
// stood for.
func cutHash(hash string) (own, packed, states string) {
	parts := strings.Split(hash, ".")
	if len(parts) != 4 {
		return "", "", ""
	}
	return parts[0] + "." + parts[1], parts[2], parts[3]
}

// plainDocument makes paragraphs of a plain text; what is indented is code.
func plainDocument(text string) (document, error) {
	var doc document
	for part := range strings.SplitSeq(text, "\n\n") {
		part = strings.Trim(part, "\n")
		if strings.TrimSpace(part) == "" {
			continue
		}
		indented := true
		for line := range strings.Lines(part) {
			indented = indented && (strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t"))
		}
		if len(doc.nodes) > maxElements {
			return document{}, opora.SourceTooLarge
		}
		if indented {
			doc.nodes = append(doc.nodes, opora.Node{Kind: opora.NodeBlock, Text: part + "\n"})
			continue
		}
		run := newLine()
		run.text(part)
		if nodes := run.end(); len(nodes) > 0 {
			if doc.title == "" && len(part) < 100 && !strings.Contains(part, "\n") {
				doc.title = inert(part)
			}
			doc.nodes = append(doc.nodes, opora.Node{Kind: opora.NodeParagraph, Nodes: nodes})
		}
	}
	return doc, nil
}
