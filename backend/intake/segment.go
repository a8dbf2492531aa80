package intake

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Segment is a piece of a message as it may be shown: with every secret masked.
type Segment struct {
	Text   string `json:"text"`
	Access int    `json:"access"` // index of the access, or -1
	Field  string `json:"field"`
}

const (
	masked      = "••••"
	maxPlain    = 2000  // of one piece between fields, in bytes
	maxSegments = 20000 // of all text together, in bytes
)

// Segments cuts a message into plain pieces and pieces that became fields. A
// secret is replaced by the same four dots wherever it stands in the message.
func Segments(message string, accesses []Access) []Segment {
	type cut struct {
		Source
		access int
	}
	var cuts []cut
	var secrets []string
	for i, a := range accesses {
		for _, s := range a.Sources {
			if s.Start >= 0 && s.Start < s.End && s.End <= len(message) {
				cuts = append(cuts, cut{s, i})
			}
		}
		for _, s := range []string{a.Secrets.Password.Reveal(), a.Secrets.Passphrase.Reveal()} {
			if len(s) >= 4 && s != a.Credential.Login && !slices.Contains(secrets, s) {
				secrets = append(secrets, s)
			}
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	// Where pieces overlap, the one that hides more goes first.
	slices.SortStableFunc(cuts, func(a, b cut) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	hide := make([]string, 0, 2*len(secrets))
	for _, s := range secrets {
		hide = append(hide, s, masked)
	}
	hider := strings.NewReplacer(hide...)
	var out []Segment
	total := 0
	put := func(text string, access int, field string) {
		if text == "" {
			return
		}
		switch field {
		case fieldSecret, fieldKey, fieldPassphrase:
			text = masked
		default:
			if len(text) > 2*maxPlain+64<<10 {
				// Only the ends are shown, so only they need masking; the margin
				// keeps a secret whole that stands at the edge.
				text = text[:maxPlain+32<<10] + text[len(text)-maxPlain-32<<10:]
			}
			text = shortened(hider.Replace(text), min(maxPlain, max(0, maxSegments-total)))
		}
		total += len(text)
		out = append(out, Segment{text, access, field})
	}
	at := 0
	for k, c := range cuts {
		start := max(c.Start, at)
		if c.End <= at {
			continue
		}
		end := c.End
		if !hidden(c.Field) { // an address that carries its login and password
			for _, inner := range cuts[k+1:] {
				if inner.Start >= end {
					break
				}
				if inner.Start > start {
					end = inner.Start
					break
				}
			}
		}
		put(message[at:start], -1, "")
		put(message[start:end], c.access, c.Field)
		at = end
	}
	put(message[at:], -1, "")
	return out
}

func hidden(field string) bool {
	return field == fieldSecret || field == fieldKey || field == fieldPassphrase
}

// shortened keeps the beginning and the end of a long text.
func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	if limit < 40 {
		return "…"
	}
	head, tail := limit/2, len(text)-limit/2
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return text[:head] + " … " + text[tail:]
}
