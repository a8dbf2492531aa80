// Package ssh proves a password or a private key at an SSH server, and changes
// nothing there.
//
// The host key comes first: a new one is noted and shown, a changed one ends
// the check before anything secret is sent, unless it is the one that the
// operator accepted. The server is then asked which methods it offers, which
// costs no attempt. Exactly one method carries each secret, once.
//
// What decides:
//
//	the server says                                    verdict
//	authentication succeeds                            works
//	… and the account has no shell                     works, with a hint
//	… and the password must be changed                 needs_human/password_expired
//	… without any credential                           unknown/ambiguous: it is open to anyone
//	failure of the one method that carried the secret  rejected/bad_credentials, for a key rejected/bad_key
//	it does not offer a method for this secret         rejected/not_permitted, with what it offers; nothing was sent
//	the secret was right, another method is needed     needs_human/second_factor
//	a question that is not for the password            needs_human/second_factor
//	a request to change the password                   needs_human/password_expired
//	another host key than before                       needs_human/host_key_changed; nothing was sent
//	too many failures, clients or tries                unknown/rate_limited
//	no algorithm in common                             unknown/unsupported
//	any other disconnect, silence, strange bytes       unreachable
//
// A key that is locked with another passphrase is rejected/wrong_passphrase and
// one that cannot be read is rejected/bad_key, both without a connection.
//
// After a password login one session is opened and told to "exit". Only that
// shows an expired password, which OpenSSH accepts at first. It is not done
// after a key login, because keys often start a fixed command.
package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/opora"
)

// Limits of one connection, beyond those of the session.
const (
	quietTime = 10 * time.Second // until the server has shown its host key
	maxBytes  = 4 << 20          // read in all
)

// Checker checks the kinds [opora.SSH] and [opora.SFTP].
type Checker struct{}

// Check tries the credential once.
func (Checker) Check(ctx context.Context, session *check.Session, credential opora.Credential, secrets opora.Secrets) opora.Finding {
	target, err := check.ParseTarget(credential.Kind, credential.Address)
	if err != nil {
		return opora.Found(opora.DNSFailed)
	}
	d := &dialogue{
		ctx: ctx, session: session, kind: credential.Kind, password: secrets.Password,
		host: &hostKey{ctx: ctx, session: session, address: target.HostPort("22"), accepted: credential.Options.AcceptFingerprint},
		user: credential.Login,
	}
	if d.user == "" {
		d.user = target.User
	}
	if !secrets.Key.Empty() {
		signer, used, reason := parseKey(secrets)
		if reason != "" {
			finding := opora.Found(reason)
			if used == missingPassphrase {
				finding.Hints = []opora.Hint{{Code: opora.HintSecretMissing}}
			}
			return finding
		}
		d.signer = signer
		if used == passwordOpensKey {
			d.password = opora.Secret{}
		}
	}
	finding := d.run()
	finding.Engine = opora.EngineSSH
	finding.Fingerprint = d.host.fingerprint
	finding.Product = d.product
	if d.host.isNew {
		finding.Hints = append(finding.Hints, opora.Hint{Code: opora.HintHostKeyNew, Detail: d.host.fingerprint})
	}
	session.Step(opora.StepDecision, string(finding.Reason))
	return finding
}

// run connects, and once more for each other sort of host key when the first
// one that the server showed is not the one noted: a server that has got an
// additional key still has the old one.
func (d *dialogue) run() opora.Finding {
	finding := d.connect(hostKeyAlgorithms())
	if !d.host.changed {
		return finding
	}
	changed := *d.host
	for _, algorithms := range otherFamilies(changed.algorithm) {
		d.host = &hostKey{ctx: d.ctx, session: d.session, address: changed.address, accepted: changed.accepted, known: changed.known}
		if again := d.connect(algorithms); d.host.trusted {
			return again
		}
	}
	d.host = &changed
	return finding
}

func (d *dialogue) connect(hostKeys []string) opora.Finding {
	raw, err := d.session.Dial(d.ctx, "tcp", d.host.address)
	if err != nil {
		d.session.Step(opora.StepFault, "connect")
		return check.Fault(d.ctx, err)
	}
	conn := &boundedConn{Conn: raw}
	conn.left.Store(maxBytes)
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(d.ctx, func() { _ = conn.Close() })()
	d.session.Step(opora.StepConnect, d.host.address)

	_ = conn.SetDeadline(time.Now().Add(quietTime))
	algorithms := ssh.SupportedAlgorithms()
	transport, channels, requests, err := ssh.NewClientConn(conn, d.host.address, &ssh.ClientConfig{
		Config:            ssh.Config{KeyExchanges: algorithms.KeyExchanges, Ciphers: algorithms.Ciphers, MACs: algorithms.MACs},
		User:              d.user,
		ClientVersion:     "SSH-2.0-Opora",
		HostKeyAlgorithms: hostKeys,
		AuthCallback:      d.next,
		BannerCallback:    d.banner,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			_ = conn.SetDeadline(time.Time{}) // from here on the check's own deadline is enough: some servers think for long
			return d.host.judge(key)
		},
	})
	if err != nil {
		return d.failed(conn, err)
	}
	client := ssh.NewClient(transport, channels, acknowledged(transport, requests))
	defer func() { _ = client.Close(); _ = client.Wait() }()
	d.product = product(string(client.ServerVersion()))
	if !d.sent {
		d.session.Step(opora.StepAnswer, "accepted without a credential")
		return opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintPublic})
	}
	d.session.Step(opora.StepAnswer, "accepted")
	return d.look(client)
}

// acknowledged passes a server's requests on and says something after each.
// OpenSSH announces its host keys right after a login; until that is
// acknowledged its answers wait in the kernel, and a client that has nothing to
// say acknowledges 40 ms later. The request that is sent means nothing and
// wants no reply.
func acknowledged(transport ssh.Conn, requests <-chan *ssh.Request) <-chan *ssh.Request {
	passed := make(chan *ssh.Request)
	go func() {
		defer close(passed)
		for request := range requests {
			_, _, _ = transport.SendRequest("keepalive@openssh.com", false, nil)
			passed <- request // its reader stays until the channel is closed
		}
	}()
	return passed
}

// failed sorts what kept a login from succeeding.
func (d *dialogue) failed(conn *boundedConn, err error) opora.Finding {
	var none *ssh.AlgorithmNegotiationError
	cause := err.Error()
	switch {
	case d.decided != nil:
		return *d.decided
	case d.host.changed:
		return opora.Found(opora.HostKeyChanged, opora.Hint{Code: opora.HintHostKeyWas, Detail: d.host.known})
	case d.host.fault:
		return opora.Found(opora.Ambiguous)
	case d.ctx.Err() != nil:
		d.session.Step(opora.StepFault, "deadline")
		return check.Fault(d.ctx, d.ctx.Err())
	case refused(err) && d.sent:
		d.session.Step(opora.StepRefusal, strings.Join(d.used, ", "))
		if d.used[len(d.used)-1] == publicKey {
			return opora.Found(opora.BadKey)
		}
		return opora.Found(opora.BadCredentials)
	case refused(err): // before anything was asked for
		d.session.Step(opora.StepFault, "no question asked")
		return opora.Found(opora.Ambiguous)
	case strings.Contains(cause, "no common public key signature algorithm"):
		d.session.Step(opora.StepFault, "no signature algorithm in common")
		return opora.Found(opora.Unsupported)
	case d.asked && strings.Contains(cause, "unexpected message type 60 (expected 52)"):
		// 60 is SSH_MSG_USERAUTH_PASSWD_CHANGEREQ (RFC 4252, 8), the answer to a right password.
		d.session.Step(opora.StepAnswer, "password change requested")
		return opora.Found(opora.PasswordExpired, opora.Hint{Code: opora.HintPasswordCorrect})
	case strings.Contains(cause, "ssh: disconnect, reason"):
		_, said, _ := strings.Cut(cause, "ssh: disconnect, ")
		return d.thrownOut(said)
	case errors.As(err, &none):
		d.session.Step(opora.StepFault, "no algorithm in common")
		return opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintSaid, Detail: strings.Join(none.SupportedAlgorithms, ", ")})
	case !d.host.seen:
		if said := conn.preface(); said != "" {
			return d.thrownOut(said)
		}
	}
	d.session.Step(opora.StepFault, "connection")
	return check.Fault(d.ctx, err)
}

// thrownOut sorts the words with which a server ends a connection.
func (d *dialogue) thrownOut(said string) opora.Finding {
	d.session.Step(opora.StepFault, said)
	hint := opora.Hint{Code: opora.HintSaid, Detail: said}
	lower := strings.ToLower(said)
	for _, sign := range []string{"too many", "maxstartups", "not allowed at this time", "try again later"} {
		if strings.Contains(lower, sign) {
			return opora.Found(opora.RateLimited, hint)
		}
	}
	return opora.Found(opora.Reset, hint)
}

// refused reports whether every method that was tried got the server's own
// "failure". The library has no type for that; all other ends of a login have
// another text, and none of them can be made to begin like this by a server.
func refused(err error) bool {
	inner := errors.Unwrap(err)
	return inner != nil && strings.HasPrefix(inner.Error(), "ssh: unable to authenticate, attempted methods [")
}

// product is what a server's version line says that it is.
func product(version string) string {
	_, software, _ := strings.Cut(strings.TrimPrefix(version, "SSH-"), "-")
	software, _, _ = strings.Cut(software, " ")
	return software
}

// boundedConn reads no more than a login can need, and keeps what came before
// the server said that it speaks SSH.
type boundedConn struct {
	net.Conn
	left  atomic.Int64
	first []byte
}

func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if room := 256 - len(c.first); room > 0 {
		c.first = append(c.first, p[:min(n, room)]...)
	}
	if c.left.Add(int64(-n)) < 0 {
		_ = c.Conn.Close()
		return n, fmt.Errorf("more than %d bytes in one login: %w", maxBytes, net.ErrClosed)
	}
	return n, err
}

// preface is the first line of a server that does not introduce itself as SSH.
func (c *boundedConn) preface() string {
	line, _, _ := strings.Cut(string(c.first), "\n")
	if strings.HasPrefix(line, "SSH-") {
		return ""
	}
	return opora.Visible(line)
}

// hostKeyAlgorithms lists what a host may show, always in the same order, so
// that a server shows the same key every time. Certificates are left out: what
// is noted is a key.
func hostKeyAlgorithms() []string {
	return slices.Concat(families()...)
}

func families() [][]string {
	return [][]string{
		{ssh.KeyAlgoED25519},
		{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
		{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512},
	}
}

func otherFamilies(keyType string) [][]string {
	return slices.DeleteFunc(families(), func(family []string) bool {
		return slices.Contains(family, keyType) || keyType == ssh.KeyAlgoRSA && family[0] == ssh.KeyAlgoRSASHA256
	})
}
