//go:build smoke

package window

import (
	"bytes"
	"image"
	"image/color"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"
)

// find gives the window of a title that can be seen, anywhere below the root,
// for a window manager puts frames around windows.
func (s *screen) find(title string) (xproto.Window, bool) {
	return s.below(s.root, title)
}

func (s *screen) below(parent xproto.Window, title string) (xproto.Window, bool) {
	tree, err := xproto.QueryTree(s.conn, parent).Reply()
	if err != nil {
		return 0, false
	}
	for _, child := range tree.Children {
		attributes, err := xproto.GetWindowAttributes(s.conn, child).Reply()
		if err != nil || attributes.MapState != xproto.MapStateViewable {
			continue
		}
		name, err := xproto.GetProperty(s.conn, false, child, xproto.AtomWmName, xproto.GetPropertyTypeAny, 0, 64).Reply()
		protocols := s.atom("WM_PROTOCOLS")
		own, failure := xproto.GetProperty(s.conn, false, child, protocols, xproto.GetPropertyTypeAny, 0, 64).Reply()
		if err == nil && failure == nil && string(name.Value) == title && own.ValueLen > 0 {
			return child, true // a frame may carry the title, but not the protocols
		}
		if found, ok := s.below(child, title); ok {
			return found, true
		}
	}
	return 0, false
}

func (s *screen) atom(name string) xproto.Atom {
	reply, err := xproto.InternAtom(s.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0
	}
	return reply.Atom
}

// close presses the window's close button, by way of the window manager.
func (s *screen) close(t testing.TB, window xproto.Window) {
	t.Helper()
	event := xproto.ClientMessageEvent{
		Format: 32, Window: window, Type: s.atom("_NET_CLOSE_WINDOW"),
		Data: xproto.ClientMessageDataUnionData32New([]uint32{0, 2, 0, 0, 0}),
	}
	const mask = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
	if err := xproto.SendEventChecked(s.conn, false, s.root, mask, string(event.Bytes())).Check(); err != nil {
		t.Fatal(err)
	}
}

// picture is what the screen shows.
func (s *screen) picture(t testing.TB) *image.NRGBA {
	t.Helper()
	size := xproto.Setup(s.conn).DefaultScreen(s.conn)
	width, height := size.WidthInPixels, size.HeightInPixels
	reply, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root), 0, 0, width, height, ^uint32(0)).Reply()
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, int(width), int(height)))
	for i := 0; i+3 < len(reply.Data) && i+3 < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return img
}

func colours(img *image.NRGBA) int {
	seen := map[color.NRGBA]bool{}
	for i := 0; i < len(img.Pix); i += 4 {
		seen[color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], 255}] = true
	}
	return len(seen)
}

// changed is the part of the pixels that differ.
func changed(a, b *image.NRGBA) float64 {
	differ := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			differ++
		}
	}
	return 4 * float64(differ) / float64(len(a.Pix))
}

func eventually(t testing.TB, what string, within time.Duration, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("waited %v in vain for %s", within, what)
}
