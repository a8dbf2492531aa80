package opora

import (
	"errors"
	"strings"
	"testing"
)

func TestEveryReasonHasOneVerdict(t *testing.T) {
	seen := map[Reason]Verdict{}
	for verdict, list := range reasons {
		for _, r := range list {
			if seen[r] != "" {
				t.Errorf("%s belongs to %s and %s", r, seen[r], verdict)
			}
			seen[r] = verdict
			if r.Verdict() != verdict {
				t.Errorf("%s: got %s, want %s", r, r.Verdict(), verdict)
			}
		}
	}
	if Reason("made up").Verdict() != Unknown {
		t.Error("a reason that nobody knows decides something")
	}
}

func TestGuessKind(t *testing.T) {
	for address, want := range map[string]Kind{
		"https://example.org/wp-admin": Web, "example.org": Web, "example.org/login": Web, "example.org:8080": Web,
		"localhost:8080/admin": Web, "ssh://root@h": SSH, "root@203.0.113.7": SSH, "203.0.113.7": SSH, "203.0.113.7:22": SSH,
		"example.org:22": SSH, "2001:db8::1": SSH, "ftp://u:p@h/": FTP, "h:21": FTP, "sftp://h": SFTP, "db.example.org:3306": MySQL,
		"postgresql://h/db": Postgres, "203.0.113.7:8080": Web, "imap.example.org:993": IMAP, "rediss://h": Redis, "": Web,
	} {
		if got := GuessKind(address, false); got != want {
			t.Errorf("%q: got %s, want %s", address, got, want)
		}
	}
	if GuessKind("example.org", true) != SSH {
		t.Error("a key opens SSH")
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "plain", "a\x1b[31mred": "a�[31mred", "a\u202eb\u200bc": "a�b�c", " two \n lines\t": "two lines",
		"bad \xff byte": "bad � byte", "Пароль «№»": "Пароль «№»",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := []rune(Visible(strings.Repeat("я", 10_000))); len(got) != MaxVisible {
		t.Errorf("%d runes are shown", len(got))
	}
}

func TestMixesScripts(t *testing.T) {
	for text, want := range map[string]bool{
		"пароль77": false, "пapoль": true, "admin Иван": false, "аdmin": true, "Sdf8-kkL2": false, "": false,
	} {
		if got := MixesScripts(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestValidate(t *testing.T) {
	for field, c := range map[string]Credential{
		"kind": {Kind: "telepathy", Address: "h"}, "address": {Kind: Web}, "login": {Address: "h", Login: "a\nb"},
		"options.tls": {Address: "h", Options: Options{TLS: "maybe"}},
	} {
		var wrong *FieldError
		if err := c.Validate(); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if err := (Credential{Kind: Web, Address: "https://h", Login: "анна@пример.рф"}).Validate(); err != nil {
		t.Error(err)
	}
	if err := (Secrets{Key: NewSecret(strings.Repeat("k", MaxSecret+1))}).Validate(); !errors.Is(err, TooLong) {
		t.Errorf("got %v", err)
	}
}
