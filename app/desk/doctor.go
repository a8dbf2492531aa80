package desk

import (
	"context"
	"errors"
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
	Code   opora.Code `json:"code"` // what is wrong, where there is a sentence for it
}

// Health is how a part of the machine is.
type Health string

// The states of health.
const (
	Good    Health = "ok"
	Missing Health = "missing"
	Broken  Health = "broken"
)

// Doctor looks at every part that Opora uses. Keyring and browsers are tried for
// real: an item is written, read and removed; each browser is started.
func (d *Desk) Doctor(ctx context.Context) []Line {
	lines := []Line{d.keyringLine(ctx), notificationLine(ctx), trayLine(ctx)}
	lines = append(lines, browserLines(ctx)...)
	return append(lines, d.dataLine(ctx), versionLine())
}

func (d *Desk) keyringLine(ctx context.Context) Line {
	line := Line{Name: "keyring", State: Good, Detail: "opora.v1"}
	if err := d.Ring.Probe(ctx); err != nil {
		line.State, line.Code = Broken, opora.KeyringFailed
		errors.As(err, &line.Code)
		if line.Code == opora.KeyringMissing {
			line.State = Missing
		}
		line.Detail = ""
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
