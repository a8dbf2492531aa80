package sample

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"opora/backend/opora"
)

// Query is what somebody types who looks for something.
type Query struct {
	Sort string
	Text string
	Want opora.Key // it was made of this
}

// Sorts are the sorts of queries.
func Sorts() []string {
	return []string{"two letters", "three letters", "beginning", "word", "two words", "word and beginning", "common words", "typo", "layout", "code"}
}

// Queries makes so many of each sort, for documents up to a number.
func (c *Corpus) Queries(each int, documents int64) []Query {
	r := rand.New(rand.NewPCG(c.seed, 2))
	var list []Query
	for _, sort := range Sorts() {
		for made := 0; made < each; {
			f := c.Document(1 + r.Int64N(documents))
			if text := c.query(r, sort, f); text != "" {
				list = append(list, Query{sort, text, f.Key})
				made++
			}
		}
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func (c *Corpus) query(r *rand.Rand, sort string, f opora.Findable) string {
	words := strings.Fields(strings.NewReplacer(".", "", "\n", " ").Replace(f.Title + " " + f.Text))
	any := func() string { return words[r.IntN(len(words))] }
	long := func() []rune {
		for range 20 {
			if w := any(); utf8.RuneCountInString(w) >= 5 {
				return []rune(w)
			}
		}
		return []rune("доступы")
	}
	switch w := long(); sort {
	case "two letters":
		return string(w[:2])
	case "three letters":
		return string(w[:3])
	case "beginning":
		return string(w[:4+r.IntN(len(w)-4)])
	case "word":
		return string(w) + " "
	case "two words":
		return string(w) + " " + string(long()) + " "
	case "word and beginning":
		return string(w) + " " + string(long()[:2+r.IntN(2)])
	case "common words":
		return c.words[r.IntN(30)].form(r) + " " + c.words[r.IntN(30)].form(r)
	case "typo":
		i := 1 + r.IntN(len(w)-2)
		w[i], w[i+1] = w[i+1], w[i]
		return string(w)
	case "layout":
		return otherKeys(string(w))
	case "code":
		if f.Code == "" {
			return ""
		}
		pieces := strings.Fields(f.Code)
		piece := pieces[r.IntN(len(pieces))]
		from := r.IntN(len(piece) / 2)
		for !utf8.RuneStart(piece[from]) {
			from++
		}
		return piece[from:]
	}
	return ""
}

func otherKeys(text string) string {
	const latin, cyrillic = "qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"
	from, to := []rune(latin), []rune(cyrillic)
	return strings.Map(func(r rune) rune {
		for i := range from {
			switch r {
			case from[i]:
				return to[i]
			case to[i]:
				return from[i]
			}
		}
		return r
	}, text)
}
