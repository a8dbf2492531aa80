package access

import (
	"context"

	"opora/backend/opora"
)

// CheckFunc checks one credential in a fresh session and always gives a
// verdict; progress is called for every step as it happens.
type CheckFunc func(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step)) opora.Check

// AssistFunc is a CheckFunc with a window in which the operator goes on by hand;
// words are what they say of it.
type AssistFunc func(ctx context.Context, credential opora.Credential, secrets opora.Secrets, progress func(opora.Step), words <-chan opora.Word) opora.Check

// KeepFunc keeps a checked credential at a customer: secret and note, both or
// neither. Without byWord it keeps only what works.
type KeepFunc func(ctx context.Context, customer opora.Customer, credential opora.Credential, secrets opora.Secrets, check opora.Check, byWord bool) (opora.Credential, opora.Note, error)

// Prover checks an access and keeps it when it works.
type Prover struct {
	Check       CheckFunc
	CheckAnyway CheckFunc // beyond the budget of attempts, by the operator's word
	Assist      AssistFunc
	Keep        KeepFunc
}

// Keepable reports whether a credential with this finding may be kept: what was
// seen to work always, what is undecided by the operator's explicit word.
func Keepable(finding opora.Finding, byWord bool) bool {
	switch finding.Verdict {
	case opora.Works:
		return finding.Proven() || byWord
	case opora.NeedsHuman, opora.Unknown:
		return byWord
	}
	return false
}
