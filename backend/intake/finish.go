package intake

import (
	"net"
	"slices"
	"strings"

	"opora/backend/opora"
)

// finish turns a record into an access: kind, address, options, warnings.
func (r *reader) finish(c *record) Access {
	var a Access
	a.Credential.Login = c.login.text()
	host, portText, scheme := r.addressOf(c, &a)
	a.Credential.Kind = r.kindOf(c, host, portText, scheme)
	r.options(c, &a, scheme)
	if c.secret != nil {
		a.Secrets.Password = opora.NewSecret(c.secret.value)
	}
	if c.passphrase != nil {
		a.Secrets.Passphrase = opora.NewSecret(c.passphrase.value)
	}
	if c.key != nil {
		a.Secrets.Key = opora.NewSecret(c.key.key.text)
		if c.secret != nil && c.passphrase == nil && c.key.key.encrypted { // the only secret opens the key
			a.Secrets.Password, a.Secrets.Passphrase = opora.Secret{}, opora.NewSecret(c.secret.value)
			c.passphrase, c.secret = c.secret, nil
		}
	}
	r.sources(c, &a)
	r.warnings(c, &a)
	return a
}

// addressOf writes the address as a checker takes it.
func (r *reader) addressOf(c *record, a *Access) (host, portText, scheme string) {
	if c.address == nil {
		return "", "", ""
	}
	a.Credential.Address = c.address.value
	p := c.address.place
	if p == nil {
		return c.address.value, "", ""
	}
	host, portText, scheme = p.host, p.port, p.scheme
	if portText == "" && c.port != nil && p.path == "" && scheme == "" && !c.borrowed[fieldAddress] {
		portText = c.port.value
		if p.ip && strings.Contains(host, ":") {
			a.Credential.Address = net.JoinHostPort(strings.Trim(host, "[]"), portText)
		} else {
			a.Credential.Address += ":" + portText
		}
	} else if c.borrowed[fieldAddress] && c.port != nil && p.path == "" && scheme == "" {
		portText = c.port.value
		a.Credential.Address = host + ":" + portText
	} else if portText == "" && c.port != nil && scheme != "" && scheme != "http" && scheme != "https" && p.path == "" {
		portText = c.port.value
		a.Credential.Address += ":" + portText
	}
	return host, portText, scheme
}

// kindOf weighs what tells the kind: the scheme first, then words, then the
// port, then the shape of the address.
func (r *reader) kindOf(c *record, host, portText, scheme string) opora.Kind {
	h := c.kind
	isIP := c.address != nil && c.address.place != nil && c.address.place.ip
	if kind, known := schemeKind(scheme); known && scheme != "" {
		if kind != opora.Web {
			return kind
		}
		switch h {
		case "basic", "digest", "bearer", "webdav":
			return opora.Kind(h)
		}
		if c.token {
			return opora.Bearer
		}
		if c.login == nil && c.secret != nil && sharedLink(host) {
			return opora.Link
		}
		return opora.Web
	}
	if c.token && h != "redis" {
		return opora.Bearer
	}
	if c.key != nil {
		if h == "sftp" {
			return opora.SFTP
		}
		return opora.SSH
	}
	byPort := knownPort(portText)
	byName := namedHost(host)
	switch h {
	case "", hintAccess:
	case hintServer:
		if windowsLogin(c.login.text()) {
			return opora.RDP
		}
		if byPort != "" {
			return byPort
		}
		if byName != "" {
			return byName
		}
		if c.address != nil && c.address.place != nil && c.address.place.path != "" {
			return opora.Web
		}
		return opora.SSH
	case hintDB:
		if byPort != "" {
			return byPort
		}
		return opora.MySQL
	case hintMail:
		switch {
		case byPort != "" && slices.Contains(family(hintMail), hint(byPort)):
			return byPort
		case byName == opora.IMAP || byName == opora.POP3 || byName == opora.SMTP:
			return byName
		case c.address != nil && c.address.place != nil && c.address.place.path != "":
			return opora.Web
		}
		return opora.IMAP
	case hintAPI:
		return opora.Bearer
	case "web", "basic", "digest":
		if byPort != "" && byPort != opora.SSH {
			return byPort
		}
		return opora.Kind(h)
	default:
		return opora.Kind(h)
	}
	switch {
	case byPort != "":
		return byPort
	case byName != "":
		return byName
	case c.address != nil && c.address.place != nil && c.address.place.path != "":
		return opora.Web
	case isIP && windowsLogin(c.login.text()):
		return opora.RDP
	case host != "" && portText != "2222" && (len(portText) >= 4 && strings.HasPrefix(portText, "22") || portText == "10022"):
		return opora.SSH
	case isIP && portText != "" && c.login.text() != "root":
		if len(portText) >= 4 && strings.HasPrefix(portText, "22") || portText == "2022" || portText == "10022" {
			return opora.SSH
		}
		return opora.Web
	case isIP || host != "" && c.login.text() == "root" && c.address.place.path == "":
		return opora.SSH
	case c.address != nil && c.database != nil:
		return opora.MySQL
	}
	return opora.Web
}

func windowsLogin(name string) bool {
	lower := strings.ToLower(name)
	return lower == "administrator" || lower == "администратор" || strings.Contains(name, `\`)
}

// namedHost is the kind that a host's first label names: "ftp.site.ru".
func namedHost(host string) opora.Kind {
	first, _, dotted := strings.Cut(strings.ToLower(host), ".")
	if !dotted {
		return ""
	}
	switch first {
	case "ftp", "imap", "smtp", "ldap", "sftp", "ssh", "mysql", "redis", "rdp":
		return opora.Kind(first)
	case "pop", "pop3":
		return opora.POP3
	}
	return ""
}

// sharedLink reports a host whose links are opened with a password alone.
func sharedLink(host string) bool {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	switch host {
	case "disk.yandex.ru", "yadi.sk", "drive.google.com", "docs.google.com", "dropbox.com", "cloud.mail.ru", "onedrive.live.com", "1drv.ms", "mega.nz", "we.tl", "wetransfer.com", "disk.yandex.com", "disk.360.yandex.ru":
		return true
	}
	return false
}

func (r *reader) options(c *record, a *Access, scheme string) {
	if c.database != nil {
		a.Credential.Options.Database = c.database.value
	}
	if c.tls != nil {
		switch mode := c.tls.value; {
		case strings.Contains(mode, "starttls"), strings.Contains(mode, "explicit"):
			a.Credential.Options.TLS = opora.TLSExplicit
		case mode == "none", mode == "нет":
			a.Credential.Options.TLS = opora.TLSNone
		default:
			a.Credential.Options.TLS = opora.TLSImplicit
		}
	}
	switch scheme {
	case "imaps", "pop3s", "smtps", "ldaps", "rediss", "ftps":
		a.Credential.Options.TLS = opora.TLSImplicit
	}
}

// sources lists where the fields came from, in the order of the message.
func (r *reader) sources(c *record, a *Access) {
	put := func(field string, e *event) {
		if e == nil || e.end <= e.start {
			return
		}
		start, end := r.text.span(e.start, e.end)
		a.Sources = append(a.Sources, Source{field, start, end})
	}
	put(fieldKind, c.kindAt)
	put(fieldAddress, c.address)
	put(fieldLogin, c.login)
	put(fieldSecret, c.secret)
	put(fieldPassphrase, c.passphrase)
	put(fieldKey, c.key)
	slices.SortStableFunc(a.Sources, func(x, y Source) int { return x.Start - y.Start })
}

func (r *reader) warnings(c *record, a *Access) {
	warn := func(code WarningCode, field, detail string) {
		w := Warning{code, field, detail}
		if !slices.Contains(a.Warnings, w) {
			a.Warnings = append(a.Warnings, w)
		}
	}
	for _, part := range []struct {
		field string
		event *event
	}{{fieldAddress, c.address}, {fieldLogin, c.login}, {fieldSecret, c.secret}, {fieldPassphrase, c.passphrase}, {fieldKey, c.key}} {
		e := part.event
		if e == nil {
			continue
		}
		for _, code := range e.note {
			warn(code, part.field, "")
		}
		if part.field != fieldKey {
			for _, code := range r.cleanedIn(e) {
				warn(code, part.field, "")
			}
			if part.field != fieldAddress && opora.MixesScripts(e.value) {
				warn(MixedScript, part.field, "")
			}
		}
		if c.borrowed[part.field] {
			warn(Reused, part.field, "")
		}
	}
	if s := c.secret; s != nil && strings.HasSuffix(s.value, ".") && s.solo {
		warn(PunctuationKept, fieldSecret, "")
	}
	if c.login != nil && c.secret != nil && c.login.value == c.secret.value {
		warn(SameLoginPassword, fieldSecret, "")
	}
	if a.Secrets.Empty() {
		warn(NoSecret, fieldSecret, "")
	}
	switch a.Credential.Kind {
	case opora.Bearer, opora.Link, opora.Document, opora.Redis:
	default:
		if c.login == nil {
			warn(NoLogin, fieldLogin, "")
		}
	}
	if c.address == nil {
		warn(NoAddress, fieldAddress, "")
	}
}

// cleanedIn says what cleaning took out of a value.
func (r *reader) cleanedIn(e *event) []WarningCode {
	if e.end <= e.start || e.end > len(r.text.s) {
		return nil
	}
	var codes []WarningCode
	start, end := r.text.span(e.start, e.end)
	raw := r.text.raw[start:end]
	if strings.ContainsFunc(raw, invisible) {
		codes = append(codes, InvisibleRemoved)
	}
	if strings.Contains(raw, "&") && !strings.Contains(r.text.s[e.start:e.end], raw) && strings.Contains(raw, ";") {
		codes = append(codes, EntityDecoded)
	}
	if after := end; after < len(r.text.raw) {
		// White space behind a secret at the end of its line may be a part of it.
		rest := r.text.raw[after:min(len(r.text.raw), after+32)]
		trimmed := strings.TrimLeft(rest, " \t\u00a0\u200b\ufeff")
		if e.what == isSecret && trimmed != rest && (trimmed == "" || trimmed[0] == '\n' || trimmed[0] == '\r') {
			codes = append(codes, SpaceRemoved)
		}
	}
	return codes
}
