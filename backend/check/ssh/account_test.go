package ssh_test

import (
	"net"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/lab"
	"opora/backend/opora"
)

// What OpenSSH does with accounts that are not quite in order.
func TestAccounts(t *testing.T) {
	t.Parallel()
	key, public := ed25519Key(t)
	users := []lab.SSHUser{
		{Name: "nologin", Password: rightPassword, Shell: "/usr/sbin/nologin"},
		{Name: "false", Password: rightPassword, Shell: "/bin/false"},
		{Name: "expired", Password: rightPassword, Expired: true},
		{Name: "locked", Password: rightPassword, Locked: true},
		{Name: "both", Password: rightPassword, Keys: []gossh.PublicKey{public}},
	}
	twice := []string{"Match User both", "AuthenticationMethods publickey,password", "Match all"}
	direct := sshd(t, lab.SSHDOptions{Users: users, Config: twice})
	pam := sshd(t, lab.SSHDOptions{Users: users, PAM: true, Config: twice})
	questions := sshd(t, lab.SSHDOptions{Users: users, PAM: true, Config: []string{"PasswordAuthentication no"}})
	for name, server := range map[string]*lab.SSHD{"direct": direct, "PAM": pam, "questions": questions} {
		for _, tt := range []struct {
			name    string
			login   string
			secrets opora.Secrets
			want    opora.Reason
			hint    opora.HintCode
		}{
			{"nologin shell", "nologin", secret(rightPassword), opora.OK, opora.HintNoShell},
			{"false as shell", "false", secret(rightPassword), opora.OK, opora.HintNoShell},
			{"expired", "expired", secret(rightPassword), opora.PasswordExpired, opora.HintPasswordCorrect},
			{"expired, wrong password", "expired", secret("другой"), opora.BadCredentials, opora.HintHostKeyNew},
			{"locked", "locked", secret(rightPassword), opora.BadCredentials, opora.HintHostKeyNew},
			{"key and password", "both", opora.Secrets{Key: key, Password: opora.NewSecret(rightPassword)}, opora.OK, opora.HintHostKeyNew},
			{"key of two", "both", opora.Secrets{Key: key}, opora.SecondFactor, opora.HintMethodsOffered},
			{"key and wrong password", "both", opora.Secrets{Key: key, Password: opora.NewSecret("другой")}, opora.BadCredentials, opora.HintHostKeyNew},
		} {
			if name == "questions" && tt.login == "both" {
				continue // that server takes the key alone
			}
			t.Run(tt.name+", "+name, func(t *testing.T) {
				t.Parallel()
				got := tried(t, server.Addr, tt.login, tt.secrets)
				if got.Finding.Reason != tt.want || hint(got, tt.hint) == "no such hint" {
					t.Errorf("got %s %v, want %s with %s; %v", got.Finding.Reason, got.Finding.Hints, tt.want, tt.hint, got.Evidence)
				}
			})
		}
	}
}

func TestPasswordIsNotEnough(t *testing.T) {
	t.Parallel()
	server := sshd(t, lab.SSHDOptions{Config: []string{"AuthenticationMethods password,publickey"}})
	got := tried(t, server.Addr, "ivan", secret(rightPassword))
	if got.Finding.Reason != opora.SecondFactor || hint(got, opora.HintPasswordCorrect) == "no such hint" {
		t.Errorf("right password: got %s %v", got.Finding.Reason, got.Finding.Hints)
	}
	if got := tried(t, server.Addr, "ivan", secret("другой")); got.Finding.Reason != opora.BadCredentials {
		t.Errorf("wrong password: got %s", got.Finding.Reason)
	}
}

// A server that throws out after the first failure has not said which of its
// reasons it had.
func TestThrownOutIsNotRefused(t *testing.T) {
	t.Parallel()
	server := sshd(t, lab.SSHDOptions{Config: []string{"MaxAuthTries 1"}})
	if got := tried(t, server.Addr, "ivan", secret("другой")); got.Finding.Reason != opora.RateLimited {
		t.Errorf("too many failures: got %s; %v", got.Finding.Reason, got.Evidence)
	}
	if got := tried(t, server.Addr, "ivan", secret(rightPassword)); got.Finding.Reason != opora.OK {
		t.Errorf("right password: got %s; %v", got.Finding.Reason, got.Evidence)
	}

	crowded := sshd(t, lab.SSHDOptions{Config: []string{"MaxStartups 1"}})
	var held net.Conn
	for end := time.Now().Add(5 * time.Second); held == nil && time.Now().Before(end); {
		conn, err := net.Dial("tcp", crowded.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		line := make([]byte, 4)
		if n, _ := conn.Read(line); string(line[:n]) == "SSH-" {
			held = conn
		}
	}
	if got := tried(t, crowded.Addr, "ivan", secret(rightPassword)); got.Finding.Reason != opora.RateLimited {
		t.Errorf("too many clients: got %s; %v", got.Finding.Reason, got.Evidence)
	}
}

func TestChangedHostKey(t *testing.T) {
	t.Parallel()
	memory := &check.Memory{}
	first := sshd(t, lab.SSHDOptions{})
	credential := opora.Credential{Kind: opora.SSH, Address: first.Addr, Login: "ivan"}
	got := remembered(t, memory, credential, secret(rightPassword))
	if got.Finding.Reason != opora.OK || hint(got, opora.HintHostKeyNew) != first.Fingerprint || got.Finding.Fingerprint != first.Fingerprint {
		t.Fatalf("first time: got %+v", got.Finding)
	}
	if got := remembered(t, memory, credential, secret(rightPassword)); got.Finding.Reason != opora.OK || hint(got, opora.HintHostKeyNew) != "no such hint" {
		t.Errorf("second time: got %+v", got.Finding)
	}
	first.Stop()
	second := sshd(t, lab.SSHDOptions{Addr: first.Addr})
	attempts := memory.Attempts()
	got = remembered(t, memory, credential, secret(rightPassword))
	if got.Finding.Reason != opora.HostKeyChanged || hint(got, opora.HintHostKeyWas) != first.Fingerprint || got.Finding.Fingerprint != second.Fingerprint {
		t.Errorf("changed: got %+v", got.Finding)
	}
	credential.Options.AcceptFingerprint = "SHA256:somethingElse"
	if got := remembered(t, memory, credential, secret(rightPassword)); got.Finding.Reason != opora.HostKeyChanged {
		t.Errorf("another one accepted: got %+v", got.Finding)
	}
	if memory.Attempts() != attempts {
		t.Error("an attempt was made at a host with a changed key")
	}
	credential.Options.AcceptFingerprint = second.Fingerprint
	if got := remembered(t, memory, credential, secret(rightPassword)); got.Finding.Reason != opora.OK {
		t.Errorf("accepted: got %+v", got.Finding)
	}
	credential.Options.AcceptFingerprint = ""
	if got := remembered(t, memory, credential, secret(rightPassword)); got.Finding.Reason != opora.OK {
		t.Errorf("after it was accepted: got %+v", got.Finding)
	}
}

func TestSFTP(t *testing.T) {
	t.Parallel()
	credential := func(server *lab.SSHD) opora.Credential {
		return opora.Credential{Kind: opora.SFTP, Address: "sftp://" + server.Addr, Login: "ivan"}
	}
	server := sshd(t, lab.SSHDOptions{Users: []lab.SSHUser{{Name: "ivan", Password: rightPassword, Shell: "/usr/sbin/nologin"}},
		Config: []string{"ForceCommand internal-sftp"}})
	if got := remembered(t, &check.Memory{}, credential(server), secret(rightPassword)); got.Finding.Reason != opora.OK {
		t.Errorf("got %+v", got.Finding)
	}
	if got := remembered(t, &check.Memory{}, credential(server), secret("другой")); got.Finding.Reason != opora.BadCredentials {
		t.Errorf("wrong password: got %+v", got.Finding)
	}
}
