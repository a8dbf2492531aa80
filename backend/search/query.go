package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longer queries are read so far.
const (
	longestQuery = 1 << 10
	mostWords    = 16
	shortPart    = 3 // letters
)

// query is what was typed, taken apart.
type query struct {
	chunks []chunkOfQuery
	key    string // folded, to compare with other queries
}

// chunkOfQuery is what stands between blanks, or in quotation marks.
type chunkOfQuery struct {
	text   string
	quoted bool
	tag    bool
	last   bool // typing goes on here: nothing follows, not even a blank
}

// parse takes a query apart.
func parse(text string) query {
	text = strings.ToValidUTF8(text, " ")
	if len(text) > longestQuery {
		text = text[:longestQuery]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	q := query{key: strings.Join(forms(text), " ")}
	rest := text
	for {
		rest = strings.TrimLeft(rest, " \t\r\n\u00a0")
		if rest == "" {
			return q
		}
		if inside, after, ok := quotation(rest); ok {
			if strings.TrimSpace(inside) != "" {
				q.chunks = append(q.chunks, chunkOfQuery{text: inside, quoted: true, last: after == "" && !closes(rest)})
			}
			rest = after
			continue
		}
		end := strings.IndexAny(rest, " \t\r\n\u00a0")
		if end < 0 {
			end = len(rest)
		}
		chunk := chunkOfQuery{text: rest[:end], last: end == len(rest)}
		for _, mark := range []string{tagMark, "tag:", "тег:"} {
			if tag, ok := strings.CutPrefix(chunk.text, mark); ok && len(forms(tag)) > 0 {
				chunk.text, chunk.tag = tag, true
				break
			}
		}
		q.chunks = append(q.chunks, chunk)
		rest = rest[end:]
	}
}

// quotation reads a phrase in quotation marks; one without an end goes on to
// the end of the query.
func quotation(text string) (inside, after string, ok bool) {
	const open, shut = `"«“„`, `"»”“`
	first, size := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune(open, first) {
		return "", "", false
	}
	inside = text[size:]
	if end := strings.IndexAny(inside, shut); end >= 0 {
		_, size := utf8.DecodeRuneInString(inside[end:])
		return inside[:end], inside[end+size:], true
	}
	return inside, "", true
}

func closes(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return len([]rune(text)) > 1 && strings.ContainsRune(`"»”“`, last)
}

// reading is how a query is understood: with all its words in the vocabulary.
type reading struct {
	groups  []group
	phrases []phrase
	exact   []string // pieces of code that are best found as they stand, in lower case
	read    string   // the query as it was understood, where that is another one
	key     string
}

// group is one word of a query with everything that counts as it.
type group struct {
	word     string
	begun    bool // forms that begin with word count too
	tag      bool
	optional bool // says little: a document may lack it
	stems    []weighted
	docs     int // that have one of the stems, at most
	idf      float32
}

type weighted struct {
	stem   string
	weight float32
}

func (g *group) add(stem string, weight float32) {
	for i := range g.stems {
		if g.stems[i].stem == stem {
			g.stems[i].weight = max(g.stems[i].weight, weight)
			return
		}
	}
	g.stems = append(g.stems, weighted{stem, weight})
}

// phrase is a row of words that stand together.
type phrase struct {
	words  []string
	parts  bool // the first may be the end of a word
	begun  bool // the last may be the beginning of one
	strict bool // other documents do not count
}

// understand looks the words of a query up.
func (l lexicon) understand(q query) reading {
	r := reading{key: q.key}
	words := 0
	changed := false
	var read []string
	total := l.docs()
	for _, chunk := range l.typed(q.chunks) {
		tokens := forms(chunk.text)
		if len(tokens) == 0 {
			continue
		}
		if chunk.tag {
			r.groups = append(r.groups, l.tagged(chunk, total))
			read = append(read, tagMark+chunk.text)
			continue
		}
		if !chunk.quoted && isCode(chunk.text) {
			r.exact = append(r.exact, strings.ToLower(chunk.text))
		}
		corrected := slices.Clone(tokens)
		joined := len(tokens) > 1 && !chunk.quoted
		for i, token := range tokens {
			if words++; words > mostWords {
				break
			}
			first := joined && i == 0
			// Too many words end with a few letters: the phrase tells whether these are right.
			short := first && utf8.RuneCountInString(token) <= shortPart
			g, as := l.group(token, chunk.last && i == len(tokens)-1, first && !short, chunk.quoted, total)
			if as != token {
				corrected[i] = as
			}
			if !chunk.quoted && !joined {
				g.optional = isFrequent(token)
			}
			g.optional = g.optional || short
			if !slices.ContainsFunc(r.groups, func(o group) bool { return o.word == g.word && o.begun == g.begun }) {
				r.groups = append(r.groups, g)
			}
		}
		if chunk.quoted || joined {
			r.phrases = append(r.phrases, phrase{words: tokens, parts: joined, begun: chunk.last, strict: chunk.quoted})
		}
		switch {
		case !slices.Equal(tokens, corrected):
			read = append(read, strings.Join(corrected, " "))
			changed = true
		case chunk.quoted:
			read = append(read, `"`+chunk.text+`"`)
		default:
			read = append(read, chunk.text)
		}
		changed = changed || chunk.swapped
	}
	if !slices.ContainsFunc(r.groups, func(g group) bool { return !g.optional && !g.tag }) {
		for i := range r.groups {
			r.groups[i].optional = false
		}
	}
	if changed {
		r.read = strings.Join(read, " ")
	}
	return r
}

// isCode holds for what is more than a word with a comma behind it.
func isCode(chunk string) bool {
	inner := strings.Trim(chunk, "-.,;:!?…()\"'")
	return strings.ContainsFunc(inner, func(r rune) bool {
		return r != '-' && r != '\'' && r != '’' && (unicode.IsPunct(r) || unicode.IsSymbol(r))
	})
}
