package ssh_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/check/checktest"
	"opora/backend/check/ssh"
	"opora/backend/lab"
	"opora/backend/opora"
)

const rightPassword = "Пароль & @1: \"ok\""

func secret(text string) opora.Secrets { return opora.Secrets{Password: opora.NewSecret(text)} }

func sshd(t testing.TB, options lab.SSHDOptions) *lab.SSHD {
	t.Helper()
	if options.Users == nil {
		options.Users = []lab.SSHUser{{Name: "ivan", Password: rightPassword}}
	}
	server, err := lab.StartSSHD(t.Context(), t.TempDir(), options)
	lab.Require(t, err)
	return server
}

// ed25519Key makes a key pair.
func ed25519Key(t testing.TB) (opora.Secret, gossh.PublicKey) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return opora.NewSecret(string(pem.EncodeToMemory(block))), signer.PublicKey()
}

func TestPassword(t *testing.T) {
	server := sshd(t, lab.SSHDOptions{})
	_, port, _ := strings.Cut(server.Addr, ":")
	checktest.Run(t, ssh.Checker{}, checktest.Door{
		Kind:      opora.SSH,
		Addresses: []string{server.Addr, "ssh://" + server.Addr, " ssh://root@" + server.Addr + "/ ", "LOCALHOST.:" + port, "ivan@" + server.Addr},
		Login:     "ivan", Secrets: secret(rightPassword), Behind: server.Addr,
	})
}

func TestPasswordThroughQuestions(t *testing.T) {
	t.Parallel()
	server := sshd(t, lab.SSHDOptions{PAM: true, Config: []string{"PasswordAuthentication no"}})
	for password, want := range map[string]opora.Reason{rightPassword: opora.OK, "другой": opora.BadCredentials} {
		if got := tried(t, server.Addr, "ivan", secret(password)); got.Finding.Reason != want {
			t.Errorf("got %s, want %s; %v", got.Finding.Reason, want, got.Evidence)
		}
	}
}

func TestKey(t *testing.T) {
	key, public := ed25519Key(t)
	other, _ := ed25519Key(t)
	server := sshd(t, lab.SSHDOptions{Users: []lab.SSHUser{{Name: "ivan", Keys: []gossh.PublicKey{public}}}, Config: []string{"PasswordAuthentication no"}})
	checktest.Run(t, ssh.Checker{}, checktest.Door{
		Kind: opora.SSH, Addresses: []string{server.Addr}, Login: "ivan", Secrets: opora.Secrets{Key: key}, Wrong: opora.Secrets{Key: other},
		Refused: opora.BadKey, Behind: server.Addr, SpaceAllowed: true,
	})
	messy := opora.Secrets{Key: opora.NewSecret("\ufeff\r\n  " + strings.ReplaceAll(key.Reveal(), "\n", "  \r\n\t"))}
	if got := tried(t, server.Addr, "ivan", messy); got.Finding.Reason != opora.OK {
		t.Errorf("key with white space around its lines: got %s; %v", got.Finding.Reason, got.Evidence)
	}
	got := tried(t, server.Addr, "ivan", secret(rightPassword))
	if got.Finding.Reason != opora.NotPermitted || hint(got, opora.HintMethodsOffered) != "publickey" {
		t.Errorf("password where only keys are taken: got %s %v", got.Finding.Reason, got.Finding.Hints)
	}
}

func TestLockedKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/rsa4096")
	if err != nil {
		t.Fatal(err)
	}
	key := opora.NewSecret(string(text))
	text, err = os.ReadFile("testdata/rsa4096.pub")
	if err != nil {
		t.Fatal(err)
	}
	public, _, _, _, err := gossh.ParseAuthorizedKey(text)
	if err != nil {
		t.Fatal(err)
	}
	server := sshd(t, lab.SSHDOptions{Users: []lab.SSHUser{{Name: "ivan", Keys: []gossh.PublicKey{public}}}})
	closed := checktest.ClosedPort(t) // a wrong passphrase is found out without a connection
	for _, tt := range []struct {
		name    string
		at      string
		secrets opora.Secrets
		want    opora.Reason
	}{
		{"passphrase", server.Addr, opora.Secrets{Key: key, Passphrase: opora.NewSecret("фраза 1")}, opora.OK},
		{"passphrase sent as the password", server.Addr, opora.Secrets{Key: key, Password: opora.NewSecret("фраза 1")}, opora.OK},
		{"wrong passphrase", closed, opora.Secrets{Key: key, Passphrase: opora.NewSecret("фраза 2")}, opora.WrongPassphrase},
		{"no passphrase", closed, opora.Secrets{Key: key}, opora.Ambiguous},
		{"no key", closed, opora.Secrets{Key: opora.NewSecret("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5")}, opora.BadKey},
		{"damaged key", closed, opora.Secrets{Key: opora.NewSecret(strings.Replace(key.Reveal(), "b3Blbn", "b3Blbm", 1))}, opora.BadKey},
		{"PuTTY's own format", closed, opora.Secrets{Key: opora.NewSecret("PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n")}, opora.Unsupported},
	} {
		if got := tried(t, tt.at, "ivan", tt.secrets); got.Finding.Reason != tt.want {
			t.Errorf("%s: got %s, want %s; %v", tt.name, got.Finding.Reason, tt.want, got.Evidence)
		}
	}
}

// tried checks once with a memory of its own.
func tried(t *testing.T, address, login string, secrets opora.Secrets) opora.Check {
	t.Helper()
	return remembered(t, &check.Memory{}, opora.Credential{Kind: opora.SSH, Address: address, Login: login}, secrets)
}

func remembered(t *testing.T, memory *check.Memory, credential opora.Credential, secrets opora.Secrets) opora.Check {
	t.Helper()
	runner := check.Runner{
		Checkers: checkers(), Ledger: check.Unlimited{Ledger: memory}, HostKeys: memory,
	}
	return runner.Check(t.Context(), credential, secrets, nil)
}

func hint(c opora.Check, code opora.HintCode) string {
	for _, hint := range c.Finding.Hints {
		if hint.Code == code {
			return hint.Detail
		}
	}
	return "no such hint"
}

func checkers() map[opora.Kind]check.Checker {
	return map[opora.Kind]check.Checker{opora.SSH: ssh.Checker{}, opora.SFTP: ssh.Checker{}}
}
