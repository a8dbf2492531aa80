package knowledge

import (
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"sync"
)

// docs are the articles of a bundle, as they know each other.
type docs struct {
	*bundle
	meant   map[uint32]int32 // hash of what may be written in a link → article
	shown   map[uint32]int32 // hash of a path → image
	suffix  string           // what all titles end with
	mu      sync.Mutex
	folders map[string]string // title of a folder, once it is known
	sums    map[int32]uint32  // of images
}

func newDocs(b *bundle) *docs {
	d := &docs{bundle: b, meant: map[uint32]int32{}, shown: map[uint32]int32{}, folders: map[string]string{}, sums: map[int32]uint32{}}
	for i, f := range b.articles { // whole paths come before anything that is only meant
		d.meant[hashed(f.path)] = int32(i)
	}
	for i, f := range b.articles {
		for _, name := range meanings(f.path) {
			if _, known := d.meant[hashed(name)]; !known {
				d.meant[hashed(name)] = int32(i)
			}
		}
	}
	for i, f := range b.images {
		d.shown[hashed(f.path)] = int32(i)
	}
	d.suffix = commonSuffix(d.sample())
	return d
}

func hashed(text string) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text))
	return sum.Sum32()
}

// meanings are the ways in which links speak of an article, but for its path:
// without its ending, with the ending that a generator gives it, as a folder.
func meanings(name string) []string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	list := []string{stem, stem + "/"}
	if !strings.HasSuffix(name, ".html") {
		list = append(list, stem+".html")
	}
	if folder, base := path.Split(stem); isIndex(base) {
		list = append(list, folder, strings.TrimSuffix(folder, "/"), folder+"index.html")
	}
	return list
}

func isIndex(stem string) bool {
	switch strings.ToLower(stem) {
	case "index", "_index", "readme":
		return true
	}
	return false
}

// find gives the article that a path within a link means.
func (d *docs) find(name string) string {
	i, found := d.meant[hashed(name)]
	if !found {
		return ""
	}
	known := d.articles[i].path
	if known != name && !slices.Contains(meanings(known), name) {
		return "" // another name with the same hash
	}
	return known
}

// findImage gives the number of the image at a path. Generators keep images
// that pages speak of from the root in folders of their own.
func (d *docs) findImage(name string) (int32, uint32, bool) {
	for _, folder := range []string{"", "static/", "public/", "docs/", "assets/"} {
		key := hashed(folder + name)
		if i, found := d.shown[key]; found && d.images[i].path == folder+name {
			return i, key, true
		}
	}
	return 0, hashed(name), false
}

// state says what a name that an article refers to stands for now: another
// article, an image with these contents, or nothing.
func (d *docs) state(key uint32) uint32 {
	if i, found := d.meant[key]; found {
		return hashed(d.articles[i].path)
	}
	i, found := d.shown[key]
	if !found {
		return 0
	}
	d.mu.Lock()
	sum, known := d.sums[i]
	d.mu.Unlock()
	if !known {
		sum = d.checksum(d.images[i]) | 1
		d.mu.Lock()
		d.sums[i] = sum
		d.mu.Unlock()
	}
	return sum
}

// sample reads the titles of some HTML pages, spread over all.
func (d *docs) sample() []string {
	const most = 200
	var pages []file
	for _, f := range d.articles {
		if isHTML(f.path) {
			pages = append(pages, f)
		}
	}
	var titles []string
	step := max(1, len(pages)/most)
	for i := 0; i < len(pages); i += step {
		if raw, err := d.read(pages[i], maxBytes); err == nil {
			if title := headOf(decoded(raw, "")).title; title != "" {
				titles = append(titles, title)
			}
		}
	}
	return titles
}

func isHTML(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return true
	}
	return false
}

// commonSuffix is what nearly all titles end with, from a separator on: the
// name of the site.
func commonSuffix(titles []string) string {
	times := map[string]int{}
	for _, title := range titles {
		for _, separator := range []string{" — ", " – ", " - ", " | ", " · ", " :: ", " » ", " • ", " / "} {
			for at := strings.Index(title, separator); at > 0; {
				times[title[at:]]++
				next := strings.Index(title[at+1:], separator)
				if next < 0 {
					break
				}
				at += 1 + next
			}
		}
	}
	best := ""
	for suffix, n := range times {
		if n >= 3 && n*10 >= len(titles)*8 && (len(suffix) > len(best) || len(suffix) == len(best) && suffix < best) {
			best = suffix
		}
	}
	return best
}

// section is what an article stands under: the title of its folder.
func (d *docs) section(name string) string {
	folder, base := path.Split(name)
	folder = strings.TrimSuffix(folder, "/")
	if isIndex(strings.TrimSuffix(base, path.Ext(base))) {
		folder = strings.TrimPrefix(path.Dir(folder), ".")
	}
	if folder == "" || folder == "." {
		return ""
	}
	d.mu.Lock()
	title, known := d.folders[folder]
	d.mu.Unlock()
	if known {
		return title
	}
	if title = d.titleOf(folder); title == "" {
		title = fromName(path.Base(folder))
	}
	d.mu.Lock()
	d.folders[folder] = title
	d.mu.Unlock()
	return title
}

// titleOf is the title of the page that stands for a folder, "" for the whole.
func (d *docs) titleOf(folder string) string {
	i, found := d.meant[hashed(folder)]
	if folder == "" {
		for _, name := range []string{"index.html", "README.md", "index.md", "_index.md", "README.markdown", "index.htm", "README.txt"} {
			if i, found = d.meant[hashed(name)]; found {
				break
			}
		}
	}
	if !found {
		return ""
	}
	f := d.articles[i]
	raw, err := d.read(f, maxBytes)
	if err != nil {
		return ""
	}
	text := decoded(raw, "")
	if isHTML(f.path) {
		return short(strings.TrimSuffix(headOf(text).title, d.suffix), maxTitle)
	}
	front, body := frontOf(text)
	if front.title != "" {
		return front.title
	}
	for line := range strings.Lines(body) {
		if heading, found := strings.CutPrefix(line, "# "); found {
			return short(inert(strings.Trim(heading, "#* \n")), maxTitle)
		}
	}
	return ""
}

// fromName makes a title of the name of a file or folder: "02-first_steps".
func fromName(name string) string {
	name = strings.TrimLeft(name, "0123456789")
	name = inert(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	runes := []rune(name)
	if len(runes) == 0 {
		return ""
	}
	return short(strings.ToUpper(string(runes[:1]))+string(runes[1:]), maxTitle)
}
