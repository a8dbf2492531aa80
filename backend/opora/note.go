package opora

import (
	"strings"
	"time"
)

// Note is one internal remark at a customer. A note about an access carries
// what was checked and how, in a form that can be worded in any language; the
// secret is never part of it. Such a note outlives its credential as a trace.
type Note struct {
	ID           int64     `json:"id"`
	CustomerID   int64     `json:"customerId"`
	CredentialID int64     `json:"credentialId"` // 0 for a free remark
	At           time.Time `json:"at" ts_type:"string"`
	Author       string    `json:"author"` // who was at the keyboard, as set in the settings
	Text         string    `json:"text"`   // the operator's own words; may be empty for an access
	Kind         Kind      `json:"kind"`
	Address      string    `json:"address"`
	Login        string    `json:"login"`
	Proven       bool      `json:"proven"` // false: kept on the operator's word
	Check        Check     `json:"check"`
}

// Validate says what keeps a free remark from being kept.
func (n Note) Validate() error {
	switch text := strings.TrimSpace(n.Text); {
	case text == "" && n.CredentialID == 0:
		return &FieldError{"text", TextMissing}
	case len(text) > MaxNote:
		return &FieldError{"text", TooLong}
	}
	return nil
}
