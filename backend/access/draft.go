package access

import (
	"slices"
	"time"

	"opora/backend/intake"
	"opora/backend/opora"
)

// State says where a draft is on its way.
type State string

// The states of a draft.
const (
	Ready    State = "ready"    // not checked since it was last changed
	Offline  State = "offline"  // waits for a network
	Waiting  State = "waiting"  // waits for its turn
	Checking State = "checking" // a session is open
	Done     State = "done"     // checked, and not kept
	Saved    State = "saved"    // secret in the keyring, note written
)

// States lists every state.
func States() []State { return []State{Ready, Offline, Waiting, Checking, Done, Saved} }

// Draft is one card: an access of a customer's message, editable until it is
// kept. Its secrets stay on this side; the page learns only that they exist.
type Draft struct {
	ID            int64            `json:"id"`
	IntakeID      int64            `json:"intakeId"`
	Kind          opora.Kind       `json:"kind"`
	Address       string           `json:"address"`
	Login         string           `json:"login"`
	Options       opora.Options    `json:"options"`
	HasPassword   bool             `json:"hasPassword"`
	HasKey        bool             `json:"hasKey"`
	HasPassphrase bool             `json:"hasPassphrase"`
	KeyFacts      string           `json:"keyFacts"` // type, size and fingerprint of the private key
	Warnings      []intake.Warning `json:"warnings"`
	State         State            `json:"state"`
	Steps         []opora.Step     `json:"steps"`   // of the running or last check
	Checked       bool             `json:"checked"` // Check is there
	Check         opora.Check      `json:"check"`
	HandedOver    bool             `json:"handedOver"`   // the operator is at the window of the running check
	HasPicture    bool             `json:"hasPicture"`   // of the page that the check ended on; see [Inbox.Picture]
	Failure       opora.Code       `json:"failure"`      // why it could not be checked or kept
	FailureField  string           `json:"failureField"` // the field that the failure belongs to
	CredentialID  int64            `json:"credentialId"` // once saved
}

// Intake is one pasted message with its drafts. The message itself is not
// kept: only its segments, with the secrets masked.
type Intake struct {
	ID         int64            `json:"id"`
	Revision   int64            `json:"revision"` // grows with each change; an older view may arrive later
	CustomerID int64            `json:"customerId"`
	Customer   string           `json:"customer"` // name; may be new
	At         time.Time        `json:"at" ts_type:"string"`
	ExpiresAt  time.Time        `json:"expiresAt" ts_type:"string"`
	Segments   []intake.Segment `json:"segments"`
	Drafts     []Draft          `json:"drafts"`
}

// Change is an edit of one draft; what is nil stays.
type Change struct {
	Kind        *opora.Kind `json:"kind,omitempty"`
	Address     *string     `json:"address,omitempty"`
	Login       *string     `json:"login,omitempty"`
	Password    *string     `json:"password,omitempty"`
	Key         *string     `json:"key,omitempty"`
	Passphrase  *string     `json:"passphrase,omitempty"`
	Fingerprint *string     `json:"fingerprint,omitempty"`
}

// card is a draft with what the page does not see.
type card struct {
	Draft
	secrets opora.Secrets
	cancel  func()          // ends the running check; nil when none runs
	turn    int             // counts the checks, so that an ended one no longer speaks
	words   chan opora.Word // to the running check while it is handed over
	picture []byte          // JPEG; it goes nowhere but to the open card
}

func (c *card) busy() bool { return c.cancel != nil }

// stop ends the running check, if any, and leaves the card as it was before.
func (c *card) stop() {
	if c.busy() {
		c.cancel()
		c.cancel = nil
		c.turn++
		c.reset(Ready)
	}
}

func (c *card) credential() opora.Credential {
	return opora.Credential{Kind: c.Kind, Address: c.Address, Login: c.Login, Options: c.Options, HasKey: c.HasKey}
}

// apply changes fields; the last verdict no longer speaks for what is there now.
func (c *card) apply(change Change) {
	for _, text := range []struct {
		to   *string
		from *string
	}{{&c.Address, change.Address}, {&c.Login, change.Login}, {&c.Options.AcceptFingerprint, change.Fingerprint}} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	if change.Kind != nil {
		c.Kind = *change.Kind
	}
	for _, secret := range []struct {
		to    *opora.Secret
		from  *string
		field string
	}{{&c.secrets.Password, change.Password, "secret"}, {&c.secrets.Key, change.Key, "key"}, {&c.secrets.Passphrase, change.Passphrase, "passphrase"}} {
		if secret.from != nil {
			*secret.to = opora.NewSecret(*secret.from)
			c.Warnings = slices.DeleteFunc(c.Warnings, func(w intake.Warning) bool { return w.Field == secret.field })
		}
	}
	if change.Key != nil {
		if mended, changed, err := intake.MendKey(*change.Key); err == nil && changed {
			c.secrets.Key = opora.NewSecret(mended)
			c.Warnings = append(c.Warnings, intake.Warning{Code: intake.KeyMended, Field: "key"})
		}
	}
	c.describe()
	c.reset(Ready)
}

// describe refreshes what the page may know about the secrets.
func (c *card) describe() {
	c.HasPassword, c.HasKey, c.HasPassphrase = !c.secrets.Password.Empty(), !c.secrets.Key.Empty(), !c.secrets.Passphrase.Empty()
	c.KeyFacts = ""
	if c.HasKey {
		c.KeyFacts = describeKey(c.secrets.Key)
	}
}

// finish takes what a check has found. Its picture stays on this side and apart,
// so that it is in no view of the draft and in nothing that is kept.
func (c *card) finish(check opora.Check) {
	c.show(check.Picture)
	check.Picture = nil
	c.State, c.Checked, c.Check, c.Steps = Done, true, check, check.Evidence
	c.words, c.HandedOver = nil, false
}

func (c *card) show(picture []byte) { c.picture, c.HasPicture = picture, len(picture) > 0 }

func (c *card) reset(state State) {
	c.words, c.HandedOver = nil, false
	c.show(nil)

	c.State, c.Checked, c.Check, c.Steps = state, false, opora.Check{}, []opora.Step{}
	c.Failure, c.FailureField = "", ""
}
