package knowledge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"opora/backend/opora"
)

func drawn(width, height int) image.Image {
	made := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			made.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 0xff})
		}
	}
	return made
}

func asPNG(t testing.TB, made image.Image) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := png.Encode(&data, made); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func asJPEG(t testing.TB, made image.Image) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := jpeg.Encode(&data, made, nil); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func asGIF(t testing.TB, made image.Image) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := gif.Encode(&data, made, nil); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// chunk is a part of a PNG.
func chunk(kind, text string) []byte {
	part := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	part = append(append(part, kind...), text...)
	return binary.BigEndian.AppendUint32(part, crc32.ChecksumIEEE(part[4:]))
}

// TestImagesAreNew sees that nothing of the bytes that came is in what is kept.
func TestImagesAreNew(t *testing.T) {
	const payload = `<script>window.__canary()</script>`
	plain := asPNG(t, drawn(40, 30))
	withText := append(append(bytes.Clone(plain[:33]), chunk("tEXt", "Comment\x00"+payload)...), plain[33:]...)
	photo := asJPEG(t, drawn(40, 30))
	withComment := append(append(bytes.Clone(photo[:2]), append([]byte{0xff, 0xfe, 0, byte(2 + len(payload))}, payload...)...), photo[2:]...)
	for name, raw := range map[string][]byte{
		"PNG with text": withText, "PNG and more": append(bytes.Clone(plain), payload...), "JPEG with a comment": withComment, "JPEG and more": append(bytes.Clone(photo), payload...),
		"GIF and more": append(asGIF(t, drawn(40, 30)), payload...), "PNG that is a zip": append(bytes.Clone(plain), "PK\x03\x04"+payload...),
	} {
		made, err := new(encoder).encode(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(made.image.Data, []byte("canary")) || bytes.Contains(made.image.Data, []byte("PK\x03\x04")) || bytes.Equal(made.image.Data, raw) {
			t.Errorf("%s: what came is in what is kept", name)
		}
		decoded, _, err := image.Decode(bytes.NewReader(made.image.Data))
		if err != nil || decoded.Bounds().Dx() != 40 || made.width != 40 || made.height != 30 || len(made.image.ID) != 64 {
			t.Errorf("%s: %v, %d×%d", name, err, made.width, made.height)
		}
	}
}

func TestImageLooksTheSame(t *testing.T) {
	few := image.NewNRGBA(image.Rect(3, 5, 23, 25)) // few colours, not from zero on
	for y := 5; y < 25; y++ {
		for x := 3; x < 23; x++ {
			few.Set(x, y, color.NRGBA{uint8(x / 8 * 50), uint8(y / 8 * 50), 7, 0xff})
		}
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	clear.Set(3, 3, color.NRGBA{1, 2, 3, 100})
	for name, before := range map[string]image.Image{"many colours": drawn(50, 40), "few colours": few, "see-through": clear} {
		made, err := new(encoder).encode(asPNG(t, before))
		if err != nil {
			t.Fatal(err)
		}
		after, err := png.Decode(bytes.NewReader(made.image.Data))
		if err != nil {
			t.Fatal(err)
		}
		for y := range after.Bounds().Dy() {
			for x := range after.Bounds().Dx() {
				r1, g1, b1, a1 := before.At(before.Bounds().Min.X+x, before.Bounds().Min.Y+y).RGBA()
				if r2, g2, b2, a2 := after.At(x, y).RGBA(); r1 != r2 || g1 != g2 || b1 != b2 || a1 != a2 {
					t.Fatalf("%s: another colour at %d, %d", name, x, y)
				}
			}
		}
	}
	wide, err := new(encoder).encode(asPNG(t, drawn(2*maxWidth, 100)))
	if err != nil || wide.width != maxWidth || wide.height != 50 {
		t.Errorf("a wide image: %d×%d, %v", wide.width, wide.height, err)
	}
}

// TestImageBombs sees that a small file does not take much memory.
func TestImageBombs(t *testing.T) {
	head := func(width, height uint32, depth, kind byte) []byte {
		var size []byte
		size = binary.BigEndian.AppendUint32(size, width)
		size = append(binary.BigEndian.AppendUint32(size, height), depth, kind, 0, 0, 0)
		return append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(size))...), chunk("IDAT", "x\x9c")...)
	}
	gifHead := func(width, height uint16) []byte {
		raw := binary.LittleEndian.AppendUint16([]byte("GIF89a"), width)
		return append(binary.LittleEndian.AppendUint16(raw, height), 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x2c)
	}
	progressiveHead := []byte("\xff\xd8\xff\xc2\x00\x11\x08\x0f\xff\x0f\xff\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00")
	extended := append([]byte("RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), 9, 0, 0, 9, 0, 0)
	extended = append(extended, "VP8L\x10\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	tests := map[string]struct {
		raw  []byte
		want opora.Code
	}{
		"100,000 square":           {head(100_000, 100_000, 8, 6), opora.SourceTooLarge},
		"one pixel high":           {head(1<<31-1, 1, 8, 2), opora.SourceTooLarge},
		"large, 16 bits":           {head(30_000, 30_000, 16, 6), opora.SourceTooLarge},
		"GIF":                      {gifHead(65535, 65535), opora.SourceTooLarge},
		"progressive JPEG":         {progressiveHead, opora.SourceTooLarge},
		"WebP larger than it says": {extended, opora.SourceTooLarge},
		"nothing":                  {nil, opora.ImageUnreadable},
		"SVG":                      {[]byte(`<svg onload="window.__canary()"/>`), opora.ImageUnreadable},
		"half a PNG":               {asPNG(t, drawn(100, 100))[:200], opora.ImageUnreadable},
		"long":                     {make([]byte, maxImageBytes+1), opora.SourceTooLarge},
		"nothing in it":            {head(0, 10, 8, 6), opora.ImageUnreadable},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, test := range tests {
		if made, err := new(encoder).encode(test.raw); !errors.Is(err, test.want) {
			t.Errorf("%s: %d×%d, %v; want %v", name, made.width, made.height, err, test.want)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("took %d MiB", used>>20)
	}
}

// TestPictures imports a page with pictures, and sees that one that is used
// twice is kept once, and that one that is changed changes its page.
func TestPictures(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.md", "# A\n\n![one](img/one.png) ![two](/img/two.jpg?x=1) ![out](../out.png) ![none](none.png)\n")
	write(t, dir, "b.md", "# B\n\n![again](img/copy.png)\n")
	write(t, dir, "img/one.png", string(asPNG(t, drawn(10, 10))))
	write(t, dir, "img/copy.png", string(asPNG(t, drawn(10, 10))))
	write(t, dir, "static/img/two.jpg", string(asJPEG(t, drawn(20, 10))))
	write(t, dir, "img/bad.png", "no")
	write(t, dir, "sub/d.md", "![one](../img/one.png) ![own](own.png)\n")
	write(t, dir, "sub/own.png", string(asPNG(t, drawn(10, 10))))
	write(t, dir, "c.md", "# C\n\n![bad](img/bad.png)\n")
	shelf := &memory{}
	report, err := importOf(t, shelf, opora.SourceFolder, dir)
	if err != nil || report.Images != 2 || len(shelf.Images) != 2 || report.SkippedOf != 1 || report.Skipped[0] != (opora.Skipped{Path: "img/bad.png", Why: opora.ImageUnreadable}) {
		t.Errorf("got %+v, %v, %d images", report, err, len(shelf.Images))
	}
	if got := sketch(shelf.Pages["a.md"].Nodes); strings.Count(got, "img=") != 2 || !strings.Contains(got, `" out none"`) {
		t.Errorf("got %s", got)
	}
	if got := sketch(shelf.Pages["sub/d.md"].Nodes); strings.Count(got, "img=") != 2 {
		t.Errorf("got %s", got)
	}
	if got := sketch(shelf.Pages["c.md"].Nodes); got != `h1=c("C") p("bad")` {
		t.Errorf("got %s", got)
	}
	write(t, dir, "img/copy.png", string(asPNG(t, drawn(11, 10))))
	report, err = importOf(t, shelf, opora.SourceFolder, dir)
	if err != nil || report.Changed != 1 || report.Same != 3 || len(shelf.Images) != 3 {
		t.Errorf("after a picture changed: %+v, %v", report, err)
	}
}
