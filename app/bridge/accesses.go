package bridge

import (
	"context"
	"encoding/base64"

	"opora/backend/access"
	"opora/backend/opora"
)

// Accesses is the way of accesses from a pasted message to the keyring.
type Accesses struct{ app *App }

// Take finds the accesses in a message and makes a draft of each.
func (a *Accesses) Take(message string) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.Take(message) })
}

// Blank starts an intake with one empty draft.
func (a *Accesses) Blank() (access.Intake, error) {
	return onInbox(a.app, (*access.Inbox).Blank)
}

// Intakes lists what is being worked on, newest first.
func (a *Accesses) Intakes() ([]access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) ([]access.Intake, error) { return b.Intakes(), nil })
}

// AddDraft puts an empty draft at the end of an intake.
func (a *Accesses) AddDraft(intakeID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.AddDraft(intakeID) })
}

// Edit changes a draft.
func (a *Accesses) Edit(draftID int64, change access.Change) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.Edit(draftID, change) })
}

// SetCustomer says whose accesses these are: by id, or by a name when id is 0.
func (a *Accesses) SetCustomer(intakeID, customerID int64, name string) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) {
		return b.SetCustomer(context.Background(), intakeID, customerID, name)
	})
}

// Run checks every draft of an intake and keeps what works.
func (a *Accesses) Run(intakeID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.Run(intakeID) })
}

// RunOne checks one draft and keeps it when it works.
func (a *Accesses) RunOne(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.RunOne(draftID) })
}

// RunAnyway checks one draft beyond the budget of attempts, by the operator's
// word.
func (a *Accesses) RunAnyway(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.RunAnyway(draftID) })
}

// Cancel ends the check of a draft.
func (a *Accesses) Cancel(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.Cancel(draftID) })
}

// Accept takes the fingerprint that stopped the last check as good.
func (a *Accesses) Accept(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.Accept(draftID) })
}

// SaveByWord keeps an undecided draft, marked as not proven.
func (a *Accesses) SaveByWord(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.SaveByWord(context.Background(), draftID) })
}

// HandOver checks a draft in a window in which the operator goes on by hand.
func (a *Accesses) HandOver(draftID int64) (access.Intake, error) {
	return onInbox(a.app, func(b *access.Inbox) (access.Intake, error) { return b.HandOver(draftID) })
}

// Say tells the window of a draft what the operator says of it: "judge",
// "works", "rejected" or "stop".
func (a *Accesses) Say(draftID int64, word string) error {
	return doInbox(a.app, func(b *access.Inbox) error { return b.Say(draftID, opora.Word(word)) })
}

// Picture gives the small picture of the page that a draft's check ended on: a
// JPEG in base64.
func (a *Accesses) Picture(draftID int64) (string, error) {
	return onInbox(a.app, func(b *access.Inbox) (string, error) {
		picture, err := b.Picture(draftID)
		return base64.StdEncoding.EncodeToString(picture), err
	})
}

// Recipe gives what is known about the site of an access, by the address that
// its check ended on or by the one that was typed; without a site where nothing
// is known.
func (a *Accesses) Recipe(final, typed string) (opora.Recipe, error) {
	d, err := a.app.Desk()
	if err != nil {
		return opora.Recipe{}, err
	}
	return d.Recipe(context.Background(), final, typed)
}

// ForgetRecipe drops what is known about a site.
func (a *Accesses) ForgetRecipe(site string) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.DB.ForgetRecipe(context.Background(), site)
}

// Discard removes one draft.
func (a *Accesses) Discard(draftID int64) error {
	return doInbox(a.app, func(b *access.Inbox) error { return b.Discard(draftID) })
}

// DiscardIntake removes a message with all its drafts.
func (a *Accesses) DiscardIntake(intakeID int64) error {
	return doInbox(a.app, func(b *access.Inbox) error { return b.DiscardIntake(intakeID) })
}

// Undo brings back the intake that was removed last.
func (a *Accesses) Undo() (access.Intake, error) {
	return onInbox(a.app, (*access.Inbox).Undo)
}

// ShowDraft gives one secret of a draft to be shown while a key is held. Part
// is "secret", "key" or "passphrase".
func (a *Accesses) ShowDraft(draftID int64, part string) (string, error) {
	return onInbox(a.app, func(b *access.Inbox) (string, error) {
		secret, err := b.Secret(draftID, part)
		return secret.Reveal(), err
	})
}

// CopyRequest copies the reply that asks the customer for what is missing.
func (a *Accesses) CopyRequest(draftID int64) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.CopyRequest(draftID)
}

// Saved lists the kept credentials, newest first; of one customer, or of all
// when customerID is 0.
func (a *Accesses) Saved(customerID int64) ([]opora.Credential, error) {
	d, err := a.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.DB.Credentials(context.Background(), customerID)
}

// Recheck checks a kept credential again; anyway goes beyond the budget of
// attempts, by the operator's word.
func (a *Accesses) Recheck(credentialID int64, anyway bool) (opora.Credential, error) {
	d, err := a.app.Desk()
	if err != nil {
		return opora.Credential{}, err
	}
	return d.Recheck(context.Background(), credentialID, anyway)
}

// Show gives one kept secret to be shown while a key is held; it leaves a line
// in the use log.
func (a *Accesses) Show(credentialID int64, part string) (string, error) {
	d, err := a.app.Desk()
	if err != nil {
		return "", err
	}
	secret, err := d.Secret(context.Background(), credentialID, part, opora.ShownSecret)
	return secret.Reveal(), err
}

// CopySecret puts one kept secret on the clipboard, hidden from histories, and
// gives the seconds after which it is cleared.
func (a *Accesses) CopySecret(credentialID int64, part string) (int, error) {
	d, err := a.app.Desk()
	if err != nil {
		return 0, err
	}
	return d.CopySecret(context.Background(), credentialID, part)
}

// CopyLogin puts the login on the clipboard.
func (a *Accesses) CopyLogin(credentialID int64) error {
	return a.copyField(credentialID, func(c opora.Credential) string { return c.Login })
}

// CopyAddress puts the address on the clipboard.
func (a *Accesses) CopyAddress(credentialID int64) error {
	return a.copyField(credentialID, func(c opora.Credential) string { return c.Address })
}

func (a *Accesses) copyField(credentialID int64, field func(opora.Credential) string) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	c, err := d.DB.Credential(context.Background(), credentialID)
	if err != nil {
		return err
	}
	return d.Clipboard.Copy(field(c))
}

// Forget removes the secret from the keyring; the note stays as a trace.
func (a *Accesses) Forget(credentialID int64) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.Forget(context.Background(), credentialID)
}

func onInbox[T any](app *App, do func(*access.Inbox) (T, error)) (T, error) {
	d, err := app.Desk()
	if err != nil {
		var none T
		return none, err
	}
	return do(d.Inbox)
}

func doInbox(app *App, do func(*access.Inbox) error) error {
	_, err := onInbox(app, func(b *access.Inbox) (struct{}, error) { return struct{}{}, do(b) })
	return err
}
