//go:build unix && !darwin

package notify

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/gen2brain/beeep"
	"github.com/godbus/dbus/v5"
)

const (
	service = "org.freedesktop.Notifications"
	object  = "/org/freedesktop/Notifications"
)

// bus speaks to the notification service over a connection of its own: the
// tray and the keyring share another one, and signals of the wrong shape there
// make the tray stop listening.
type bus struct {
	clicked func()

	mu   sync.Mutex
	conn *dbus.Conn
	last uint32 // the notification that the next one replaces
}

func native(clicked func()) (show func(context.Context, string) error, done func()) {
	beeep.AppName = "Opora"
	b := &bus{clicked: clicked}
	return b.show, b.close
}

// Supported gives the name of the notification service, or why there is none.
func Supported(ctx context.Context) (string, error) {
	conn, err := connect()
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var name, vendor, version, spec string
	err = conn.Object(service, object).CallWithContext(ctx, service+".GetServerInformation", 0).
		Store(&name, &vendor, &version, &spec)
	if err != nil {
		return "", fmt.Errorf("notification service: %w", err)
	}
	return strings.TrimSpace(name + " " + version), nil
}

// connect opens a private connection, and never starts a bus where there is none.
func connect() (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	if err := conn.Auth(nil); err != nil {
		conn.Close()
		return nil, fmt.Errorf("session bus: %w", err)
	}
	if err := conn.Hello(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("session bus: %w", err)
	}
	return conn, nil
}

func (b *bus) show(ctx context.Context, sentence string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil || !b.conn.Connected() {
		conn, err := connect()
		if err != nil {
			return err
		}
		b.conn, b.last = conn, 0
		b.listen()
	}
	// The sentence is the title, because a body may be read as markup.
	err := b.conn.Object(service, object).CallWithContext(ctx, service+".Notify", 0,
		"Opora", b.last, "opora", sentence, "", []string{"default", "Opora"},
		map[string]dbus.Variant{
			"urgency":        dbus.MakeVariant(byte(0)),
			"suppress-sound": dbus.MakeVariant(true),
			"transient":      dbus.MakeVariant(true),
			"desktop-entry":  dbus.MakeVariant("opora"),
		}, int32(-1)).Store(&b.last)
	if err != nil {
		if fallback := beeep.Notify("Opora", sentence, ""); fallback != nil {
			return fmt.Errorf("notification service: %w", err)
		}
	}
	return nil
}

// listen waits for clicks until the connection ends; the lock is held.
func (b *bus) listen() {
	conn := b.conn
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	err := conn.AddMatchSignal(dbus.WithMatchInterface(service), dbus.WithMatchObjectPath(object),
		dbus.WithMatchMember("ActionInvoked"))
	if err != nil {
		return // notifications still show, only a click does nothing
	}
	go func() {
		for signal := range signals {
			if signal.Name != service+".ActionInvoked" || len(signal.Body) < 1 {
				continue
			}
			b.mu.Lock()
			ours := b.conn == conn && b.last != 0 && signal.Body[0] == b.last
			b.mu.Unlock()
			if ours {
				b.clicked()
			}
		}
	}()
}

func (b *bus) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		b.conn.Close()
		b.conn = nil
	}
}
