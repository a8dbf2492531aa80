package opora

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

// mask stands wherever a secret would otherwise be printed.
const mask = "(hidden)"

// Secret is a password, key or token held in memory. Printing, logging or
// encoding a Secret always yields the same mask; [Secret.Reveal] is the only
// way to the text. The zero value is the empty secret.
type Secret struct{ text string }

// NewSecret takes text as it is: nothing is trimmed or normalised.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal gives the text itself. Every call is part of the audit
// (git grep 'Reveal()'): checkers, the keyring, the clipboard, one "show".
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is nothing to keep.
func (s Secret) Empty() bool { return s.text == "" }

// Len is the length in bytes.
func (s Secret) Len() int { return len(s.text) }

// Equal reports whether both hold the same text.
func (s Secret) Equal(other Secret) bool { return s.text == other.text }

// Scrub removes the secret from a line that is about to be stored or shown,
// in the plain form and in the forms that it takes inside URLs, JSON and HTML.
func (s Secret) Scrub(line string) string {
	for _, form := range s.forms() {
		line = strings.ReplaceAll(line, form, mask)
	}
	return line
}

// forms lists the spellings of the secret, longest first, so that no shorter
// form leaves the tail of a longer one behind. Secrets of one or two bytes have
// none: masking every "a" of a sentence would hide the sentence and point at
// the secret.
func (s Secret) forms() []string {
	if len(strings.TrimSpace(s.text)) < 3 {
		return nil
	}
	quoted, _ := json.Marshal(s.text)
	forms := []string{
		s.text, strings.TrimSpace(s.text), strings.Join(strings.Fields(s.text), " "), html.EscapeString(s.text),
		url.UserPassword("", s.text).String()[1:], url.QueryEscape(s.text), url.PathEscape(s.text),
		string(quoted[1 : len(quoted)-1]), strings.ToUpper(s.text), strings.ToLower(s.text),
		base64.StdEncoding.EncodeToString([]byte(s.text)), hex.EncodeToString([]byte(s.text)),
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(forms)
}

// Format prints the mask for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// String prints the mask.
func (Secret) String() string { return mask }

// GoString prints the mask.
func (Secret) GoString() string { return mask }

// MarshalText encodes the mask, for every encoder that asks for text.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON encodes the mask.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// GobEncode encodes the mask.
func (Secret) GobEncode() ([]byte, error) { return []byte(mask), nil }

// LogValue logs the mask.
func (Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// Secrets is everything secret about one credential: a password or token, or a
// private key with the passphrase that opens it.
type Secrets struct {
	Password   Secret `json:"password"`
	Key        Secret `json:"key"`
	Passphrase Secret `json:"passphrase"`
}

// Empty reports whether there is nothing to check or keep.
func (s Secrets) Empty() bool { return s.Password.Empty() && s.Key.Empty() && s.Passphrase.Empty() }

// Scrub removes every secret from a line that is about to be stored or shown.
func (s Secrets) Scrub(line string) string {
	return s.Key.Scrub(s.Passphrase.Scrub(s.Password.Scrub(line)))
}

// packed marks a stored text that holds more than a password.
const packed = "opora:1:"

// packedSecrets carries bytes, not text: JSON text would mend invalid UTF-8.
type packedSecrets struct {
	Password   []byte `json:"password,omitempty"`
	Key        []byte `json:"key,omitempty"`
	Passphrase []byte `json:"passphrase,omitempty"`
}

// Pack turns the secrets into the one text that a keyring item holds. A
// password alone stays as it is, so that a person who opens the system's own
// keyring program finds what they expect.
func (s Secrets) Pack() string {
	if s.Key.Empty() && s.Passphrase.Empty() && !strings.HasPrefix(s.Password.text, packed) {
		return s.Password.text
	}
	body, _ := json.Marshal(packedSecrets{[]byte(s.Password.text), []byte(s.Key.text), []byte(s.Passphrase.text)})
	return packed + string(body)
}

// UnpackSecrets reads what [Secrets.Pack] wrote. It fails with [SecretDamaged]
// when the marker is there and the rest is not readable.
func UnpackSecrets(text string) (Secrets, error) {
	body, marked := strings.CutPrefix(text, packed)
	if !marked {
		return Secrets{Password: NewSecret(text)}, nil
	}
	var p packedSecrets
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return Secrets{}, SecretDamaged // the decoder's own error quotes its input
	}
	return Secrets{
		Password: NewSecret(string(p.Password)), Key: NewSecret(string(p.Key)), Passphrase: NewSecret(string(p.Passphrase)),
	}, nil
}
