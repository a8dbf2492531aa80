package opora

// Kind says which sort of door a credential opens. The values are fixed by the
// command line and by the data already written; they are never renamed.
type Kind string

// The kinds that Opora knows by name. Not each of them can be checked yet:
// what has no checker is answered with [Unsupported].
const (
	Web      Kind = "web"
	Basic    Kind = "basic"  // RFC 7617
	Digest   Kind = "digest" // RFC 7616
	Bearer   Kind = "bearer" // RFC 6750
	SSH      Kind = "ssh"
	SFTP     Kind = "sftp"
	FTP      Kind = "ftp"
	FTPS     Kind = "ftps"
	WebDAV   Kind = "webdav"
	MySQL    Kind = "mysql"
	Postgres Kind = "postgres"
	Redis    Kind = "redis"
	MSSQL    Kind = "mssql"
	MongoDB  Kind = "mongodb"
	IMAP     Kind = "imap"
	POP3     Kind = "pop3"
	SMTP     Kind = "smtp"
	LDAP     Kind = "ldap"
	RDP      Kind = "rdp"
	Link     Kind = "link"
	Document Kind = "document"
)

// Kinds lists every kind in the order in which a person would look for it.
func Kinds() []Kind {
	return []Kind{
		Web, Basic, Digest, Bearer, SSH, SFTP, FTP, FTPS, WebDAV, MySQL, Postgres,
		Redis, MSSQL, MongoDB, IMAP, POP3, SMTP, LDAP, RDP, Link, Document,
	}
}

// Known reports whether k is one of [Kinds].
func (k Kind) Known() bool {
	for _, known := range Kinds() {
		if k == known {
			return true
		}
	}
	return false
}
