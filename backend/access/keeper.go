package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gofrs/flock"

	"opora/backend/opora"
)

// Store is the data file as the keeper needs it. Every method is one
// transaction: when it returns nil the change outlives a crash.
type Store interface {
	BeginSave(ctx context.Context, ref string, sealed []byte) error
	CommitSave(ctx context.Context, ref string, credential opora.Credential, note opora.Note) (kept opora.Credential, noted opora.Note, stale string, err error)
	ConfirmIntent(ctx context.Context, ref string) error
	BeginForget(ctx context.Context, credentialID int64) (ref string, err error)
	DropIntent(ctx context.Context, ref string) error
	Pending(ctx context.Context) (refs []string, err error)

	Credential(ctx context.Context, id int64) (opora.Credential, error)
	Sealed(ctx context.Context, ref string) ([]byte, error)
	MarkMissing(ctx context.Context, credentialID int64, missing bool) error
	Settings(ctx context.Context) (opora.Settings, error)
}

// Ring is the keyring as the keeper needs it. Set returns nil only when the
// item was read back equal; Delete returns nil only when the item is gone; State
// never asks the operator anything.
type Ring interface {
	Seal(secret opora.Secret) (ref string, item opora.Secret, sealed []byte, err error)
	Set(ctx context.Context, ref string, item opora.Secret) error
	Get(ctx context.Context, ref string, sealed []byte) (opora.Secret, error)
	Delete(ctx context.Context, ref string) error
	State(ctx context.Context) error
}

// Keeper keeps proven credentials: the secret in the keyring, everything else
// in the data file, both or neither, whenever the program ends.
//
// No transaction spans the two. So the data file announces what is about to
// happen to an item (the intent), the item is written or deleted, and a second
// transaction makes it the secret of a credential or drops the intent. What is
// announced and not pointed to is settled by [Keeper.Recover].
type Keeper struct {
	Store Store
	Ring  Ring
	Lock  string // path of the file that changes hold together and recovery alone
}

// Save keeps a checked credential at a customer and writes the note. It takes
// what works, and by the operator's word also what is undecided, marked as not
// proven; it fails with [opora.NotProven] for the rest. A credential of the
// customer for the same door and login is replaced. Saving the same check again
// gives the first result.
func (k *Keeper) Save(ctx context.Context, customer opora.Customer, credential opora.Credential, secrets opora.Secrets, check opora.Check, byWord bool) (opora.Credential, opora.Note, error) {
	kept, note, err := k.save(ctx, customer, credential, secrets, check, byWord)
	if err != nil {
		return opora.Credential{}, opora.Note{}, fmt.Errorf("save: %w", err)
	}
	return kept, note, nil
}

func (k *Keeper) save(ctx context.Context, customer opora.Customer, credential opora.Credential, secrets opora.Secrets, check opora.Check, byWord bool) (
	kept opora.Credential, note opora.Note, err error,
) {
	switch {
	case !Keepable(check.Finding, byWord), check.ID == "":
		return kept, note, opora.NotProven
	case secrets.Empty():
		return kept, note, &opora.FieldError{Field: "secret", Code: opora.SecretMissing}
	case customer.ID == 0:
		return kept, note, opora.CustomerNeeded
	}
	if err := errors.Join(credential.Validate(), secrets.Validate()); err != nil {
		return kept, note, err
	}
	settings, err := k.Store.Settings(ctx)
	if err != nil {
		return kept, note, err
	}
	credential.CustomerID = customer.ID
	credential.HasKey = !secrets.Key.Empty()
	credential.Proven = check.Finding.Proven()
	credential.Check = check
	note = opora.Note{
		CustomerID: customer.ID, Author: settings.Operator, Kind: credential.Kind, Address: credential.Address,
		Login: credential.Login, Proven: credential.Proven, Check: check,
	}
	ref, item, sealed, err := k.Ring.Seal(opora.NewSecret(secrets.Pack()))
	if err != nil {
		return kept, note, err
	}

	release, err := k.share(ctx)
	if err != nil {
		return kept, note, err
	}
	defer release()
	if err := k.Store.BeginSave(ctx, ref, sealed); err != nil {
		return kept, note, err
	}
	if err := k.Ring.Set(ctx, ref, item); err != nil {
		k.undo(ctx, ref, err)
		return kept, note, err
	}
	// The keyring has it: what is left takes milliseconds and is not cancelled.
	kept, note, stale, err := k.Store.CommitSave(context.WithoutCancel(ctx), ref, credential, note)
	if err != nil {
		k.undo(ctx, ref, err)
		return kept, note, err
	}
	if stale != "" {
		// Kept already: what is left behind is deleted now or at the next start.
		if err := k.settle(context.WithoutCancel(ctx), stale); err != nil {
			slog.Warn("replaced secret not deleted yet", "credential", kept.ID, "err", err)
		}
	}
	return kept, note, nil
}

// undo takes a failed save back at once, where it is sure how far it came;
// where it is not, the intent stays for [Keeper.Recover].
func (k *Keeper) undo(ctx context.Context, ref string, cause error) {
	ctx = context.WithoutCancel(ctx)
	if errors.Is(cause, opora.KeyringTimeout) || errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return // a write that was left behind may still arrive
	}
	// A commit that failed for want of space or at the last fsync may be found in
	// the file after a crash. Once another write is through, it cannot.
	err := k.Store.ConfirmIntent(ctx, ref)
	if err == nil {
		err = k.settle(ctx, ref)
	}
	if err != nil {
		slog.Warn("failed save not taken back yet", "err", err)
	}
}

// settle deletes an announced item and then drops its intent.
func (k *Keeper) settle(ctx context.Context, ref string) error {
	if err := k.Ring.State(ctx); err != nil {
		return err // deleting would ask the operator for nothing that they want
	}
	if err := k.Ring.Delete(ctx, ref); err != nil {
		return err
	}
	return k.Store.DropIntent(ctx, ref)
}

// Secrets reads what is kept for a credential. It fails with
// [opora.SecretForgotten], with [opora.SecretGone] when the keyring lost the
// item (the credential is then marked), and with the keyring's own codes.
func (k *Keeper) Secrets(ctx context.Context, credentialID int64) (opora.Secrets, error) {
	secrets, err := k.read(ctx, credentialID)
	if err != nil {
		return opora.Secrets{}, fmt.Errorf("secret of credential %d: %w", credentialID, err)
	}
	return secrets, nil
}

func (k *Keeper) read(ctx context.Context, credentialID int64) (opora.Secrets, error) {
	credential, err := k.Store.Credential(ctx, credentialID)
	if err != nil {
		return opora.Secrets{}, err
	}
	if credential.Forgotten {
		return opora.Secrets{}, opora.SecretForgotten
	}
	sealed, err := k.Store.Sealed(ctx, credential.SecretRef)
	if err != nil {
		return opora.Secrets{}, err
	}
	packed, err := k.Ring.Get(ctx, credential.SecretRef, sealed)
	if missing := errors.Is(err, opora.SecretGone); (err == nil || missing) && missing != credential.Missing {
		if err := k.Store.MarkMissing(ctx, credentialID, missing); err != nil {
			slog.Warn("missing secret not marked", "credential", credentialID, "err", err)
		}
	}
	if err != nil {
		return opora.Secrets{}, err
	}
	return opora.UnpackSecrets(packed.Reveal())
}

// Forget deletes the secret of a credential. The credential and its notes stay
// as a trace. When the keyring cannot be asked now, the secret counts as
// forgotten all the same and the item is deleted at the next start.
func (k *Keeper) Forget(ctx context.Context, credentialID int64) error {
	release, err := k.share(ctx)
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	defer release()
	ref, err := k.Store.BeginForget(ctx, credentialID)
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	if err := k.Ring.Delete(ctx, ref); err != nil {
		return fmt.Errorf("forget credential %d: %w", credentialID, err)
	}
	if err := k.Store.DropIntent(ctx, ref); err != nil {
		return fmt.Errorf("forget credential %d: %w", credentialID, err)
	}
	return nil
}

// lockPoll is how often a change looks whether recovery has ended.
const lockPoll = 10 * time.Millisecond

// share lets other changes run beside this one, here and in other processes,
// and keeps recovery away from what is half done.
func (k *Keeper) share(ctx context.Context) (release func(), err error) {
	lock := flock.New(k.Lock, flock.SetPermissions(0o600))
	if _, err := lock.TryRLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return func() { _ = lock.Close() }, nil
}
