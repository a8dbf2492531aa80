package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"opora/backend/opora"
)

// maxItem is the longest item, in bytes, that every system's keyring takes with
// room to spare: Windows stops at 2,560, macOS at about 3,000.
const maxItem = 2000

// An item is the secret itself, or one of these marks and what it says.
const (
	keyMark   = "opora:key:" // base64 of the key that opens the ciphertext in the data file
	bytesMark = "opora:b64:" // base64 of a secret that is not plain text
)

// refAlphabet has 32 letters, so that 5 random bits choose one.
const refAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// NewRef makes the name of a new item: 26 letters and digits with 130 random bits.
func NewRef() string {
	ref := make([]byte, 26)
	_, _ = rand.Read(ref) // never fails, see crypto/rand
	for i := range ref {
		ref[i] = refAlphabet[ref[i]&31]
	}
	return string(ref)
}

// Seal prepares a secret for keeping under a new ref. The item goes to
// [Ring.Set]. A secret that is too large for some systems' keyrings is
// encrypted: the item is then the key, and sealed the ciphertext, to be kept
// elsewhere; otherwise sealed is nil. Any secret up to [opora.MaxSecret] is
// stored alike on every system.
func (r *Ring) Seal(secret opora.Secret) (ref string, item opora.Secret, sealed []byte, err error) {
	ref = NewRef()
	text := secret.Reveal()
	if text = encode(text); len(text) <= maxItem {
		return ref, opora.NewSecret(text), nil, nil
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	aead, err := newAEAD(key)
	if err != nil {
		return "", opora.Secret{}, nil, fmt.Errorf("seal: %w", err)
	}
	// The ref is authenticated with the text: no ciphertext passes for another.
	sealed = aead.Seal(nil, nil, []byte(secret.Reveal()), []byte(ref))
	return ref, opora.NewSecret(keyMark + base64.StdEncoding.EncodeToString(key)), sealed, nil
}

// open undoes [Ring.Seal].
func open(ref string, item opora.Secret, sealed []byte) (opora.Secret, error) {
	damaged := fmt.Errorf("open secret: %w", opora.SecretDamaged)
	encodedKey, isKey := strings.CutPrefix(item.Reveal(), keyMark)
	if isKey != (sealed != nil) {
		return opora.Secret{}, damaged
	}
	if !isKey {
		text, err := decode(item.Reveal())
		if err != nil {
			return opora.Secret{}, damaged
		}
		return opora.NewSecret(text), nil
	}
	key, err := base64.StdEncoding.DecodeString(encodedKey)
	if err != nil || len(key) != 32 {
		return opora.Secret{}, damaged
	}
	aead, err := newAEAD(key)
	if err != nil {
		return opora.Secret{}, damaged
	}
	text, err := aead.Open(nil, nil, sealed, []byte(ref))
	if err != nil {
		return opora.Secret{}, damaged
	}
	return opora.NewSecret(string(text)), nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// encode leaves plain text as it is, so that a person who opens the system's
// own keyring program finds what they expect. Some keyrings take an item for
// text and would mend invalid UTF-8 or stop at a NUL.
func encode(text string) string {
	if utf8.ValidString(text) && !strings.ContainsRune(text, 0) && !strings.HasPrefix(text, bytesMark) && !strings.HasPrefix(text, keyMark) {
		return text
	}
	return bytesMark + base64.StdEncoding.EncodeToString([]byte(text))
}

func decode(item string) (string, error) {
	encoded, marked := strings.CutPrefix(item, bytesMark)
	if !marked {
		return item, nil
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	return string(text), err
}
