package knowledge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"opora/backend/opora"
)

// Bounds of the short fields of an article, in bytes.
const (
	maxTitle  = 300
	maxTag    = 60
	maxAlt    = 500
	maxAnchor = 120
	maxPath   = 1024
)

// silent reports whether a rune steers how others are shown, or is not shown
// itself. Two that join letters stay: Persian and emoji need them.
func silent(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r < 0x7f {
		return r < ' '
	}
	if r == nonJoiner || r == joiner {
		return false
	}
	if r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe {
		return true // never letters
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co)
}

// inert makes a text of one line: no control and no invisible characters, white
// space as single spaces, nothing around it.
func inert(text string) string {
	if plain(text) {
		return text
	}
	var kept strings.Builder
	kept.Grow(len(text))
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = kept.Len() > 0
		case !silent(r):
			if space {
				kept.WriteByte(' ')
				space = false
			}
			kept.WriteRune(r)
		}
	}
	return kept.String()
}

// plain reports whether inert would change nothing, for the common case.
func plain(text string) bool {
	before := byte(' ')
	for i := range len(text) {
		b := text[i]
		if b >= 0x7f || b < ' ' || b == ' ' && before == ' ' {
			return false
		}
		before = b
	}
	return before != ' '
}

// short cuts a text at a limit in bytes, between two letters.
func short(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return strings.TrimRight(text[:limit], " ")
}

// tagsOf tidies tags: each once, no more than a snippet may have.
func tagsOf(raw []string) []string {
	tags := []string{}
	for _, tag := range raw {
		tag = short(inert(tag), maxTag)
		if tag != "" && !slices.Contains(tags, tag) && len(tags) < opora.MaxTags {
			tags = append(tags, tag)
		}
	}
	return tags
}

// language tidies the name of a language that code is written in.
func language(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for i := range len(name) {
		b := name[i]
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && !strings.ContainsRune("+#._-", rune(b)) {
			name = name[:i]
			break
		}
	}
	if len(name) > 30 {
		return ""
	}
	return name
}

// slug makes an anchor of a heading's text, as GitHub does.
func slug(text string) string {
	var kept strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r == ' ' || r == '-':
			kept.WriteByte('-')
		case r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N):
			kept.WriteRune(r)
		}
	}
	return short(kept.String(), maxAnchor)
}

// plainAnchor reports whether an id can be kept as it is.
func plainAnchor(id string) bool {
	if id == "" || len(id) > maxAnchor {
		return false
	}
	for _, r := range id {
		if !strings.ContainsRune("._:-", r) && !unicode.In(r, unicode.L, unicode.M, unicode.N) {
			return false
		}
	}
	return utf8.ValidString(id)
}
