//go:build unix && !darwin

package window

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

const (
	watcher       = "org.kde.StatusNotifierWatcher"
	watcherObject = "/StatusNotifierWatcher"
	trayObject    = "/StatusNotifierItem"
)

// sessionBus opens a connection of our own and never starts a bus.
func sessionBus() (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, err
	}
	if err := conn.Auth(nil); err != nil {
		conn.Close()
		return nil, err
	}
	if err := conn.Hello(); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// startTray starts the library's loop. It speaks on a connection that it shares
// with the keyring, where it stops listening at the first signal of a shape
// that it does not expect; so what it would do then is done here.
func startTray(fill func()) {
	conn, err := sessionBus()
	if err != nil {
		return // no bus, no tray; the library would try to start one
	}
	start, _ := systray.RunWithExternalLoop(nil, nil)
	fill()
	start()
	go stayRegistered(conn)
}

// stayRegistered registers the icon again when the panel has been restarted,
// for as long as the bus is there.
func stayRegistered(conn *dbus.Conn) {
	defer conn.Close()
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	err := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, watcher))
	if err != nil {
		slog.Warn("tray not watched", "err", err)
		return
	}
	for signal := range signals {
		if len(signal.Body) != 3 || signal.Body[2] == "" {
			continue
		}
		time.Sleep(time.Second) // the library's own turn
		if err := register(conn); err != nil {
			slog.Warn("tray icon not shown again", "err", err)
		}
	}
}

// register shows the icon to the watcher, unless it knows it already.
func register(conn *dbus.Conn) error {
	shared, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if items, err := watcherProperty(ctx, conn, "RegisteredStatusNotifierItems"); err == nil {
		known, _ := items.Value().([]string)
		for _, item := range known {
			for _, name := range shared.Names() {
				if strings.HasPrefix(item, name) {
					return nil
				}
			}
		}
	}
	return shared.Object(watcher, watcherObject).
		CallWithContext(ctx, watcher+".RegisterStatusNotifierItem", 0, trayObject).Err
}

func watcherProperty(ctx context.Context, conn *dbus.Conn, name string) (dbus.Variant, error) {
	var value dbus.Variant
	err := conn.Object(watcher, watcherObject).
		CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcher, name).Store(&value)
	return value, err
}
