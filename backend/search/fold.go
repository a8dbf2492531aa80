package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestForm is where a run of letters without an end (base64, a hash) is cut.
const longestForm = 64

// scanner reads the words of a text: runs of letters and digits, folded so
// that what people take for the same is the same: case, ё, accents, widths.
type scanner struct {
	text       string
	form       []byte // of the word found, valid until the next call
	start, end int    // where it stands in text
	at         int
}

// next finds the next word.
func (s *scanner) next() bool {
	s.form = s.form[:0]
	for s.at < len(s.text) {
		c := s.text[s.at]
		if c < utf8.RuneSelf {
			switch {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			case 'A' <= c && c <= 'Z':
				c += 'a' - 'A'
			case c == '\'' && s.joins(1):
				s.at++
				continue
			default:
				s.at++
				if len(s.form) > 0 {
					return true
				}
				continue
			}
			s.put(1)
			s.form = append(s.form, c)
		} else if s.rune() {
			return true
		}
		if len(s.form) >= longestForm {
			return true
		}
	}
	return len(s.form) > 0
}

// put notes that a piece of this size belongs to the word.
func (s *scanner) put(size int) {
	if len(s.form) == 0 {
		s.start = s.at
	}
	s.at += size
	s.end = s.at
}

// joins tells an apostrophe within a word from a quotation mark.
func (s *scanner) joins(size int) bool {
	if len(s.form) == 0 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.at+size:])
	return unicode.IsLetter(r)
}

// rune takes in a character that is not ASCII, and reports whether a word ended there.
func (s *scanner) rune() bool {
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	switch {
	case 'а' <= r && r <= 'я':
	case 'А' <= r && r <= 'Я':
		r += 'а' - 'А'
	case r == 'ё' || r == 'Ё':
		r = 'е'
	case (r == '’' || r == 'ʼ') && s.joins(size), unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		s.at += size
		return false
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		s.put(size)
		s.form = appendFolded(s.form, r)
		return false
	default:
		s.at += size
		return len(s.form) > 0
	}
	const breve = "\u0306"
	if r == 'и' && strings.HasPrefix(s.text[s.at+size:], breve) {
		r, size = 'й', size+len(breve) // a letter of its own, unlike и with a mark
	}
	s.put(size)
	s.form = utf8.AppendRune(s.form, r)
	return false
}

func appendFolded(form []byte, r rune) []byte {
	for _, part := range norm.NFKD.String(string(r)) {
		if unicode.IsLetter(part) || unicode.IsDigit(part) {
			form = utf8.AppendRune(form, unicode.ToLower(part))
		}
	}
	return form
}

// forms gives the folded words of a text.
func forms(text string) []string {
	var list []string
	s := scanner{text: text}
	for s.next() {
		list = append(list, string(s.form))
	}
	return list
}
