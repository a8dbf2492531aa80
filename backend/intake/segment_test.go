package intake

import (
	"slices"
	"strings"
	"testing"
)

func shown(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestSegmentsHideSecrets(t *testing.T) {
	keys := testKeys(t)
	for _, file := range []string{"testdata/messages.txt", "testdata/heldout.txt"} {
		for _, r := range readRows(t, file, keys) {
			accesses := Read(r.message)
			text := shown(Segments(r.message, accesses))
			for _, a := range accesses {
				secret := a.Secrets.Password.Reveal()
				// A login of the same text, or one inside of an address, stays.
				if len(secret) >= 4 && secret != a.Credential.Login && !strings.Contains(a.Credential.Login, secret) && strings.Contains(text, secret) {
					t.Errorf("%s: a secret is shown:\n%s", r.name, indent(text))
				}
				if key := a.Secrets.Key.Reveal(); key != "" && strings.Contains(text, strings.Split(key, "\n")[2]) {
					t.Errorf("%s: a key is shown", r.name)
				}
			}
		}
	}
}

func TestSegments(t *testing.T) {
	message := "Сайт kolos.ru, логин anna, пароль Qwe!2345. Повторяю пароль: Qwe!2345"
	accesses := Read(message)
	if len(accesses) != 1 {
		t.Fatalf("got %d accesses, want 1", len(accesses))
	}
	segments := Segments(message, accesses)
	if text, want := shown(segments), "Сайт kolos.ru, логин anna, пароль ••••. Повторяю пароль: ••••"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	for _, field := range []string{"address", "login", "secret"} {
		if !slices.ContainsFunc(segments, func(s Segment) bool { return s.Field == field && s.Access == 0 }) {
			t.Errorf("no segment for %s", field)
		}
	}
	long := strings.Repeat("очень длинная переписка ", 100_000) + message
	if got := len(shown(Segments(long, Read(long)))); got > 25_000 {
		t.Errorf("got %d bytes to show, want 25000 or less", got)
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name    string
		message string
		field   string
		want    WarningCode
	}{
		{"zero-width in password", "kolos.ru\nлогин: anna\nпароль: Qwe\u200b!2345", fieldSecret, InvisibleRemoved},
		{"quotes", "kolos.ru\nлогин: anna\nпароль: «Qwe!2345»", fieldSecret, QuotesRemoved},
		{"space in quotes", "kolos.ru\nлогин: anna\nпароль: \" Qwe!2345\"", fieldSecret, SpaceRemoved},
		{"space at the end", "kolos.ru\nлогин: anna\nпароль: Qwe!2345 \n", fieldSecret, SpaceRemoved},
		{"Cyrillic look-alike", "kolos.ru\nлогин: аnna\nпароль: Qwe!2345", fieldLogin, MixedScript},
		{"look-alike in password", "kolos.ru\nлогин: anna\nпароль: Рassw0rd!", fieldSecret, MixedScript},
		{"full stop of a sentence", "Сайт kolos.ru, логин anna, пароль Qwe2345.", fieldSecret, PunctuationRemoved},
		{"full stop of its own", "kolos.ru\nлогин: anna\nпароль: Qwe2345.", fieldSecret, PunctuationKept},
		{"cut link", "https://\nkolos.ru/admin\nлогин: anna\nпароль: Qwe2345", fieldAddress, LinkMended},
		{"same login and password", "kolos.ru логин: anna2 пароль: anna2", fieldSecret, SameLoginPassword},
		{"no login", "https://kolos.ru пароль: Qwe!2345", fieldLogin, NoLogin},
		{"no secret", "Сайт: https://kolos.ru/admin\nЛогин: anna", fieldSecret, NoSecret},
		{"no address", "логин: anna пароль: Qwe!2345", fieldAddress, NoAddress},
		{"entity", "kolos.ru\nлогин: anna\nпароль: Qwe&amp;2345", fieldSecret, EntityDecoded},
		{"same password", "https://a.kolos.ru логин: anna пароль: Qwe!2345\nhttps://b.kolos.ru логин: boris пароль тот же", fieldSecret, Reused},
	}
	for _, tt := range tests {
		accesses := Read(tt.message)
		if len(accesses) == 0 {
			t.Errorf("%s: no access found", tt.name)
			continue
		}
		all := accesses[len(accesses)-1].Warnings
		if !slices.Contains(all, Warning{tt.want, tt.field, ""}) {
			t.Errorf("%s: got %v, want %s of %s", tt.name, all, tt.want, tt.field)
		}
	}
	for _, a := range Read("kolos.ru\nлогин: anna\nпароль: Qwe!2345") {
		if len(a.Warnings) > 0 {
			t.Errorf("nothing is wrong: got %v", a.Warnings)
		}
	}
}

func TestSources(t *testing.T) {
	keys := testKeys(t)
	for _, file := range []string{"testdata/messages.txt", "testdata/heldout.txt", "testdata/nothing.txt"} {
		for _, r := range readRows(t, file, keys) {
			sound(t, r.message, Read(r.message))
		}
	}
	message := "\ufeffСайт:\u00a0kolos.ru\r\nЛогин:\u200b anna\r\nПароль: Qwe!2345"
	for _, a := range Read(message) {
		for _, s := range a.Sources {
			want := map[string]string{"address": "kolos.ru", "login": "anna", "secret": "Qwe!2345"}[s.Field]
			if got := message[s.Start:s.End]; want != "" && got != want {
				t.Errorf("%s: got %q, want %q", s.Field, got, want)
			}
		}
	}
}
