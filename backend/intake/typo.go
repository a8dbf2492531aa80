package intake

import (
	"strings"
	"unicode/utf8"
)

// withTypos adds the common labels as hasty people type them: a letter left
// out, doubled, or swapped with the next. What is a word already stays one.
func withTypos(table map[string]field) map[string]field {
	for _, word := range []string{"логин", "пароль", "пользователь", "login", "username", "password", "passphrase"} {
		meaning := table[word]
		for _, typo := range typos(word) {
			if _, known := table[typo]; !known && !realWords[typo] {
				table[typo] = meaning
			}
		}
	}
	return table
}

// realWords are slips that are words of their own.
var realWords = wordSet(`логи`)

func typos(word string) []string {
	var list []string
	letters := []rune(word)
	with := func(parts ...[]rune) {
		var made []rune
		for _, part := range parts {
			made = append(made, part...)
		}
		if text := string(made); utf8.RuneCountInString(text) >= 4 && text != word {
			list = append(list, text)
		}
	}
	for i := range letters {
		with(letters[:i], letters[i+1:])
		with(letters[:i+1], letters[i:])
		if i+1 < len(letters) {
			with(letters[:i], []rune{letters[i+1], letters[i]}, letters[i+2:])
		}
	}
	return list
}

// withCases adds the cases of Russian words that end with a consonant:
// "к постгресу", "с вордпрессом".
func withCases(table map[string]hint) map[string]hint {
	var nouns []string
	for word := range table {
		last, _ := utf8.DecodeLastRuneInString(word)
		if utf8.RuneCountInString(word) >= 4 && strings.ContainsRune("бвгджзклмнпрстфхцчшщ", last) && !strings.Contains(word, " ") && word != "админ" {
			nouns = append(nouns, word)
		}
	}
	for _, noun := range nouns {
		for _, ending := range []string{"а", "у", "е", "ом"} {
			if _, known := table[noun+ending]; !known {
				table[noun+ending] = table[noun]
			}
		}
	}
	return table
}
