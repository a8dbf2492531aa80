// Package intake reads a customer's raw message and finds the accesses in it:
// site logins, servers, databases, mail boxes, keys and tokens, in Russian,
// English or both, with labels or without.
//
// The way of a message: [clean] takes out what chats break and remembers where
// every byte came from; keys are cut out as blocks; each line is scanned for
// labels, addresses, commands and connection strings; tokens without a label are
// judged by their shape and their neighbours; the events so found are gathered
// into accesses; and last the kind is told, and what is doubtful is warned of.
//
// The package holds rules about how people write, never about single messages.
// It keeps nothing, logs nothing and calls nobody.
package intake

import (
	"slices"

	"opora/backend/opora"
)

// Access is one access found in a message.
type Access struct {
	Credential opora.Credential // Kind, Address, Login, Options set
	Secrets    opora.Secrets
	Sources    []Source // in the order of the message
	Warnings   []Warning
}

// Source says where in the message a field came from, in bytes of the original
// text. Field is one of "kind", "address", "login", "secret", "key", "passphrase".
type Source struct {
	Field string `json:"field"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Warning tells the operator what was cleaned or is doubtful in one field. Its
// detail never contains a secret.
type Warning struct {
	Code   WarningCode `json:"code"`
	Field  string      `json:"field"`
	Detail string      `json:"detail"`
}

// WarningCode names the sentence of a warning.
type WarningCode string

// The warnings.
const (
	SpaceRemoved       WarningCode = "space_removed"       // white space around the value
	InvisibleRemoved   WarningCode = "invisible_removed"   // zero-width and direction marks inside of it
	QuotesRemoved      WarningCode = "quotes_removed"      // quotes, backticks or Markdown marks around it
	PunctuationRemoved WarningCode = "punctuation_removed" // a comma, full stop or bracket behind it
	PunctuationKept    WarningCode = "punctuation_kept"    // a full stop that may end the sentence
	EntityDecoded      WarningCode = "entity_decoded"      // &amp; and the like were turned back
	LinkMended         WarningCode = "link_mended"         // joined over a space or line break
	KeyMended          WarningCode = "key_mended"          // line breaks and marks put right
	KeyDamaged         WarningCode = "key_damaged"         // does not parse, and could not be mended
	MixedScript        WarningCode = "mixed_script"        // Cyrillic look-alikes among Latin letters; nothing changed
	SameLoginPassword  WarningCode = "same_login_password"
	NoSecret           WarningCode = "no_secret"
	NoLogin            WarningCode = "no_login"
	NoAddress          WarningCode = "no_address"
	Reused             WarningCode = "reused" // taken from another access of the message
)

// WarningCodes lists every warning.
func WarningCodes() []WarningCode {
	return []WarningCode{
		SpaceRemoved, InvisibleRemoved, QuotesRemoved, PunctuationRemoved, PunctuationKept, EntityDecoded, LinkMended,
		KeyMended, KeyDamaged, MixedScript, SameLoginPassword, NoSecret, NoLogin, NoAddress, Reused,
	}
}

// The fields that a source or a warning may name.
const (
	fieldKind       = "kind"
	fieldAddress    = "address"
	fieldLogin      = "login"
	fieldSecret     = "secret"
	fieldKey        = "key"
	fieldPassphrase = "passphrase"
)

// maxAccesses bounds what a hostile paste can put on the screen.
const maxAccesses = 300

// Read finds the accesses in a message. It takes any bytes, keeps nothing, and
// gives nil when there is no access.
func Read(message string) []Access {
	r := &reader{text: clean(message)}
	r.s = r.text.s
	r.cutKeys()
	r.split()
	r.scan()
	r.resolve()
	records := r.gather()
	if len(records) > maxAccesses {
		records = records[:maxAccesses]
	}
	var found []Access
	for _, rec := range records {
		found = append(found, r.finish(rec))
	}
	return found
}

// reader is one reading of one message.
type reader struct {
	text   cleaned
	s      string // the cleaned text; keys are blanked out in it
	keys   []keyBlock
	lines  []line
	events []event
	pend   *label // a label that stood at the end of a line
	// noCommand is where the last try to read a command ended in vain.
	noCommand int
}

// what names the sort of an event.
type what int

const (
	isOther   what = iota // a token that nothing is known of
	isEmail               // an e-mail address without a label
	isKind                // a word that tells a kind
	isAddress             // URL, host, IP
	isLogin
	isSecret
	isToken // API key
	isPassphrase
	isPort
	isDatabase
	isTLS
	isSame  // "the same password": value names the field
	isEvery // "the same everywhere": for all addresses so far
	isKey
	isBreak // a new list entry, a signature
)

// event is one thing found in the text, at its place in the cleaned text.
type event struct {
	what       what
	value      string
	start, end int
	line, para int
	kind       hint
	label      bool // named by a label, not told by its shape
	strong     bool // the label stood with a colon or the like
	whole      bool // from a command or connection string: opens an access of its own
	heading    bool // a kind that titles what follows
	weakUser   bool // the label also names people ("user")
	solo       bool // alone behind its label on its line
	note       []WarningCode
	key        *keyBlock
	place      *place
	colon      bool // a colon stands behind it
	refine     bool // "Protocol: SFTP": says more of the access above
}

func (e *event) warn(code WarningCode) {
	if !slices.Contains(e.note, code) {
		e.note = append(e.note, code)
	}
}
