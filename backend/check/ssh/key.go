package ssh

import (
	"bytes"
	"encoding/pem"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"

	"opora/backend/opora"
)

// opening says what opened a key, or what is missing for it.
type opening int

const (
	keyOpens opening = iota
	passwordOpensKey
	missingPassphrase
)

// maxKeyRounds is how many rounds of bcrypt a locked key may ask for. ssh-keygen writes 16 or 24,
// careful people a hundred; a hostile file may ask for years of work.
const maxKeyRounds = 300

// parseKey reads the private key, locked or not. People send "key and
// password" and mean the passphrase, so a password without a passphrase opens a
// locked key as well. A reason says why there is no key to use.
func parseKey(secrets opora.Secrets) (signer ssh.Signer, used opening, reason opora.Reason) {
	text := tidy(secrets.Key.Reveal())
	block, _ := pem.Decode(text)
	switch {
	case strings.HasPrefix(string(text), "PuTTY-User-Key-File-"):
		return nil, keyOpens, opora.Unsupported
	case block == nil:
		return nil, keyOpens, opora.BadKey
	case block.Type == "ENCRYPTED PRIVATE KEY" || keyRounds(block) > maxKeyRounds:
		return nil, keyOpens, opora.Unsupported
	}
	signer, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		passphrase := secrets.Passphrase
		if passphrase.Empty() {
			passphrase, used = secrets.Password, passwordOpensKey
		}
		if passphrase.Empty() {
			return nil, missingPassphrase, opora.Ambiguous
		}
		if signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(passphrase.Reveal())); err != nil {
			return nil, used, opora.WrongPassphrase
		}
	}
	if err != nil {
		return nil, used, opora.BadKey
	}
	if rsa, ok := signer.(ssh.AlgorithmSigner); ok && signer.PublicKey().Type() == ssh.KeyAlgoRSA {
		// Without SHA-1: a server that knows nothing newer is unsupported, not deceived.
		modern, err := ssh.NewSignerWithAlgorithms(rsa, []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256})
		if err != nil {
			return nil, used, opora.BadKey
		}
		signer = modern
	}
	return signer, used, ""
}

// tidy removes the white space that mail programs and chats put around lines.
// It is no part of a key.
func tidy(key string) []byte {
	var b bytes.Buffer
	for line := range strings.Lines(strings.TrimSpace(strings.TrimPrefix(key, "\ufeff"))) {
		b.WriteString(strings.TrimSpace(line))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// keyRounds is how much work the passphrase of an OpenSSH key costs.
func keyRounds(block *pem.Block) uint32 {
	body, found := bytes.CutPrefix(block.Bytes, []byte("openssh-key-v1\x00"))
	if !found {
		return 0
	}
	var head struct {
		Cipher, KDF, Options string
		Rest                 []byte `ssh:"rest"`
	}
	var options struct {
		Salt   string
		Rounds uint32
	}
	if ssh.Unmarshal(body, &head) != nil || head.KDF != "bcrypt" || ssh.Unmarshal([]byte(head.Options), &options) != nil {
		return 0
	}
	return options.Rounds
}
