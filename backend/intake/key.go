package intake

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"opora/backend/opora"
)

// keyBlock is a private key that stood in the message.
type keyBlock struct {
	start, end int // in the cleaned text
	text       string
	encrypted  bool
	mended     bool
	damaged    bool
}

const (
	maxKey  = 64 << 10 // as much as a secret may hold
	maxKeys = 100
	minKey  = 60 // base64 letters; less is an example or a cut-off quotation
)

// cutKeys finds the private keys, and blanks out all keys and certificates in
// the cleaned text, so that nothing else is read from their letters.
func (r *reader) cutKeys() {
	if !strings.Contains(r.s, "BEGIN") && !strings.Contains(r.s, "PuTTY-User-Key-File") && !strings.Contains(r.s, "AAAA") {
		return
	}
	blank := []byte(r.s)
	tries := 0
	finder := keyFinder{s: r.s, begin: -1, putty: -1}
	for at := 0; at < len(r.s); {
		start, head, kind := finder.next(at)
		if start < 0 {
			break
		}
		end := keyEnd(r.s, start, head, kind)
		if kind != otherKey && end-start > minKey && tries < maxKeys {
			tries++
			if block, ok := readKey(r.s[start:end]); ok {
				block.start, block.end = start, end
				r.keys = append(r.keys, block)
			}
		}
		for i := start; i < end; i++ {
			if blank[i] != '\n' {
				blank[i] = ' '
			}
		}
		if n := len(r.keys); n > 0 && r.keys[n-1].start == start {
			for i := range end - start {
				blank[start+i] = ' ' // one line, so that the mark below is found once
			}
			blank[start] = keySign
		}
		at = end
	}
	r.s = blankPublic(blank)
}

// keySign stands in the scanned text where a private key was.
const keySign = 0x01

// keyMark notes the key whose sign stands at i.
func (r *reader) keyMark(n, i, end int) int {
	if r.s[i] != keySign {
		return 0
	}
	for k := range r.keys {
		if b := &r.keys[k]; b.start == i {
			e := event{what: isKey, value: b.text, start: b.start, end: b.end, key: b}
			if b.mended {
				e.warn(KeyMended)
			}
			if b.damaged {
				e.warn(KeyDamaged)
			}
			r.add(n, e)
			return max(i+1, min(b.end, end))
		}
	}
	return i + 1
}

type keyKind int

const (
	pemKey   keyKind = iota
	puttyKey         // .ppk
	otherKey         // a public key or certificate: blanked out, nothing else
)

// keyFinder looks for key blocks from the beginning of a text to its end. It
// remembers where the next marks stand, so that none is looked for twice.
type keyFinder struct {
	s            string
	begin, putty int // -1: not looked for yet; len(s): there is no more
}

func (f *keyFinder) look(mark string, known, at int) int {
	if known >= at {
		return known
	}
	if i := strings.Index(f.s[at:], mark); i >= 0 {
		return at + i
	}
	return len(f.s)
}

// next finds the next key block: where it starts and where its head ends.
func (f *keyFinder) next(at int) (start, head int, kind keyKind) {
	s := f.s
	for at < len(s) {
		f.begin = f.look("BEGIN", f.begin, at)
		f.putty = f.look("PuTTY-User-Key-File-", f.putty, at)
		begin, putty := f.begin, f.putty
		if putty < begin {
			return putty, putty + len("PuTTY-User-Key-File-"), puttyKey
		}
		if begin == len(s) {
			return -1, 0, 0
		}
		start = begin
		for start > 0 && begin-start < 24 && strings.IndexByte("- ", s[start-1]) >= 0 || start > 2 && (s[start-3:start] == "—" || s[start-3:start] == "–") {
			if s[start-1] >= 0x80 {
				start -= 3
			} else {
				start--
			}
		}
		for start < begin && s[start] == ' ' {
			start++
		}
		if start == begin {
			at = begin + 5
			continue
		}
		close := strings.IndexAny(s[begin:min(len(s), begin+80)], "—–-")
		if close < 0 {
			at = begin + 5
			continue
		}
		name := s[begin+5 : begin+close]
		head = begin + close
		for head < len(s) && (s[head] == '-' || strings.HasPrefix(s[head:], "—") || strings.HasPrefix(s[head:], "–")) {
			if s[head] == '-' {
				head++
			} else {
				head += 3
			}
		}
		if strings.TrimSpace(strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")) != "" {
			at = begin + 5
			continue
		}
		if strings.Contains(name, "PRIVATE KEY") {
			return start, head, pemKey
		}
		return start, head, otherKey
	}
	return -1, 0, 0
}

func keyEnd(s string, start, head int, kind keyKind) int {
	limit := min(len(s), head+maxKey)
	if kind == puttyKey {
		mac := strings.Index(s[head:limit], "Private-MAC:")
		if mac < 0 {
			return lineEnd(s, head)
		}
		end := head + mac + len("Private-MAC:")
		for end < limit && (s[end] == ' ' || hex(s[end])) {
			end++
		}
		return end
	}
	next := strings.Index(s[head:limit], "BEGIN")
	if next >= 0 { // a key ends before the next one begins
		limit = head + next
	}
	end := strings.Index(s[head:limit], "END")
	for end >= 0 { // "END" may be a part of the base64
		from := head + end
		if from > 0 && (s[from-1] == '-' || s[from-1] == ' ' || s[from-1] >= 0x80) && strings.HasPrefix(strings.TrimLeft(s[from+3:limit], " "), keyName(s[start:head])) {
			break
		}
		more := strings.Index(s[from+3:limit], "END")
		if more < 0 {
			end = -1
			break
		}
		end += 3 + more
	}
	if end < 0 {
		// The end is missing: base64 lines, as far as they go.
		end = lineEnd(s, head)
		for end < limit {
			stop := lineEnd(s, end+1)
			text := strings.TrimSpace(s[min(end+1, len(s)):stop])
			if text == "" || strings.ContainsAny(text, " :") || !base64Text(text) {
				break
			}
			end = stop
		}
		return end
	}
	end += head + 3
	for end < limit && s[end] != '\n' && (s[end] == ' ' || s[end] >= 'A' && s[end] <= 'Z' || digit(s[end])) {
		end++
	}
	for end < limit && (s[end] == '-' || strings.HasPrefix(s[end:], "—") || strings.HasPrefix(s[end:], "–")) {
		if s[end] == '-' {
			end++
		} else {
			end += 3
		}
	}
	return end
}

// keyName is the first word between BEGIN and the dashes.
func keyName(head string) string {
	_, name, _ := strings.Cut(head, "BEGIN")
	name = strings.Trim(name, " -—–")
	name, _, _ = strings.Cut(name, " ")
	return name
}

func lineEnd(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s)
}

func base64Text(text string) bool {
	for i := range len(text) {
		if ch := text[i]; !letter(ch) && !digit(ch) && ch != '+' && ch != '/' && ch != '=' {
			return false
		}
	}
	return true
}

// readKey judges one block; ok is false for what only looks like the beginning of a key.
func readKey(raw string) (keyBlock, bool) {
	text, mended, err := MendKey(raw)
	if err != nil {
		body := 0
		for i := range len(raw) {
			if base64Text(raw[i : i+1]) {
				body++
			}
		}
		if strings.HasPrefix(raw, "PuTTY") && !strings.Contains(raw, "Private-Lines") || body < minKey+40 || strings.Contains(raw, "...") || strings.Contains(raw, "…") {
			return keyBlock{}, false
		}
		return keyBlock{text: strings.TrimSpace(raw) + "\n", damaged: true}, true
	}
	facts, _ := KeyFacts(text)
	return keyBlock{text: text, mended: mended, encrypted: facts.Encrypted}, true
}

// blankPublic blanks out public keys on one line: "ssh-ed25519 AAAA… anna@laptop".
func blankPublic(s []byte) string {
	text := string(s)
	if !strings.Contains(text, "AAAA") {
		return text
	}
	for at := 0; ; {
		i := strings.Index(text[at:], "AAAA")
		if i < 0 {
			return string(s)
		}
		i += at
		stop := i
		for stop < len(text) && base64Text(text[stop:stop+1]) {
			stop++
		}
		at = stop
		from := i
		for from > 0 && i-from < 64 && text[from-1] != '\n' {
			from--
		}
		head := strings.TrimSpace(text[from:i])
		if cut := strings.LastIndexByte(head, ' '); cut >= 0 {
			head = head[cut+1:]
		}
		if stop-i < 60 || !strings.HasPrefix(head, "ssh-") && !strings.HasPrefix(head, "ecdsa-") && !strings.HasPrefix(head, "sk-") {
			continue
		}
		end := lineEnd(text, stop)
		comment, _, _ := strings.Cut(strings.TrimLeft(text[stop:end], " "), " ")
		end = stop + strings.Index(text[stop:end], comment) + len(comment)
		for k := i - len(head) - 1; k < end; k++ {
			if k >= 0 && s[k] != '\n' {
				s[k] = ' '
			}
		}
	}
}

// Facts are what can be told of a private key without using it.
type Facts struct {
	Format      string // "OpenSSH", "PEM", "PKCS#8", "PuTTY"
	Type        string // "ed25519", "rsa", "ecdsa", "dsa"; empty when encryption hides it
	Bits        int
	Fingerprint string // "SHA256:…" of the public key; empty when encryption hides it
	Encrypted   bool
	Comment     string
}

// KeyFacts tells type, strength and fingerprint of a private key. It fails
// with [opora.SecretDamaged] when the text is no key that can be read.
func KeyFacts(text string) (Facts, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "PuTTY-User-Key-File-") {
		return puttyFacts(text)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
	}
	f := Facts{Format: "PEM"}
	switch block.Type {
	case "OPENSSH PRIVATE KEY":
		f.Format = "OpenSSH"
	case "PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		f.Format = "PKCS#8"
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" { // x/crypto does not read it, and says so as a fault
		if len(block.Bytes) < minKey {
			return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
		}
		f.Encrypted = true
		return f, nil
	}
	signer, err := ssh.ParsePrivateKey([]byte(text))
	var locked *ssh.PassphraseMissingError
	switch {
	case err == nil:
		f.describe(signer.PublicKey())
	case errors.As(err, &locked):
		f.Encrypted = true
		if locked.PublicKey != nil {
			f.describe(locked.PublicKey)
		}
	default:
		// The library's own error may quote the key.
		return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
	}
	if f.Format == "OpenSSH" && !f.Encrypted {
		f.Comment = opora.Visible(sshComment(block.Bytes))
	}
	return f, nil
}

func (f *Facts) describe(key ssh.PublicKey) {
	f.Fingerprint = ssh.FingerprintSHA256(key)
	f.Type, f.Bits = keyType(key)
}

// puttyFacts reads a .ppk, versions 2 and 3; the public part stands open in it.
func puttyFacts(text string) (Facts, error) {
	f := Facts{Format: "PuTTY"}
	var public strings.Builder
	lines := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if lines > 0 {
			public.WriteString(line)
			lines--
			continue
		}
		name, rest, _ := strings.Cut(line, ": ")
		switch name {
		case "Encryption":
			f.Encrypted = rest != "none"
		case "Comment":
			f.Comment = opora.Visible(rest)
		case "Public-Lines":
			if _, err := fmt.Sscan(rest, &lines); err != nil || lines < 0 || lines > 200 {
				return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
			}
		}
	}
	wire, err := base64.StdEncoding.DecodeString(public.String())
	if err != nil {
		return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
	}
	key, err := ssh.ParsePublicKey(wire)
	if err != nil || !strings.Contains(text, "Private-Lines:") || !strings.Contains(text, "Private-MAC:") {
		return Facts{}, fmt.Errorf("private key: %w", opora.SecretDamaged)
	}
	f.describe(key)
	return f, nil
}
