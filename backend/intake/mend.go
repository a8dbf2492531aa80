package intake

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"opora/backend/opora"
)

// MendKey puts a private key right that a chat or an editor has broken: lost
// or doubled line breaks, indentation, quotes and quote marks, "\n" written
// out, Windows line ends, dashes made long. mended says that more than the line
// ends had to change. The result always parses; when that cannot be reached,
// MendKey fails with [opora.SecretDamaged] and the text is best left alone.
func MendKey(text string) (key string, mended bool, err error) {
	plain := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	plain = strings.TrimSpace(plain) + "\n"
	if _, err := KeyFacts(plain); err == nil && strings.HasPrefix(plain, "-----BEGIN") || err == nil && strings.HasPrefix(plain, "PuTTY") {
		return plain, false, nil
	}
	var candidate string
	if strings.Contains(plain, "PuTTY-User-Key-File-") {
		candidate = mendPutty(plain)
	} else {
		candidate = mendPEM(plain)
	}
	if candidate != "" {
		if _, err := KeyFacts(candidate); err == nil {
			return candidate, true, nil
		}
	}
	return "", false, fmt.Errorf("private key: %w", opora.SecretDamaged)
}

// unescape turns written-out line breaks into real ones and takes away what
// stands before and after each line.
func unescape(text string) string {
	text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n", `\/`, "/", "—", "---", "–", "--", "\u00a0", " ", "\u200b", "", "\ufeff", "").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.Trim(line, " \t")
		// A program's joining of strings; a "+" without a quote is base64.
		for _, sign := range []string{`" +`, `' +`, `"+`, `'+`} {
			line = strings.TrimSuffix(line, sign)
			line = strings.TrimPrefix(line, reversed(sign))
		}
		line = strings.TrimLeft(line, " \t>|\"'`")
		lines[i] = strings.TrimRight(line, " \t\"'`,\\;")
	}
	return strings.Join(lines, "\n")
}

func reversed(sign string) string {
	letters := []byte(sign)
	slices.Reverse(letters)
	return string(letters)
}

func mendPEM(text string) string {
	text = unescape(text)
	begin := strings.Index(text, "BEGIN")
	if begin < 0 {
		return ""
	}
	rest := text[begin+5:]
	dash := strings.IndexByte(rest, '-')
	if dash < 0 {
		return ""
	}
	name := strings.TrimSpace(rest[:dash])
	rest = strings.TrimLeft(rest[dash:], "-")
	end := strings.LastIndex(rest, "END")
	if end < 0 {
		return "" // a part of the key is lost: nothing to mend
	}
	body := strings.TrimRight(rest[:end], "- \n\t")
	var head []string // Proc-Type and DEK-Info of an encrypted PEM
	var b strings.Builder
	for line := range strings.SplitSeq(body, "\n") {
		if i := strings.Index(line, "DEK-Info:"); i >= 0 && strings.Contains(line, "Proc-Type:") {
			fields := strings.Fields(line) // all on one line
			if len(fields) < 4 {
				return ""
			}
			head = append(head, fields[0]+" "+fields[1], fields[2]+" "+fields[3])
			line = strings.Join(fields[4:], "")
		} else if strings.HasPrefix(line, "Proc-Type:") || strings.HasPrefix(line, "DEK-Info:") {
			head = append(head, line)
			continue
		}
		for i := range len(line) {
			switch ch := line[i]; {
			case ch == ' ' || ch == '\t':
			case base64Text(line[i : i+1]):
				b.WriteByte(ch)
			default:
				return "" // a letter that no key has: do not guess
			}
		}
	}
	width := 64
	if strings.HasPrefix(name, "OPENSSH") {
		width = 70
	}
	var out strings.Builder
	fmt.Fprintf(&out, "-----BEGIN %s-----\n", name)
	for _, line := range head {
		out.WriteString(line + "\n")
	}
	if len(head) > 0 {
		out.WriteByte('\n')
	}
	for body := b.String(); body != ""; {
		n := min(width, len(body))
		out.WriteString(body[:n] + "\n")
		body = body[n:]
	}
	fmt.Fprintf(&out, "-----END %s-----\n", name)
	return out.String()
}

// mendPutty takes indentation, quote marks and blank lines out of a .ppk.
func mendPutty(text string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(unescape(text[strings.Index(text, "PuTTY-User-Key-File-"):]), "\n") {
		if line != "" {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

// keyType names the algorithm of a key and its strength in bits.
func keyType(key ssh.PublicKey) (string, int) {
	if crypto, ok := key.(ssh.CryptoPublicKey); ok {
		switch k := crypto.CryptoPublicKey().(type) {
		case *rsa.PublicKey:
			return "rsa", k.N.BitLen()
		case *ecdsa.PublicKey:
			return "ecdsa", k.Curve.Params().BitSize
		case ed25519.PublicKey:
			return "ed25519", 256
		}
	}
	if key.Type() == "ssh-dss" {
		return "dsa", 1024 // RFC 4253, 6.6: the only strength that SSH has
	}
	return key.Type(), 0
}

// sshComment reads the comment of an unencrypted OpenSSH key. Its layout is that
// of PROTOCOL.key in OpenSSH; x/crypto reads it too and keeps it to itself.
func sshComment(blob []byte) string {
	blob = blob[min(len(blob), len("openssh-key-v1\x00")):]
	field := func() []byte {
		if len(blob) < 4 {
			return nil
		}
		n := binary.BigEndian.Uint32(blob)
		if uint64(n) > uint64(len(blob)-4) {
			blob = nil
			return nil
		}
		value := blob[4 : 4+n]
		blob = blob[4+n:]
		return value
	}
	for range 3 { // cipher, key derivation, its options
		field()
	}
	if len(blob) < 4 {
		return ""
	}
	blob = blob[4:] // how many keys
	field()         // the public key
	blob = field()
	if len(blob) < 8 {
		return ""
	}
	blob = blob[8:] // check numbers
	parts := 0
	switch kind := string(field()); {
	case kind == ssh.KeyAlgoED25519:
		parts = 2
	case kind == ssh.KeyAlgoRSA:
		parts = 6
	case strings.HasPrefix(kind, "ecdsa-"):
		parts = 3
	default:
		return ""
	}
	for range parts {
		field()
	}
	return string(field())
}
