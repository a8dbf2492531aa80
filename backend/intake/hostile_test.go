package intake

import (
	"slices"
	"strings"
	"testing"
	"time"

	"opora/backend/pace"
)

// hostile are the texts that no message should be.
func hostile(size int) map[string]string {
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	return map[string]string{
		"prose":           fill("Здравствуйте, подскажите, пожалуйста, как сменить пароль на сайте https://kolos.ru?\n"),
		"english prose":   fill("The login page of acme.io does not accept my password, please help me soon.\n"),
		"nul":             fill("\x00"),
		"rtl marks":       fill("\u200f"),
		"labels":          fill("password:"),
		"spaced labels":   fill("пароль: "),
		"label lines":     fill("login:\n"),
		"at signs":        fill("@"),
		"schemes":         fill("http://"),
		"links":           fill("http://a.ru "),
		"one long line":   fill("x"),
		"dots":            fill("."),
		"host parts":      fill("a."),
		"colons":          fill("::"),
		"quotes":          fill(`"`),
		"quoted":          fill(`"a `),
		"spaces":          fill(" "),
		"line breaks":     fill("\n"),
		"key beginnings":  fill("-----BEGIN RSA PRIVATE KEY-----\n"),
		"key marks":       fill("-----BEGIN "),
		"begins":          fill("BEGIN"),
		"putty":           fill("PuTTY-User-Key-File-2: "),
		"public keys":     fill("ssh-rsa AAAA"),
		"accesses":        fill("https://a.kolos.ru/admin admin Qwe!2345\n"),
		"labelled":        fill("сайт a.ru логин admin пароль Qwe!2345\n"),
		"commands":        fill("ssh "),
		"command options": fill("mysql -u -p -h "),
		"cells":           fill("a|b|c|d\n"),
		"table heads":     fill("логин;пароль\n"),
		"entities":        fill("&amp;"),
		"ampersands":      fill("&"),
		"angle brackets":  fill("<"),
		"tags":            fill("<br>"),
		"commas":          fill("a,b;c/d|"),
		"slashes":         fill("admin/"),
		"invalid bytes":   fill("\xff\xfe"),
		"digits":          fill("1234567890"),
		"addresses":       fill("1.2.3.4 "),
		"brackets":        fill("[("),
		"half keys":       "-----BEGIN RSA PRIVATE KEY-----\n" + fill("AAAAB3NzaC1yc2EAAAADAQABAAAB\n"),
	}
}

func TestHostileTextsAreQuick(t *testing.T) {
	limit := pace.Limit(time.Second)
	if raceEnabled {
		limit = pace.Limit(3 * time.Second)
	}
	const full = 5 << 20
	texts := hostile(full)
	if !pace.Long() { // the short form reads those in full that are the likeliest
		short := hostile(full / 10)
		for name := range texts {
			switch name {
			case "prose", "nul", "rtl marks", "labels", "at signs", "schemes", "one long line":
			default:
				texts[name] = short[name]
			}
		}
	}
	for name, text := range texts {
		var accesses []Access
		took := limit + 1
		for tries := 0; took > limit && tries < 3; tries++ { // other work on the machine is no fault of ours
			started := time.Now()
			accesses = Read(text)
			took = time.Since(started)
		}
		if took > limit {
			t.Errorf("%s: read in %v, want %v or less", name, took.Round(time.Millisecond), limit)
		}
		started := time.Now()
		Segments(text, accesses)
		if took := time.Since(started); took > limit {
			t.Errorf("%s: cut in %v, want %v or less", name, took.Round(time.Millisecond), limit)
		}
		if testing.Verbose() {
			t.Logf("%-16s %8v, %d accesses", name, took.Round(time.Millisecond), len(accesses))
		}
	}
}

// sound checks what holds for every message.
func sound(t *testing.T, message string, accesses []Access) {
	t.Helper()
	for _, a := range accesses {
		at := 0
		for _, s := range a.Sources {
			if s.Start < at || s.End <= s.Start || s.End > len(message) {
				t.Fatalf("source %+v is out of order or range of %d bytes", s, len(message))
			}
			at = s.Start
		}
		for _, w := range a.Warnings {
			if !slices.Contains(WarningCodes(), w.Code) {
				t.Fatalf("warning %q is in no list", w.Code)
			}
			for _, secret := range []string{a.Secrets.Password.Reveal(), a.Secrets.Key.Reveal(), a.Secrets.Passphrase.Reveal()} {
				if len(secret) > 3 && strings.Contains(w.Detail, secret) {
					t.Fatalf("warning %s tells the secret", w.Code)
				}
			}
		}
		if a.Secrets.Empty() && a.Credential.Login == "" {
			t.Fatalf("an access without anything to log in with: %+v", a.Credential)
		}
		if !a.Credential.Kind.Known() {
			t.Fatalf("kind %q is unknown", a.Credential.Kind)
		}
	}
	shown := ""
	for _, s := range Segments(message, accesses) {
		if s.Access >= len(accesses) || s.Access < -1 || (s.Access == -1) != (s.Field == "") {
			t.Fatalf("segment %d of %d accesses, field %q", s.Access, len(accesses), s.Field)
		}
		shown += s.Text
	}
	if len(shown) > 64<<10 && len(accesses) < 20 {
		t.Fatalf("segments of %d bytes", len(shown))
	}
}

func FuzzRead(f *testing.F) {
	keys := testKeys(f)
	for _, file := range []string{"testdata/messages.txt", "testdata/nothing.txt"} {
		for _, r := range readRows(f, file, keys) {
			f.Add(r.message)
		}
	}
	f.Fuzz(func(t *testing.T, message string) {
		started := time.Now()
		accesses := Read(message)
		if took := time.Since(started); took > 5*time.Second {
			t.Fatalf("%d bytes took %v", len(message), took)
		}
		sound(t, message, accesses)
	})
}

func BenchmarkRead(b *testing.B) {
	message := `Добрый день! Сайт: https://kolos.ru/wp-admin
Логин: admin
Пароль: Qwe!2345z
FTP: ftp.kolos.ru, логин kolos, пароль 77Xy_zz`
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if len(Read(message)) != 2 {
			b.Fatal("want two accesses")
		}
	}
}

func BenchmarkReadProse(b *testing.B) {
	message := hostile(5 << 20)["prose"]
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		Read(message)
	}
}
