package browser

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// display starts an X server that asks for a key, which only our user may read.
func display(t *testing.T) {
	t.Helper()
	program, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Skip("no Xvfb on this machine")
	}
	key := filepath.Join(t.TempDir(), "key")
	// One entry of an Xauthority file: any host, any number, a name, a key.
	entry := []byte{0xff, 0xff, 0, 0, 0, 0}
	for _, part := range []string{"MIT-MAGIC-COOKIE-1", strings.Repeat("k", 16)} {
		entry = append(binary.BigEndian.AppendUint16(entry, uint16(len(part))), part...)
	}
	if err := os.WriteFile(key, entry, 0o600); err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp", "-auth", key)
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	_ = write.Close()
	text := make([]byte, 16)
	_ = read.SetReadDeadline(time.Now().Add(patience))
	n, err := read.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(string(text[:n])))
	t.Setenv("XAUTHORITY", key)
	t.Setenv("WAYLAND_DISPLAY", "")
}

// TestWindow opens a window as the operator gets it, and closes it as he does.
func TestWindow(t *testing.T) {
	display(t)
	site := newSite(t, map[string]string{"/": "<title>Колос</title><body>here", "/second": "second"})
	b := start(t, Options{Visible: true, Language: "ru,en"})
	ctx := tab(t, b)
	if fault := visit(t, ctx, site.URL); fault != "" {
		t.Fatal(fault)
	}
	if got := ask[bool](t, ctx, "document.visibilityState === 'visible' && window.outerHeight > window.innerHeight"); !got {
		t.Error("the page is not in a window")
	}
	ask[any](t, ctx, `open("/second"); 0`)
	pages := func() int {
		list, err := chromedp.Targets(b.ctx)
		if err != nil {
			return 0
		}
		n := 0
		for _, info := range list {
			if info.Type == "page" {
				n++
			}
		}
		return n
	}
	if !within(5*time.Second, func() bool { return pages() == 2 }) {
		t.Errorf("there are %d pages, want the operator's two", pages())
	}
	list, err := chromedp.Targets(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range list {
		if info.Type == "page" {
			_, _ = chromedp.CallBrowser(b.ctx, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
		}
	}
	select {
	case <-b.Done():
	case <-time.After(10 * time.Second):
		t.Error("the last window is closed, but the browser is not done")
	}
	if what := left(b.profile.dir); what != "" {
		t.Error("left: ", what)
	}
}
