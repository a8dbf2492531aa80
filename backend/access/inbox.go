package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"opora/backend/intake"
	"opora/backend/opora"
)

// Limits of the inbox.
const (
	MaxMessage = 8 << 20 // bytes of one pasted message
	maxDrafts  = 200     // of one message; more is no message from a person
)

// Inbox holds the messages that the operator is working through. It lives in
// memory only: what is not proven and kept is gone with the program, or when
// its time is over. All methods may be called from any goroutine.
type Inbox struct {
	Prover
	Customer func(ctx context.Context, id int64) (opora.Customer, error)
	Named    func(ctx context.Context, name string) (opora.Customer, error) // finds or makes
	Online   func() bool
	Changed  func(Intake)   // an intake is new or changed
	Removed  func(id int64) // an intake is gone
	Finished func(Draft)    // a check has ended
	Now      func() time.Time
	Life     func() time.Duration // of an intake from its last change

	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
	last    int64
	intakes []*pasted
	removed []removal // newest last
}

type pasted struct {
	Intake
	cards []*card
}

// view is a copy that the page may have.
func (p *pasted) view() Intake {
	v := p.Intake
	v.Drafts = make([]Draft, len(p.cards))
	for i, c := range p.cards {
		v.Drafts[i] = c.Draft
		v.Drafts[i].Steps = slices.Clone(c.Steps)
		v.Drafts[i].Warnings = slices.Clone(c.Warnings)
	}
	return v
}

// Take finds the accesses in a message and makes a draft of each. A message
// without any gives [opora.NothingFound], and nothing is kept of it.
func (b *Inbox) Take(message string) (Intake, error) {
	if len(message) > MaxMessage {
		return Intake{}, opora.TooLong
	}
	found := intake.Read(message)
	if len(found) == 0 {
		return Intake{}, opora.NothingFound
	}
	if len(found) > maxDrafts {
		found = found[:maxDrafts]
	}
	p := &pasted{Intake: Intake{Segments: intake.Segments(message, found)}}
	for _, f := range found {
		c := &card{secrets: f.Secrets, Draft: Draft{
			Kind: f.Credential.Kind, Address: f.Credential.Address, Login: f.Credential.Login,
			Options: f.Credential.Options, Warnings: append([]intake.Warning{}, f.Warnings...),
		}}
		c.describe()
		c.reset(Ready)
		p.cards = append(p.cards, c)
	}
	return b.add(p)
}

// Blank starts an intake with one empty draft, for what was not pasted.
func (b *Inbox) Blank() (Intake, error) {
	c := &card{Draft: Draft{Kind: opora.Web, Warnings: []intake.Warning{}}}
	c.reset(Ready)
	return b.add(&pasted{Intake: Intake{Segments: []intake.Segment{}}, cards: []*card{c}})
}

func (b *Inbox) add(p *pasted) (Intake, error) {
	b.mu.Lock()
	b.last++
	p.ID, p.At = b.last, b.Now()
	for _, c := range p.cards {
		b.last++
		c.ID, c.IntakeID = b.last, p.ID
	}
	b.intakes = append([]*pasted{p}, b.intakes...)
	b.mu.Unlock()
	return b.touched(p), nil
}

// Intakes lists what is being worked on, newest first.
func (b *Inbox) Intakes() []Intake {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Intake, len(b.intakes))
	for i, p := range b.intakes {
		list[i] = p.view()
	}
	return list
}

// AddDraft puts an empty draft at the end of an intake.
func (b *Inbox) AddDraft(intakeID int64) (Intake, error) {
	return b.onIntake(intakeID, func(p *pasted) error {
		if len(p.cards) >= maxDrafts {
			return opora.TooLong
		}
		b.last++
		c := &card{Draft: Draft{ID: b.last, IntakeID: p.ID, Kind: opora.Web, Warnings: []intake.Warning{}}}
		c.reset(Ready)
		p.cards = append(p.cards, c)
		return nil
	})
}

// Edit changes a draft; its verdict, if any, is dropped.
func (b *Inbox) Edit(draftID int64, change Change) (Intake, error) {
	return b.onCard(draftID, func(_ *pasted, c *card) error {
		if c.busy() || c.State == Saved {
			return opora.Busy
		}
		c.apply(change)
		return nil
	})
}

// SetCustomer says whose accesses these are: an existing customer by id, or by
// a name, new or not. Drafts that already work are kept at once.
func (b *Inbox) SetCustomer(ctx context.Context, intakeID, customerID int64, name string) (Intake, error) {
	if customerID != 0 {
		customer, err := b.Customer(ctx, customerID)
		if err != nil {
			return Intake{}, err
		}
		name = customer.Name
	} else if name = strings.TrimSpace(name); name != "" {
		if err := (opora.Customer{Name: name}).Validate(); err != nil {
			return Intake{}, err
		}
	}
	var proven []int64
	view, err := b.onIntake(intakeID, func(p *pasted) error {
		p.CustomerID, p.Customer = customerID, name
		for _, c := range p.cards {
			if c.State == Done && c.Check.Finding.Proven() {
				proven = append(proven, c.ID)
			}
		}
		return nil
	})
	if err != nil || name == "" {
		return view, err
	}
	for _, id := range proven {
		if _, err := b.keep(ctx, id, false); err != nil {
			return b.viewOf(intakeID), err
		}
	}
	return b.viewOf(intakeID), nil
}

// Secret gives one part of a draft's secrets: "secret", "key" or "passphrase".
func (b *Inbox) Secret(draftID int64, part string) (opora.Secret, error) {
	var secret opora.Secret
	b.mu.Lock()
	defer b.mu.Unlock()
	_, c := b.find(draftID)
	if c == nil {
		return secret, opora.NotFound
	}
	return Part(c.secrets, part)
}

// Part picks one of the secrets by its field name.
func Part(secrets opora.Secrets, part string) (opora.Secret, error) {
	switch part {
	case "secret":
		return secrets.Password, nil
	case "key":
		return secrets.Key, nil
	case "passphrase":
		return secrets.Passphrase, nil
	}
	return opora.Secret{}, &opora.FieldError{Field: "part", Code: opora.OptionInvalid}
}

// Discard removes one draft, and the intake with its last one; [Inbox.Undo]
// brings it back.
func (b *Inbox) Discard(draftID int64) error {
	b.mu.Lock()
	p, c := b.find(draftID)
	b.mu.Unlock()
	if c == nil {
		return opora.NotFound
	}
	if len(p.cards) == 1 {
		return b.DiscardIntake(p.ID)
	}
	_, err := b.onCard(draftID, func(p *pasted, c *card) error {
		c.stop()
		at := slices.Index(p.cards, c)
		p.cards = slices.Delete(p.cards, at, at+1)
		b.removed = append(b.removed, removal{p: p, c: c, at: at})
		return nil
	})
	return err
}

// DiscardIntake removes a message with all its drafts; [Inbox.Undo] brings it
// back.
func (b *Inbox) DiscardIntake(id int64) error {
	b.mu.Lock()
	i := slices.IndexFunc(b.intakes, func(p *pasted) bool { return p.ID == id })
	if i < 0 {
		b.mu.Unlock()
		return opora.NotFound
	}
	p := b.intakes[i]
	for _, c := range p.cards {
		c.stop()
	}
	b.intakes = slices.Delete(b.intakes, i, i+1)
	b.removed = append(b.removed, removal{p: p})
	b.mu.Unlock()
	b.Removed(id)
	return nil
}

// removal is what an undo brings back: a whole intake, or one card of it.
type removal struct {
	p  *pasted
	c  *card
	at int
}

// Undo brings back what was removed last, as long as its time is not over.
func (b *Inbox) Undo() (Intake, error) {
	b.mu.Lock()
	if len(b.removed) == 0 {
		b.mu.Unlock()
		return Intake{}, opora.NotFound
	}
	last := b.removed[len(b.removed)-1]
	b.removed = b.removed[:len(b.removed)-1]
	if last.c != nil {
		last.p.cards = slices.Insert(last.p.cards, min(last.at, len(last.p.cards)), last.c)
	}
	if !slices.Contains(b.intakes, last.p) {
		b.intakes = append([]*pasted{last.p}, b.intakes...)
	}
	b.mu.Unlock()
	return b.touched(last.p), nil
}

// Sweep drops what has outlived its time, with its secrets. What is being
// checked stays.
func (b *Inbox) Sweep() {
	b.mu.Lock()
	now := b.Now()
	var gone []int64
	expired := func(p *pasted) bool {
		return now.After(p.ExpiresAt) && !slices.ContainsFunc(p.cards, (*card).busy)
	}
	b.intakes = slices.DeleteFunc(b.intakes, func(p *pasted) bool {
		if !expired(p) {
			return false
		}
		gone = append(gone, p.ID)
		return true
	})
	b.removed = slices.DeleteFunc(b.removed, func(r removal) bool { return expired(r.p) })
	b.mu.Unlock()
	for _, id := range gone {
		b.Removed(id)
	}
}

// Close cancels every check and waits for them to end.
func (b *Inbox) Close() {
	b.mu.Lock()
	b.closed = true
	for _, p := range b.intakes {
		for _, c := range p.cards {
			c.stop()
		}
	}
	b.intakes, b.removed = nil, nil
	b.mu.Unlock()
	b.running.Wait()
}

func (b *Inbox) find(draftID int64) (*pasted, *card) {
	for _, p := range b.intakes {
		for _, c := range p.cards {
			if c.ID == draftID {
				return p, c
			}
		}
	}
	return nil, nil
}

func (b *Inbox) viewOf(intakeID int64) Intake {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.intakes {
		if p.ID == intakeID {
			return p.view()
		}
	}
	return Intake{Segments: []intake.Segment{}, Drafts: []Draft{}}
}

func (b *Inbox) onIntake(id int64, do func(*pasted) error) (Intake, error) {
	b.mu.Lock()
	i := slices.IndexFunc(b.intakes, func(p *pasted) bool { return p.ID == id })
	if i < 0 {
		b.mu.Unlock()
		return Intake{}, opora.NotFound
	}
	p := b.intakes[i]
	err := do(p)
	b.mu.Unlock()
	if err != nil {
		return Intake{}, err
	}
	return b.touched(p), nil
}

func (b *Inbox) onCard(draftID int64, do func(*pasted, *card) error) (Intake, error) {
	b.mu.Lock()
	p, c := b.find(draftID)
	if c == nil {
		b.mu.Unlock()
		return Intake{}, opora.NotFound
	}
	err := do(p, c)
	b.mu.Unlock()
	if err != nil {
		return Intake{}, err
	}
	return b.touched(p), nil
}

// touched gives the intake a new lease and tells the page.
func (b *Inbox) touched(p *pasted) Intake {
	life := b.Life()
	b.mu.Lock()
	p.ExpiresAt = b.Now().Add(life)
	p.Revision++
	view := p.view()
	b.mu.Unlock()
	b.Changed(view)
	return view
}

// fail notes at the card why it could not go on.
func (c *card) fail(err error) {
	c.Failure = opora.Unexpected
	errors.As(err, &c.Failure)
	var field *opora.FieldError
	if errors.As(err, &field) {
		c.FailureField = field.Field
	}
}
