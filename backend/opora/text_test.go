package opora

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// hidden are characters that do not show, or that change how others show.
var hidden = []rune{
	0, 0x07, 0x08, 0x0b, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0xad, 0x34f, 0x600, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e,
	0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2061, 0x2064, 0x2065,
	0x2066, 0x2067, 0x2068, 0x2069, 0x206a, 0x206f, 0x2800, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffb, 0xe000, 0xfffe,
	0x1d159, 0x1d173, 0xe0001, 0xe0041, 0xe0100, 0xf0000, 0x10ffff,
}

// shown fails when a text has anything in it that an operator would not see.
func shown(t interface{ Errorf(string, ...any) }, text string) {
	if n := utf8.RuneCountInString(text); n > MaxVisible {
		t.Errorf("%d runes, want at most %d", n, MaxVisible)
	}
	if !utf8.ValidString(text) || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
		t.Errorf("not one tidy line of UTF-8: %q", text)
	}
	marks := 0
	for _, r := range text {
		if r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			t.Errorf("%U shows through in %q", r, text)
		}
		for _, h := range hidden {
			if r == h {
				t.Errorf("%U shows through in %q", r, text)
			}
		}
		if marks++; !unicode.Is(unicode.Mn, r) {
			marks = 0
		}
		if marks > maxMarks {
			t.Errorf("a tower of marks in %q", text)
		}
	}
}

// TestVisibleTable holds texts that servers would send to mislead a reader (R25).
func TestVisibleTable(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[31mred\x1b[0m":               "�[31mred�[0m",
		"\x1b]0;title\x07":                 "�]0;title�",
		"user\u202etxt.exe":                "user�txt.exe",
		"pay\u200bpal":                     "pay�pal",
		"a\u3164b\u2800c":                  "a�b�c",
		"one\r\ntwo\u2028three\u0085four":  "one two three four",
		"  \t lead and trail \n":           "lead and trail",
		"e" + strings.Repeat("\u0301", 50): "e" + strings.Repeat("\u0301", maxMarks),
		"❤\ufe0f вход":                     "❤ вход",
		"bad \xff\xfe utf":                 "bad �� utf",
		"<script>alert(1)</script>":        "<script>alert(1)</script>", // data: whoever shows it shows it as text
		"Пароль неверен":                   "Пароль неверен",
		strings.Repeat("я", MaxVisible):    strings.Repeat("я", MaxVisible),
		strings.Repeat("я", MaxVisible+1):  strings.Repeat("я", MaxVisible-1) + "…",
		strings.Repeat("я ", MaxVisible):   strings.Repeat("я ", MaxVisible/2-1) + "я…",
		"":                                 "", "\u200b": "�", " \n": "",
	} {
		got := Visible(text)
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		shown(t, got)
	}
	for _, r := range hidden {
		got := Visible("a" + string(r) + "b")
		shown(t, got)
		if !strings.HasPrefix(got, "a") || !strings.HasSuffix(got, "b") {
			t.Errorf("%U: got %q", r, got)
		}
	}
}

// TestVisibleAnything mixes everything with everything.
func TestVisibleAnything(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom(hidden)), rapid.StringOf(rapid.Rune()),
		rapid.SampledFrom([]string{"\xff", "\xc3\x28", "\x1b[2J", "e\u0301\u0301\u0301\u0301\u0301\u0301", strings.Repeat("long ", 200)}))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		got := Visible(text)
		shown(t, got)
		if again := Visible(got); again != got {
			t.Errorf("a second time %q becomes %q", got, again)
		}
	})
}

// TestScrubFolded: a page shows a secret with its white space folded.
func TestScrubFolded(t *testing.T) {
	s := NewSecret("two  spaces\tand a tab")
	if got := s.Scrub("wrong password: two spaces and a tab"); strings.Contains(got, "spaces") {
		t.Errorf("got %q", got)
	}
}
