package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrograms(t *testing.T) {
	found := testProgram(t)
	version, err := found.Version(t.Context())
	if err != nil || !strings.Contains(version, ".") || len(versionNumber.FindString(version)) != len(version) {
		t.Errorf("version of %s: %q, %v", found.Path, version, err)
	}
	if _, err := (Program{"x", "/bin/false"}).Version(t.Context()); err == nil {
		t.Error("a program without a version has one")
	}

	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	asked := write("own-build", "\x7fELF", 0o755)
	plain := write("notes.txt", "", 0o644)
	brave := write("bin/brave-browser", "#!/bin/sh\nexec /opt/somewhere/brave", 0o755)
	snap := write("bin/chromium-browser", "#!/bin/sh\nexec /snap/bin/chromium \"$@\"", 0o755)
	flatpak := write("bin/yandex-browser", "#!/bin/sh\nexec flatpak run ru.yandex.Browser", 0o755)
	t.Setenv("PATH", dir+"/bin:.:bin")

	for value, want := range map[string]string{asked: asked, plain: found.Path, "own-build": found.Path, "/nonexistent/x": found.Path, found.Path: found.Path} {
		t.Setenv(Variable, value)
		if got := Programs()[0].Path; got != want {
			t.Errorf("%s=%s: got %s first, want %s", Variable, value, got, want)
		}
	}
	t.Setenv(Variable, found.Path)
	if got := Programs()[0].Name; got != found.Name {
		t.Errorf("asked for %s, it is called %q", found.Path, got)
	}
	paths := map[string]bool{}
	for _, p := range Programs() {
		if paths[p.Path] {
			t.Errorf("%s twice", p.Path)
		}
		paths[p.Path] = true
	}
	if !paths[brave] || paths[snap] || paths[flatpak] {
		t.Errorf("found %v, want the plain script and no wrapper of a sandbox", paths)
	}
}

// TestForgottenGuard is a program that never calls Guard.
func TestForgottenGuard(t *testing.T) {
	was := os.Args
	t.Cleanup(func() { os.Args = was })
	os.Args = []string{"x", guardWord, "/tmp/x", "/bin/true"}
	if b, err := Start(t.Context(), testProgram(t), Options{}); err == nil {
		b.Close()
		t.Error("it starts another browser")
	}
}
