package keyring

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"opora/backend/lab"
	"opora/backend/opora"
)

func needReal(t *testing.T) *lab.Keyring {
	t.Helper()
	if realKeyring == nil {
		t.Skip("no keyring can be started for tests on this system")
	}
	return realKeyring
}

func random(t *testing.T, size int) string {
	t.Helper()
	text := make([]byte, size)
	_, _ = rand.Read(text)
	return string(text)
}

// keyFile is as long as an OpenSSH RSA-4096 key, and looks like one.
func keyFile(t *testing.T) string {
	t.Helper()
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte(random(t, 2430))}))
}

type kept struct {
	ref    string
	secret opora.Secret
	sealed []byte
}

func keep(t *testing.T, ring *Ring, text string) kept {
	t.Helper()
	ref, item, sealed, err := ring.Seal(opora.NewSecret(text))
	if err != nil {
		t.Fatal(err)
	}
	if item.Len() > maxItem {
		t.Errorf("an item of %d bytes does not fit on every system", item.Len())
	}
	if err := ring.Set(t.Context(), ref, item); err != nil {
		t.Fatal(err)
	}
	return kept{ref, opora.NewSecret(text), sealed}
}

// secretsLikeLife are those that some keyring or other has trouble with.
func secretsLikeLife(t *testing.T) map[string]string {
	texts := map[string]string{
		"invalid UTF-8": "a\xff\xfe\x80b", "NUL inside": "a\x00b\x00", "emoji": "пароль🗝️", "line end": "secret\n", "spaces": "  x \t ",
		"quotes": `'"\$(x)` + "`", "key mark": keyMark + "AAAA", "bytes mark": bytesMark + "!", "key file": keyFile(t),
		"windows lines": "a\r\nb\r\n", "text of 2000": strings.Repeat("ы", 1000), "text of 2001": strings.Repeat("ы", 1000) + "x",
	}
	for _, size := range []int{0, 1, 1999, 2000, 2001, 2560, 2561, 3000, 3001, 4096, opora.MaxSecret} {
		texts[fmt.Sprint(size, " bytes")] = random(t, size)
		texts[fmt.Sprint(size, " letters")] = strings.Repeat("w", size)
	}
	return texts
}

func TestEverySecretComesBackByteForByte(t *testing.T) {
	keyring := needReal(t)
	ring := &Ring{}
	all := map[string]kept{}
	for name, text := range secretsLikeLife(t) {
		all[name] = keep(t, ring, text)
	}
	compare := func(when string) {
		for name, k := range all {
			if got, err := ring.Get(t.Context(), k.ref, k.sealed); err != nil || !got.Equal(k.secret) {
				t.Errorf("%s: %s: %v, %d bytes of %d", when, name, err, got.Len(), k.secret.Len())
			}
		}
	}
	compare("at once")
	if err := keyring.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	compare("from disk") // what a keyring writes is not always what it remembers

	for name, k := range all {
		for range 2 {
			if err := ring.Delete(t.Context(), k.ref); err != nil {
				t.Errorf("%s: delete: %v", name, err)
			}
		}
		if _, err := ring.Get(t.Context(), k.ref, k.sealed); !errors.Is(err, opora.SecretGone) {
			t.Errorf("%s: got %v, want SecretGone", name, err)
		}
	}
	if left, err := keyring.Accounts(service); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v; want an empty keyring", left, err)
	}
}

func TestSealedIsBoundToItsRef(t *testing.T) {
	ring := &Ring{}
	seal := func(text string) (string, opora.Secret, []byte) {
		ref, item, sealed, err := ring.Seal(opora.NewSecret(text))
		if err != nil {
			t.Fatal(err)
		}
		return ref, item, sealed
	}
	long := strings.Repeat("длинный секрет ", 500)
	ref, item, sealed := seal(long)
	otherRef, otherItem, otherSealed := seal(long)
	if bytes.Contains(sealed, []byte("секрет")) || bytes.Equal(sealed, otherSealed) {
		t.Error("the ciphertext shows its text")
	}
	if got, err := open(ref, item, sealed); err != nil || !got.Equal(opora.NewSecret(long)) {
		t.Fatalf("got %v", err)
	}
	flipped := slices.Clone(sealed)
	flipped[len(flipped)/2] ^= 1
	_, short, _ := seal("short")
	for name, try := range map[string]func() (opora.Secret, error){
		"another's ciphertext": func() (opora.Secret, error) { return open(ref, item, otherSealed) },
		"another's key":        func() (opora.Secret, error) { return open(ref, otherItem, sealed) },
		"another's ref":        func() (opora.Secret, error) { return open(otherRef, item, sealed) },
		"both of another":      func() (opora.Secret, error) { return open(ref, otherItem, otherSealed) },
		"a flipped bit":        func() (opora.Secret, error) { return open(ref, item, flipped) },
		"cut short":            func() (opora.Secret, error) { return open(ref, item, sealed[:5]) },
		"no ciphertext":        func() (opora.Secret, error) { return open(ref, item, nil) },
		"no key":               func() (opora.Secret, error) { return open(ref, short, sealed) },
		"half a key":           func() (opora.Secret, error) { return open(ref, opora.NewSecret(keyMark+"QUJD"), sealed) },
		"bad bytes":            func() (opora.Secret, error) { return open(ref, opora.NewSecret(bytesMark+"*"), nil) },
	} {
		if got, err := try(); !errors.Is(err, opora.SecretDamaged) || !got.Empty() {
			t.Errorf("%s: got %v, want SecretDamaged", name, err)
		}
	}
}

func TestRefsSayNothing(t *testing.T) {
	pattern := regexp.MustCompile(`^[a-z0-9]{26}$`)
	seen := map[string]bool{}
	for range 10_000 {
		ref := NewRef()
		if !pattern.MatchString(ref) || seen[ref] {
			t.Fatalf("got %q", ref)
		}
		seen[ref] = true
	}
	if !pattern.MatchString(probeAccount) {
		t.Errorf("got %q", probeAccount)
	}
}

func TestProbe(t *testing.T) {
	keyring := needReal(t)
	ring := &Ring{}
	if err := ring.State(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := ring.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := keyring.Accounts(service); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v; the probe left something behind", left, err)
	}
}

// everyCall does each thing that a ring can do and gives the errors by name.
func everyCall(t *testing.T, ring *Ring) map[string]error {
	t.Helper()
	_, getErr := ring.Get(t.Context(), NewRef(), nil)
	return map[string]error{
		"state": ring.State(t.Context()), "probe": ring.Probe(t.Context()), "get": getErr,
		"set": ring.Set(t.Context(), NewRef(), opora.NewSecret("x")), "delete": ring.Delete(t.Context(), NewRef()),
	}
}

func TestLockedKeyring(t *testing.T) {
	keyring := needReal(t)
	if err := keyring.Lock(); err != nil {
		t.Fatal(err)
	}
	for name, err := range everyCall(t, &Ring{}) {
		if !errors.Is(err, opora.KeyringLocked) {
			t.Errorf("%s: got %v, want KeyringLocked", name, err)
		}
	}
	if err := keyring.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := (&Ring{}).Probe(t.Context()); err != nil {
		t.Errorf("after unlocking: %v", err)
	}
}
