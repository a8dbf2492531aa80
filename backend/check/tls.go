package check

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"opora/backend/opora"
)

// TLS gives the settings under which a checker speaks TLS to a host: version
// 1.2 or newer, the system's roots, the name checked. A fingerprint that the
// operator accepted (see [Fingerprint]) lets exactly that key pass; any other
// certificate is judged as always.
func TLS(host, accepted string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if accepted != "" {
		config.InsecureSkipVerify = true // VerifyConnection below does the whole verification
		config.VerifyConnection = func(state tls.ConnectionState) error { return verify(state, host, accepted) }
	}
	return config
}

func verify(state tls.ConnectionState, host, accepted string) error {
	chain := state.PeerCertificates
	if len(chain) == 0 {
		return errors.New("tls: no certificate")
	}
	if Fingerprint(chain[0]) == accepted {
		return nil
	}
	options := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool()}
	for _, intermediate := range chain[1:] {
		options.Intermediates.AddCert(intermediate)
	}
	if _, err := chain[0].Verify(options); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
	}
	return nil
}

// Fingerprint names a certificate's public key: "SHA256:" and the base64 of the
// hash of its SubjectPublicKeyInfo, which outlives a renewal with the same key.
func Fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// handshakeError marks what went wrong between connecting and speaking HTTP.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "tls handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// accepted is the fingerprint that the operator accepted, for the host that it
// was accepted for: the target, with or without "www.". No other host has it.
func (h *HTTP) accepted(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.TrimPrefix(host, "www.") != strings.TrimPrefix(h.target.Host, "www.") {
		return ""
	}
	return h.options.AcceptFingerprint
}

func (h *HTTP) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := h.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, _ := net.SplitHostPort(address)
	limited, cancel := context.WithTimeout(ctx, TLSTimeout)
	defer cancel()
	conn := tls.Client(raw, TLS(host, h.accepted(host)))
	if err := conn.HandshakeContext(limited); err != nil {
		_ = raw.Close()
		return nil, &handshakeError{err}
	}
	state := conn.ConnectionState()
	leaf := Fingerprint(state.PeerCertificates[0])
	if host == h.target.Host {
		h.leaf.Store(&leaf)
	}
	h.session.Step(opora.StepTLS, fmt.Sprintf("%s, %s, %s", tls.VersionName(state.Version),
		state.PeerCertificates[0].Issuer.CommonName, leaf))
	return conn, nil
}

// mayBePlain reports whether the fault of an https request leaves it possible
// that the server speaks only http.
//
// A server that takes the greeting of TLS and stays silent waits for the rest
// of a line of HTTP: that counts where the customer has named a port that is
// not that of https.
func mayBePlain(err error, port string) bool {
	var handshake *handshakeError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, new(*ElsewhereError)), errors.Is(err, ErrRedirects), errors.As(err, new(*net.DNSError)), errors.As(err, new(*malformedError)):
		return false
	case errors.As(err, &handshake):
		return !errors.As(err, &certificate) && (!timedOut(err) || port != "" && port != "443")
	}
	return true // nobody listens there, or not for us
}

// malformedError marks an answer that is not HTTP, or too much of it.
type malformedError struct{ err error }

func (e *malformedError) Error() string { return "malformed answer" } // the cause quotes the answer
func (e *malformedError) Unwrap() error { return e.err }

// exchangeFault strips the address off a client's error and tells an answer
// that is not HTTP from a connection that broke.
func exchangeFault(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var network net.Error
	switch {
	case errors.As(err, new(*handshakeError)), errors.As(err, &network), errors.Is(err, ErrForbidden), errors.Is(err, net.ErrClosed),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), strings.Contains(err.Error(), "server closed idle connection"):
		return err
	}
	return &malformedError{err}
}

// HTTPFault turns the error of an HTTP exchange into the finding that it gives,
// never a refusal. Errors of [HTTP] and of [Fault] are known.
func HTTPFault(ctx context.Context, err error) opora.Finding {
	var finding opora.Finding
	var elsewhere *ElsewhereError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &elsewhere):
		finding = Elsewhere(elsewhere.To)
	case errors.As(err, &certificate):
		leaf := certificate.UnverifiedCertificates[0]
		finding = opora.Found(opora.TLSUntrusted, opora.Hint{Code: opora.HintCertificate, Detail: certificateFault(leaf, certificate.Err)})
		finding.Fingerprint = Fingerprint(leaf)
	case errors.Is(err, ErrRedirects), errors.As(err, new(*malformedError)):
		finding = opora.Found(opora.HTTPError)
	case errors.As(err, new(*handshakeError)) && !brokeOff(err) && !timedOut(err):
		finding = opora.Found(opora.TLSFailed)
	default:
		finding = Fault(ctx, err)
	}
	finding.Engine = opora.EngineHTTP
	return finding
}

// Trouble gives the finding for an answer that says nothing about a credential
// because something else is the matter: too many requests, a proxy's own door,
// a fault of the server. It gives false for every other answer.
func Trouble(reply *Reply) (opora.Finding, bool) {
	status := opora.Hint{Code: opora.HintHTTPStatus, Detail: reply.StatusLine()}
	var finding opora.Finding
	switch {
	case reply.Status == http.StatusTooManyRequests, reply.Status >= 400 && reply.Header.Get("Retry-After") != "": // RFC 9110, 10.2.3
		finding = opora.Found(opora.RateLimited, status)
	case reply.Status == http.StatusProxyAuthRequired:
		finding = opora.Found(opora.HTTPError, status)
	case reply.Status >= 500:
		finding = opora.Found(opora.HTTPError, status)
	default:
		return opora.Finding{}, false
	}
	finding.Engine = opora.EngineHTTP
	finding.FinalAddress = Shown(reply.URL)
	return finding, true
}

// Shown is an address as an operator sees it: without user info, query and
// fragment, which may carry tokens.
func Shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Origin is scheme, host and port of an address, as it is written.
func Origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// Elsewhere is the finding for a login that leads to another origin.
func Elsewhere(to *url.URL) opora.Finding {
	return opora.Found(opora.SSO, opora.Hint{Code: opora.HintElsewhere, Detail: Origin(to)})
}

func timedOut(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

func brokeOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled)
}

// certificateFault says in data what is wrong with a certificate: the kind of
// fault, then the names, date or issuer that show it.
func certificateFault(leaf *x509.Certificate, err error) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if time.Now().Before(leaf.NotBefore) {
			return "not valid before " + leaf.NotBefore.UTC().Format(time.DateOnly)
		}
		return "expired " + leaf.NotAfter.UTC().Format(time.DateOnly)
	case errors.As(err, &name):
		names := leaf.DNSNames
		for _, ip := range leaf.IPAddresses {
			names = append(names, ip.String())
		}
		return "other name: " + strings.Join(names, ", ")
	case errors.As(err, &authority):
		if leaf.Subject.String() == leaf.Issuer.String() {
			return "self-signed: " + leaf.Subject.String()
		}
		return "unknown authority: " + leaf.Issuer.String()
	}
	return "invalid: " + leaf.Subject.String()
}
