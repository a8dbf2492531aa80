package desk

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"opora/backend/notify"
	"opora/backend/opora"
)

// Line is what the doctor says of one part of this machine.
type Line struct {
	Name   string     `json:"name"`  // "keyring", "notifications", "tray", "browser", "data", "version"
	State  Health     `json:"state"` // how it is
	Detail string     `json:"detail"`
	Code   opora.Code `json:"code"` // what is wrong with the keyring or the data
}

// Health is how a part of the machine is.
type Health string

// The states of health.
const (
	Good    Health = "ok"
	Missing Health = "missing"
	Broken  Health = "broken"
)

// Doctor looks at every part that Opora uses. The keyring is tried for real:
// an item is written, read and removed.
func (d *Desk) Doctor(ctx context.Context) []Line {
	return []Line{d.keyringLine(ctx), notificationLine(ctx), trayLine(ctx), browserLine(), d.dataLine(ctx), versionLine()}
}

func (d *Desk) keyringLine(ctx context.Context) Line {
	line := Line{Name: "keyring", State: Good, Detail: "opora.v1"}
	if err := d.Ring.Probe(ctx); err != nil {
		line.State, line.Code = Broken, opora.KeyringFailed
		errors.As(err, &line.Code)
		if line.Code == opora.KeyringMissing {
			line.State = Missing
		}
		line.Detail = string(line.Code)
	}
	return line
}

func notificationLine(ctx context.Context) Line {
	server, err := notify.Supported(ctx)
	if err != nil {
		return Line{Name: "notifications", State: Missing}
	}
	return Line{Name: "notifications", State: Good, Detail: server}
}

func trayLine(ctx context.Context) Line {
	host, found := TrayHost(ctx)
	if !found {
		return Line{Name: "tray", State: Missing}
	}
	return Line{Name: "tray", State: Good, Detail: host}
}

// browsers are the programs that a browser check can drive, in order of
// preference.
var browsers = map[string][]string{
	"linux": {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser", "yandex-browser"},
	"darwin": {
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge", "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
		"/Applications/Yandex.app/Contents/MacOS/Yandex",
	},
	"windows": {
		`Google\Chrome\Application\chrome.exe`, `Chromium\Application\chrome.exe`, `Microsoft\Edge\Application\msedge.exe`,
		`BraveSoftware\Brave-Browser\Application\brave.exe`, `Yandex\YandexBrowser\Application\browser.exe`,
	},
}

func browserLine() Line {
	for _, name := range browsers[runtime.GOOS] {
		paths := []string{name}
		if runtime.GOOS == "windows" {
			paths = nil
			for _, root := range []string{os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)"), os.Getenv("LOCALAPPDATA")} {
				if root != "" {
					paths = append(paths, filepath.Join(root, name))
				}
			}
		}
		for _, path := range paths {
			if found, err := exec.LookPath(path); err == nil {
				return Line{Name: "browser", State: Good, Detail: found}
			}
		}
	}
	return Line{Name: "browser", State: Missing}
}

func (d *Desk) dataLine(ctx context.Context) Line {
	line := Line{Name: "data", State: Good, Detail: d.Dir}
	if _, err := d.DB.Customers(ctx, ""); err != nil {
		line.State, line.Code = Broken, opora.Unexpected
		errors.As(err, &line.Code)
	}
	return line
}

// Version is the program's version as the build program wrote it; "dev" otherwise.
var Version = "dev"

func versionLine() Line {
	detail := Version + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				detail += " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return Line{Name: "version", State: Good, Detail: detail}
}
