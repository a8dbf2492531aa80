package knowledge

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// decoded gives bytes as UTF-8. The type is what a server said of them, or
// empty. Line ends become line feeds.
func decoded(raw []byte, contentType string) string {
	text := raw
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		text = raw[3:]
	case utf8.Valid(raw): // whatever it says: no other encoding looks like it by chance
	default:
		if converted, err := encodingOf(raw, contentType).NewDecoder().Bytes(raw); err == nil {
			text = converted
		}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // of UTF-16
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD")))
}

func encodingOf(raw []byte, contentType string) encoding.Encoding {
	declared, _, certain := charset.DetermineEncoding(raw, contentType)
	if certain || declared != charmap.Windows1252 {
		return declared
	}
	// Windows-1252 is what is left where nothing is declared. Russian text of
	// that kind is told by its many high bytes, and the two encodings in use by
	// which of them reads as small letters.
	sample := raw[:min(len(raw), 16<<10)]
	high := 0
	for _, b := range sample {
		if b >= 0xc0 {
			high++
		}
	}
	if high*3 < len(sample) {
		return declared
	}
	best, most := encoding.Encoding(declared), 0
	for _, candidate := range []encoding.Encoding{charmap.Windows1251, charmap.KOI8R, charmap.CodePage866} {
		small := 0
		text, _ := candidate.NewDecoder().Bytes(sample)
		for _, r := range string(text) {
			if unicode.Is(unicode.Cyrillic, r) && unicode.IsLower(r) {
				small++
			}
		}
		if small > most {
			best, most = candidate, small
		}
	}
	return best
}

// noText reports whether bytes are no text in any encoding: one in fifty of
// their first ones is a control character, which no text has.
func noText(raw []byte) bool {
	if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) {
		return false // UTF-16
	}
	sample, controls := raw[:min(len(raw), 16<<10)], 0
	for _, b := range sample {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\x1b' {
			controls++
		}
	}
	return controls*50 > len(sample)
}
