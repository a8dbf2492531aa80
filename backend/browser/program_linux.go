package browser

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// installed lists the usual places of browsers. The programs themselves come
// before the scripts in PATH that start them: a distribution's script adds
// switches of its own, extensions among them.
func installed() []Program {
	found := []Program{
		{"Google Chrome", "/opt/google/chrome/chrome"},
		{"Microsoft Edge", "/opt/microsoft/msedge/msedge"},
		{"Chromium", "/usr/lib/chromium/chromium"},
		{"Chromium", "/usr/lib64/chromium-browser/chromium-browser"},
		{"Chromium", "/usr/lib/chromium-browser/chromium-browser"},
		{"Brave", "/opt/brave.com/brave/brave"},
		{"Brave", "/opt/brave-bin/brave"},
		{"Yandex", "/opt/yandex/browser/yandex_browser"},
		{"Yandex", "/opt/yandex/browser-beta/yandex_browser"},
	}
	for _, b := range []Program{
		{"Google Chrome", "google-chrome"}, {"Google Chrome", "google-chrome-stable"},
		{"Microsoft Edge", "microsoft-edge"}, {"Microsoft Edge", "microsoft-edge-stable"},
		{"Chromium", "chromium"}, {"Chromium", "chromium-browser"},
		{"Brave", "brave-browser"}, {"Brave", "brave"},
		{"Yandex", "yandex-browser"}, {"Yandex", "yandex-browser-stable"},
	} {
		for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
			if !filepath.IsAbs(folder) {
				continue // a relative PATH must not choose what we run
			}
			path, err := filepath.EvalSymlinks(filepath.Join(folder, b.Path))
			if err != nil || confined(path) || covered(found, b.Name, path) {
				continue
			}
			found = append(found, Program{b.Name, path})
		}
	}
	return found
}

// confined tells wrappers of snap and flatpak, which live behind a wall of
// their own: a profile in the temporary folder is not there for them.
func confined(path string) bool {
	if strings.HasPrefix(path, "/snap/") || filepath.Base(path) == "snap" || strings.Contains(path, "/flatpak/") {
		return true
	}
	head := scriptHead(path)
	return bytes.Contains(head, []byte("/snap/bin/")) || bytes.Contains(head, []byte("flatpak run"))
}

// covered tells a script whose program is in the list already.
func covered(found []Program, name, path string) bool {
	if scriptHead(path) == nil {
		return false
	}
	for _, p := range found {
		if p.Name == name && runnable(p.Path) {
			return true
		}
	}
	return false
}

// scriptHead gives the beginning of a script, nil for anything else.
func scriptHead(path string) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, 4<<10)
	n, _ := io.ReadFull(file, head)
	if !bytes.HasPrefix(head[:n], []byte("#!")) {
		return nil
	}
	return head[:n]
}
