package zoo

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf16"

	"opora/backend/opora"
)

// Canary is a secret that no other test has, and that is found again in every
// form in which it may travel, half of it too.
type Canary struct {
	text  string
	forms [][]byte
}

// NewCanary makes a canary. Some of its characters need escaping everywhere.
func NewCanary() Canary {
	random := rand.Text() + rand.Text()
	c := Canary{text: random[:14] + `&"+ %я` + strings.ToLower(random[14:28])}
	for _, part := range []string{c.text, c.text[:14], c.text[len(c.text)-14:]} {
		c.add(part)
	}
	return c
}

func (c *Canary) add(part string) {
	quoted, _ := json.Marshal(part) // a string always encodes
	var percent strings.Builder
	for _, b := range []byte(part) {
		fmt.Fprintf(&percent, "%%%02X", b)
	}
	var wide []byte
	for _, unit := range utf16.Encode([]rune(part)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	forms := []string{
		part, strings.ToLower(part), strings.ToUpper(part), html.EscapeString(part), string(quoted[1 : len(quoted)-1]),
		url.QueryEscape(part), url.PathEscape(part), percent.String(), strings.ToLower(percent.String()), string(wide),
		hex.EncodeToString([]byte(part)), strings.ToUpper(hex.EncodeToString([]byte(part))),
	}
	for shift := range 3 {
		// Base64 of a text depends on where in a group of three it begins; the
		// edges of the encoding also hold bits of what stands around it.
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + part))
			forms = append(forms, encoded[(shift*8+5)/6:len(encoded)-1])
		}
	}
	for _, form := range forms {
		c.forms = append(c.forms, []byte(form))
	}
}

// Text is the canary itself, for the server that may know it.
func (c Canary) Text() string { return c.text }

// Secrets is the canary as the password of a credential.
func (c Canary) Secrets() opora.Secrets {
	return opora.Secrets{Password: opora.NewSecret(c.text)}
}

// In reports whether the canary, or half of it, is in what somebody heard.
func (c Canary) In(heard []byte) bool {
	for _, form := range c.forms {
		if bytes.Contains(heard, form) {
			return true
		}
	}
	return false
}
