package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"opora/backend/opora"
)

// What an image may be.
const (
	maxImageBytes  = 5 << 20
	maxPixels      = 20_000_000
	maxProgressive = 8_000_000 // decoding these takes five times the memory
	maxWidth       = 1600
	largePixels    = 2_000_000 // one at a time from here on
)

// picture is an image encoded anew, and its size.
type picture struct {
	image         opora.Image
	width, height int
}

// encoder encodes images anew, so that nothing of the bytes that came is ever
// shown: not what stands behind the picture, not what stands beside it.
type encoder struct{ large sync.Mutex }

func (e *encoder) encode(raw []byte) (picture, error) {
	if len(raw) > maxImageBytes {
		return picture{}, opora.SourceTooLarge
	}
	decode, config, err := decoderOf(raw)
	if err != nil {
		return picture{}, fmt.Errorf("%w: %w", opora.ImageUnreadable, err)
	}
	pixels := config.Width * config.Height
	if config.Width < 1 || config.Height < 1 || config.Width > maxPixels || config.Height > maxPixels || pixels > maxPixels {
		return picture{}, opora.SourceTooLarge
	}
	if pixels > largePixels {
		e.large.Lock()
		defer e.large.Unlock()
	}
	decoded, err := decode(bytes.NewReader(raw))
	if err != nil {
		return picture{}, fmt.Errorf("%w: %w", opora.ImageUnreadable, err)
	}
	bounds := decoded.Bounds()
	if bounds.Empty() || bounds.Dx()*bounds.Dy() > maxPixels {
		return picture{}, opora.ImageUnreadable
	}
	if bounds.Dx() > maxWidth {
		scaled := image.NewRGBA(image.Rect(0, 0, maxWidth, max(1, bounds.Dy()*maxWidth/bounds.Dx())))
		draw.ApproxBiLinear.Scale(scaled, scaled.Bounds(), fast(decoded), bounds, draw.Src, nil)
		decoded = scaled
	}
	return written(decoded, bytes.HasPrefix(raw, []byte("\xff\xd8")))
}

// fast gives an image in a form that is scaled quickly: others are asked for
// each of their pixels as an interface.
func fast(decoded image.Image) image.Image {
	switch decoded.(type) {
	case *image.RGBA, *image.NRGBA, *image.YCbCr, *image.Gray:
		return decoded
	}
	plain := image.NewRGBA(decoded.Bounds())
	draw.Draw(plain, plain.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	return plain
}

// fewColours gives a picture of at most 256 colours as a palette and numbers,
// as most pictures of screens can be: that is smaller, and quick to write.
func fewColours(decoded image.Image) image.Image {
	bounds := decoded.Bounds()
	var pixels []byte
	var stride int
	opaque := false
	switch i := decoded.(type) {
	case *image.RGBA:
		pixels, stride, opaque = i.Pix, i.Stride, i.Opaque()
	case *image.NRGBA:
		pixels, stride, opaque = i.Pix, i.Stride, i.Opaque()
	}
	if !opaque {
		return decoded
	}
	few := image.NewPaletted(bounds, nil)
	numbers := map[[3]byte]uint8{}
	var before [3]byte
	number, known := uint8(0), false
	for y := range bounds.Dy() {
		row := pixels[y*stride:]
		for x := range bounds.Dx() {
			colour := [3]byte(row[4*x:])
			if !known || colour != before {
				if number, known = numbers[colour]; !known {
					if len(few.Palette) == 256 {
						return decoded
					}
					number, known = uint8(len(few.Palette)), true
					numbers[colour] = number
					few.Palette = append(few.Palette, color.RGBA{colour[0], colour[1], colour[2], 0xff})
				}
				before = colour
			}
			few.Pix[y*few.Stride+x] = number
		}
	}
	return few
}

func written(decoded image.Image, photo bool) (picture, error) {
	var data bytes.Buffer
	made := opora.Image{MIME: "image/png"}
	var err error
	if photo {
		made.MIME = "image/jpeg"
		err = jpeg.Encode(&data, decoded, &jpeg.Options{Quality: 85})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&data, fewColours(decoded))
	}
	if err != nil {
		return picture{}, fmt.Errorf("%w: %w", opora.ImageUnreadable, err)
	}
	sum := sha256.Sum256(data.Bytes())
	made.ID, made.Data = hex.EncodeToString(sum[:]), data.Bytes()
	return picture{made, decoded.Bounds().Dx(), decoded.Bounds().Dy()}, nil
}

// decoderOf chooses the decoder by what the bytes begin with, and reads the
// size, before anything large is made.
func decoderOf(raw []byte) (func(io.Reader) (image.Image, error), image.Config, error) {
	from := bytes.NewReader(raw)
	switch {
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		config, err := png.DecodeConfig(from)
		return png.Decode, config, err
	case bytes.HasPrefix(raw, []byte("\xff\xd8")):
		config, err := jpeg.DecodeConfig(from)
		if err == nil && progressive(raw) && config.Width*config.Height > maxProgressive {
			return nil, config, opora.SourceTooLarge
		}
		return jpeg.Decode, config, err
	case bytes.HasPrefix(raw, []byte("GIF8")):
		config, err := gif.DecodeConfig(from)
		return gif.Decode, config, err
	case bytes.HasPrefix(raw, []byte("RIFF")) && len(raw) > 16 && string(raw[8:12]) == "WEBP":
		if webpPixels(raw) > maxPixels {
			return nil, image.Config{}, opora.SourceTooLarge
		}
		config, err := webp.DecodeConfig(from)
		return webp.Decode, config, err
	}
	return nil, image.Config{}, image.ErrFormat
}

// progressive reports whether a JPEG keeps its coefficients until the end.
func progressive(raw []byte) bool {
	for at := 2; at+4 <= len(raw); {
		if raw[at] != 0xff {
			at++
			continue
		}
		marker := raw[at+1]
		switch {
		case marker == 0xc2:
			return true
		case marker == 0xda || marker == 0xc0 || marker == 0xc1:
			return false
		case marker == 0xff || marker == 0 || marker >= 0xd0 && marker <= 0xd9:
			at++
			continue
		}
		at += 2 + int(binary.BigEndian.Uint16(raw[at+2:]))
	}
	return true // nobody knows
}

// webpPixels is the largest size that any part of a WebP file speaks of: the
// frame within may be larger than what its head says.
func webpPixels(raw []byte) int {
	most := 0
	for at := 12; at+8 <= len(raw); {
		length := int(binary.LittleEndian.Uint32(raw[at+4:]))
		part := raw[at+8:]
		width, height := 0, 0
		switch string(raw[at : at+4]) {
		case "VP8X":
			if len(part) >= 10 {
				width = 1 + int(part[4]) + int(part[5])<<8 + int(part[6])<<16
				height = 1 + int(part[7]) + int(part[8])<<8 + int(part[9])<<16
			}
		case "VP8 ":
			if len(part) >= 10 {
				width = int(binary.LittleEndian.Uint16(part[6:])) & 0x3fff
				height = int(binary.LittleEndian.Uint16(part[8:])) & 0x3fff
			}
		case "VP8L":
			if len(part) >= 5 {
				bits := binary.LittleEndian.Uint32(part[1:])
				width, height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
			}
		}
		most = max(most, width*height)
		if length < 0 || length > len(part) {
			break
		}
		at += 8 + length + length&1
	}
	return most
}
