//go:build smoke

package window

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"opora/backend/clipboard/displaytest"
)

// TestSmokePicture: a picture of an article that was imported from the command
// line is seen in the window, found and opened by keyboard alone.
func TestSmokePicture(t *testing.T) {
	path := compile(t, "opora/app")
	own(t)
	displaytest.StartBus(t)
	s := startScreen(t)
	startManager(t, s)

	docs := t.TempDir()
	ink := color.NRGBA{R: 0xd0, G: 0x10, B: 0xd0, A: 0xff} // no colour of the page's own
	picture := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for i := 0; i < len(picture.Pix); i += 4 {
		copy(picture.Pix[i:], []byte{ink.R, ink.G, ink.B, ink.A})
	}
	file, err := os.Create(filepath.Join(docs, "ink.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, picture); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docs, "a.md"), []byte("# Zebra\n\n![ink](ink.png)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, "kb", "import", docs).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	start(t, path)
	s.awaitWindow(t)
	s.usable(t)
	eventually(t, "the picture", 30*time.Second, func() bool {
		press(t, "ctrl+k") // all of it again where the page was not ready for it
		if out, err := exec.Command("xdotool", "type", "--delay", "60", "zebra").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		time.Sleep(500 * time.Millisecond)
		press(t, "Return")
		time.Sleep(time.Second)
		press(t, "Escape")
		seen := 0
		for screen, i := s.picture(t), 0; i < len(screen.Pix); i += 4 {
			if screen.Pix[i] == ink.R && screen.Pix[i+1] == ink.G && screen.Pix[i+2] == ink.B {
				seen++
			}
		}
		return seen > 15_000
	})
}
