package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
)

// screen reads what is on the display. Xvfb keeps it in the format of xwd: a
// header of 32-bit numbers, a table of colours, then the pixels.
func (d *desktop) screen() (*image.NRGBA, error) {
	raw, err := os.ReadFile(filepath.Join(d.dir, "Xvfb_screen0"))
	if err != nil {
		return nil, err
	}
	return decodeXWD(raw)
}

func decodeXWD(raw []byte) (*image.NRGBA, error) {
	const fields = 25
	if len(raw) < fields*4 {
		return nil, errors.New("xwd: too short")
	}
	field := func(i int) int { return int(binary.BigEndian.Uint32(raw[i*4:])) }
	size, version, width, height := field(0), field(1), field(4), field(5)
	bigEndian, bits, line, colours := field(7) == 1, field(11), field(12), field(19)
	if version != 7 || bits != 32 {
		return nil, fmt.Errorf("xwd: version %d with %d bits a pixel", version, bits)
	}
	start := size + colours*12
	if width <= 0 || height <= 0 || line < width*4 || start < 0 || start > len(raw) || (len(raw)-start)/line < height {
		return nil, errors.New("xwd: sizes that do not fit")
	}
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		row := raw[start+y*line:]
		for x := range width {
			b, g, r := row[x*4], row[x*4+1], row[x*4+2]
			if bigEndian {
				r, g, b = row[x*4+1], row[x*4+2], row[x*4+3]
			}
			img.SetNRGBA(x, y, color.NRGBA{r, g, b, 255})
		}
	}
	return img, nil
}

// painted tells a page from an empty window: more than a few colours, and none
// that covers nearly everything.
func painted(img *image.NRGBA) bool {
	counts := map[color.NRGBA]int{}
	most := 0
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := img.NRGBAAt(x, y)
			counts[c]++
			most = max(most, counts[c])
		}
	}
	return len(counts) >= 16 && float64(most) < 0.99*float64(bounds.Dx()*bounds.Dy())
}

// difference is the part of the pixels that differ between two pictures, from
// 0 to 1; pictures of different size differ wholly.
func difference(a, b *image.NRGBA) float64 {
	if a == nil || b == nil || a.Bounds().Size() != b.Bounds().Size() {
		return 1
	}
	size := a.Bounds().Size()
	changed := 0
	for y := range size.Y {
		for x := range size.X {
			if a.NRGBAAt(a.Rect.Min.X+x, a.Rect.Min.Y+y) != b.NRGBAAt(b.Rect.Min.X+x, b.Rect.Min.Y+y) {
				changed++
			}
		}
	}
	return float64(changed) / float64(size.X*size.Y)
}

func savePNG(path string, img image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(file, img), file.Close())
}
