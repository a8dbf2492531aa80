package displaytest

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
)

// StartBus starts a D-Bus session bus that ends with the test and points
// DBUS_SESSION_BUS_ADDRESS at it. No service of the machine can be found on
// it: only what the test starts answers.
func StartBus(t testing.TB) {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address")
	daemon.Env = append(daemon.Environ(), "XDG_DATA_DIRS="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+t.TempDir())
	out, err := daemon.StdoutPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon does not start (Debian package dbus): %v", err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon gives no address: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
}
