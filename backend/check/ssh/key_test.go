package ssh

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"os"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

// A key file chooses how much work its passphrase costs; a hostile one may not
// choose years.
func TestKeyThatAsksForTooMuchWork(t *testing.T) {
	text, err := os.ReadFile("testdata/rsa4096")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if got := keyRounds(block); got != 4 {
		t.Fatalf("the test's key asks for %d rounds, want 4", got)
	}
	// The number of rounds follows a salt of 16 bytes, which follows the options' name.
	at := bytes.Index(block.Bytes, []byte("bcrypt")) + len("bcrypt") + 4 + 4 + 16
	binary.BigEndian.PutUint32(block.Bytes[at:], 1<<31)
	started := time.Now()
	_, _, reason := parseKey(opora.Secrets{Key: opora.NewSecret(string(pem.EncodeToMemory(block))), Passphrase: opora.NewSecret("фраза 1")})
	if reason != opora.Unsupported || time.Since(started) > pace.Limit(5*time.Second) {
		t.Errorf("got %s after %v, want %s at once", reason, time.Since(started), opora.Unsupported)
	}
}

func FuzzParseKey(f *testing.F) {
	text, err := os.ReadFile("testdata/rsa4096")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("PuTTY-User-Key-File-2: ssh-rsa\n")
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----")
	f.Fuzz(func(t *testing.T, key string) {
		signer, _, reason := parseKey(opora.Secrets{Key: opora.NewSecret(key)})
		if (signer == nil) != (reason != "") {
			t.Errorf("got a key: %v, with reason %q", signer != nil, reason)
		}
	})
}
