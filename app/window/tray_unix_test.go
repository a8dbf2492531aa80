//go:build linux

package window

import (
	"bytes"
	"image/png"
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"opora/backend/clipboard/displaytest"
)

// panel is the other side of a tray: the service that panels run.
type panel struct {
	conn       *dbus.Conn
	registered chan string
}

// RegisterStatusNotifierItem is called by an icon that wants to be shown.
func (p *panel) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	if service[0] == '/' {
		service = string(sender) + service
	}
	p.registered <- service
	return nil
}

func startPanel(t *testing.T) *panel {
	t.Helper()
	conn, err := sessionBus()
	if err != nil {
		t.Fatal(err)
	}
	p := &panel{conn: conn, registered: make(chan string, 8)}
	t.Cleanup(func() { conn.Close() })
	if err := conn.Export(p, watcherObject, watcher); err != nil {
		t.Fatal(err)
	}
	_, err = prop.Export(conn, watcherObject, prop.Map{watcher: {
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *panel) next(t *testing.T) dbus.BusObject {
	t.Helper()
	select {
	case service := <-p.registered:
		name, path, found := cut(service)
		if !found {
			t.Fatalf("registered as %q", service)
		}
		return p.conn.Object(name, path)
	case <-time.After(10 * time.Second):
		t.Fatal("no icon was registered")
		return nil
	}
}

func cut(service string) (string, dbus.ObjectPath, bool) {
	i := bytes.IndexByte([]byte(service), '/')
	if i <= 0 {
		return "", "", false
	}
	return service[:i], dbus.ObjectPath(service[i:]), true
}

func TestTray(t *testing.T) {
	displaytest.StartBus(t)
	if trayExists() {
		t.Fatal("a tray is there before the panel")
	}
	first := startPanel(t)
	if !trayExists() {
		t.Fatal("the panel's tray is not found")
	}
	shows, quits := make(chan struct{}, 1), make(chan struct{}, 1)
	tray := newTray(func() { shows <- struct{}{} }, func() { quits <- struct{}{} })
	tray.start(trayWords{"Показать", "Закончить"})
	tray.start(trayWords{"twice", "twice"})
	item := first.next(t)

	tray.speak(trayWords{"Show", "Quit"})
	labels, ids := menu(t, item)
	if want := []string{"Show", "", "Quit"}; !slices.Equal(labels, want) {
		t.Fatalf("menu %q, want %q", labels, want)
	}
	for i, clicked := range map[int]chan struct{}{0: shows, 2: quits} {
		click(t, item, ids[i])
		select {
		case <-clicked:
		case <-time.After(5 * time.Second):
			t.Errorf("a click on %q does nothing", labels[i])
		}
	}

	calmIcon := pixels(t, item)
	tray.set(failed)
	if bytes.Equal(pixels(t, item), calmIcon) {
		t.Error("the icon does not change with its state")
	}

	// A signal of the keyring's shape on the connection that both share makes
	// the library deaf. The icon must come back to the next panel all the same.
	if err := first.conn.Emit("/x", "org.freedesktop.Secret.Prompt.Completed", true, dbus.MakeVariant("")); err != nil {
		t.Fatal(err)
	}
	shared, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.Secret.Prompt")); err != nil {
		t.Fatal(err)
	}
	if err := first.conn.Emit("/x", "org.freedesktop.Secret.Prompt.Completed", true, dbus.MakeVariant("")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	first.conn.Close()
	startPanel(t).next(t)
}

func TestTrayIcons(t *testing.T) {
	for _, state := range []trayState{calm, waiting, failed} {
		image, err := png.Decode(bytes.NewReader(trayIcon(state)))
		if err != nil || image.Bounds().Dx() != 44 {
			t.Errorf("%s: %v; want a picture of 44 pixels", state, err)
		}
		if _, err := trayIcons.ReadFile("icons/tray-" + string(state) + "-on-dark.ico"); err != nil {
			t.Error(err)
		}
	}
}

// layout is a menu as com.canonical.dbusmenu gives it.
type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func menu(t *testing.T, item dbus.BusObject) (labels []string, ids []int32) {
	t.Helper()
	var (
		revision uint32
		root     layout
	)
	err := onMenu(item).Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		t.Fatal(err)
	}
	for _, child := range root.Children {
		var entry layout
		if err := dbus.Store([]any{child.Value()}, &entry); err != nil {
			t.Fatal(err)
		}
		label, _ := entry.Properties["label"].Value().(string)
		labels, ids = append(labels, label), append(ids, entry.ID)
	}
	return labels, ids
}

func click(t *testing.T, item dbus.BusObject, id int32) {
	t.Helper()
	err := onMenu(item).Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0)).Err
	if err != nil {
		t.Fatal(err)
	}
}

func onMenu(item dbus.BusObject) dbus.BusObject {
	conn, err := dbus.SessionBus()
	if err != nil {
		panic(err)
	}
	return conn.Object(item.Destination(), "/StatusNotifierItem/menu")
}

func pixels(t *testing.T, item dbus.BusObject) []byte {
	t.Helper()
	icons, err := item.GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Width, Height int32
		Data          []byte
	}
	if err := icons.Store(&list); err != nil || len(list) == 0 || len(list[0].Data) == 0 {
		t.Fatalf("no icon: %v", err)
	}
	return list[0].Data
}
