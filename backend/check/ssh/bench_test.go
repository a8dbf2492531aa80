package ssh_test

import (
	"net"
	"slices"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/lab"
	"opora/backend/opora"
)

// The check and a bare login of the same account at the same server, in turn, so
// that both meet the same load. The check may take 1.3 times as long.
func BenchmarkLogin(b *testing.B) {
	key, public := ed25519Key(b)
	server := sshd(b, lab.SSHDOptions{Users: []lab.SSHUser{{Name: "ivan", Password: rightPassword, Keys: []gossh.PublicKey{public}}}})
	signer, err := gossh.ParsePrivateKey([]byte(key.Reveal()))
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name    string
		secrets opora.Secrets
		auth    gossh.AuthMethod
	}{
		{"password", secret(rightPassword), gossh.Password(rightPassword)},
		{"key", opora.Secrets{Key: key}, gossh.PublicKeys(signer)},
	} {
		b.Run(way.name, func(b *testing.B) {
			memory := &check.Memory{}
			runner := check.Runner{Checkers: checkers(), Ledger: check.Unlimited{Ledger: memory}, HostKeys: memory}
			var bare, checked []time.Duration
			for b.Loop() {
				started := time.Now()
				client, err := gossh.Dial("tcp", server.Addr, &gossh.ClientConfig{
					User: "ivan", Auth: []gossh.AuthMethod{way.auth},
					HostKeyCallback: func(string, net.Addr, gossh.PublicKey) error { return nil },
				})
				if err != nil {
					b.Fatal(err)
				}
				_ = client.Close()
				bare = append(bare, time.Since(started))

				started = time.Now()
				got := runner.Check(b.Context(), opora.Credential{Kind: opora.SSH, Address: server.Addr, Login: "ivan"}, way.secrets, nil)
				if got.Finding.Reason != opora.OK {
					b.Fatal(got.Finding.Reason)
				}
				checked = append(checked, time.Since(started))
			}
			slices.Sort(bare)
			slices.Sort(checked)
			middle := len(bare) / 2
			b.ReportMetric(float64(bare[middle].Microseconds())/1000, "bare-ms")
			b.ReportMetric(float64(checked[middle].Microseconds())/1000, "check-ms")
			b.ReportMetric(float64(checked[middle])/float64(bare[middle]), "times-bare")
		})
	}
}
