package access_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"opora/backend/access"
	"opora/backend/keyring"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// bench is a keeper with real parts, and a customer.
type bench struct {
	*access.Keeper
	db       *sqlite.DB
	ring     *keyring.Ring
	customer opora.Customer
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	if realKeyring == nil {
		t.Skip("no keyring can be started for tests on this system")
	}
	db, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	customer, err := db.AddCustomer(t.Context(), "Колос")
	if err != nil {
		t.Fatal(err)
	}
	ring := &keyring.Ring{}
	return &bench{&access.Keeper{Store: db, Ring: ring, Lock: filepath.Join(dir, "keeper.lock")}, db, ring, customer}
}

func checkOf(id string, reason opora.Reason) opora.Check {
	return opora.Check{ID: id, StartedAt: time.Now(), Finding: opora.Found(reason)}
}

var door = opora.Credential{Kind: opora.Web, Address: "https://kolos.example/wp-admin", Login: "anna"}

func password(text string) opora.Secrets { return opora.Secrets{Password: opora.NewSecret(text)} }

// counts is what is there: notes, intents, keyring items.
func (b *bench) counts(t *testing.T) (counts [3]int) {
	t.Helper()
	notes, err := b.db.Notes(t.Context(), b.customer.ID)
	if err != nil {
		t.Fatal(err)
	}
	pending, err := b.db.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	items, err := realKeyring.Accounts(keyringName)
	if err != nil {
		t.Fatal(err)
	}
	return [3]int{len(notes), len(pending), len(items)}
}

// clean removes what a test has put into the common keyring.
func (b *bench) clean(t *testing.T) {
	t.Helper()
	items, err := realKeyring.Accounts(keyringName)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range items {
		if err := b.ring.Delete(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeeperSavesWhatMayBeSaved(t *testing.T) {
	b := newBench(t, t.TempDir())
	defer b.clean(t)
	for _, reason := range opora.Reasons() {
		for _, byWord := range []bool{false, true} {
			verdict := reason.Verdict()
			want := verdict == opora.Works || byWord && (verdict == opora.NeedsHuman || verdict == opora.Unknown)
			before := b.counts(t)
			id := string(reason) + map[bool]string{true: "-by-word"}[byWord]
			kept, note, err := b.Save(t.Context(), b.customer, door, password("п&@роль"), checkOf(id, reason), byWord)
			if !want {
				if !errors.Is(err, opora.NotProven) || b.counts(t) != before {
					t.Errorf("%s: got %v, and %v became %v", id, err, before, b.counts(t))
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", id, err)
				continue
			}
			if proven := verdict == opora.Works; kept.Proven != proven || note.Proven != proven || note.CredentialID != kept.ID || note.Check.ID != id {
				t.Errorf("%s: got %+v, %+v", id, kept, note)
			}
		}
	}
	if got := b.counts(t); got[1] != 0 || got[2] != 1 {
		t.Errorf("got %d intents and %d items; want the one secret that replaced all others", got[1], got[2])
	}
}

func TestKeeperRefusesWhatCannotBeKept(t *testing.T) {
	b := newBench(t, t.TempDir())
	ok := checkOf("c", opora.OK)
	for name, test := range map[string]struct {
		try  func() error
		want opora.Code
	}{
		"no secret": {func() error {
			_, _, err := b.Save(t.Context(), b.customer, door, opora.Secrets{}, ok, true)
			return err
		}, opora.SecretMissing},
		"no customer": {func() error {
			_, _, err := b.Save(t.Context(), opora.Customer{}, door, password("x"), ok, true)
			return err
		}, opora.CustomerNeeded},
		"a customer who is gone": {func() error {
			_, _, err := b.Save(t.Context(), opora.Customer{ID: 999}, door, password("x"), ok, true)
			return err
		}, opora.NotFound},
		"a secret of 65 KiB": {func() error {
			_, _, err := b.Save(t.Context(), b.customer, door, password(strings.Repeat("x", 65<<10)), ok, true)
			return err
		}, opora.TooLong},
		"no check": {func() error {
			_, _, err := b.Save(t.Context(), b.customer, door, password("x"), opora.Check{Finding: ok.Finding}, true)
			return err
		}, opora.NotProven},
		"an unknown credential": {func() error { _, err := b.Secrets(t.Context(), 999); return err }, opora.NotFound},
	} {
		if err := test.try(); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if got := b.counts(t); got != [3]int{} {
		t.Errorf("got %v; something was half saved", got)
	}
}

func TestKeeperGivesBackWhatItKept(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	defer b.clean(t)
	const canary = "Kanarienvogel-7f3a-лес"
	secrets := opora.Secrets{Key: opora.NewSecret(strings.Repeat(canary+"\n", 200)), Passphrase: opora.NewSecret(canary + "\xff")}
	kept, _, err := b.Save(t.Context(), b.customer, door, secrets, checkOf("large", opora.OK), false)
	if err != nil {
		t.Fatal(err)
	}
	other := door
	other.Login = "small"
	if _, _, err := b.Save(t.Context(), b.customer, other, password(canary), checkOf("small", opora.OK), false); err != nil {
		t.Fatal(err)
	}
	got, err := b.Secrets(t.Context(), kept.ID)
	if err != nil || !got.Key.Equal(secrets.Key) || !got.Passphrase.Equal(secrets.Passphrase) || !kept.HasKey {
		t.Errorf("got %d and %d bytes, %v", got.Key.Len(), got.Passphrase.Len(), err)
	}

	// No form of the secret is in any file of the data folder.
	forms := []string{canary, hex.EncodeToString([]byte(canary))}
	for shift := range 3 {
		forms = append(forms, strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(canary[shift:])), "=")[:24])
	}
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, form := range forms {
			if bytes.Contains(content, []byte(form)) {
				t.Errorf("%s holds the secret", entry.Name())
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeeperForgets(t *testing.T) {
	b := newBench(t, t.TempDir())
	kept, _, err := b.Save(t.Context(), b.customer, door, password("x"), checkOf("c1", opora.OK), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Forget(t.Context(), kept.ID); err != nil {
		t.Fatal(err)
	}
	if got := b.counts(t); got != [3]int{1, 0, 0} {
		t.Errorf("got %v; want the note alone", got)
	}
	if _, err := b.Secrets(t.Context(), kept.ID); !errors.Is(err, opora.SecretForgotten) {
		t.Errorf("got %v, want SecretForgotten", err)
	}
	if err := b.Forget(t.Context(), kept.ID); !errors.Is(err, opora.SecretForgotten) {
		t.Errorf("got %v, want SecretForgotten", err)
	}
}

func TestKeeperNoticesALostSecret(t *testing.T) {
	b := newBench(t, t.TempDir())
	defer b.clean(t)
	kept, _, err := b.Save(t.Context(), b.customer, door, password("x"), checkOf("c1", opora.OK), false)
	if err != nil {
		t.Fatal(err)
	}
	missing := func() bool {
		c, err := b.db.Credential(t.Context(), kept.ID)
		if err != nil {
			t.Fatal(err)
		}
		return c.Missing
	}
	if err := b.ring.Delete(t.Context(), kept.SecretRef); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Secrets(t.Context(), kept.ID); !errors.Is(err, opora.SecretGone) || !missing() {
		t.Errorf("got %v, missing %v; want SecretGone and the mark", err, missing())
	}
	if err := b.ring.Set(t.Context(), kept.SecretRef, opora.NewSecret("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Secrets(t.Context(), kept.ID); err != nil || missing() {
		t.Errorf("got %v, missing %v; want the mark gone", err, missing())
	}
}

func TestSameCheckSavedByManyIsOneNote(t *testing.T) {
	b := newBench(t, t.TempDir())
	defer b.clean(t)
	var wait sync.WaitGroup
	ids := make([]int64, 8)
	for i := range ids {
		wait.Go(func() {
			_, note, err := b.Save(t.Context(), b.customer, door, password("x"), checkOf("one", opora.OK), false)
			if err != nil {
				t.Error(err)
			}
			ids[i] = note.ID
		})
	}
	wait.Wait()
	if slices.Sort(ids); ids[0] == 0 || ids[0] != ids[7] {
		t.Errorf("got notes %v, want one", ids)
	}
	if got := b.counts(t); got != [3]int{1, 0, 1} {
		t.Errorf("got %v, want one note and one item", got)
	}
}

// badRing fails at one step, as keyrings do (see the tests of package keyring).
type badRing struct {
	*keyring.Ring
	set   error // given by Set, after writing
	state error // given by State
}

func (r badRing) Set(ctx context.Context, ref string, item opora.Secret) error {
	return errors.Join(r.set, r.Ring.Set(ctx, ref, item))
}

func (r badRing) State(ctx context.Context) error {
	if r.state != nil {
		return r.state
	}
	return r.Ring.State(ctx)
}

func TestFailedKeyringSavesNothing(t *testing.T) {
	tests := []struct {
		name string
		ring badRing
		left [3]int // until recovery
	}{
		{"dismissed", badRing{set: opora.KeyringDismissed}, [3]int{}},
		{"kept something else", badRing{set: opora.KeyringFailed}, [3]int{}},
		{"left behind", badRing{set: opora.KeyringTimeout}, [3]int{0, 1, 1}},
		{"cancelled", badRing{set: context.Canceled}, [3]int{0, 1, 1}},
		{"gone since", badRing{set: opora.KeyringMissing, state: opora.KeyringMissing}, [3]int{0, 1, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, t.TempDir())
			test.ring.Ring = b.ring
			b.Ring = test.ring
			if _, _, err := b.Save(t.Context(), b.customer, door, password("x"), checkOf("c", opora.OK), false); !errors.Is(err, test.ring.set) {
				t.Errorf("got %v, want %v", err, test.ring.set)
			}
			if got := b.counts(t); got != test.left {
				t.Errorf("got %v, want %v", got, test.left)
			}
			if err := b.Recover(t.Context()); !errors.Is(err, test.ring.state) {
				t.Errorf("recover: got %v, want %v", err, test.ring.state)
			}
			b.Ring = b.ring
			if err := b.Recover(t.Context()); err != nil || b.counts(t) != [3]int{} {
				t.Errorf("got %v, %v; want nothing left", b.counts(t), err)
			}
		})
	}
}

func TestLockedKeyringAtStart(t *testing.T) {
	b := newBench(t, t.TempDir())
	b.Ring = badRing{Ring: b.ring, set: opora.KeyringTimeout}
	_, _, _ = b.Save(t.Context(), b.customer, door, password("x"), checkOf("c", opora.OK), false)
	b.Ring = b.ring
	if err := realKeyring.Lock(); err != nil {
		t.Fatal(err)
	}
	if err := b.Recover(t.Context()); !errors.Is(err, opora.KeyringLocked) {
		t.Errorf("got %v, want KeyringLocked", err)
	}
	if _, _, err := b.Save(t.Context(), b.customer, door, password("x"), checkOf("c", opora.OK), false); !errors.Is(err, opora.KeyringLocked) {
		t.Errorf("got %v, want KeyringLocked", err)
	}
	if err := realKeyring.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := b.counts(t); got != [3]int{0, 2, 1} {
		t.Errorf("got %v; want both announcements kept", got)
	}
	if err := b.Recover(t.Context()); err != nil || b.counts(t) != [3]int{} {
		t.Errorf("got %v, %v; want nothing left", b.counts(t), err)
	}
}

func TestRecoveryLeavesALiveSaveAlone(t *testing.T) {
	b := newBench(t, t.TempDir())
	ref, item, sealed, err := b.ring.Seal(opora.NewSecret("x"))
	if err != nil {
		t.Fatal(err)
	}
	// Another process is between its steps.
	other := flock.New(b.Lock)
	if held, err := other.TryRLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	if err := errors.Join(b.db.BeginSave(t.Context(), ref, sealed), b.ring.Set(t.Context(), ref, item)); err != nil {
		t.Fatal(err)
	}
	if err := b.Recover(t.Context()); err != nil || b.counts(t) != [3]int{0, 1, 1} {
		t.Errorf("got %v, %v; the other's save was disturbed", b.counts(t), err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Recover(t.Context()); err != nil || b.counts(t) != [3]int{} {
		t.Errorf("got %v, %v; want nothing left", b.counts(t), err)
	}

	// And a save waits for a recovery, as long as its caller does.
	if held, err := other.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	defer func() { _ = other.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := b.Save(ctx, b.customer, door, password("x"), checkOf("c", opora.OK), false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want DeadlineExceeded", err)
	}
}
