package knowledge

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"opora/backend/opora"
	"opora/backend/pace"
)

// TestRealDocumentation imports manuals as they come in packages of Debian: a
// handbook in Russian and English, the documentation of a language, a tree of
// Markdown. It needs the net.
func TestRealDocumentation(t *testing.T) {
	pace.NeedAlone(t)
	for _, test := range []struct {
		name, folder string // of the package, within it
		pages        int    // at least
		page         string // one of them
		title, says  string
		section      string
	}{
		{"debian-handbook", "usr/share/doc/debian-handbook/html/ru-RU", 120, "sect.virtual-private-network.html", "10.3. Виртуальная частная сеть", "OpenVPN используется для создания", "Глава 10. Сетевая инфраструктура"},
		{"debian-handbook", "usr/share/doc/debian-handbook/html/en-US", 120, "sect.virtual-private-network.html", "10.3. Virtual Private Network", "OpenVPN is a piece of software", "Chapter 10. Network Infrastructure"},
		{"mkdocs-doc", "usr/share/doc/mkdocs/html", 15, "user-guide/writing-your-docs.html", "Writing Your Docs", "How to layout and write your Markdown source files.", "User Guide"},
		{"rust-src", "usr/src", 2000, "src/doc/book/src/ch03-02-data-types.md", "Data Types", "Every value in Rust is of a certain data type", "Src"},
	} {
		t.Run(test.name+" "+filepath.Base(test.folder), func(t *testing.T) {
			folder := filepath.Join(unpacked(t, test.name), test.folder)
			shelf := &memory{}
			began := time.Now()
			report, err := importOf(t, shelf, opora.SourceFolder, folder)
			if err != nil || report.Added < test.pages {
				t.Fatalf("got %+v, %v", report, err)
			}
			t.Logf("%d pages in %v, %d images, %d skipped: %v", report.Added, time.Since(began).Round(time.Millisecond), report.Images, report.SkippedOf, report.Skipped)
			found := false
			for path, page := range shelf.Pages {
				for _, fault := range faults(page.Nodes) {
					t.Errorf("%s: %s", path, fault)
				}
				if !utf8.ValidString(page.Text) || page.Title == "" {
					t.Errorf("%s: title %q", path, page.Title)
				}
				if strings.HasSuffix(path, test.page) {
					found = true
					if page.Title != test.title || page.Section != test.section || !strings.Contains(page.Text, test.says) {
						t.Errorf("%s: %q under %q: %.200s", path, page.Title, page.Section, page.Text)
					}
				}
			}
			if !found {
				t.Errorf("no %s", test.page)
			}
			if report, err = importOf(t, shelf, opora.SourceFolder, folder); err != nil || report.Same != len(shelf.Pages) || report.Added+report.Changed+report.Removed != 0 {
				t.Errorf("again: %+v, %v", report, err)
			}
		})
	}
}

// unpacked fetches a package of Debian and unpacks it.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	fetch := exec.CommandContext(t.Context(), "apt-get", "download", name)
	fetch.Dir = dir
	if output, err := fetch.CombinedOutput(); err != nil {
		t.Skipf("%s is not to be had: %v: %.300s", name, err, output)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(packages) != 1 {
		t.Fatalf("%d packages, %v", len(packages), err)
	}
	if output, err := exec.CommandContext(t.Context(), "dpkg", "-x", packages[0], filepath.Join(dir, "unpacked")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if err := os.Remove(packages[0]); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "unpacked")
}
