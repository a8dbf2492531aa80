package knowledge

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"opora/backend/opora"
)

// What a folder may have; an archive may have less (see openZip).
const (
	maxFiles   = 200_000
	maxFolders = 40 // within each other
)

// bundle is the files of a folder or an archive: those that are articles, and
// those that they may show. Paths have slashes and are within the bundle.
type bundle struct {
	articles []file
	images   []file
	others   []file // exports
	skipped  []opora.Skipped
	open     func(name string) (io.ReadCloser, error)
	close    func() error
}

type file struct {
	path string // as articles are called: inert, without ".gz"
	name string // as it is opened
	sum  uint32 // of the contents, where an archive knows it
}

// Folders that generators keep copies and parts in, not articles.
var notFolders = words("node_modules _sources _static _images-src __pycache__ bower_components site-packages")

// Files that are not articles: what generators make for looking things up, and
// what is text only for programs.
var notArticles = words("404.html search.html genindex.html genindex-all.html py-modindex.html robots.txt cmakelists.txt humans.txt llms.txt")

// openFolder lists the files of a folder. It follows no links, and leaves out
// what is hidden.
func openFolder(ctx context.Context, folder string) (*bundle, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", opora.SourceMissing, err)
	}
	b := &bundle{close: root.Close, open: func(name string) (io.ReadCloser, error) { return root.Open(name) }}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return opora.Cancelled
		case err != nil && name == ".":
			return fmt.Errorf("%w: %w", opora.SourceMissing, err)
		case err != nil:
			b.skip(name, opora.SourceUnreadable)
			return fs.SkipDir
		case name == ".":
			return nil
		case entry.IsDir():
			if strings.HasPrefix(entry.Name(), ".") || notFolders[strings.ToLower(entry.Name())] {
				return fs.SkipDir
			}
			if strings.Count(name, "/") >= maxFolders {
				b.skip(name, opora.SourceTooLarge)
				return fs.SkipDir
			}
		case entry.Type().IsRegular():
			b.add(file{name: name})
		}
		if len(b.articles)+len(b.images) > maxFiles {
			return opora.SourceTooLarge
		}
		return nil
	})
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	b.sort()
	return b, nil
}

func (b *bundle) skip(name string, why opora.Code) {
	b.skipped = append(b.skipped, opora.Skipped{Path: short(inert(name), maxPath), Why: why})
}

// add sorts a file in by its name.
func (b *bundle) add(f file) {
	base := strings.ToLower(path.Base(f.name))
	if strings.HasPrefix(base, ".") || notArticles[base] || strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".txt") {
		return
	}
	f.path = strings.TrimSuffix(f.name, ".gz")
	switch {
	case isArticle(f.path):
		clean := inert(f.path)
		if clean != f.path || len(clean) > maxPath {
			b.skip(f.name, opora.SourceHostile) // no name for an address, and none for the eye
			return
		}
		b.articles = append(b.articles, f)
	case f.name == f.path && slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, path.Ext(base)):
		b.images = append(b.images, f)
	case strings.HasSuffix(base, ".json"):
		b.others = append(b.others, f)
	}
}

func (b *bundle) sort() {
	byPath := func(x, y file) int { return strings.Compare(x.path, y.path) }
	slices.SortFunc(b.articles, byPath)
	b.articles = slices.CompactFunc(b.articles, func(x, y file) bool { return x.path == y.path }) // packed and unpacked
	slices.SortFunc(b.images, byPath)
	slices.SortFunc(b.others, byPath)
}

var articleEndings = []string{".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml", ".txt"}

func isArticle(name string) bool {
	return slices.Contains(articleEndings, strings.ToLower(path.Ext(name)))
}

// read gives the contents of a file. It fails with [opora.SourceTooLarge] above
// the limit, whatever the file says of itself.
func (b *bundle) read(f file, limit int64) ([]byte, error) {
	opened, err := b.open(f.name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
	}
	defer func() { _ = opened.Close() }()
	var from io.Reader = opened
	if strings.HasSuffix(f.name, ".gz") {
		if from, err = gzip.NewReader(opened); err != nil {
			return nil, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
		}
	}
	return readUpTo(from, limit)
}

func readUpTo(from io.Reader, limit int64) ([]byte, error) {
	var raw bytes.Buffer
	n, err := raw.ReadFrom(io.LimitReader(from, limit+1))
	if n > limit {
		return nil, opora.SourceTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
	}
	return raw.Bytes(), nil
}

// checksum tells whether a file changed.
func (b *bundle) checksum(f file) uint32 {
	if f.sum != 0 {
		return f.sum
	}
	opened, err := b.open(f.name)
	if err != nil {
		return 1
	}
	defer func() { _ = opened.Close() }()
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.LimitReader(opened, maxBytes+1)); err != nil {
		return 1
	}
	return sum.Sum32()
}

// reason is the code of an error, for a report.
func reason(err error) opora.Code {
	code := opora.SourceUnreadable
	errors.As(err, &code)
	return code
}
