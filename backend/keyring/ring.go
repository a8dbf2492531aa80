// Package keyring keeps secrets in the operating system's keyring: Secret
// Service on Linux, Credential Manager on Windows, Keychain on macOS.
package keyring

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	library "github.com/zalando/go-keyring"

	"opora/backend/opora"
)

// service names all items of Opora. It is a constant, and accounts are random,
// because both are visible in the keyring and pass through other programs'
// command lines: nothing about a customer may be in them.
const service = "opora.v1"

// probeAccount is the one item that does not come from [Ring.Seal]: whenever a
// probe is cut short, the next one finds and removes what was left.
const probeAccount = "oporaprobe0000000000000000"

// Ring is the operating system's keyring.
//
// The library below has no contexts: a keyring that is waiting for a person, or
// hangs, holds its caller for ever, and some answers make it panic. So each call
// runs in a goroutine of its own, and is left behind when its time is over. At
// most maxCalls run or hang at once; the zero value is ready.
type Ring struct {
	once   sync.Once
	slots  chan struct{}
	limits limits // zero means the usual ones; tests are less patient
}

const maxCalls = 8

// limits are how long a call may take.
type limits struct {
	state time.Duration // looking whether the keyring is there and open
	read  time.Duration
	write time.Duration
	ask   time.Duration // from the moment when a person is asked
}

func (r *Ring) ready() {
	r.once.Do(func() {
		r.slots = make(chan struct{}, maxCalls)
		if r.limits == (limits{}) {
			r.limits = limits{state: 2 * time.Second, read: 3 * time.Second, write: writeLimit, ask: 2 * time.Minute}
		}
	})
}

// State says whether the keyring can be used now: nil, [opora.KeyringMissing],
// [opora.KeyringLocked] or [opora.KeyringTimeout]. It never asks anybody
// anything. On Windows and macOS the keyring opens with the operator's session
// and nil is given without a look.
func (r *Ring) State(ctx context.Context) error {
	r.ready()
	_, err := r.call(ctx, "state", r.limits.state, func(ctx context.Context, _ func()) (opora.Secret, error) {
		return opora.Secret{}, prepare(ctx, nil)
	}, nil)
	return err
}

// Probe writes, reads and removes an item of its own. It does not ask anybody
// to unlock the keyring.
func (r *Ring) Probe(ctx context.Context) error {
	if err := r.State(ctx); err != nil {
		return err
	}
	err := r.Set(ctx, probeAccount, opora.NewSecret(rand.Text()))
	return errors.Join(err, r.Delete(ctx, probeAccount))
}

// Set writes an item made by [Ring.Seal] and reads it back: nil means that the
// keyring holds exactly that. It may ask the operator to unlock the keyring.
// After an error the item may be there or not. After [opora.KeyringTimeout] and
// a cancelled ctx it may even appear later; it is then removed, unless the
// program ends first.
func (r *Ring) Set(ctx context.Context, ref string, item opora.Secret) error {
	r.ready()
	_, err := r.call(ctx, "write", r.limits.write, func(ctx context.Context, asking func()) (opora.Secret, error) {
		if err := prepare(ctx, asking); err != nil {
			return opora.Secret{}, err
		}
		if err := ctx.Err(); err != nil {
			return opora.Secret{}, err // nobody waits any more
		}
		return opora.Secret{}, library.Set(service, ref, item.Reveal())
	}, func() { _ = library.Delete(service, ref) })
	if err != nil {
		return err
	}
	back, err := r.get(ctx, ref)
	switch {
	case errors.Is(err, opora.SecretGone):
		// The library reports a dismissed prompt as success.
		return fmt.Errorf("keyring write: %w", opora.KeyringDismissed)
	case err != nil:
		return err
	case !back.Equal(item):
		return fmt.Errorf("keyring read-back: %w", opora.KeyringFailed)
	}
	return nil
}

// Get reads the secret kept under a ref, with the ciphertext that [Ring.Seal]
// gave for it, or nil. It fails with [opora.SecretGone] when the keyring has no
// such item and with [opora.SecretDamaged] when the two do not belong together.
// It may ask the operator to unlock the keyring.
func (r *Ring) Get(ctx context.Context, ref string, sealed []byte) (opora.Secret, error) {
	item, err := r.get(ctx, ref)
	if err != nil {
		return opora.Secret{}, err
	}
	return open(ref, item, sealed)
}

func (r *Ring) get(ctx context.Context, ref string) (opora.Secret, error) {
	r.ready()
	return r.call(ctx, "read", r.limits.read, func(ctx context.Context, asking func()) (opora.Secret, error) {
		if err := prepare(ctx, asking); err != nil {
			return opora.Secret{}, err
		}
		text, err := library.Get(service, ref)
		return opora.NewSecret(text), err
	}, nil)
}

// Delete removes an item. To remove what is not there is no error.
func (r *Ring) Delete(ctx context.Context, ref string) error {
	r.ready()
	_, err := r.call(ctx, "delete", r.limits.write, func(ctx context.Context, asking func()) (opora.Secret, error) {
		if err := prepare(ctx, asking); err != nil {
			return opora.Secret{}, err
		}
		err := library.Delete(service, ref)
		if errors.Is(err, library.ErrNotFound) {
			return opora.Secret{}, nil
		}
		if err != nil {
			return opora.Secret{}, err
		}
		// A prompt that was dismissed counts as success here too.
		if _, err = library.Get(service, ref); errors.Is(err, library.ErrNotFound) {
			return opora.Secret{}, nil
		} else if err == nil {
			err = opora.KeyringDismissed
		}
		return opora.Secret{}, err
	}, nil)
	return err
}

// answer is what a call brought.
type answer struct {
	secret opora.Secret
	err    error
}

// call runs work until its time is over: limit, and from the moment that work
// says that a person is asked, the longer one. When work ends well after nobody
// waits for it any more, late undoes it.
func (r *Ring) call(
	ctx context.Context, name string, limit time.Duration, work func(ctx context.Context, asking func()) (opora.Secret, error), late func(),
) (opora.Secret, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	timer := time.NewTimer(limit)
	defer timer.Stop()

	select {
	case r.slots <- struct{}{}:
	case <-timer.C:
		return opora.Secret{}, fmt.Errorf("keyring %s: %w", name, opora.KeyringTimeout)
	case <-ctx.Done():
		return opora.Secret{}, fmt.Errorf("keyring %s: %w", name, ctx.Err())
	}

	asked := make(chan struct{}, 1)
	done := make(chan answer, 1)
	var over atomic.Bool // whoever sets it first decides: answered or left behind
	go func() {
		defer func() { <-r.slots }()
		secret, err := guarded(func() (opora.Secret, error) {
			return work(ctx, func() { asked <- struct{}{} })
		})
		if over.CompareAndSwap(false, true) {
			done <- answer{secret, err}
		} else if err == nil && late != nil {
			_, _ = guarded(func() (opora.Secret, error) { late(); return opora.Secret{}, nil })
		}
	}()

	for {
		var left error
		select {
		case a := <-done:
			return a.secret, translate(name, a.err)
		case <-asked:
			timer.Reset(r.limits.ask)
			continue
		case <-timer.C:
			left = opora.KeyringTimeout
		case <-ctx.Done():
			left = ctx.Err()
		}
		if over.CompareAndSwap(false, true) {
			return opora.Secret{}, fmt.Errorf("keyring %s: %w", name, left)
		}
	}
}

// guarded turns a panic into an error. The value may quote what the keyring
// said, so it is not kept.
func guarded(work func() (opora.Secret, error)) (secret opora.Secret, err error) {
	defer func() {
		if recover() != nil {
			slog.Error("keyring library panicked")
			secret, err = opora.Secret{}, opora.KeyringFailed
		}
	}()
	return work()
}

// translate gives a code for what the library said, and drops its words: they
// come from another program, which has seen the secret.
func translate(name string, err error) error {
	var code opora.Code
	switch {
	case err == nil:
		return nil
	case errors.As(err, &code):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("keyring %s: %w", name, err)
	case errors.Is(err, library.ErrNotFound):
		code = opora.SecretGone
	case errors.Is(err, library.ErrUnsupportedPlatform), errors.Is(err, exec.ErrNotFound):
		code = opora.KeyringMissing
	default:
		code = systemCode(err)
	}
	return fmt.Errorf("keyring %s: %w", name, code)
}
