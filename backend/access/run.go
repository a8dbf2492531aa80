package access

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"

	"opora/backend/opora"
)

// pollNetwork is how often a waiting draft looks for a network.
const pollNetwork = 2 * time.Second

// Run checks every draft of an intake that is neither kept nor being checked,
// each on its own, and keeps what works when the customer is known.
func (b *Inbox) Run(intakeID int64) (Intake, error) {
	b.mu.Lock()
	var ids []int64
	for _, p := range b.intakes {
		if p.ID != intakeID {
			continue
		}
		for _, c := range p.cards {
			if c.State != Saved && !c.busy() {
				ids = append(ids, c.ID)
			}
		}
	}
	b.mu.Unlock()
	for _, id := range ids {
		if _, err := b.RunOne(id); err != nil {
			return b.viewOf(intakeID), err
		}
	}
	return b.viewOf(intakeID), nil
}

// RunOne checks one draft. What keeps it from being checked is noted at the
// draft itself.
func (b *Inbox) RunOne(draftID int64) (Intake, error) { return b.run(draftID, b.Check, nil) }

// RunAnyway is [Inbox.RunOne] beyond the budget of attempts: the operator's
// word for this one check.
func (b *Inbox) RunAnyway(draftID int64) (Intake, error) { return b.run(draftID, b.CheckAnyway, nil) }

func (b *Inbox) run(draftID int64, how CheckFunc, words chan opora.Word) (Intake, error) {
	return b.onCard(draftID, func(_ *pasted, c *card) error {
		if c.busy() || c.State == Saved || b.closed {
			return opora.Busy
		}
		if c.State == Done && c.Check.Finding.Proven() {
			c.State = Waiting
			b.start(c, b.keepOnly) // already proven: no second login
			return nil
		}
		c.reset(Waiting)
		err := c.credential().Validate()
		if err == nil {
			err = c.secrets.Validate()
		}
		if err == nil && c.secrets.Empty() {
			err = &opora.FieldError{Field: "secret", Code: opora.SecretMissing}
		}
		if err != nil {
			c.reset(Ready)
			c.fail(err)
			return nil
		}
		c.words, c.HandedOver = words, words != nil
		b.start(c, func(ctx context.Context, c *card, turn int) { b.check(ctx, c, turn, how) })
		return nil
	})
}

// start runs work for a card on a goroutine of its own; the lock is held.
func (b *Inbox) start(c *card, work func(context.Context, *card, int)) {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.turn++
	turn := c.turn
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		defer cancel()
		work(ctx, c, turn)
	}()
}

// Cancel ends the check of a draft; the draft is as it was before.
func (b *Inbox) Cancel(draftID int64) (Intake, error) {
	return b.onCard(draftID, func(_ *pasted, c *card) error {
		c.stop()
		return nil
	})
}

// Accept takes the fingerprint that stopped the last check as good, by the
// operator's word, and checks again.
func (b *Inbox) Accept(draftID int64) (Intake, error) {
	_, err := b.onCard(draftID, func(_ *pasted, c *card) error {
		if c.busy() || c.Check.Finding.Fingerprint == "" {
			return opora.Busy
		}
		c.Options.AcceptFingerprint = c.Check.Finding.Fingerprint
		return nil
	})
	if err != nil {
		return Intake{}, err
	}
	return b.RunOne(draftID)
}

// SaveByWord keeps an undecided draft, marked as not proven.
func (b *Inbox) SaveByWord(ctx context.Context, draftID int64) (Intake, error) {
	return b.keep(ctx, draftID, true)
}

func (b *Inbox) check(ctx context.Context, c *card, turn int, how CheckFunc) {
	var credential opora.Credential
	var secrets opora.Secrets
	b.during(c, turn, func(*pasted) { credential, secrets = c.credential(), c.secrets })
	if !b.waitForNetwork(ctx, c, turn, credential.Address) {
		return
	}
	b.during(c, turn, func(*pasted) { c.State = Checking })
	check := how(ctx, credential, secrets, func(step opora.Step) {
		b.during(c, turn, func(*pasted) { c.Steps = append(c.Steps, step) })
	})
	customer := false
	current := b.during(c, turn, func(p *pasted) {
		c.cancel = nil
		c.finish(check)
		customer = p.Customer != ""
	})
	if !current {
		return
	}
	if check.Finding.Proven() && customer {
		b.keepOnly(ctx, c, turn)
	}
	b.mu.Lock()
	ended := c.Draft
	b.mu.Unlock()
	b.Finished(ended)
}

func (b *Inbox) keepOnly(_ context.Context, c *card, turn int) {
	b.during(c, turn, func(*pasted) { c.cancel = nil })
	if _, err := b.keep(context.Background(), c.ID, false); err != nil {
		slog.Warn("access not kept", "draft", c.ID, "err", err)
	}
}

// keep hands a checked draft to the keeper. A failure stays at the draft, with
// everything that was typed.
func (b *Inbox) keep(ctx context.Context, draftID int64, byWord bool) (Intake, error) {
	var credential opora.Credential
	var secrets opora.Secrets
	var check opora.Check
	var customerID int64
	var name string
	_, err := b.onCard(draftID, func(p *pasted, c *card) error {
		switch {
		case c.busy() || c.State == Saved:
			return opora.Busy
		case !c.Checked || !Keepable(c.Check.Finding, byWord):
			return opora.NotProven
		case p.Customer == "":
			c.State, c.Failure = Done, opora.CustomerNeeded
			return opora.CustomerNeeded
		}
		c.Failure, c.FailureField = "", ""
		c.cancel = func() {} // busy, and not to be cancelled half way
		credential, secrets, check = c.credential(), c.secrets, c.Check
		customerID, name = p.CustomerID, p.Customer
		return nil
	})
	if err != nil {
		return Intake{}, err
	}
	var customer opora.Customer
	if customerID != 0 {
		customer, err = b.Customer(ctx, customerID)
	} else {
		customer, err = b.Named(ctx, name)
	}
	var kept opora.Credential
	if err == nil {
		kept, _, err = b.Keep(ctx, customer, credential, secrets, check, byWord)
	}
	view, gone := b.onCard(draftID, func(p *pasted, c *card) error {
		c.cancel = nil
		if err != nil {
			c.State = Done
			c.fail(err)
			return nil
		}
		p.CustomerID, p.Customer = customer.ID, customer.Name
		c.State, c.CredentialID = Saved, kept.ID
		c.secrets = opora.Secrets{} // the keyring has them now
		c.show(nil)
		return nil
	})
	return view, errors.Join(err, gone)
}

// during changes a card if the check that asks is still its running one, and
// tells the page. It gives false when the check was ended meanwhile.
func (b *Inbox) during(c *card, turn int, do func(*pasted)) bool {
	_, err := b.onCard(c.ID, func(p *pasted, found *card) error {
		if found != c || c.turn != turn {
			return opora.NotFound
		}
		do(p)
		return nil
	})
	return err == nil
}

// waitForNetwork holds a check back while this machine has no network at all;
// doors on this machine itself need none. It gives false when cancelled.
func (b *Inbox) waitForNetwork(ctx context.Context, c *card, turn int, address string) bool {
	if b.Online() || local(address) {
		return true
	}
	b.during(c, turn, func(*pasted) { c.State = Offline })
	ticker := time.NewTicker(pollNetwork)
	defer ticker.Stop()
	for !b.Online() {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
	return b.during(c, turn, func(*pasted) { c.State = Waiting })
}

// local reports whether an address names this machine, which answers offline too.
func local(address string) bool {
	host := address
	if _, rest, found := strings.Cut(host, "://"); found {
		host = rest
	}
	host, _, _ = strings.Cut(host, "/")
	if _, after, found := strings.Cut(host, "@"); found {
		host = after
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// HasNetwork reports whether any interface but the loopback is up with an
// address that reaches further than the link.
func HasNetwork() bool {
	interfaces, err := net.Interfaces()
	if err != nil {
		return true // not known: let the check find out
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
				return true
			}
		}
	}
	return false
}
