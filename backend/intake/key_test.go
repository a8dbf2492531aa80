package intake

import (
	"errors"
	"strings"
	"testing"

	"opora/backend/opora"
)

// putty is a .ppk that was made for this test and opens nothing.
const putty = `PuTTY-User-Key-File-2: ssh-ed25519
Encryption: none
Comment: anna@laptop
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIKJqxc3GpvlHx8WqVeUF0vBlTjhNTx3UbyZmWVrB
TrSt
Private-Lines: 1
AAAAIBm7Lq8mFkFUVpGmE0mCQf0J7sZ4tQyW9G2k9oM1Jw4e
Private-MAC: 0123456789abcdef0123456789abcdef01234567
`

func TestMendKey(t *testing.T) {
	keys := testKeys(t)
	for _, name := range []string{"ed25519", "rsa", "ed25519-locked"} {
		key := keys[name]
		lines := strings.Split(strings.TrimSpace(key), "\n")
		tests := []struct {
			name   string
			text   string
			mended bool
		}{
			{"as it is", key, false},
			{"Windows line ends", strings.ReplaceAll(key, "\n", "\r\n"), false},
			{"no line break at the end", strings.TrimSpace(key), false},
			{"line breaks lost", strings.Join(lines, " "), true},
			{"line breaks lost without a trace", lines[0] + strings.Join(lines[1:len(lines)-1], "") + lines[len(lines)-1], true},
			{"line breaks doubled", strings.Join(lines, "\n\n"), true},
			{"indented", "    " + strings.Join(lines, "\n    "), true},
			{"mail quote", "> " + strings.Join(lines, "\n> "), true},
			{"line breaks written out", strings.Join(lines, `\n`), true},
			{"quoted strings", `"` + strings.Join(lines, "\\n\"\n\"") + `"`, true},
			{"long dashes", strings.ReplaceAll(key, "-----", "—--"), true},
			{"zero-width", strings.Join(lines, "\u200b\n"), true},
		}
		for _, tt := range tests {
			got, mended, err := MendKey(tt.text)
			if err != nil {
				t.Errorf("%s, %s: %v", name, tt.name, err)
				continue
			}
			if strings.Join(strings.Fields(got), "") != strings.Join(strings.Fields(key), "") {
				t.Errorf("%s, %s: the key became another", name, tt.name)
			}
			if mended != tt.mended && tt.name != "line breaks doubled" && tt.name != "indented" {
				t.Errorf("%s, %s: got mended %v, want %v", name, tt.name, mended, tt.mended)
			}
			if _, err := KeyFacts(got); err != nil {
				t.Errorf("%s, %s: mended key: %v", name, tt.name, err)
			}
		}
		for what, text := range map[string]string{
			"cut off":        strings.Join(lines[:len(lines)-3], "\n"),
			"a line missing": strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), "\n"),
			"foreign letter": strings.Replace(key, lines[1][5:6], "ж", 1),
			"no key":         "hello",
			"nothing":        "",
		} {
			if _, _, err := MendKey(text); !errors.Is(err, opora.SecretDamaged) {
				t.Errorf("%s, %s: got %v, want SecretDamaged", name, what, err)
			} else if strings.Contains(err.Error(), lines[1][:10]) {
				t.Errorf("%s, %s: the error tells the key", name, what)
			}
		}
	}
}

func TestKeyFacts(t *testing.T) {
	keys := testKeys(t)
	tests := []struct {
		name string
		text string
		want Facts
	}{
		{"ed25519", keys["ed25519"], Facts{Format: "OpenSSH", Type: "ed25519", Bits: 256, Comment: "anna@laptop"}},
		{"rsa", keys["rsa"], Facts{Format: "OpenSSH", Type: "rsa", Bits: 2048}},
		{"locked", keys["ed25519-locked"], Facts{Format: "OpenSSH", Type: "ed25519", Bits: 256, Encrypted: true}},
		{"putty", putty, Facts{Format: "PuTTY", Type: "ed25519", Bits: 256, Comment: "anna@laptop"}},
	}
	for _, tt := range tests {
		got, err := KeyFacts(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !strings.HasPrefix(got.Fingerprint, "SHA256:") {
			t.Errorf("%s: got fingerprint %q", tt.name, got.Fingerprint)
		}
		got.Fingerprint = ""
		if got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	if _, err := KeyFacts(keys["public"]); !errors.Is(err, opora.SecretDamaged) {
		t.Errorf("public key: got %v, want SecretDamaged", err)
	}
}
