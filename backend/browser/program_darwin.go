package browser

import (
	"os"
	"path/filepath"
)

// installed lists where application bundles of browsers have their programs.
func installed() []Program {
	home, _ := os.UserHomeDir()
	var found []Program
	for _, b := range []Program{
		{"Google Chrome", "Google Chrome.app/Contents/MacOS/Google Chrome"},
		{"Microsoft Edge", "Microsoft Edge.app/Contents/MacOS/Microsoft Edge"},
		{"Chromium", "Chromium.app/Contents/MacOS/Chromium"},
		{"Brave", "Brave Browser.app/Contents/MacOS/Brave Browser"},
		{"Yandex", "Yandex.app/Contents/MacOS/Yandex"},
	} {
		for _, folder := range []string{"/Applications", filepath.Join(home, "Applications")} {
			found = append(found, Program{b.Name, filepath.Join(folder, b.Path)})
		}
	}
	return found
}
