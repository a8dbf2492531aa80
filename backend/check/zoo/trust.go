package zoo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
	"time"

	"opora/backend/check"
)

// Handshake is one way in which a server may present itself. Only the good ones
// may be told a secret.
type Handshake struct {
	Name   string
	Host   string // under which it is visited; empty for [Site]
	Config *tls.Config
	Pin    string // a fingerprint that the operator accepted
	Good   bool
	Fault  bool // not the certificate but the protocol is bad
}

// Site is the name under which the handshakes are visited; it must lead to loopback.
const Site = "shop.test"

// bench collects handshakes and the first error in making them.
type bench struct {
	root *Authority
	list []Handshake
	err  error
}

func (b *bench) add(h Handshake, certificate tls.Certificate, err error) {
	if err != nil && b.err == nil {
		b.err = err
	}
	if h.Config == nil {
		h.Config = &tls.Config{}
	}
	h.Config.Certificates = []tls.Certificate{certificate}
	b.list = append(b.list, h)
}

// signed adds a handshake with a leaf of the trusted root.
func (b *bench) signed(h Handshake, template *x509.Certificate) {
	certificate, err := Sign(b.root, template, nil)
	b.add(h, certificate, err)
}

// below adds a handshake with a leaf of an authority under the trusted root.
func (b *bench) below(h Handshake, intermediate *x509.Certificate, change func(*tls.Certificate)) {
	authority, err := b.root.Below(intermediate)
	if err != nil {
		b.err = err
		return
	}
	certificate, err := authority.Leaf(Site)
	if err == nil && change != nil {
		change(&certificate)
	}
	b.add(h, certificate, err)
}

// Handshakes makes the set: good ones, certificates with one fault each,
// protocols that are too old, and pins.
func Handshakes(root *Authority) ([]Handshake, error) {
	b := &bench{root: root}
	b.good()
	b.dates()
	b.names()
	b.chains()
	b.damaged()
	b.protocols()
	b.pins()
	return b.list, b.err
}

func (b *bench) good() {
	b.signed(Handshake{Name: "right", Good: true}, named(Site))
	b.signed(Handshake{Name: "right, by address", Host: "127.0.0.1", Good: true}, named("127.0.0.1"))
	b.signed(Handshake{Name: "wildcard", Good: true}, named("*.test"))
	b.below(Handshake{Name: "right, with an intermediate", Good: true}, nil, nil)
	b.signed(Handshake{Name: "TLS 1.2 only", Good: true, Config: &tls.Config{MaxVersion: tls.VersionTLS12}}, named(Site))
	b.signed(Handshake{Name: "TLS 1.3 only", Good: true, Config: &tls.Config{MinVersion: tls.VersionTLS13}}, named(Site))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.err = err
		return
	}
	certificate, err := Sign(b.root, named(Site), key)
	b.add(Handshake{Name: "RSA", Good: true}, certificate, err)
}

func (b *bench) dates() {
	for _, d := range []struct {
		name       string
		from, till time.Duration
	}{
		{"expired long ago", -9000 * time.Hour, -8000 * time.Hour},
		{"expired a moment ago", -time.Hour, -2 * time.Second},
		{"not yet valid", time.Hour, 2 * time.Hour},
		{"ends before it begins", time.Hour, -time.Hour},
	} {
		template := named(Site)
		template.NotBefore, template.NotAfter = time.Now().Add(d.from), time.Now().Add(d.till)
		b.signed(Handshake{Name: d.name}, template)
	}
}

func (b *bench) names() {
	for _, n := range []struct{ name, host, holds string }{
		{"other name", "", "other.test"},
		{"name of the parent", "", "test"},
		{"name that begins alike", "", Site + ".evil.test"},
		{"name that ends alike", "", "evil-" + Site},
		{"wildcard of a deeper level", "", "*." + Site},
		{"wildcard over two levels", "deep." + Site, "*.test"},
		{"wildcard within a label", "", "sh*.test"},
		{"wildcard for everything", "", "*"},
		{"NUL in the name", "", Site + "\x00.evil.test"},
		{"other address", "127.0.0.1", "127.0.0.2"},
		{"name for an address", "127.0.0.1", Site},
		{"address for a name", "", "127.0.0.1"},
	} {
		b.signed(Handshake{Name: n.name, Host: n.host}, named(n.holds))
	}
	common := named()
	common.Subject = pkix.Name{CommonName: Site}
	b.signed(Handshake{Name: "name in the subject only"}, common)
	mail := named()
	mail.EmailAddresses = []string{"admin@" + Site}
	b.signed(Handshake{Name: "mail address only"}, mail)
	link := named()
	link.URIs = []*url.URL{{Scheme: "https", Host: Site}}
	b.signed(Handshake{Name: "URI only"}, link)
	number := named()
	number.DNSNames = []string{"127.0.0.1"}
	b.signed(Handshake{Name: "address written as a name", Host: "127.0.0.1"}, number)
	b.signed(Handshake{Name: "no name at all"}, named())
}

func (b *bench) chains() {
	alone, err := Sign(nil, named(Site), nil)
	b.add(Handshake{Name: "self-signed"}, alone, err)
	stranger, err := NewAuthority("Zoo root nobody trusts")
	if err != nil {
		b.err = err
		return
	}
	foreign, err := stranger.Leaf(Site)
	b.add(Handshake{Name: "unknown root"}, foreign, err)
	namesake, err := NewAuthority(b.root.certificate.Subject.CommonName)
	if err != nil {
		b.err = err
		return
	}
	forged, err := namesake.Leaf(Site)
	b.add(Handshake{Name: "root of the same name"}, forged, err)
	b.below(Handshake{Name: "intermediate missing"}, nil, func(c *tls.Certificate) { c.Certificate = c.Certificate[:1] })
	past := &x509.Certificate{NotBefore: time.Now().Add(-3 * time.Hour), NotAfter: time.Now().Add(-time.Hour)}
	b.below(Handshake{Name: "intermediate expired"}, past, nil)
	b.below(Handshake{Name: "intermediate for clients only"}, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, nil)
	b.below(Handshake{Name: "intermediate for other names"}, &x509.Certificate{PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"other.test"}}, nil)
	b.below(Handshake{Name: "intermediate that excludes the name"}, &x509.Certificate{PermittedDNSDomainsCritical: true, ExcludedDNSDomains: []string{Site}}, nil)
	// A certificate of an ordinary site may not sign another.
	site, err := b.root.Leaf("other.test")
	if err != nil {
		b.err = err
		return
	}
	signer := &Authority{certificate: site.Leaf, key: site.PrivateKey.(*ecdsa.PrivateKey), chain: site.Certificate}
	bySite, err := signer.Leaf(Site)
	b.add(Handshake{Name: "signed by another site"}, bySite, err)
	short, err := b.root.Below(&x509.Certificate{MaxPathLen: 0, MaxPathLenZero: true})
	if err != nil {
		b.err = err
		return
	}
	b.deeper(short)
	client := named(Site)
	client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	b.signed(Handshake{Name: "for clients only"}, client)
	critical := named(Site)
	critical.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 55555, 1}, Critical: true, Value: []byte{5, 0}}}
	b.signed(Handshake{Name: "critical extension that nobody knows"}, critical)
}

// deeper adds a chain that is longer than its upper part allows.
func (b *bench) deeper(short *Authority) {
	further, err := short.Below(nil)
	if err != nil {
		b.err = err
		return
	}
	leaf, err := further.Leaf(Site)
	b.add(Handshake{Name: "chain longer than allowed"}, leaf, err)
}

func (b *bench) damaged() {
	flipped, err := b.root.Leaf(Site)
	if err == nil {
		der := append([]byte{}, flipped.Certificate[0]...)
		der[len(der)-1] ^= 1
		flipped.Certificate = [][]byte{der}
	}
	b.add(Handshake{Name: "signature changed"}, flipped, err)
	garbage, err := b.root.Leaf(Site)
	garbage.Certificate = [][]byte{[]byte("no certificate at all")}
	b.add(Handshake{Name: "unreadable certificate", Fault: true}, garbage, err)
	swapped, err := b.root.Leaf(Site)
	if key, keyErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader); keyErr == nil {
		swapped.PrivateKey = key
	} else {
		err = keyErr
	}
	b.add(Handshake{Name: "key of another certificate", Fault: true}, swapped, err)
	huge, err := b.root.Leaf(Site)
	for range 400 {
		huge.Certificate = append(huge.Certificate, b.root.certificate.Raw)
	}
	huge.Certificate = append(huge.Certificate, make([]byte, 10<<20))
	b.add(Handshake{Name: "chain of 10 MB", Fault: true}, huge, err)
}

func (b *bench) protocols() {
	for name, config := range map[string]*tls.Config{
		"TLS 1.0":       {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		"TLS 1.1":       {MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11},
		"RC4":           {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}},
		"static RSA":    {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}},
		"triple DES":    {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA}},
		"CBC and SHA-2": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256}},
	} {
		b.signed(Handshake{Name: name, Config: config, Fault: true}, named(Site))
	}
}

func (b *bench) pins() {
	template := named("nobody.test")
	template.NotBefore, template.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	template.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 1)}
	worst, err := Sign(nil, template, nil) // self-signed, expired, of another name
	if err != nil {
		b.err = err
		return
	}
	pin := check.Fingerprint(worst.Leaf)
	b.add(Handshake{Name: "accepted by its fingerprint", Pin: pin, Good: true}, worst, nil)
	for name, wrong := range map[string]string{
		"cut off": pin[:len(pin)-1], "without its name": pin[len("SHA256:"):], "in lower case": "sha256:" + pin[len("SHA256:"):],
		"of nothing": "SHA256:", "of anything": "*", "with a space": pin + " ",
	} {
		b.add(Handshake{Name: "fingerprint " + name, Pin: wrong}, worst, nil)
	}
	other, err := Sign(nil, named(Site), nil)
	b.add(Handshake{Name: "fingerprint of another key", Pin: pin}, other, err)
	expired := named(Site)
	expired.NotBefore, expired.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	b.signed(Handshake{Name: "fingerprint of another key, expired", Pin: pin}, expired)
	b.signed(Handshake{Name: "fingerprint of another key, and a right certificate", Pin: pin, Good: true}, named(Site))
	// The accepted key behind the right leaf, but not as the leaf.
	behind, err := Sign(nil, named(Site), nil)
	behind.Certificate = append(behind.Certificate, worst.Certificate...)
	b.add(Handshake{Name: "accepted certificate in second place", Pin: pin}, behind, err)
}
