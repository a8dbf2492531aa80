package knowledge

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"opora/backend/opora"
)

// What an archive may have.
const (
	maxPacked   = 10_000  // files
	maxUnpacked = 1 << 30 // bytes of all of them
	maxRatio    = 100     // how much larger a file may be than it is packed
	freeRatio   = 1 << 20 // bytes that a file may have whatever its ratio: empty lines pack well
)

// openZip lists the files of an archive, which is read where it lies. One bad
// name refuses all of it: whoever made it meant harm, or did not make it for us.
func openZip(ctx context.Context, location string) (*bundle, error) {
	archive, err := zip.OpenReader(location)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %w", opora.SourceMissing, err)
	case errors.Is(err, zip.ErrInsecurePath):
		_ = archive.Close()
		return nil, opora.SourceHostile
	case err != nil:
		return nil, fmt.Errorf("%w: %w", opora.SourceUnreadable, err)
	}
	b, err := bundleOf(ctx, &archive.Reader)
	if err != nil {
		_ = archive.Close()
		return nil, err
	}
	b.close = archive.Close
	return b, nil
}

// bundleOf checks and lists the files of an archive.
func bundleOf(ctx context.Context, archive *zip.Reader) (*bundle, error) {
	if len(archive.File) > maxPacked {
		return nil, opora.SourceTooLarge
	}
	b := &bundle{close: func() error { return nil }}
	packed := map[string]*zip.File{}
	folded := map[string]string{} // names as a file system sees them that does not tell A from a
	folders := map[string]bool{}
	unpacked := uint64(0)
	for _, f := range archive.File {
		if ctx.Err() != nil {
			return nil, opora.Cancelled
		}
		name := strings.TrimSuffix(f.Name, "/")
		if !safeName(name) || f.Mode()&(fs.ModeSymlink|fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeIrregular) != 0 || f.Flags&1 != 0 {
			return nil, fmt.Errorf("%w: %q", opora.SourceHostile, short(inert(f.Name), 100))
		}
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, opora.SourceTooLarge
		}
		if f.UncompressedSize64 > freeRatio && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
			return nil, opora.SourceTooLarge
		}
		if strings.Count(name, "/") > maxFolders {
			return nil, opora.SourceTooLarge
		}
		isFolder := strings.HasSuffix(f.Name, "/")
		if known, clash := folded[strings.ToLower(name)]; clash && (known != name || !isFolder) {
			return nil, fmt.Errorf("%w: %q twice", opora.SourceHostile, short(inert(name), 100))
		}
		folded[strings.ToLower(name)] = name
		for at, r := range name { // a file where others have a folder
			if r == '/' {
				folders[name[:at]] = true
			}
		}
		if isFolder {
			continue
		}
		packed[name] = f
		if !hidden(name) {
			b.add(file{name: name, sum: f.CRC32})
		}
	}
	for folder := range folders {
		if packed[folder] != nil {
			return nil, fmt.Errorf("%w: %q is a file and a folder", opora.SourceHostile, short(inert(folder), 100))
		}
	}
	b.open = func(name string) (io.ReadCloser, error) { return packed[name].Open() }
	b.sort()
	return b, nil
}

func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || notFolders[strings.ToLower(part)] || part == "__MACOSX" {
			return true
		}
	}
	return false
}

// safeName reports whether a name stays within its folder on every system.
func safeName(name string) bool {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00") || len(name) > maxPath {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		stem, _, _ := strings.Cut(strings.ToUpper(part), ".")
		stem = strings.TrimRight(stem, " ")
		switch stem {
		case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
			return false
		}
		if digits, found := strings.CutPrefix(stem, "COM"); found && isDevice(digits) {
			return false
		}
		if digits, found := strings.CutPrefix(stem, "LPT"); found && isDevice(digits) {
			return false
		}
		if strings.HasSuffix(part, " ") || strings.HasSuffix(part, ".") || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return false
		}
	}
	return true
}

func isDevice(digits string) bool {
	switch digits {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}
