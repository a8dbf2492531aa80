package opora

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// canary looks like a password that needs escaping everywhere.
const canary = `С3крет&"<k+/ @\`

func TestSecretNeverPrints(t *testing.T) {
	s := NewSecret(canary)
	all := Secrets{Password: s, Key: s, Passphrase: s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%08.3f", "%t"} {
		_, _ = fmt.Fprintf(&out, verb+verb+verb, s, &s, all)
	}
	_, _ = fmt.Fprint(&out, errors.Join(fmt.Errorf("with %v", s), fmt.Errorf("and %v", all)))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("x", "secret", s, "all", all, "pointer", &s)
	}
	for _, encode := range []func(any) error{
		json.NewEncoder(&out).Encode, xml.NewEncoder(&out).Encode, gob.NewEncoder(&out).Encode,
	} {
		if err := encode(all); err != nil {
			t.Fatal(err)
		}
	}
	func() {
		defer func() { _, _ = fmt.Fprint(&out, recover()) }()
		panic(s)
	}()
	for _, form := range append(s.forms(), fmt.Sprintf("%x", canary), "3крет") {
		if strings.Contains(strings.ToLower(out.String()), strings.ToLower(form)) {
			t.Errorf("the secret is printed as %q", form)
		}
	}
	if !strings.Contains(out.String(), mask) {
		t.Error("nothing was printed at all")
	}
}

func TestScrub(t *testing.T) {
	s := NewSecret(canary)
	quoted, _ := json.Marshal(canary)
	for _, line := range []string{
		"plain " + canary + " here", "json " + string(quoted), "query ?p=%D0%A13%D0%BA%D1%80%D0%B5%D1%82%26%22%3Ck%2B%2F+%40%5C",
		"html С3крет&amp;&#34;&lt;k+/ @\\",
	} {
		if got := s.Scrub(line); strings.Contains(got, "крет") || strings.Contains(got, "%D0%BA%D1%80") || !strings.Contains(got, mask) {
			t.Errorf("got %q", got)
		}
	}
	for _, short := range []string{"", "a", " a "} {
		if got := NewSecret(short).Scrub("a cat sat"); got != "a cat sat" {
			t.Errorf("secret %q: got %q", short, got)
		}
	}
}

func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Just(packed+"{"), rapid.Just(""))
		want := Secrets{NewSecret(text.Draw(t, "password")), NewSecret(text.Draw(t, "key")), NewSecret(text.Draw(t, "passphrase"))}
		if rapid.Bool().Draw(t, "invalid UTF-8") {
			want.Password = NewSecret("\xff\x00" + want.Password.Reveal())
		}
		got, err := UnpackSecrets(want.Pack())
		if err != nil || got != want {
			t.Fatalf("a round trip changed the secrets: %v", err)
		}
	})
	if NewSecret("qwerty").Reveal() != (Secrets{Password: NewSecret("qwerty")}).Pack() {
		t.Error("a password alone is not stored as it is")
	}
	if _, err := UnpackSecrets(packed + "{damaged"); !errors.Is(err, SecretDamaged) {
		t.Errorf("got %v", err)
	}
}
