package ssh_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/check/checktest"
	"opora/backend/opora"
	"opora/backend/pace"
)

// fake is a server in this process that does what OpenSSH never does.
func fake(t *testing.T, config *gossh.ServerConfig, keys ...any) string {
	t.Helper()
	if len(keys) == 0 {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys = []any{key}
	}
	for _, key := range keys {
		signer, err := gossh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		config.AddHostKey(signer)
	}
	return checktest.Serve(t, func(conn net.Conn) {
		server, channels, requests, err := gossh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go gossh.DiscardRequests(requests)
		for channel := range channels {
			_ = channel.Reject(gossh.Prohibited, "no")
		}
		_ = server.Wait()
	})
}

func TestQuestions(t *testing.T) {
	type round struct {
		questions []string
		echos     []bool
	}
	for _, tt := range []struct {
		name     string
		rounds   []round
		accept   bool
		want     opora.Reason
		answered int64 // prompts that got the password
	}{
		{"one hidden prompt", []round{{[]string{"Password: "}, []bool{false}}}, true, opora.OK, 1},
		{"refused", []round{{[]string{"Password: "}, []bool{false}}}, false, opora.BadCredentials, 1},
		{"an announcement first", []round{{nil, nil}, {[]string{"Пароль: "}, []bool{false}}}, true, opora.OK, 1},
		{"visible prompt", []round{{[]string{"Password: "}, []bool{true}}}, true, opora.SecondFactor, 0},
		{"two prompts", []round{{[]string{"Password: ", "Code: "}, []bool{false, false}}}, true, opora.SecondFactor, 0},
		{"prompt for a code", []round{{[]string{"Verification code: "}, []bool{false}}}, true, opora.SecondFactor, 0},
		{"code after the password", []round{{[]string{"Password: "}, []bool{false}}, {[]string{"Token: "}, []bool{false}}}, true, opora.SecondFactor, 1},
		{"the same again", []round{{[]string{"Password: "}, []bool{false}}, {[]string{"Password: "}, []bool{false}}}, true, opora.Ambiguous, 1},
		{"new password", []round{{[]string{"Password: "}, []bool{false}}, {[]string{"Enter new password: "}, []bool{false}}}, true, opora.PasswordExpired, 1},
		{"announcements without end", make([]round, 10_000), true, opora.Ambiguous, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var answered atomic.Int64
			addr := fake(t, &gossh.ServerConfig{KeyboardInteractiveCallback: func(_ gossh.ConnMetadata, ask gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
				for _, round := range tt.rounds {
					answers, err := ask("", "", round.questions, round.echos)
					if err != nil {
						return nil, err
					}
					for _, answer := range answers {
						if answer == rightPassword {
							answered.Add(1)
						}
					}
				}
				if !tt.accept {
					return nil, errors.New("no")
				}
				return nil, nil
			}})
			memory := &check.Memory{}
			got := remembered(t, memory, opora.Credential{Kind: opora.SSH, Address: addr, Login: "ivan"}, secret(rightPassword))
			if got.Finding.Reason != tt.want || answered.Load() != tt.answered || int64(memory.Attempts()) != tt.answered {
				t.Errorf("got %s, %d answers, %d attempts; want %s, %d; %v", got.Finding.Reason, answered.Load(), memory.Attempts(), tt.want, tt.answered, got.Evidence)
			}
		})
	}
}

func TestOpenToAnyone(t *testing.T) {
	memory := &check.Memory{}
	got := remembered(t, memory, opora.Credential{Kind: opora.SSH, Address: fake(t, &gossh.ServerConfig{NoClientAuth: true}), Login: "ivan"}, secret(rightPassword))
	if got.Finding.Reason != opora.Ambiguous || hint(got, opora.HintPublic) == "no such hint" || memory.Attempts() != 0 {
		t.Errorf("got %+v, %d attempts", got.Finding, memory.Attempts())
	}
}

// One secret means one method: the server that offers both gets it once.
func TestSecretIsSentOnce(t *testing.T) {
	var passwords, questions atomic.Int64
	addr := fake(t, &gossh.ServerConfig{
		PasswordCallback: func(_ gossh.ConnMetadata, password []byte) (*gossh.Permissions, error) {
			passwords.Add(1)
			return nil, errors.New("no")
		},
		KeyboardInteractiveCallback: func(gossh.ConnMetadata, gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
			questions.Add(1)
			return nil, errors.New("no")
		},
	})
	got := tried(t, addr, "ivan", secret(rightPassword))
	if got.Finding.Reason != opora.BadCredentials || passwords.Load() != 1 || questions.Load() != 0 {
		t.Errorf("got %s after %d passwords and %d conversations, want %s after one and none", got.Finding.Reason, passwords.Load(), questions.Load(), opora.BadCredentials)
	}
}

// A host that has got an additional key still has the one that was noted.
func TestAdditionalHostKey(t *testing.T) {
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, added, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	config := func() *gossh.ServerConfig {
		return &gossh.ServerConfig{PasswordCallback: func(gossh.ConnMetadata, []byte) (*gossh.Permissions, error) { return nil, nil }}
	}
	memory := &check.Memory{}
	addr := fake(t, config(), old, added)
	signer, _ := gossh.NewSignerFromKey(old)
	if err := memory.NoteHostKey(t.Context(), addr, gossh.FingerprintSHA256(signer.PublicKey())); err != nil {
		t.Fatal(err)
	}
	got := remembered(t, memory, opora.Credential{Kind: opora.SSH, Address: addr, Login: "ivan"}, secret(rightPassword))
	if got.Finding.Reason != opora.OK || got.Finding.Fingerprint != gossh.FingerprintSHA256(signer.PublicKey()) {
		t.Errorf("got %+v; %v", got.Finding, got.Evidence)
	}
}

func TestFloods(t *testing.T) {
	version := "SSH-2.0-Flood\r\n"
	for name, handle := range map[string]func(net.Conn){
		"greeting without end": func(c net.Conn) { endless(c, []byte("hello\r\n")) },
		"line without end":     func(c net.Conn) { endless(c, []byte("x")) },
		"huge packet length": func(c net.Conn) {
			_, _ = io.WriteString(c, version+"\x7f\xff\xff\xff\x04")
			_, _ = io.Copy(io.Discard, c)
		},
		"rubbish after greeting": func(c net.Conn) { _, _ = io.WriteString(c, version); endless(c, []byte("rubbish ")) },
		"web server":             func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") },
		"one byte at a time": func(c net.Conn) {
			for range 50 {
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started := time.Now()
			memory := &check.Memory{}
			addr := checktest.Serve(t, handle)
			runner := check.Runner{Checkers: checkers(), Ledger: memory, HostKeys: memory, Timeout: 2 * time.Second}
			got := runner.Check(t.Context(), opora.Credential{Kind: opora.SSH, Address: addr, Login: "ivan"}, secret(rightPassword), nil)
			if v := got.Finding.Verdict; v != opora.Unreachable && v != opora.Unknown || memory.Attempts() != 0 {
				t.Errorf("got %s/%s after %d attempts, want unreachable or unknown after none", v, got.Finding.Reason, memory.Attempts())
			}
			if took := time.Since(started); took > pace.Limit(3*time.Second) {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestBannerIsBounded(t *testing.T) {
	addr := fake(t, &gossh.ServerConfig{
		BannerCallback:   func(gossh.ConnMetadata) string { return strings.Repeat("\x1b[31mWARNING ", 15_000) },
		PasswordCallback: func(gossh.ConnMetadata, []byte) (*gossh.Permissions, error) { return nil, nil },
	})
	memory := &check.Memory{}
	got := remembered(t, memory, opora.Credential{Kind: opora.SSH, Address: addr, Login: "ivan"}, secret(rightPassword))
	if got.Finding.Verdict != opora.Unreachable || memory.Attempts() != 0 {
		t.Errorf("got %+v after %d attempts", got.Finding, memory.Attempts())
	}
}

func endless(conn net.Conn, text []byte) {
	block := bytes.Repeat(text, 4096)
	for {
		if _, err := conn.Write(block); err != nil {
			return
		}
	}
}
