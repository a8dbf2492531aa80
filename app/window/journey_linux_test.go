//go:build smoke

package window

import (
	"bytes"
	"fmt"
	"image"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"opora/app/words"
	"opora/backend/clipboard/displaytest"
	"opora/backend/notify"
	"opora/backend/opora"
)

// TestSmokeHiddenCheck pastes an access, starts its check, closes the window to
// the tray and lets the check end there: one notification must tell of it, the
// tray's icon must change, and the secret must be nowhere outside of memory.
func TestSmokeHiddenCheck(t *testing.T) {
	const canary = "Kanarienvogel-7c1e"
	path := compile(t, "opora/app")
	own(t)
	displaytest.StartBus(t)
	s := startScreen(t)
	startManager(t, s)
	panel := startPanel(t)
	startDunst(t)

	p := start(t, path)
	s.awaitWindow(t)
	before := s.usable(t)
	press(t, "alt+2")
	eventually(t, "the customers", 10*time.Second, func() bool { return changed(before, s.picture(t)) > 0.002 })
	customers := s.usable(t)
	press(t, "alt+1")
	eventually(t, "the accesses", 10*time.Second, func() bool { return changed(customers, s.picture(t)) > 0.002 })
	before = s.usable(t)
	icon := panel.next(t)
	calmIcon := pixels(t, icon)

	server, asked := silentServer(t)
	paste(t, fmt.Sprintf("Сервер: ssh root@127.0.0.1 -p %d\nпароль: %s\n", server.Addr().(*net.TCPAddr).Port, canary))
	press(t, "ctrl+v")
	eventually(t, "the card", 10*time.Second, func() bool { return changed(before, s.picture(t)) > 0.01 })
	accesses := s.usable(t)
	var conn net.Conn
	eventually(t, "the check", 20*time.Second, func() bool {
		press(t, "ctrl+Return") // again where the page was not ready for it
		select {
		case conn = <-asked:
			return true
		case <-time.After(2 * time.Second):
			return false
		}
	})
	paste(t, "nothing")
	nowhere(t, p.cmd.Process.Pid, canary)

	nearer := func(one, other *image.NRGBA) bool {
		now := s.picture(t)
		return changed(one, now) < changed(other, now)
	}
	press(t, "alt+2") // so that the way back to the accesses can be seen
	eventually(t, "the customers", 4*time.Second, func() bool { return nearer(customers, accesses) })
	window, _ := s.find("Opora")
	s.close(t, window)
	eventually(t, "the window to hide", 10*time.Second, func() bool { _, seen := s.find("Opora"); return !seen })
	conn.Close()

	sentence := words.In(opora.English).Say("notification_check_failed")
	eventually(t, "a notification", 15*time.Second, func() bool {
		return strings.Contains(dunstctl(t, "count"), "Currently displayed: 1")
	})
	eventually(t, "another tray icon", 5*time.Second, func() bool { return !bytes.Equal(pixels(t, icon), calmIcon) })
	dunstctl(t, "action", "0")
	s.awaitWindow(t)
	eventually(t, "the calm tray icon", 5*time.Second, func() bool { return bytes.Equal(pixels(t, icon), calmIcon) })
	dunstctl(t, "close-all")
	eventually(t, "the accesses again", 10*time.Second, func() bool { return nearer(accesses, customers) })
	if history := dunstctl(t, "history"); !strings.Contains(history, sentence) || strings.Contains(history, "127.0.0.1") {
		t.Errorf("dunst showed %s; want %q and nothing of the access", history, sentence)
	}
	nowhere(t, p.cmd.Process.Pid, canary)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.end(t, 5*time.Second)
}

// silentServer takes connections and says nothing.
func silentServer(t *testing.T) (net.Listener, <-chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	asked := make(chan net.Conn, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked <- conn
		}
	}()
	return listener, asked
}

// paste puts a text on the clipboard as the customer's chat would.
func paste(t *testing.T, text string) {
	t.Helper()
	displaytest.Program(t, "xclip", "xclip")
	clip := exec.Command("xclip", "-selection", "clipboard")
	clip.Stdin = strings.NewReader(text)
	if err := clip.Run(); err != nil {
		t.Fatal(err)
	}
}

// nowhere holds that a secret is in no argument, environment or file of the
// program and of those that it has started.
func nowhere(t *testing.T, pid int, secret string) {
	t.Helper()
	for _, member := range family(pid) {
		for _, name := range []string{"cmdline", "environ"} {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", member, name))
			if strings.Contains(string(text), secret) {
				t.Errorf("the secret is in the %s of process %d", name, member)
			}
		}
	}
	files := 0
	err := filepath.WalkDir(os.Getenv("HOME"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // some come and go
		}
		text, err := os.ReadFile(path)
		if err == nil {
			files++
		}
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("the secret is in %s", path)
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("looked into %d files: %v", files, err)
	}
}

func startDunst(t *testing.T) {
	t.Helper()
	displaytest.Program(t, "dunst", "dunst")
	dunst := exec.Command("dunst", "-conf", "/dev/null")
	if err := dunst.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = dunst.Process.Kill()
		_ = dunst.Wait()
	})
	eventually(t, "dunst to answer", 10*time.Second, func() bool {
		_, err := notify.Supported(t.Context())
		return err == nil
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
