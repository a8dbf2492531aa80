//go:build smoke

package window

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"

	"opora/backend/clipboard/displaytest"
)

// The tests below run the binary that operators get, on a display and a bus of
// their own, with a window manager and, but for the last, a tray:
//
//	go test -tags smoke -run Smoke ./app/window
//
// OPORA_BINARY names the binary; without it one is built.

// program is a running Opora.
type program struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error
}

func start(t *testing.T, path string, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(path, args...), ended: make(chan struct{})}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// end waits until the program has ended by itself, with status 0.
func (p *program) end(t *testing.T, within time.Duration) {
	t.Helper()
	select {
	case <-p.ended:
		if p.err != nil {
			t.Errorf("it ended with %v; want status 0", p.err)
		}
	case <-time.After(within):
		t.Errorf("it has not ended after %v", within)
	}
}

func startManager(t *testing.T, s *screen) {
	t.Helper()
	displaytest.Program(t, "openbox", "openbox")
	displaytest.Program(t, "xdotool", "xdotool")
	manager := exec.Command("openbox")
	if err := manager.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = manager.Process.Kill()
		_ = manager.Wait()
	})
	eventually(t, "the window manager", 10*time.Second, func() bool {
		check, err := xproto.GetProperty(s.conn, false, s.root, s.atom("_NET_SUPPORTING_WM_CHECK"), xproto.GetPropertyTypeAny, 0, 1).Reply()
		return err == nil && check.ValueLen > 0
	})
}

func TestSmoke(t *testing.T) {
	path := compile(t, "opora/app")
	own(t)
	displaytest.StartBus(t)
	s := startScreen(t)
	startManager(t, s)
	startPanel(t)

	p := start(t, path)
	s.awaitWindow(t)
	before := s.usable(t)

	t.Run("keyboard", func(t *testing.T) {
		press(t, "alt+2")
		eventually(t, "another page", 10*time.Second, func() bool { return changed(before, s.picture(t)) > 0.002 })
		press(t, "alt+1")
	})
	t.Run("no listener", func(t *testing.T) { listensNowhere(t, p.cmd.Process.Pid) })
	t.Run("no dumps", func(t *testing.T) {
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.cmd.Process.Pid))
		if err != nil || !strings.Contains(string(limits), "Max core file size        0                    0") {
			t.Errorf("core dumps are possible: %v", err)
		}
	})
	t.Run("close hides, second start shows", func(t *testing.T) {
		for range 2 {
			window, _ := s.find("Opora")
			s.close(t, window)
			eventually(t, "the window to hide", 10*time.Second, func() bool { _, seen := s.find("Opora"); return !seen })
			select {
			case <-p.ended:
				t.Fatal("closing ended the program, although there is a tray")
			default:
			}
			start(t, path).end(t, 5*time.Second)
			s.awaitWindow(t)
		}
	})
	t.Run("files", func(t *testing.T) { ownersOnly(t, os.Getenv("OPORA_DATA")) })

	window, _ := s.find("Opora")
	xdotool(t, "windowsize", id(window), "1000", "650")
	xdotool(t, "windowmove", id(window), "150", "120")
	time.Sleep(500 * time.Millisecond)
	moved := s.geometry(t, window)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.end(t, 5*time.Second)

	t.Run("place", func(t *testing.T) {
		p := start(t, path)
		s.awaitWindow(t)
		s.usable(t)
		window, _ := s.find("Opora")
		eventually(t, fmt.Sprintf("the window to come back at %v", moved), 5*time.Second, func() bool {
			return s.geometry(t, window) == moved
		})
		_ = p.cmd.Process.Signal(os.Interrupt)
		p.end(t, 5*time.Second)
	})
	t.Run("hidden start", func(t *testing.T) {
		p := start(t, path, "--hidden")
		eventually(t, "the program to listen", 10*time.Second, func() bool {
			_, err := os.Stat(filepath.Join(os.Getenv("OPORA_DATA"), "window.sock"))
			return err == nil
		})
		time.Sleep(2 * time.Second)
		if _, seen := s.find("Opora"); seen {
			t.Error("the window is there, although it was to start hidden")
		}
		start(t, path).end(t, 5*time.Second)
		s.awaitWindow(t)
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.end(t, 5*time.Second)
	})
}

// TestSmokeBare has neither bus, nor tray, nor keyring: closing must end the
// program, and a second start must find the window all the same.
func TestSmokeBare(t *testing.T) {
	path := compile(t, "opora/app")
	own(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	s := startScreen(t)
	startManager(t, s)

	p := start(t, path, "--hidden") // with no tray there would be no way back
	s.awaitWindow(t)
	s.usable(t)
	start(t, path).end(t, 5*time.Second)
	window, _ := s.find("Opora")
	s.close(t, window)
	p.end(t, 5*time.Second)
}

func (s *screen) awaitWindow(t *testing.T) {
	t.Helper()
	eventually(t, "the window", 20*time.Second, func() bool { _, seen := s.find("Opora"); return seen })
}

// usable waits until the page is painted and has come to rest.
func (s *screen) usable(t *testing.T) (before *image.NRGBA) {
	t.Helper()
	window, _ := s.find("Opora")
	xdotool(t, "windowactivate", "--sync", id(window))
	var last *image.NRGBA
	eventually(t, "the page to be painted", 20*time.Second, func() bool {
		now := s.picture(t)
		rest := last != nil && changed(last, now) == 0 && colours(now) > 40
		last = now
		time.Sleep(200 * time.Millisecond)
		return rest
	})
	return last
}

func (s *screen) geometry(t *testing.T, window xproto.Window) [4]int {
	t.Helper()
	size, err := xproto.GetGeometry(s.conn, xproto.Drawable(window)).Reply()
	if err != nil {
		t.Fatal(err)
	}
	at, err := xproto.TranslateCoordinates(s.conn, window, s.root, 0, 0).Reply()
	if err != nil {
		t.Fatal(err)
	}
	return [4]int{int(at.DstX), int(at.DstY), int(size.Width), int(size.Height)}
}

func id(window xproto.Window) string { return strconv.Itoa(int(window)) }

func press(t *testing.T, key string) { t.Helper(); xdotool(t, "key", "--clearmodifiers", key) }

func xdotool(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		t.Fatalf("xdotool %v: %v: %s", args, err, out)
	}
}

// family lists a process and all its descendants.
func family(pid int) []int {
	all := []int{pid}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}

// listensNowhere looks for a TCP socket on which the program, or one that it
// has started, takes connections.
func listensNowhere(t *testing.T, pid int) {
	t.Helper()
	listening := map[string]string{}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a system without IPv6
		}
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if field := strings.Fields(lines.Text()); len(field) > 9 && field[3] == "0A" {
				listening["socket:["+field[9]+"]"] = field[1]
			}
		}
		file.Close()
	}
	seen := 0
	for _, member := range family(pid) {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", member))
		for _, file := range files {
			target, _ := os.Readlink(file)
			if strings.HasPrefix(target, "socket:") {
				seen++
			}
			if address := listening[target]; address != "" {
				t.Errorf("process %d listens on %s", member, address)
			}
		}
	}
	if seen == 0 {
		t.Error("no socket of the program could be looked at") // it has one to the display at least
	}
}

// ownersOnly holds that nobody but the operator may read the data folder.
func ownersOnly(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files++
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("%d files in the data folder, %v", files, err)
	}
}
