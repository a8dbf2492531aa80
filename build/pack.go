package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path"
	"runtime"
	"strings"
	"time"
)

// wailsCLI is needed for what the Go compiler alone does not make: live
// reload, Windows' resources and installer, the bundle of macOS.
const wailsCLI = "github.com/wailsapp/wails/v2/cmd/wails@v2.15.0"

// dev opens the window with live reload of the page and of the Go code.
func dev(ctx context.Context, p *program, args []string) error {
	if err := p.setUp(ctx, forWindow); err != nil {
		return err
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("dev needs a display to show the window on; run does without")
	}
	if err := p.modules(ctx); err != nil {
		return err
	}
	if err := p.bindings(ctx, "../frontend"); err != nil {
		return err
	}
	return p.wails(ctx, append([]string{"dev", "-tags", p.tags(ctx)}, args...)...)
}

// wails runs the CLI where it looks for everything: beside package main.
func (p *program) wails(ctx context.Context, args ...string) error {
	return p.do(ctx, job{dir: p.path("app"), in: os.Stdin, args: append([]string{"go", "run", wailsCLI}, args...)})
}

// shots makes pictures of all screens for the README and for eyes.
func shots(ctx context.Context, p *program, _ []string) error {
	if err := p.setUp(ctx, forTest); err != nil {
		return err
	}
	return npm("shots")(ctx, p)
}

// pack makes what operators are given, for this system or the one named.
func pack(ctx context.Context, p *program, args []string) error {
	system := runtime.GOOS
	if len(args) > 0 {
		system = args[0]
	}
	if err := build(ctx, p, nil); err != nil {
		return err
	}
	switch system {
	case "linux":
		return p.packLinux(ctx)
	case "windows":
		args := []string{"build", "-platform", "windows/amd64", "-s", "-m", "-skipbindings", "-trimpath", "-ldflags", "-X main.version=" + p.version(ctx)}
		if _, found := p.look("makensis"); found {
			args = append(args, "-nsis")
		} else {
			p.say("makensis is not here: the program alone, without an installer")
		}
		return p.wails(ctx, args...)
	case "darwin":
		if runtime.GOOS != "darwin" {
			return errors.New("macOS programs can only be built on a Mac")
		}
		return p.wails(ctx, "build", "-platform", "darwin/universal", "-s", "-m", "-skipbindings", "-trimpath", "-ldflags", "-X main.version="+p.version(ctx))
	}
	return fmt.Errorf("package: there is no %q; there are linux, windows and darwin", system)
}

// entry is a file of a package: where it goes, and how.
type entry struct {
	name string
	mode int64
	text []byte
}

func (p *program) packLinux(ctx context.Context) error {
	if runtime.GOOS != "linux" {
		return errors.New("the Linux program can only be built on Linux")
	}
	files, err := p.linuxFiles()
	if err != nil {
		return err
	}
	version := p.version(ctx)
	when := time.Now()
	if seconds, err := p.ask(ctx, "git", "log", "-1", "--format=%ct"); err == nil {
		var unix int64
		if _, err := fmt.Sscan(seconds, &unix); err == nil {
			when = time.Unix(unix, 0)
		}
	}
	name := fmt.Sprintf("opora-%s-linux-%s", version, runtime.GOARCH)
	archive, err := tarball(name, files, when)
	if err != nil {
		return err
	}
	webkit := "libwebkit2gtk-4.0-37"
	if library("webkit2gtk-4.1")(ctx, p) {
		webkit = "libwebkit2gtk-4.1-0"
	}
	control := debControl(version, runtime.GOARCH, webkit, files)
	deb, err := debian(control, files, when)
	if err != nil {
		return err
	}
	for file, text := range map[string][]byte{
		name + ".tar.gz": archive,
		fmt.Sprintf("opora_%s_%s.deb", debVersion(version), runtime.GOARCH): deb,
	} {
		target := p.path("build", "bin", file)
		if err := os.WriteFile(target, text, 0o644); err != nil {
			return err
		}
		p.say("made %s (%.1f MB)", target, float64(len(text))/1e6)
	}
	return nil
}

func (p *program) linuxFiles() ([]entry, error) {
	var files []entry
	for _, f := range []struct {
		from string
		to   string
		mode int64
	}{
		{p.binaryPath(), "usr/bin/opora", 0o755},
		{p.path("build", "linux", "opora.desktop"), "usr/share/applications/opora.desktop", 0o644},
		{p.path("build", "linux", "autostart.desktop"), "usr/share/opora/autostart.desktop", 0o644},
		{p.path("LICENSE"), "usr/share/doc/opora/copyright", 0o644},
	} {
		text, err := os.ReadFile(f.from)
		if err != nil {
			return nil, err
		}
		files = append(files, entry{f.to, f.mode, text})
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 128, 256, 512} {
		var text bytes.Buffer
		if err := png.Encode(&text, appIcon(size)); err != nil {
			return nil, err
		}
		files = append(files, entry{fmt.Sprintf("usr/share/icons/hicolor/%dx%d/apps/opora.png", size, size), 0o644, text.Bytes()})
	}
	return files, nil
}

// tarball packs files below one folder; without a name they lie at the top, as
// a Debian package wants them, folders and all.
func tarball(top string, files []entry, when time.Time) ([]byte, error) {
	var text bytes.Buffer
	zip := gzip.NewWriter(&text)
	out := tar.NewWriter(zip)
	root := "./"
	if top != "" {
		root = top + "/"
	}
	made := map[string]bool{}
	var folder func(string) error
	folder = func(dir string) error {
		if dir == "." || made[dir] {
			return nil
		}
		if err := folder(path.Dir(dir)); err != nil {
			return err
		}
		made[dir] = true
		return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: root + dir + "/", Mode: 0o755, ModTime: when, Uname: "root", Gname: "root"})
	}
	for _, f := range files {
		if err := folder(path.Dir(f.name)); err != nil {
			return nil, err
		}
		header := &tar.Header{Name: root + f.name, Mode: f.mode, Size: int64(len(f.text)), ModTime: when, Uname: "root", Gname: "root"}
		if err := out.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := out.Write(f.text); err != nil {
			return nil, err
		}
	}
	err := errors.Join(out.Close(), zip.Close())
	return text.Bytes(), err
}

// debian puts the two archives of a package into the one that holds them: ar,
// whose members have a head of fixed width and begin at even places.
func debian(control string, files []entry, when time.Time) ([]byte, error) {
	about, err := tarball("", []entry{{"control", 0o644, []byte(control)}}, when)
	if err != nil {
		return nil, err
	}
	data, err := tarball("", files, when)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.WriteString("!<arch>\n")
	for _, member := range []entry{{"debian-binary", 0o644, []byte("2.0\n")}, {"control.tar.gz", 0o644, about}, {"data.tar.gz", 0o644, data}} {
		fmt.Fprintf(&text, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", member.name, when.Unix(), 0, 0, "100644", len(member.text))
		text.Write(member.text)
		if len(member.text)%2 == 1 {
			text.WriteByte('\n')
		}
	}
	return text.Bytes(), nil
}

func debControl(version, arch, webkit string, files []entry) string {
	size := 0
	for _, f := range files {
		size += len(f.text)
	}
	return strings.Join([]string{
		"Package: opora",
		"Version: " + debVersion(version),
		"Architecture: " + arch,
		"Maintainer: Opora <opora@localhost>",
		fmt.Sprintf("Installed-Size: %d", (size+1023)/1024),
		"Depends: libc6, libgtk-3-0t64 | libgtk-3-0, " + webkit,
		"Recommends: gnome-keyring | org.freedesktop.secrets, chromium | google-chrome-stable | microsoft-edge-stable | brave-browser | yandex-browser-stable",
		"Section: utils",
		"Priority: optional",
		"Description: proves the accesses that customers send, and keeps them",
		" Opora tries each access in a fresh session, keeps its secret in the",
		" keyring, and only then writes a note.",
		"",
	}, "\n")
}

// debVersion makes a version that dpkg can order: it must begin with a digit.
func debVersion(version string) string {
	if version == "" || version[0] < '0' || version[0] > '9' || !strings.Contains(version, ".") {
		version = "0.0.0+" + version
	}
	return strings.ReplaceAll(version, "-", "+")
}
