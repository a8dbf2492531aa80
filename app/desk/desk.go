// Package desk opens the adapters and joins the use cases. It is the one place
// that knows them all; the window and the command line stand on it.
package desk

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"opora/app/words"
	"opora/backend/access"
	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/check/basic"
	"opora/backend/check/ssh"
	"opora/backend/check/web"
	"opora/backend/keyring"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// Events tell the window what has changed. Each may be called from any
// goroutine; nil ones are left out.
type Events struct {
	Intake   func(access.Intake)
	Removed  func(intakeID int64)
	Changed  func(noun string)
	Finished func(opora.Finding)
	Import   func(opora.Progress)
}

// Clipboard is where copies go; what is secret is marked and taken back.
type Clipboard interface {
	Copy(text string) error
	CopySecret(opora.Secret) (clearAfter time.Duration, err error)
	Close()
}

// Desk is an open data folder with everything that works on it.
type Desk struct {
	DB        *sqlite.DB
	Ring      *keyring.Ring
	Keeper    *access.Keeper
	Runner    *check.Runner
	Inbox     *access.Inbox
	Library   *Library
	Clipboard Clipboard
	Dir       string

	events Events
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// sweep is how often expired drafts are looked for.
const sweep = time.Minute

// Checkers lists the doors that can be checked, by kind, each by the engine that
// its page needs.
func Checkers() map[opora.Kind]check.Checker { return CheckersBy("") }

// CheckersBy is [Checkers] with one engine for every web page.
func CheckersBy(engine opora.Engine) map[opora.Kind]check.Checker {
	return map[opora.Kind]check.Checker{
		opora.Web:    &web.Checker{Challenge: &basic.Checker{}, Engine: engine},
		opora.Basic:  &basic.Checker{},
		opora.Digest: &basic.Checker{},
		opora.SSH:    &ssh.Checker{},
		opora.SFTP:   &ssh.Checker{},
	}
}

// Open opens the data folder, made when missing, settles what a crash left
// half done, and joins the use cases. An absent or locked keyring does not keep
// the desk from opening.
func Open(ctx context.Context, dir string, events Events) (*Desk, error) {
	db, err := sqlite.Open(ctx, dir, time.Now)
	if err != nil {
		return nil, err
	}
	d := &Desk{DB: db, Ring: &keyring.Ring{}, Dir: dir, events: events, Clipboard: newClipboard()}
	d.Keeper = &access.Keeper{Store: db, Ring: d.Ring, Lock: filepath.Join(dir, "saving.lock")}
	d.Runner = &check.Runner{Checkers: Checkers(), Ledger: db, HostKeys: db, Recipes: db, Now: time.Now}
	d.Inbox = &access.Inbox{
		Prover:   access.Prover{Check: d.Runner.Check, CheckAnyway: d.Runner.CheckAnyway, Assist: d.Runner.Assist, Keep: d.keep},
		Customer: db.Customer,
		Named:    d.CustomerFor,
		Online:   access.HasNetwork,
		Changed:  func(i access.Intake) { tell(events.Intake, i) },
		Removed:  func(id int64) { tell(events.Removed, id) },
		Finished: func(draft access.Draft) { tell(events.Finished, draft.Check.Finding) },
		Now:      time.Now,
		Life:     d.draftLife,
	}
	d.Library = newLibrary(d)
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	d.done.Go(func() { d.keepHouse(background) })
	return d, nil
}

func tell[T any](event func(T), what T) {
	if event != nil {
		event(what)
	}
}

// keepHouse settles and removes what an earlier run left, and drops expired
// drafts. It runs beside the window: a keyring that asks for its password must
// not hold it up.
func (d *Desk) keepHouse(ctx context.Context) {
	browser.Sweep()
	unsettled := d.recoverSaves(ctx)
	ticker := time.NewTicker(sweep)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.Inbox.Sweep()
			if unsettled {
				unsettled = d.recoverSaves(ctx)
			}
		}
	}
}

// recoverSaves settles unfinished saves; it gives true when some are left, as
// while the keyring is locked.
func (d *Desk) recoverSaves(ctx context.Context) (left bool) {
	err := d.Keeper.Recover(ctx)
	if err != nil && ctx.Err() == nil {
		slog.Warn("unfinished saves are left for later", "err", err)
	}
	return err != nil
}

// Close ends the checks, clears the clipboard of secrets and closes the data.
func (d *Desk) Close() {
	d.stop()
	d.Inbox.Close()
	d.Clipboard.Close()
	d.Library.close()
	d.done.Wait()
	if err := d.DB.Close(); err != nil {
		slog.Error("data not closed cleanly", "err", err)
	}
}

// keep is the keeper's save, signed by the operator and told to the page.
func (d *Desk) keep(ctx context.Context, customer opora.Customer, credential opora.Credential, secrets opora.Secrets, checked opora.Check, byWord bool) (opora.Credential, opora.Note, error) {
	credential, note, err := d.Keeper.Save(ctx, customer, credential, secrets, checked, byWord)
	if err == nil {
		for _, noun := range []string{"credentials", "notes", "customers"} {
			tell(d.events.Changed, noun)
		}
	}
	return credential, note, err
}

// Keep keeps a checked credential at a customer of that name or id, made when
// missing. What may not be kept by its verdict gives [opora.NotProven], and no
// customer is made for it.
func (d *Desk) Keep(ctx context.Context, customer string, credential opora.Credential, secrets opora.Secrets, checked opora.Check, byWord bool) (opora.Credential, opora.Note, error) {
	if !access.Keepable(checked.Finding, byWord) {
		return opora.Credential{}, opora.Note{}, opora.NotProven
	}
	owner, err := d.CustomerFor(ctx, customer)
	if err != nil {
		return opora.Credential{}, opora.Note{}, err
	}
	return d.keep(ctx, owner, credential, secrets, checked, byWord)
}

// CustomerFor gives the customer with an id or an exact name, new when there
// is none of that name.
func (d *Desk) CustomerFor(ctx context.Context, nameOrID string) (opora.Customer, error) {
	customer, err := d.DB.CustomerNamed(ctx, nameOrID)
	if errors.Is(err, opora.NotFound) {
		return d.DB.AddCustomer(ctx, nameOrID)
	}
	return customer, err
}

// Recheck checks a kept credential again and records what came of it. When the
// budget of attempts is spent nothing is asked and nothing recorded, unless the
// operator says anyway.
func (d *Desk) Recheck(ctx context.Context, id int64, anyway bool) (opora.Credential, error) {
	credential, err := d.DB.Credential(ctx, id)
	if err != nil {
		return opora.Credential{}, err
	}
	secrets, err := d.Keeper.Secrets(ctx, id)
	if err != nil {
		return opora.Credential{}, err
	}
	if err := d.DB.LogUse(ctx, id, opora.CheckedAgain); err != nil {
		return opora.Credential{}, err
	}
	run := d.Runner.Check
	if anyway {
		run = d.Runner.CheckAnyway
	}
	checked := run(ctx, credential, secrets, nil)
	if checked.Finding.Waits() {
		credential.Check = checked
		return credential, nil
	}
	if err := d.DB.RecordCheck(ctx, id, checked); err != nil {
		return opora.Credential{}, err
	}
	tell(d.events.Changed, "credentials")
	return d.DB.Credential(ctx, id)
}

// Secret gives one part of a kept secret and leaves a line in the use log.
func (d *Desk) Secret(ctx context.Context, id int64, part string, action opora.Action) (opora.Secret, error) {
	secrets, err := d.Keeper.Secrets(ctx, id)
	if err != nil {
		return opora.Secret{}, err
	}
	secret, err := access.Part(secrets, part)
	if err != nil {
		return opora.Secret{}, err
	}
	if secret.Empty() {
		return opora.Secret{}, &opora.FieldError{Field: part, Code: opora.SecretMissing}
	}
	return secret, d.DB.LogUse(ctx, id, action)
}

// CopySecret puts one part of a kept secret on the clipboard and gives the
// seconds after which it is cleared.
func (d *Desk) CopySecret(ctx context.Context, id int64, part string) (int, error) {
	secret, err := d.Secret(ctx, id, part, opora.CopiedSecret)
	if err != nil {
		return 0, err
	}
	after, err := d.Clipboard.CopySecret(secret)
	return int(after.Seconds()), err
}

// Forget removes a secret for good; the note stays as a trace.
func (d *Desk) Forget(ctx context.Context, id int64) error {
	if err := d.Keeper.Forget(ctx, id); err != nil {
		return err
	}
	tell(d.events.Changed, "credentials")
	return d.DB.LogUse(ctx, id, opora.Forgot)
}

// AddNote writes a free remark, signed by the operator.
func (d *Desk) AddNote(ctx context.Context, customerID int64, text string) (opora.Note, error) {
	settings, err := d.DB.Settings(ctx)
	if err != nil {
		return opora.Note{}, err
	}
	return d.DB.AddNote(ctx, opora.Note{CustomerID: customerID, Text: text, Author: settings.Operator})
}

// SaveSettings keeps the operator's choices.
func (d *Desk) SaveSettings(ctx context.Context, settings opora.Settings) error {
	return d.DB.SaveSettings(ctx, settings)
}

// Words speaks the operator's language.
func (d *Desk) Words(ctx context.Context) words.Words {
	settings, err := d.DB.Settings(ctx)
	if err != nil || settings.Language == "" {
		return words.In(SystemLanguage())
	}
	return words.In(settings.Language)
}

// CopyRequest copies the reply that asks the customer for what is missing.
func (d *Desk) CopyRequest(draftID int64) error {
	for _, intake := range d.Inbox.Intakes() {
		for _, draft := range intake.Drafts {
			if draft.ID == draftID {
				return d.Clipboard.Copy(d.request(draft))
			}
		}
	}
	return opora.NotFound
}

func (d *Desk) request(draft access.Draft) string {
	say := d.Words(context.Background())
	key := "reply_" + string(draft.Check.Finding.Reason)
	if !draft.Checked || !say.Has(key) {
		key = "reply_other"
	}
	text := say.Say(key, "address", draft.Address, "login", draft.Login)
	for _, hint := range draft.Check.Finding.Hints {
		if hint.Code == opora.HintSaid {
			text += " " + say.Say("reply_said", "said", hint.Detail)
		}
	}
	return text
}

// KeyringState says in a code what keeps the keyring from being used, or
// nothing. It opens no prompt.
func (d *Desk) KeyringState(ctx context.Context) opora.Code {
	err := d.Ring.State(ctx)
	if err == nil {
		return ""
	}
	code := opora.KeyringFailed
	errors.As(err, &code)
	return code
}

func (d *Desk) draftLife() time.Duration {
	hours := 8
	if settings, err := d.DB.Settings(context.Background()); err == nil && settings.DraftHours > 0 {
		hours = settings.DraftHours
	}
	return time.Duration(hours) * time.Hour
}
