package search

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
)

// stem gives what the inflected forms of a word have in common. Words with
// digits, of mixed or of other letters stay as they are: they are names and codes.
func stem(form string) string {
	latin, cyrillic := scripts(form)
	if len(form) < 3 || latin == cyrillic {
		return form
	}
	env := snowballstem.NewEnv(form)
	if latin {
		english.Stem(env)
	} else {
		russian.Stem(env)
	}
	return env.Current()
}

// scripts reports whether a form is wholly of Latin or of Russian letters.
func scripts(form string) (latin, cyrillic bool) {
	latin, cyrillic = true, true
	for _, r := range form {
		latin = latin && 'a' <= r && r <= 'z'
		cyrillic = cyrillic && 'а' <= r && r <= 'я'
	}
	return latin, cyrillic
}

// The keys of both layouts, in the same order.
const (
	keysLatin    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?"
	keysCyrillic = "ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"
)

// layouts maps the keys of each layout to those of the other.
func layouts() (toCyrillic, toLatin map[rune]rune) {
	toCyrillic, toLatin = map[rune]rune{}, map[rune]rune{}
	latin, cyrillic := []rune(keysLatin), []rune(keysCyrillic)
	for i, r := range latin {
		toCyrillic[r], toLatin[cyrillic[i]] = cyrillic[i], r
	}
	return toCyrillic, toLatin
}

// otherLayout reads a text as if it had been typed in the other layout. A text
// with letters of both is as it was meant.
func otherLayout(text string) (string, bool) {
	latin, cyrillic := false, false
	for _, r := range text {
		latin = latin || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		cyrillic = cyrillic || 'а' <= r && r <= 'я' || 'А' <= r && r <= 'Я' || r == 'ё' || r == 'Ё'
	}
	if latin && cyrillic {
		return "", false
	}
	keys, toLatin := layouts()
	if cyrillic {
		keys = toLatin
	}
	other := strings.Map(func(r rune) rune {
		if to, ok := keys[r]; ok {
			return to
		}
		return r
	}, text)
	return other, other != text
}

// frequent are words that say little: a text may lack them and still be meant.
const frequent = " а без бы был была были было в во вот все всё где да для до его ее если есть еще же за и из или им их к как ко когда кто ли мне мой мы на над не него нет ни но ну о об он она они оно от по под при про с со так также там то того только ты у уже чем что чтобы эта эти это я " +
	" a an and are as at be but by can do for from has have how i if in is it its my no not of on or our so that the their then there this to up was we what when where which who why will with you your "

func isFrequent(form string) bool { return strings.Contains(frequent, " "+form+" ") }
