package intake

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// row is one message of testdata and the accesses that a person sees in it.
type row struct {
	name    string
	message string
	want    []fields
}

// fields are what a measurement compares: kind, address, login, secret, key, passphrase.
type fields [6]string

var fieldNames = [6]string{"kind", "address", "login", "secret", "key", "passphrase"}

var madeKeys = sync.OnceValues(makeKeys)

// testKeys gives the private keys that messages of testdata mention as {{name}}.
func testKeys(t testing.TB) map[string]string {
	t.Helper()
	keys, err := madeKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func makeKeys() (map[string]string, error) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	public, err := ssh.NewPublicKey(ed.Public())
	if err != nil {
		return nil, err
	}
	keys := map[string]string{"public": strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))}
	open, err := ssh.MarshalPrivateKey(ed, "anna@laptop")
	if err != nil {
		return nil, err
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(ed, "anna@laptop", []byte("Фраза-2024"))
	if err != nil {
		return nil, err
	}
	long, err := ssh.MarshalPrivateKey(rs, "")
	if err != nil {
		return nil, err
	}
	for name, block := range map[string]*pem.Block{"ed25519": open, "ed25519-locked": locked, "rsa": long} {
		keys[name] = string(pem.EncodeToMemory(block))
	}
	keys["ed25519-flat"] = strings.ReplaceAll(strings.TrimSpace(keys["ed25519"]), "\n", " ")
	keys["ed25519-escaped"] = strings.ReplaceAll(keys["ed25519"], "\n", `\n`)
	keys["ed25519-quoted"] = "> " + strings.ReplaceAll(strings.TrimSpace(keys["ed25519"]), "\n", "\n> ")
	return keys, nil
}

var mention = regexp.MustCompile(`\{\{[a-z0-9-]+\}\}`)

// readRows reads a file of testdata: "=== name", the message, "---", and a line
// for each access with its fields between two or more spaces, "-" for none.
func readRows(t testing.TB, path string, keys map[string]string) []row {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gap := regexp.MustCompile(` {2,}`)
	escapes := strings.NewReplacer(`{nbsp}`, "\u00a0", `{zwsp}`, "\u200b", `{tab}`, "\t", `{cr}`, "\r", `{bom}`, "\ufeff", `{sp}`, " ", `{shy}`, "\u00ad")
	var rows []row
	for _, part := range strings.Split("\n"+string(text), "\n=== ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		message, want, _ := strings.Cut(rest+"\n", "\n---\n")
		message = mention.ReplaceAllStringFunc(escapes.Replace(message), func(m string) string {
			key := keys[strings.Trim(m, "{}")]
			if key == "" {
				return m
			}
			return strings.TrimSuffix(key, "\n")
		})
		r := row{name: name, message: message}
		for line := range strings.Lines(want) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			var f fields
			for i, value := range gap.Split(line, -1) {
				if i >= len(f) {
					t.Fatalf("%s: too many fields in %q", name, line)
				}
				if value != "-" {
					f[i] = value
				}
			}
			if f[4] != "" {
				f[4] = strings.Join(strings.Fields(keys[f[4]]), "")
			}
			r.want = append(r.want, f)
		}
		rows = append(rows, r)
	}
	return rows
}

func found(message string) []fields {
	var list []fields
	for _, a := range Read(message) {
		list = append(list, fields{
			string(a.Credential.Kind), a.Credential.Address, a.Credential.Login,
			a.Secrets.Password.Reveal(), strings.Join(strings.Fields(a.Secrets.Key.Reveal()), ""),
			a.Secrets.Passphrase.Reveal(),
		})
	}
	return list
}

// score counts fields that are right, too many, and missing. Accesses are
// matched so that most fields agree, the best match first.
type score struct{ right, extra, missing int }

func (s score) f1() float64 {
	if s.right == 0 {
		return 0
	}
	return 2 * float64(s.right) / float64(2*s.right+s.extra+s.missing)
}

func (s *score) add(o score) {
	s.right += o.right
	s.extra += o.extra
	s.missing += o.missing
}

// tally is a score for each of the fields.
type tally [len(fields{})]score

func (t *tally) add(got, want fields) {
	for i := range t {
		if got[i] == want[i] && got[i] != "" {
			t[i].right++
			continue
		}
		if got[i] != "" {
			t[i].extra++
		}
		if want[i] != "" {
			t[i].missing++
		}
	}
}

func (t tally) total() score {
	var s score
	for _, each := range t {
		s.add(each)
	}
	return s
}

func compare(got, want []fields) tally {
	used := make([]bool, len(got))
	left := make([]bool, len(want))
	var t tally
	for best := len(fields{}); best > 0; best-- {
		for w := range want {
			for g := range got {
				if left[w] || used[g] || agreeing(got[g], want[w]) != best {
					continue
				}
				left[w], used[g] = true, true
				t.add(got[g], want[w])
			}
		}
	}
	for g := range got {
		if !used[g] {
			t.add(got[g], fields{})
		}
	}
	for w := range want {
		if !left[w] {
			t.add(fields{}, want[w])
		}
	}
	return t
}

func agreeing(a, b fields) int {
	n := 0
	for i := range a {
		if a[i] == b[i] && a[i] != "" {
			n++
		}
	}
	return n
}

func measure(t *testing.T, file string, floor float64) {
	rows := readRows(t, filepath.Join("testdata", file), testKeys(t))
	var total score
	var each tally
	wrong := 0
	for _, r := range rows {
		got := found(r.message)
		one := compare(got, r.want)
		for i := range each {
			each[i].add(one[i])
		}
		s := one.total()
		total.add(s)
		if s.extra+s.missing > 0 {
			wrong++
			t.Logf("%s:\n%s\n  got  %s\n  want %s", r.name, indent(r.message), list(got), list(r.want))
		}
	}
	t.Logf("%s: %d messages, %d not wholly right, F1 %.4f (right %d, extra %d, missing %d)",
		file, len(rows), wrong, total.f1(), total.right, total.extra, total.missing)
	for i, name := range fieldNames {
		t.Logf("%s: F1 %.4f", name, each[i].f1())
	}
	if total.f1() < floor {
		t.Errorf("F1 %.4f, want %.2f or more", total.f1(), floor)
	}
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

func list(all []fields) string {
	var b strings.Builder
	for _, f := range all {
		b.WriteString("\n    ")
		for i, value := range f {
			if len(value) > 80 {
				value = value[:80] + "…"
			}
			fmt.Fprintf(&b, "%s=%q ", fieldNames[i], value)
		}
	}
	return b.String()
}

func TestMessages(t *testing.T) { measure(t, "messages.txt", 0.999) }

func TestHeldOut(t *testing.T) { measure(t, "heldout.txt", 0.97) }

func TestThird(t *testing.T) { measure(t, "third.txt", 0.97) }

func TestFourth(t *testing.T) { measure(t, "fourth.txt", 0.96) }

func TestFifth(t *testing.T) { measure(t, "fifth.txt", 0.97) }

func TestSixth(t *testing.T) { measure(t, "sixth.txt", 0.96) }

func TestSeventh(t *testing.T) { measure(t, "seventh.txt", 0.97) }

func TestEighth(t *testing.T) { measure(t, "eighth.txt", 0.97) }

func TestNinth(t *testing.T) { measure(t, "ninth.txt", 0.97) }

func TestTenth(t *testing.T) { measure(t, "tenth.txt", 0.94) }

func TestNothing(t *testing.T) {
	rows := slices.Concat(readRows(t, "testdata/nothing.txt", testKeys(t)), readRows(t, "testdata/nothing3.txt", testKeys(t)),
		readRows(t, "testdata/nothing5.txt", testKeys(t)), readRows(t, "testdata/nothing6.txt", testKeys(t)), readRows(t, "testdata/nothing7.txt", testKeys(t)), readRows(t, "testdata/nothing9.txt", testKeys(t)))
	if len(rows) < 40 {
		t.Errorf("got %d messages without an access, want 40 or more", len(rows))
	}
	for _, r := range rows {
		if got := found(r.message); len(got) > 0 {
			t.Errorf("%s: found an access where there is none:\n%s%s", r.name, indent(r.message), list(got))
		}
	}
}
