package access

import (
	"strconv"
	"strings"

	"opora/backend/intake"
	"opora/backend/opora"
)

// describeKey says of a private key what may be shown of it: type, size,
// fingerprint, comment.
func describeKey(key opora.Secret) string {
	facts, err := intake.KeyFacts(key.Reveal())
	if err != nil {
		return ""
	}
	parts := []string{facts.Type}
	if facts.Bits > 0 {
		parts = append(parts, strconv.Itoa(facts.Bits))
	}
	for _, text := range []string{facts.Fingerprint, facts.Comment} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return opora.Visible(strings.Join(parts, " "))
}
