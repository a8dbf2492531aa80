// Package displaytest gives tests a desktop of their own: an X display and a
// session bus.
package displaytest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Start starts an Xvfb that ends with the test, points DISPLAY at it, and
// hides any Wayland session. It gives the display's name.
func Start(t testing.TB) string {
	t.Helper()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server.ExtraFiles = []*os.File{write}
	err = server.Start()
	write.Close()
	if err != nil {
		t.Fatalf("Xvfb does not start (Debian package xvfb): %v", err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb gives no display: %v", err)
	}
	display := ":" + strings.TrimSpace(number)
	t.Setenv("DISPLAY", display)
	t.Setenv("WAYLAND_DISPLAY", "")
	return display
}

// Program fails the test when a program that it needs is missing.
func Program(t testing.TB, name, debianPackage string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is missing (Debian package %s)", name, debianPackage)
	}
}
