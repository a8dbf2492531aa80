//go:build linux

package notify

import (
	"context"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"opora/backend/clipboard/displaytest"
)

func TestRealService(t *testing.T) {
	displaytest.StartBus(t)
	displaytest.Start(t)
	startDunst(t)
	calls := monitor(t)
	known := goleak.IgnoreCurrent()

	name, err := Supported(t.Context())
	if err != nil || !strings.HasPrefix(name, "dunst") {
		t.Fatalf("got %q, %v; want dunst", name, err)
	}
	clicked := make(chan struct{}, 1)
	n := New(table(), func() { clicked <- struct{}{} })
	n.Show(CheckDone)
	first := next(t, calls)
	if app, sentence, body := first.Body[0], first.Body[3], first.Body[4]; app != "Opora" || sentence != table()[CheckDone] || body != "" {
		t.Errorf("got %q, %q, %q; want Opora with the sentence of the kind only", app, sentence, body)
	}
	hints := first.Body[6].(map[string]dbus.Variant)
	for hint, want := range map[string]any{"urgency": byte(0), "suppress-sound": true, "transient": true} {
		if got := hints[hint].Value(); got != want {
			t.Errorf("%s: got %v, want %v", hint, got, want)
		}
	}
	if hints["sound-name"].Value() != nil || hints["sound-file"].Value() != nil {
		t.Error("it makes a sound")
	}

	displayed(t, 1)
	dunstctl(t, "action", "0")
	select {
	case <-clicked:
	case <-time.After(5 * time.Second):
		t.Error("the click did not arrive")
	}

	dunstctl(t, "close-all")

	// A second one takes the place of the first.
	show, done := native(func() {})
	defer done()
	for range 2 {
		if err := show(t.Context(), table()[CheckFailed]); err != nil {
			t.Fatal(err)
		}
	}
	if id := next(t, calls).Body[1]; id != uint32(0) {
		t.Errorf("the first replaces %v; want nothing", id)
	}
	if id := next(t, calls).Body[1]; id == uint32(0) {
		t.Error("the second replaces nothing; want the first")
	}
	displayed(t, 1)
	dunstctl(t, "close-all")
	var history struct {
		Data [][]struct {
			Appname, Summary struct{ Data string }
		}
	}
	if err := json.Unmarshal([]byte(dunstctl(t, "history")), &history); err != nil {
		t.Fatal(err)
	}
	if len(history.Data) == 0 || len(history.Data[0]) == 0 {
		t.Fatal("dunst remembers no notification")
	}
	for _, entry := range history.Data[0] {
		if entry.Appname.Data != "Opora" || !strings.HasPrefix(entry.Summary.Data, "Проверка закончена") {
			t.Errorf("dunst showed %+v", entry)
		}
	}
	n.Close()
	done()
	goleak.VerifyNone(t, known)
}

func TestNobodyThere(t *testing.T) {
	t.Run("no service", func(t *testing.T) {
		displaytest.StartBus(t)
		if _, err := Supported(t.Context()); err == nil {
			t.Error("got no error without a service")
		}
		show, done := native(func() {})
		defer done()
		if err := show(t.Context(), table()[CheckDone]); err == nil {
			t.Error("got no error without a service")
		}
	})
	t.Run("no bus", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
		if _, err := Supported(t.Context()); err == nil {
			t.Error("got no error without a bus")
		}
	})
}

func startDunst(t *testing.T) {
	t.Helper()
	dunst := exec.Command("dunst", "-conf", "/dev/null")
	if err := dunst.Start(); err != nil {
		t.Fatalf("dunst does not start (Debian package dunst): %v", err)
	}
	t.Cleanup(func() {
		_ = dunst.Process.Kill()
		_ = dunst.Wait()
	})
	eventually(t, "dunst to answer", func() bool {
		_, err := Supported(context.Background())
		return err == nil
	})
}

// displayed waits until dunst shows a number of notifications.
func displayed(t *testing.T, want int) {
	t.Helper()
	eventually(t, "dunst to show it", func() bool {
		return strings.Contains(dunstctl(t, "count"), "Currently displayed: "+string(rune('0'+want)))
	})
}

func dunstctl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("dunstctl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dunstctl %v: %v: %s", args, err, out)
	}
	return string(out)
}

// monitor gives every Notify call that crosses the bus.
func monitor(t *testing.T) <-chan *dbus.Message {
	t.Helper()
	conn, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	rules := []string{"type='method_call',interface='" + service + "',member='Notify'"}
	if err := conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, rules, uint32(0)).Err; err != nil {
		t.Fatal(err)
	}
	calls := make(chan *dbus.Message, 100)
	conn.Eavesdrop(calls)
	return calls
}

func next(t *testing.T, calls <-chan *dbus.Message) *dbus.Message {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		select {
		case m := <-calls:
			if m.Type == dbus.TypeMethodCall && len(m.Body) == 8 {
				return m
			}
		case <-deadline:
			t.Fatal("no notification crossed the bus")
		}
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}
