package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// icons draws everything anew: the program's icon and the tray's. The mark is
// a tick on a base: what was proven, and what it rests on.
func icons(_ context.Context, p *program, _ []string) error {
	window := p.path("app", "window", "icons")
	if err := savePNG(p.path("build", "appicon.png"), appIcon(1024)); err != nil {
		return err
	}
	if err := savePNG(filepath.Join(window, "app.png"), appIcon(256)); err != nil {
		return err
	}
	if err := saveICO(p.path("build", "windows", "icon.ico"), appIcon, 16, 20, 24, 32, 40, 48, 64, 128, 256); err != nil {
		return err
	}
	for _, mark := range marks() {
		for _, panel := range panels() {
			name := filepath.Join(window, "tray-"+mark.name+"-on-"+panel.name)
			draw := func(size int) image.Image { return trayIcon(size, mark, panel) }
			for _, size := range []int{22, 44} {
				if err := savePNG(name+"-"+strconv.Itoa(size)+".png", draw(size)); err != nil {
					return err
				}
			}
			if err := saveICO(name+".ico", draw, 16, 20, 24, 32, 48); err != nil {
				return err
			}
		}
	}
	p.say("drew build/appicon.png, build/windows/icon.ico and app/window/icons")
	return nil
}

// shape is how far a point is outside of something drawn, in a square whose
// side is 1; within, the distance is negative.
type shape func(x, y float64) float64

// mark is one state of the tray. States differ in shape and not in colour
// alone.
type mark struct {
	name   string
	shape  shape
	urgent bool
}

func marks() []mark {
	base := box(0.16, 0.80, 0.84, 0.92, 0.06)
	return []mark{
		{"calm", union(base, tick(0.068)), false},
		{"waiting", union(base, dot(0.24, 0.44, 0.095), dot(0.5, 0.44, 0.095), dot(0.76, 0.44, 0.095)), false},
		{"failed", union(base, line(0.5, 0.16, 0.5, 0.40, 0.085), dot(0.5, 0.62, 0.085)), true},
	}
}

type panel struct {
	name         string
	calm, urgent color.NRGBA
}

func panels() []panel {
	return []panel{
		{"light", color.NRGBA{0x0f, 0x6b, 0x5c, 255}, color.NRGBA{0xa8, 0x2a, 0x2a, 255}},
		{"dark", color.NRGBA{0xf4, 0xf6, 0xf5, 255}, color.NRGBA{0xff, 0x9a, 0x8f, 255}},
	}
}

func trayIcon(size int, m mark, on panel) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	paint(img, m.shape, choice(m.urgent, on.urgent, on.calm))
	return img
}

func choice(when bool, yes, no color.NRGBA) color.NRGBA {
	if when {
		return yes
	}
	return no
}

func appIcon(size int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	edge, thick := 0.045, 0.058
	if size <= 32 {
		// The smallest sizes have no room for air, and need a bolder line.
		edge, thick = 0, 0.072
	}
	paint(img, box(edge, edge, 1-edge, 1-edge, 0.22), color.NRGBA{0x0f, 0x6b, 0x5c, 255})
	inner := func(s shape) shape {
		const scale = 0.72
		return func(x, y float64) float64 { return scale * s((x-0.5)/scale+0.5, (y-0.47)/scale+0.5) }
	}
	paint(img, inner(union(box(0.12, 0.83, 0.88, 0.83+2*thick, thick), tick(thick*1.15))), color.NRGBA{255, 255, 255, 255})
	return img
}

func tick(thick float64) shape {
	return union(line(0.2, 0.42, 0.42, 0.63, thick), line(0.42, 0.63, 0.8, 0.16, thick))
}

func union(shapes ...shape) shape {
	return func(x, y float64) float64 {
		nearest := math.Inf(1)
		for _, s := range shapes {
			nearest = math.Min(nearest, s(x, y))
		}
		return nearest
	}
}

func dot(cx, cy, radius float64) shape {
	return func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - radius }
}

func line(ax, ay, bx, by, thick float64) shape {
	return func(x, y float64) float64 {
		dx, dy := bx-ax, by-ay
		t := ((x-ax)*dx + (y-ay)*dy) / (dx*dx + dy*dy)
		t = math.Max(0, math.Min(1, t))
		return math.Hypot(x-ax-t*dx, y-ay-t*dy) - thick
	}
}

func box(x0, y0, x1, y1, corner float64) shape {
	return func(x, y float64) float64 {
		dx := math.Abs(x-(x0+x1)/2) - (x1-x0)/2 + corner
		dy := math.Abs(y-(y0+y1)/2) - (y1-y0)/2 + corner
		return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - corner
	}
}

// paint lays a shape over the picture; at its edge a pixel is covered as far
// as the shape reaches into it.
func paint(img *image.NRGBA, s shape, c color.NRGBA) {
	size := float64(img.Rect.Dx())
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			cover := 0.5 - size*s((float64(x)+0.5)/size, (float64(y)+0.5)/size)
			cover = math.Max(0, math.Min(1, cover))
			under := img.NRGBAAt(x, y)
			alpha := cover + float64(under.A)/255*(1-cover)
			if alpha == 0 {
				continue
			}
			mix := func(over, below uint8) uint8 {
				return uint8(math.Round((float64(over)*cover + float64(below)*float64(under.A)/255*(1-cover)) / alpha))
			}
			img.SetNRGBA(x, y, color.NRGBA{mix(c.R, under.R), mix(c.G, under.G), mix(c.B, under.B), uint8(math.Round(alpha * 255))})
		}
	}
}

// saveICO writes Windows' form: small pictures as bitmaps, which every part of
// Windows reads, and the largest as PNG, as Windows itself does.
func saveICO(path string, draw func(int) image.Image, sizes ...int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	text, err := encodeICO(draw, sizes)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

func encodeICO(draw func(int) image.Image, sizes []int) ([]byte, error) {
	const headSize, entrySize = 6, 16
	order := binary.LittleEndian
	head := order.AppendUint16(order.AppendUint16(order.AppendUint16(nil, 0), 1), uint16(len(sizes)))
	var body []byte
	for _, size := range sizes {
		img := draw(size)
		text := bitmap(img)
		if size >= 256 {
			var buf bytes.Buffer
			if err := png.Encode(&buf, img); err != nil {
				return nil, err
			}
			text = buf.Bytes()
		}
		// 256 is written as 0.
		head = append(head, byte(size), byte(size), 0, 0)
		head = order.AppendUint16(order.AppendUint16(head, 1), 32)
		head = order.AppendUint32(order.AppendUint32(head, uint32(len(text))), uint32(headSize+entrySize*len(sizes)+len(body)))
		body = append(body, text...)
	}
	return append(head, body...), nil
}

// bitmap is a picture as an icon file wants it: upside down, and followed by a
// mask of one bit a pixel that has no say where there is transparency.
func bitmap(img image.Image) []byte {
	order := binary.LittleEndian
	size := img.Bounds().Dx()
	text := order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, 40), uint32(size)), uint32(2*size))
	text = order.AppendUint16(order.AppendUint16(text, 1), 32)
	text = append(text, make([]byte, 24)...)
	for y := size - 1; y >= 0; y-- {
		for x := range size {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			text = append(text, c.B, c.G, c.R, c.A)
		}
	}
	return append(text, make([]byte, (size+31)/32*4*size)...)
}
