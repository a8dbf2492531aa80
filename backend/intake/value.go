package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// value is what stands behind a label, cleaned.
type value struct {
	text       string
	start, end int // in the cleaned text
	next       int // where reading goes on
	quoted     bool
	note       []WarningCode
}

// wrappers are the marks that people put around a value, longest first.
var wrappers = [][2]string{
	{"```", "```"}, {"**", "**"}, {"||", "||"}, {"`", "`"}, {`"`, `"`}, {"'", "'"}, {"«", "»"}, {"“", "”"}, {"„", "“"}, {"„", "”"}, {"”", "”"},
	{"‘", "’"}, {"’", "’"},
}

// valueAt cuts the value that begins at i. What is inside of quotes is taken as
// it is; otherwise a value ends at the first space.
func (r *reader) valueAt(i, end int, f field) value {
	for i < end && (r.s[i] == ' ' || r.s[i] == '\t' || r.s[i] == '\n') {
		i++
	}
	if v, ok := r.wrapped(i, end); ok {
		return v
	}
	v := value{start: i, end: r.wordEnd(i, end)}
	if cut := strings.IndexByte(r.s[i:v.end], '<'); cut > 0 && strings.HasPrefix(r.s[i+cut:v.end], "</") {
		v.end = i + cut // <Pass>…</Pass>
	}
	if cut := r.gluedLabel(v.start, v.end, end); cut > v.start {
		v.end = cut
	}
	v.next = v.end
	v.text = r.s[v.start:v.end]
	r.unglue(&v, end, f)
	return v
}

func (r *reader) wrapped(i, end int) (value, bool) {
	rest := r.s[i:min(end, i+maxToken)]
	for _, w := range wrappers {
		if !strings.HasPrefix(rest, w[0]) {
			continue
		}
		inner := rest[len(w[0]):]
		close := closing(inner, w[1])
		if close <= 0 || strings.Contains(inner[:close], "\n") {
			continue
		}
		after := i + len(w[0]) + close + len(w[1])
		if after < end {
			c, _ := utf8.DecodeRuneInString(r.s[after:])
			if !unicode.IsSpace(c) && !strings.ContainsRune(",;.)]}|>/:*", c) {
				continue // a quote inside of the value itself
			}
		}
		v := value{start: i + len(w[0]), end: i + len(w[0]) + close, next: after, quoted: true, note: []WarningCode{QuotesRemoved}}
		text := inner[:close]
		if trimmed := strings.TrimLeft(text, " "); trimmed != text {
			v.start += len(text) - len(trimmed)
			v.note = append(v.note, SpaceRemoved)
			text = trimmed
		}
		if trimmed := strings.TrimRight(text, " "); trimmed != text {
			v.end -= len(text) - len(trimmed)
			v.note = append(v.note, SpaceRemoved)
			text = trimmed
		}
		if text == "" {
			continue
		}
		v.text = text
		if nested, ok := r.wrapped(v.start, v.end); ok && nested.next == v.end { // "**`x`**"
			nested.next = v.next
			nested.note = v.note
			return nested, true
		}
		return v, true
	}
	return value{}, false
}

// closing finds the end of a quotation; a quote behind a backslash does not end it.
func closing(text, mark string) int {
	for at := 0; ; {
		i := strings.Index(text[at:], mark)
		if i < 0 {
			return -1
		}
		at += i
		slashes := 0
		for at-slashes > 0 && text[at-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 || mark != `"` && mark != "'" {
			return at
		}
		at += len(mark)
	}
}

// unglue takes from the end of a value what belongs to the sentence around it.
// A login ends with a letter or digit nearly always. A password may end with
// anything, so only what the rest of the line speaks for is taken.
func (r *reader) unglue(v *value, end int, f field) {
	more := strings.TrimLeft(r.s[v.end:end], " \t") != ""
	opened := func(ch byte) bool { return strings.IndexByte(r.s[max(0, v.start-80):v.start], ch) >= 0 }
	for v.end > v.start+1 {
		last, size := utf8.DecodeLastRuneInString(r.s[v.start:v.end])
		drop := false
		switch last {
		case ',', ';':
			drop = true
		case '.':
			drop = f != secret || more
		case '!', '?', ':':
			drop = f != secret
		case ')':
			drop = strings.Count(v.text, ")") > strings.Count(v.text, "(") && (f != secret || opened('('))
		case ']':
			drop = strings.Count(v.text, "]") > strings.Count(v.text, "[") && (f != secret || opened('['))
		case '}':
			drop = strings.Count(v.text, "}") > strings.Count(v.text, "{") && (f != secret || opened('{'))
		case '>':
			drop = opened('<') && f != secret
		case '"', '\'':
			drop = f != secret || r.openQuote(v.start, byte(last))
		case '»', '”', '“', '…':
			drop = true
		case '*':
			drop = f != secret || opened('*') && strings.HasSuffix(v.text, "**")
		case '|':
			drop = !more || f != secret || strings.HasPrefix(strings.TrimLeft(r.s[v.end:end], " "), "|")
		}
		if !drop {
			break
		}
		v.end -= size
		v.text = r.s[v.start:v.end]
		if f == secret {
			v.note = append(v.note, PunctuationRemoved)
		}
	}
}

// openQuote reports that a quotation which was opened earlier, with
// more in it than this value, is not closed before i: psql "host=… password=x".
func (r *reader) openQuote(i int, mark byte) bool {
	before := r.s[max(0, i-300):i]
	if mark != '"' { // an apostrophe further above means nothing
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	opened := strings.LastIndexByte(before, mark)
	return strings.Count(before, string(rune(mark)))%2 == 1 && strings.ContainsAny(before[opened:], " \n")
}

// widen takes in the further words of a secret that is written in several: an
// application password in groups of four, a passphrase of plain words.
func (r *reader) widen(v *value, end int) {
	if v.quoted || v.end != v.next {
		return
	}
	rest := r.s[v.start:end]
	if len(rest) > 120 || strings.ContainsAny(rest, "\t|") {
		return
	}
	words := strings.Split(rest, " ")
	if len(words) < 3 {
		return
	}
	groups, plainWords := true, true
	for _, w := range words {
		if len(w) != 4 || !alnum(w) {
			groups = false
		}
		if len(w) < 3 || strings.ToLower(w) != w || !letters(w) || notValues[w] || len(w) > 10 || labels[w] != noField || kinds[w] != "" || fillers[w] {
			plainWords = false
		}
	}
	if groups && len(words) >= 4 || plainWords && (len(words) >= 4 && len(words) <= 8) {
		v.end, v.next, v.text = end, end, rest
	}
}

// fillers are words of sentences that a passphrase of random words never has.
var fillers = wordSet(`let know try tell ask use just then only any all some new old get got make made need want thanks thank hello here there into than
	still cant cannot were very more most such also been being about after before again`)

func alnum(text string) bool {
	for i := range len(text) {
		if !letter(text[i]) && !digit(text[i]) {
			return false
		}
	}
	return true
}

func letters(text string) bool {
	for i := range len(text) {
		if !letter(text[i]) {
			return false
		}
	}
	return true
}

// placeholder reports that a text only stands for a value.
func placeholder(text string) bool {
	if text == "" {
		return false
	}
	lower := strings.ToLower(text)
	if notValues[lower] && lower != "password" && !commonLogins[lower] || strings.HasPrefix(lower, "your") || strings.HasPrefix(lower, "ваш") || strings.Contains(lower, "_here") || strings.HasPrefix(lower, "my_pass") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if strings.ContainsRune("*•●xXхХ.…_-·#?∙⋅", first) && utf8.RuneCountInString(text) >= 3 && strings.Trim(text, string(first)) == "" || text == "…" || text == "-" || text == "—" || text == "?" || text == "??" {
		return true
	}
	if _, inner, found := strings.Cut(text, "${"); found && strings.Contains(inner, "}") {
		return true // DB_PASSWORD=${DB_PASSWORD}
	}
	if strings.Trim(text, "*•") == "" || strings.Contains(text, "****") || strings.Contains(text, "••••") {
		return true
	}
	return patterned(text, lower, first, last)
}

// patterned recognises what templates and programs put in a value's place.
func patterned(text, lower string, first, last rune) bool {
	switch {
	case first == '<' && last == '>', first == '{' && last == '}' && len(text) > 2, first == '[' && last == ']' && !hasDigit(text), first == '%' && last == '%' && len(text) > 2:
		return true
	case strings.HasPrefix(text, "${"), strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "$("), strings.HasPrefix(text, "$_"), text == "%s", strings.HasPrefix(lower, "process.env"), strings.HasPrefix(lower, "os.environ"), strings.HasPrefix(lower, "getenv"), strings.HasPrefix(lower, "env("):
		return true
	case first == '(' && (last == ')' || first == '(' && cyrillic(text)):
		return true
	}
	return false
}

func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }

func cyrillic(text string) bool {
	return strings.ContainsFunc(text, func(ch rune) bool { return unicode.Is(unicode.Cyrillic, ch) })
}

// loginLike reports that a token without a label may be a login.
func loginLike(text string) bool {
	if len(text) < 2 || len(text) > 80 || strings.Contains(text, "://") {
		return false
	}
	lower := strings.ToLower(text)
	if commonLogins[lower] {
		return true
	}
	if placeholder(text) || labels[lower] != noField || kinds[lower] != "" || connectors[lower] {
		return false
	}
	if strings.HasPrefix(lower, "cn=") || strings.HasPrefix(lower, "uid=") {
		return true // a directory's name
	}
	letterSeen := false
	for i, ch := range text {
		switch {
		case ch < 0x80 && letter(byte(ch)):
			letterSeen = true
		case ch < 0x80 && digit(byte(ch)), i > 0 && strings.ContainsRune("._-@+\\", ch):
		default:
			return false
		}
	}
	return letterSeen && !figure(text)
}

// figure recognises versions, dates, sizes, prices and other measures, which
// have digits and are no passwords.
func figure(text string) bool {
	digits, marks, lettersSeen := 0, 0, 0
	for _, ch := range text {
		switch {
		case unicode.IsDigit(ch):
			digits++
		case unicode.IsLetter(ch):
			lettersSeen++
		case strings.ContainsRune(".,:/-+%()", ch):
			marks++
		default:
			return strings.ContainsRune("₽$€£№", ch) && lettersSeen == 0 && digits+marks >= len(text)-4
		}
	}
	if digits == 0 {
		return false
	}
	if lettersSeen == 0 {
		return marks > 0
	}
	if lettersSeen <= 3 && len(text) <= 8 { // 15px, 8.2.1b, v1.2, 100GB
		trimmed := strings.TrimLeft(strings.ToLower(text), "v")
		trimmed = strings.TrimRight(trimmed, "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщыьэюя.,%")
		for _, ch := range trimmed {
			if !unicode.IsDigit(ch) && !strings.ContainsRune(".,:/-", ch) {
				return false
			}
		}
		return marks > 0 || digits <= 4
	}
	return false
}

// strength says how much a token without a label looks like a password:
// 0 not at all, 1 it may be, 2 it does, 3 it can hardly be anything else.
func strength(text string) int {
	n := utf8.RuneCountInString(text)
	if n < 4 || n > 128 || strings.Contains(text, "://") || placeholder(text) || figure(text) {
		return 0
	}
	lower, upper, digits, marks, inner, turns := 0, 0, 0, 0, 0, 0
	var before int
	for i, ch := range text {
		class := 0
		switch {
		case unicode.IsDigit(ch):
			digits, class = digits+1, 1
		case unicode.IsUpper(ch):
			upper, class = upper+1, 2
		case unicode.IsLetter(ch):
			lower, class = lower+1, 3
		case strings.ContainsRune("!@#$%^&*+=?~<>{}[]|\\", ch):
			marks, class = marks+1, 4
		case strings.ContainsRune("._-,:;()'/\"", ch):
			inner++
			class = 5
		default:
			return 0
		}
		if i > 0 && class != before && !(before == 2 && class == 3) {
			turns++
		}
		before = class
	}
	lettersSeen := lower + upper
	switch {
	case lettersSeen == 0:
		if marks > 0 && digits > 0 {
			return 2
		}
		if digits == n && n >= 4 && n <= 12 {
			return 1
		}
		return 0
	case cyrillic(text) && !strings.ContainsFunc(text, func(ch rune) bool { return unicode.Is(unicode.Latin, ch) }):
		if digits > 0 && upper+marks > 0 {
			return 2
		}
		if digits > 0 && inner == 0 {
			return 1
		}
		return 0
	case digits > 0 && marks > 0:
		return 3
	case digits > 0 && lower > 0 && upper > 0 && n >= 6:
		return 3
	case digits > 0:
		return 2
	case marks > 0 && strings.ContainsAny(strings.TrimRight(text, "!?"), "!@#$%^&*+=?~"):
		return 2
	case turns >= 3 && n >= 8 && inner == 0:
		return 2
	}
	return 1
}

// walks are passwords that everybody knows: plain words, yet hardly anything else.
var walks = wordSet(`qwerty password passw0rd qwertyuiop asdfgh zxcvbn letmein parol qazwsx йцукен пароль welcome`)
