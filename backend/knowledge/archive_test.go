package knowledge

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opora/backend/opora"
)

// packed makes an archive of what names and texts alternate.
func packed(t *testing.T, files ...string) string {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for i := 0; i < len(files); i += 2 {
		method := zip.Store
		if len(files[i+1]) > 1000 {
			method = zip.Deflate
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return stored(t, data.Bytes())
}

func stored(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "docs.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func importOf(t *testing.T, shelf Shelf, kind opora.SourceKind, location string) (opora.Report, error) {
	t.Helper()
	return (&Importer{Shelf: shelf}).Import(t.Context(), opora.Source{ID: 1, Kind: kind, Location: location})
}

func TestZip(t *testing.T) {
	shelf := &memory{}
	report, err := importOf(t, shelf, opora.SourceZip, packed(t, "docs/", "", "docs/a.md", "# A\n\n[b](b.html)", "docs/b.html", "<h1>B</h1><p>x", "docs/.hidden.md", "no", "__MACOSX/docs/._a.md", "no"))
	if err != nil || report.Added != 2 || sketch(shelf.Pages["docs/a.md"].Nodes) != `h1=a("A") p(a=page:docs/b.html("b"))` {
		t.Errorf("got %+v, %v, %v", report, err, shelf.Pages)
	}
}

// TestHostileArchives sees that nothing is taken of an archive that leads out
// of its folder, and that nothing comes to be beside it.
func TestHostileArchives(t *testing.T) {
	good := []string{"good.md", "# Good"}
	bad := map[string]string{
		"parent": "../x.md", "parent within": "a/../../x.md", "absolute": "/etc/x.md", "drive": "C:/x.md", "drive relative": "C:x.md", "backslash": `..\x.md`,
		"backslash within": `a\..\..\x.md`, "share": `\\server\share\x.md`, "device": "CON.md", "device in folder": "a/nul/x.md", "numbered device": "COM1.txt", "small device": "lpt9.md",
		"device with space": "con .md", "stream": "x.md:y", "dot": "./x.md", "double slash": "a//x.md", "trailing dot": "a./x.md", "trailing space": "a /x.md", "control": "a\x01.md", "null": "a\x00.md",
		"not text": "a\xff\xfe.md", "long": strings.Repeat("a/", 600) + "x.md", "case": "GOOD.md", "twice": "good.md", "superscript device": "com¹.md",
	}
	for name, entry := range bad {
		shelf := &memory{Pages: map[string]opora.Page{"before.md": {}}}
		location := packed(t, append(good, entry, "# Bad")...)
		_, err := importOf(t, shelf, opora.SourceZip, location)
		if !errors.Is(err, opora.SourceHostile) && !errors.Is(err, opora.SourceTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if len(shelf.Pages) != 1 || len(shelf.Left) != 0 {
			t.Errorf("%s: readers see %d pages, %d are staged", name, len(shelf.Pages), len(shelf.Left))
		}
		beside, err := os.ReadDir(filepath.Dir(location))
		if err != nil || len(beside) != 1 {
			t.Errorf("%s: %d files beside the archive, %v", name, len(beside), err)
		}
	}
	for _, mode := range []fs.FileMode{fs.ModeSymlink, fs.ModeDevice, fs.ModeNamedPipe, fs.ModeSocket, fs.ModeDevice | fs.ModeCharDevice} {
		var data bytes.Buffer
		w := zip.NewWriter(&data)
		header := &zip.FileHeader{Name: "x.md"}
		header.SetMode(mode | 0o644)
		f, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("/etc/passwd")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := importOf(t, &memory{}, opora.SourceZip, stored(t, data.Bytes())); !errors.Is(err, opora.SourceHostile) {
			t.Errorf("%v: %v", mode, err)
		}
	}
	if _, err := importOf(t, &memory{}, opora.SourceZip, packed(t, "a", "file", "a/b.md", "under it")); !errors.Is(err, opora.SourceHostile) {
		t.Errorf("a file that is a folder: %v", err)
	}
}

func TestArchiveBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 2<<20)
	if _, err := importOf(t, &memory{}, opora.SourceZip, packed(t, "a.md", zeros)); !errors.Is(err, opora.SourceTooLarge) {
		t.Errorf("ratio: %v", err)
	}
	many := make([]string, 0, 2*(maxPacked+1))
	for i := range maxPacked + 1 {
		many = append(many, fmt.Sprintf("%d.md", i), "")
	}
	if _, err := importOf(t, &memory{}, opora.SourceZip, packed(t, many...)); !errors.Is(err, opora.SourceTooLarge) {
		t.Errorf("files: %v", err)
	}

	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for i := range 3 { // what they say is enough
		if _, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("%d.md", i), CompressedSize64: 100 << 20, UncompressedSize64: 400 << 20, Method: zip.Deflate}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := importOf(t, &memory{}, opora.SourceZip, stored(t, data.Bytes())); !errors.Is(err, opora.SourceTooLarge) {
		t.Errorf("bytes: %v", err)
	}

	// An archive that lies about its sizes: what it says is believed nowhere.
	raw, err := os.ReadFile(packed(t, "a.md", strings.Repeat("text ", 300_000), "b.md", "# B"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
	at = bytes.LastIndex(raw[:at], []byte("PK\x01\x02"))
	copy(raw[at+24:], []byte{10, 0, 0, 0}) // 10 bytes, it says
	shelf := &memory{}
	report, err := importOf(t, shelf, opora.SourceZip, stored(t, raw))
	if err != nil || report.Added != 1 || report.SkippedOf != 1 {
		t.Errorf("a lie about the size: %+v, %v", report, err)
	}
	for _, broken := range [][]byte{{}, []byte("PK"), []byte("not a zip"), raw[:len(raw)/2]} {
		if _, err := importOf(t, &memory{}, opora.SourceZip, stored(t, broken)); !errors.Is(err, opora.SourceUnreadable) {
			t.Errorf("%d bytes of no archive: %v", len(broken), err)
		}
	}
	if _, err := importOf(t, &memory{}, opora.SourceZip, filepath.Join(t.TempDir(), "none.zip")); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("no file: %v", err)
	}
}

// TestNumberSign: a path may have the sign that begins an anchor.
func TestNumberSign(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "C# гид.md", "# Работа с C#\n\nсишарп")
	write(t, dir, "a.md", "# A\n\n[x](C%23%20гид.md) [y](C%23%20гид.md#part)")
	shelf := &memory{}
	report, err := importOf(t, shelf, opora.SourceFolder, dir)
	if err != nil || report.Added != 2 || report.SkippedOf != 0 {
		t.Fatalf("got %+v, %v", report, err)
	}
	if got := sketch(shelf.Pages["a.md"].Nodes); !strings.Contains(got, "page:C# гид.md#") || !strings.Contains(got, "page:C# гид.md#part") {
		t.Errorf("links: %s", got)
	}
}

func TestFolderFollowsNoLinks(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	write(t, outside, "secret.md", "# Secret")
	write(t, dir, "a.md", "# A\n\n![s](link.png) [x](link.md) [y](../"+filepath.Base(outside)+"/secret.md)")
	write(t, dir, ".git/x.md", "# No")
	write(t, dir, "node_modules/m/README.md", "# No")
	for name, to := range map[string]string{"link.md": filepath.Join(outside, "secret.md"), "link": outside, "link.png": filepath.Join(outside, "secret.md"), "loop": "."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	shelf := &memory{}
	report, err := importOf(t, shelf, opora.SourceFolder, dir)
	if err != nil || report.Added != 1 || strings.Contains(sketch(shelf.Pages["a.md"].Nodes), "a=") {
		t.Errorf("got %+v, %v, %s", report, err, sketch(shelf.Pages["a.md"].Nodes))
	}
	if _, err := importOf(t, shelf, opora.SourceFolder, filepath.Join(dir, "none")); !errors.Is(err, opora.SourceMissing) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := importOf(t, shelf, opora.SourceFolder, t.TempDir()); !errors.Is(err, opora.SourceEmpty) || len(shelf.Pages) != 1 {
		t.Errorf("an empty folder: %v, readers see %d pages", err, len(shelf.Pages))
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
