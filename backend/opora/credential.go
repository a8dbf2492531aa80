package opora

import (
	"net/netip"
	"strings"
	"time"
)

// Options are the few things about a door that an address cannot say.
type Options struct {
	TLS               TLSMode `json:"tls,omitempty"`
	AcceptFingerprint string  `json:"accept_fingerprint,omitempty"` // "SHA256:…", the operator's word for one key or certificate
	Database          string  `json:"database,omitempty"`
}

// TLSMode says how a protocol that knows several ways gets its encryption.
type TLSMode string

// The modes; empty leaves the choice to the checker.
const (
	TLSImplicit TLSMode = "implicit"
	TLSExplicit TLSMode = "explicit"
	TLSNone     TLSMode = "none"
)

// Credential is one way into a customer's system. The secret itself lives in
// the operating system's keyring under SecretRef and is never part of this type.
type Credential struct {
	ID         int64     `json:"id"`
	CustomerID int64     `json:"customerId"`
	Kind       Kind      `json:"kind"`
	Address    string    `json:"address"` // a URL, host, or host:port, as the operator confirmed it
	Login      string    `json:"login"`
	Options    Options   `json:"options"`
	SecretRef  string    `json:"-"`      // keyring account; empty once forgotten
	HasKey     bool      `json:"hasKey"` // the secret is a private key
	Forgotten  bool      `json:"forgotten"`
	Missing    bool      `json:"missing"` // the keyring no longer has what the data says
	Proven     bool      `json:"proven"`  // the last check said that it works
	Check      Check     `json:"check"`   // the last one
	CreatedAt  time.Time `json:"createdAt" ts_type:"string"`
}

// Limits of what an operator or a customer's message may put into a field, in
// bytes. They keep a hostile paste from filling memory, rows and screens.
const (
	MaxAddress = 2048
	MaxLogin   = 512
	MaxSecret  = 64 << 10
	MaxName    = 200
	MaxNote    = 20_000
)

// Validate says which field keeps the credential from being checked.
func (c Credential) Validate() error {
	switch {
	case c.Kind != "" && !c.Kind.Known():
		return &FieldError{"kind", KindUnknown}
	case strings.TrimSpace(c.Address) == "":
		return &FieldError{"address", AddressMissing}
	case len(c.Address) > MaxAddress:
		return &FieldError{"address", TooLong}
	case hasControl(c.Address):
		return &FieldError{"address", AddressInvalid}
	case len(c.Login) > MaxLogin:
		return &FieldError{"login", TooLong}
	case strings.ContainsAny(c.Login, "\x00\r\n"):
		return &FieldError{"login", LoginInvalid}
	case c.Options.TLS != "" && c.Options.TLS != TLSImplicit && c.Options.TLS != TLSExplicit && c.Options.TLS != TLSNone:
		return &FieldError{"options.tls", OptionInvalid}
	}
	return nil
}

// Validate says which secret is too long to be stored on every system.
func (s Secrets) Validate() error {
	for _, part := range []struct {
		field  string
		secret Secret
	}{{"secret", s.Password}, {"key", s.Key}, {"passphrase", s.Passphrase}} {
		if part.secret.Len() > MaxSecret {
			return &FieldError{part.field, TooLong}
		}
	}
	return nil
}

// GuessKind tells the kind from the address, and from whether there is a key,
// when nobody named it. What looks like a name or a URL is a web login, by far
// the commonest.
func GuessKind(address string, hasKey bool) Kind {
	address = strings.TrimSpace(strings.ToLower(address))
	if scheme, _, found := strings.Cut(address, "://"); found {
		if kind, known := schemes[scheme]; known {
			return kind
		}
		return Web
	}
	if hasKey {
		return SSH
	}
	if _, err := netip.ParseAddr(address); err == nil {
		return SSH // a bare IP address is a server
	}
	host, port := address, ""
	if i := strings.LastIndexByte(address, ':'); i >= 0 && !strings.Contains(address[i+1:], "/") {
		host, port = address[:i], address[i+1:]
	}
	if kind, known := ports[port]; known {
		return kind
	}
	if strings.Contains(host, "@") && !strings.Contains(host, "/") {
		return SSH // user@host
	}
	return Web
}

var schemes = map[string]Kind{
	"http": Web, "https": Web, "ssh": SSH, "sftp": SFTP, "ftp": FTP, "ftps": FTPS, "dav": WebDAV, "davs": WebDAV,
	"webdav": WebDAV, "webdavs": WebDAV, "mysql": MySQL, "mariadb": MySQL, "postgres": Postgres, "postgresql": Postgres,
	"redis": Redis, "rediss": Redis, "mssql": MSSQL, "sqlserver": MSSQL, "mongodb": MongoDB, "mongodb+srv": MongoDB,
	"imap": IMAP, "imaps": IMAP, "pop3": POP3, "pop3s": POP3, "smtp": SMTP, "smtps": SMTP, "ldap": LDAP, "ldaps": LDAP, "rdp": RDP,
}

// ports are the well-known ones (IANA service names and port numbers).
var ports = map[string]Kind{
	"22": SSH, "21": FTP, "990": FTPS, "3306": MySQL, "5432": Postgres, "6379": Redis, "1433": MSSQL, "27017": MongoDB,
	"143": IMAP, "993": IMAP, "110": POP3, "995": POP3, "25": SMTP, "465": SMTP, "587": SMTP, "389": LDAP, "636": LDAP, "3389": RDP,
}
