package zoo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Authority signs certificates for tests: right ones and every kind of wrong one.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	chain       [][]byte // what a server sends behind the leaf; empty for a root
}

// NewAuthority makes a root of that name.
func NewAuthority(name string) (*Authority, error) {
	return issue(nil, &x509.Certificate{Subject: pkix.Name{CommonName: name}})
}

// Trust makes this root the only one that the process trusts. It works on Linux,
// in a process that has not looked at a certificate yet, so TestMain is its place.
func (a *Authority) Trust(folder string) error {
	file := filepath.Join(folder, "roots.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		return err
	}
	if err := os.Setenv("SSL_CERT_FILE", file); err != nil {
		return err
	}
	return os.Setenv("SSL_CERT_DIR", folder)
}

// Below makes an authority under this one. The template says what is special
// about it; nil is an ordinary one.
func (a *Authority) Below(template *x509.Certificate) (*Authority, error) {
	if template == nil {
		template = &x509.Certificate{}
	}
	if template.Subject.CommonName == "" {
		template.Subject.CommonName = "Zoo intermediate"
	}
	return issue(a, template)
}

func issue(parent *Authority, template *x509.Certificate) (*Authority, error) {
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage |= x509.KeyUsageCertSign
	made, err := Sign(parent, template, nil)
	if err != nil {
		return nil, err
	}
	a := &Authority{certificate: made.Leaf, key: made.PrivateKey.(crypto.Signer)}
	if parent != nil {
		a.chain = made.Certificate
	}
	return a, nil
}

// Leaf makes an ordinary server certificate for the names and addresses.
func (a *Authority) Leaf(names ...string) (tls.Certificate, error) {
	return Sign(a, named(names...), nil)
}

// named is the template of an ordinary server certificate.
func named(names ...string) *x509.Certificate {
	template := &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return template
}

// Sign makes a certificate as the template says, for an hour around now where
// it does not say when. Without a parent it signs itself; without a key it gets
// a new one.
func Sign(parent *Authority, template *x509.Certificate, key crypto.Signer) (tls.Certificate, error) {
	if key == nil {
		made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return tls.Certificate{}, err
		}
		key = made
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return tls.Certificate{}, err
	}
	template.SerialNumber = serial
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	issuer, signer := template, key
	var chain [][]byte
	if parent != nil {
		issuer, signer, chain = parent.certificate, parent.key, parent.chain
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		leaf = nil // some are made to be unreadable
	}
	return tls.Certificate{Certificate: append([][]byte{der}, chain...), PrivateKey: key, Leaf: leaf}, nil
}
