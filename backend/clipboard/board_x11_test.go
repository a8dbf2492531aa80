//go:build linux

package clipboard

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/clipboard/displaytest"
	"opora/backend/opora"
)

// canary is a password as people have them; no test prints it.
const canary = "пароль-Ω&'\"@ 9f3a "

func TestSecretIsMarkedAndTakenBack(t *testing.T) {
	start(t)
	c := &Clipboard{ClearAfter: 700 * time.Millisecond}
	defer c.Close()

	after, err := c.CopySecret(opora.NewSecret(canary))
	if err != nil || after != c.ClearAfter {
		t.Fatalf("got %v, %v; want %v", after, err, c.ClearAfter)
	}
	targets := strings.Fields(paste(t, "clipboard", "TARGETS"))
	for _, want := range []string{hint, "UTF8_STRING", "TARGETS", "TIMESTAMP"} {
		if !slices.Contains(targets, want) {
			t.Errorf("targets %v; want %s among them", targets, want)
		}
	}
	if slices.Contains(targets, "STRING") {
		t.Error("Cyrillic offered as STRING, which is Latin-1")
	}
	if got := paste(t, "clipboard", hint); got != "secret" {
		t.Errorf("the hint says %q; want secret", got)
	}
	if paste(t, "clipboard", "UTF8_STRING") != canary {
		t.Error("another text than the secret is pasted")
	}
	if got := paste(t, "primary", "UTF8_STRING"); got != "" {
		t.Error("the secret is in PRIMARY too")
	}

	time.Sleep(c.ClearAfter + 300*time.Millisecond)
	if paste(t, "clipboard", "UTF8_STRING") != "" {
		t.Error("the secret is still there")
	}
}

func TestPlainTextIsNotMarkedAndStays(t *testing.T) {
	start(t)
	c := &Clipboard{ClearAfter: 200 * time.Millisecond}
	defer c.Close()

	if _, err := c.CopySecret(opora.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	if err := c.Copy("anna"); err != nil {
		t.Fatal(err)
	}
	if targets := paste(t, "clipboard", "TARGETS"); strings.Contains(targets, hint) {
		t.Errorf("targets %q; want no hint", targets)
	}
	time.Sleep(2 * c.ClearAfter)
	if got := paste(t, "clipboard", "STRING"); got != "anna" {
		t.Errorf("got %q after the secret's time; want anna", got)
	}
}

func TestForeignTextStays(t *testing.T) {
	for name, end := range map[string]func(*Clipboard){
		"when the time is over": func(c *Clipboard) { time.Sleep(2 * c.ClearAfter) },
		"at the end":            (*Clipboard).Close,
	} {
		t.Run(name, func(t *testing.T) {
			start(t)
			c := &Clipboard{ClearAfter: 300 * time.Millisecond}
			defer c.Close()
			if _, err := c.CopySecret(opora.NewSecret(canary)); err != nil {
				t.Fatal(err)
			}
			foreign := exec.Command("xclip", "-selection", "clipboard")
			foreign.Stdin = strings.NewReader("another program's")
			if err := foreign.Run(); err != nil {
				t.Fatal(err)
			}
			end(c)
			if got := paste(t, "clipboard", "UTF8_STRING"); got != "another program's" {
				t.Errorf("got %q; want the other program's text", got)
			}
		})
	}
}

func TestCloseTakesTheSecretBack(t *testing.T) {
	start(t)
	c := &Clipboard{}
	if after, err := c.CopySecret(opora.NewSecret(canary)); err != nil || after != 30*time.Second {
		t.Fatalf("got %v, %v; want 30s", after, err)
	}
	c.Close()
	if paste(t, "clipboard", "UTF8_STRING") != "" {
		t.Error("the secret is still there")
	}
}

func TestLargeTextIsWhole(t *testing.T) {
	start(t)
	c := &Clipboard{}
	defer c.Close()
	text := strings.Repeat("0123456789", MaxText/10)
	if err := c.Copy(text); err != nil {
		t.Fatal(err)
	}
	if got := paste(t, "clipboard", "UTF8_STRING"); got != text {
		t.Errorf("got %d bytes; want the %d copied", len(got), len(text))
	}
}

func TestNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	c := &Clipboard{}
	if _, err := c.CopySecret(opora.NewSecret(canary)); opora.ClipboardFailed != codeOf(err) || strings.Contains(err.Error(), canary) {
		t.Error("want ClipboardFailed without the secret in it")
	}
	c.Close()
}

// start gives the test a display, and sees to it that nothing of the
// clipboard lives on after it.
func start(t *testing.T) {
	t.Helper()
	displaytest.Program(t, "xclip", "xclip")
	displaytest.Start(t)
	known := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, known) })
}

// paste reads a selection as another program; "" when nobody has it.
func paste(t *testing.T, selection, target string) string {
	t.Helper()
	out, _ := exec.Command("xclip", "-out", "-selection", selection, "-target", target).Output()
	return string(out)
}
