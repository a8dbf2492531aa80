//go:build unix && !darwin

package desk

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// TrayHost says whether something on this desktop shows tray icons, and its
// name. It asks over a connection of its own and never starts a bus.
func TrayHost(ctx context.Context) (string, bool) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return "", false
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	const watcher = "org.kde.StatusNotifierWatcher"
	var owned bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned)
	return watcher, err == nil && owned
}
