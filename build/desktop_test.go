package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The desktop has a display, a bus and an open keyring, and leaves nothing
// behind, not even what a service started by itself.
func TestDesktopIsWholeAndGoesAway(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("virtual desktops are a thing of Linux")
	}
	p, _ := testProgram(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d, err := p.startDesktop(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.stop()

	img, err := d.screen()
	if err != nil || img.Bounds().Dx() != screenWidth || img.Bounds().Dy() != screenHeight {
		t.Errorf("screen: %v", err)
	}
	if _, err := d.ask(ctx, "xdotool", "getmouselocation"); err != nil {
		t.Errorf("the display does not answer those who have the key: %v", err)
	}
	stranger := exec.Command("xdotool", "getmouselocation")
	stranger.Env = append(append(os.Environ(), d.env...), "XAUTHORITY=/nonexistent", "HOME=/nonexistent")
	if err := stranger.Run(); err == nil {
		t.Error("the display answers whoever comes without its key")
	}
	locked, err := d.ask(ctx, "dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.secrets",
		"/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties.Get",
		"string:org.freedesktop.Secret.Collection", "string:Locked")
	if err != nil || !strings.Contains(locked, "boolean false") {
		t.Errorf("the keyring: %q, %v", locked, err)
	}
	left, err := d.ask(ctx, "sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo started")
	if err != nil || left != "started" {
		t.Fatalf("got %q, %v", left, err)
	}

	d.stop()
	deadline := time.Now().Add(5 * time.Second)
	for len(marked(d.mark)) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("still there: %v", marked(d.mark))
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := os.Stat(d.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
