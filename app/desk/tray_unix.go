//go:build unix && !darwin

package desk

import (
	"context"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// TrayHost says whether something on this desktop shows tray icons now, and
// its name. It asks over a connection of its own and never starts a bus.
func TrayHost(ctx context.Context) (string, bool) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return "", false
	}
	defer func() { _ = conn.Close() }()
	if conn.Auth(nil) != nil || conn.Hello() != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	const watcher = "org.kde.StatusNotifierWatcher"
	var owned bool
	if conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned) != nil || !owned {
		return "", false
	}
	var shown dbus.Variant
	err = conn.Object(watcher, "/StatusNotifierWatcher").
		CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcher, "IsStatusNotifierHostRegistered").Store(&shown)
	return watcher, err != nil || shown.Value() != false // one that does not say is believed
}

// CanAsk reports whether a prompt of the keyring could be shown to anybody.
func CanAsk() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
