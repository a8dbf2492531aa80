package intake

import (
	"path"
	"strings"

	"opora/backend/opora"
)

// program is a command that logs in, and what its options mean.
type program struct {
	kind     opora.Kind
	user     string // the options that take a login, separated by spaces
	pass     string
	host     string
	port     string
	db       string
	both     string // options that take login:password
	target   bool   // a bare word may be user@host
	bareHost bool   // a bare word is a host
	bareDB   bool   // a bare word is a database
	glued    bool   // -pSECRET: values may hang on one-letter options
	valued   string // further options with a value, to be skipped
}

// programs are the clients that customers paste commands of.
var programs = map[string]program{
	"ssh":         {kind: opora.SSH, user: "-l", port: "-p", target: true, bareHost: true, glued: true, valued: "-i -o -F -J -L -R -D -b -c -m -W -E -S -I -Q -e -w -B"},
	"ssh-copy-id": {kind: opora.SSH, port: "-p", target: true, glued: true, valued: "-i -o"},
	"mosh":        {kind: opora.SSH, port: "-p", target: true, valued: "--ssh"},
	"scp":         {kind: opora.SSH, port: "-P", target: true, glued: true, valued: "-i -o -F -c -l -S -J"},
	"sftp":        {kind: opora.SFTP, port: "-P", target: true, bareHost: true, glued: true, valued: "-i -o -F -b -B -c -J -l -s"},
	"plink":       {kind: opora.SSH, user: "-l", pass: "-pw", port: "-P", target: true, bareHost: true, valued: "-i -hostkey -m"},
	"putty":       {kind: opora.SSH, user: "-l", pass: "-pw", port: "-P", target: true, bareHost: true, valued: "-i -load"},
	"pscp":        {kind: opora.SSH, user: "-l", pass: "-pw", port: "-P", target: true, valued: "-i -hostkey"},
	"rsync":       {kind: opora.SSH, target: true, valued: "-e --rsh --exclude --include --password-file"},
	"mysql":       {kind: opora.MySQL, user: "-u --user", pass: "-p --password", host: "-h --host", port: "-P --port", db: "-D --database", bareDB: true, glued: true, valued: "-e --execute --default-character-set"},
	"mysqldump":   {kind: opora.MySQL, user: "-u --user", pass: "-p --password", host: "-h --host", port: "-P --port", bareDB: true, glued: true},
	"mariadb":     {kind: opora.MySQL, user: "-u --user", pass: "-p --password", host: "-h --host", port: "-P --port", db: "-D --database", bareDB: true, glued: true},
	"mysqladmin":  {kind: opora.MySQL, user: "-u --user", pass: "-p --password", host: "-h --host", port: "-P --port", glued: true},
	"psql":        {kind: opora.Postgres, user: "-U --username", host: "-h --host", port: "-p --port", db: "-d --dbname", bareDB: true, valued: "-c -f"},
	"pg_dump":     {kind: opora.Postgres, user: "-U --username", host: "-h --host", port: "-p --port", db: "-d --dbname", bareDB: true, valued: "-f -F"},
	"redis-cli":   {kind: opora.Redis, user: "--user", pass: "-a --pass", host: "-h", port: "-p", valued: "-n -u"},
	"mongosh":     {kind: opora.MongoDB, user: "-u --username", pass: "-p --password", host: "--host", port: "--port", bareDB: true, valued: "--authenticationDatabase"},
	"mongo":       {kind: opora.MongoDB, user: "-u --username", pass: "-p --password", host: "--host", port: "--port", bareDB: true, valued: "--authenticationDatabase"},
	"sqlcmd":      {kind: opora.MSSQL, user: "-U", pass: "-P", host: "-S", db: "-d", valued: "-Q -i"},
	"lftp":        {kind: opora.FTP, both: "-u", port: "-p", bareHost: true, valued: "-e"},
	"ftp":         {kind: opora.FTP, bareHost: true},
	"ncftp":       {kind: opora.FTP, user: "-u", pass: "-p", port: "-P", bareHost: true},
	"curl":        {kind: opora.Basic, both: "-u --user", valued: "-X --request -d --data -o --output -H --header -A"},
	"wget":        {kind: opora.Basic, user: "--user --http-user --ftp-user", pass: "--password --http-password --ftp-password", valued: "-O -o"},
	"xfreerdp":    {kind: opora.RDP, user: "/u", pass: "/p", host: "/v"},
	"rdesktop":    {kind: opora.RDP, user: "-u", pass: "-p", bareHost: true, valued: "-g -d"},
	"mstsc":       {kind: opora.RDP, host: "/v"},
	"ldapsearch":  {kind: opora.LDAP, user: "-D", pass: "-w", host: "-h -H", port: "-p", valued: "-b -s"},
	"sshpass":     {kind: opora.SSH, pass: "-p", glued: true, valued: "-e"},
	"psftp":       {kind: opora.SFTP, user: "-l", pass: "-pw", port: "-P", target: true, bareHost: true},
	"mycli":       {kind: opora.MySQL, user: "-u", pass: "-p", host: "-h", port: "-P", bareDB: true, glued: true},
	"mongodump":   {kind: opora.MongoDB, user: "-u --username", pass: "-p --password", host: "-h --host", port: "--port", db: "-d --db"},
}

// argument is one word of a command line.
type argument struct {
	text       string
	start, end int
	note       []WarningCode
}

// commandAt reads a command line that begins at i. It takes the words as long
// as they are options, values and targets, so that a sentence behind a command
// stays a sentence.
func (r *reader) commandAt(n, i, end int) int {
	if !letter(r.s[i]) {
		return 0
	}
	stop := i
	for stop < end && stop-i < 16 && (letter(r.s[stop]) || r.s[stop] == '-' || r.s[stop] == '_' || r.s[stop] == '.') {
		stop++
	}
	if i < r.noCommand || stop >= end || r.s[stop] != ' ' {
		return 0
	}
	name := strings.TrimSuffix(strings.ToLower(path.Base(r.s[i:stop])), ".exe")
	p, known := programs[name]
	if !known || p.kind == "" {
		return 0
	}
	first := r.s[stop+1 : r.wordEnd(stop+1, end)]
	if first == "" || !strings.ContainsAny(first, "-@./:\"'=") {
		return 0 // a mention of the program
	}
	args := r.arguments(stop, end)
	if len(args) == 0 {
		return 0
	}
	c := command{p: p, end: stop}
	c.read(r, args)
	next := r.command(n, i, name, c, args, stop)
	if next == 0 {
		r.noCommand = c.end // what was read once is not read again
	}
	return next
}

// command notes a command line that was read; 0 when it is none of use.
func (r *reader) command(n, i int, name string, c command, args []argument, stop int) int {
	p := c.p
	if name == "sshpass" { // sshpass -p secret ssh user@host
		return r.sshpass(n, i, c, args)
	}
	if name == "curl" && c.token != nil && c.url != nil {
		e := event{what: isKind, kind: "bearer", value: name, start: i, end: stop}
		r.add(n, e)
		r.addPlace(n, *c.url, nil)
		r.add(n, event{what: isToken, value: c.token.text, start: c.token.start, end: c.token.end, label: true, strong: true})
		return c.end
	}
	switch {
	case c.url != nil && (c.user != nil || c.url.whole):
		if c.user != nil {
			r.add(n, event{what: isKind, kind: commandKind(p.kind, c.url), value: name, start: i, end: stop})
		}
	case c.host == nil:
		if c.user == nil || c.pass == nil {
			return 0
		}
	case c.user == nil && c.pass == nil && c.port == nil && p.kind != opora.MySQL:
		if c.options == 0 { // "ssh сервер.ру": a mention
			return 0
		}
	}
	if c.url == nil {
		r.add(n, event{what: isKind, kind: kindHint(p.kind), value: name, start: i, end: stop})
	}
	r.addCommand(n, c)
	return c.end
}

// commandKind is the kind of a command that was given a URL.
func commandKind(kind opora.Kind, url *place) hint {
	if k, known := schemeKind(url.scheme); known && k != opora.Web {
		return kindHint(k)
	}
	return kindHint(kind)
}

// command is a command line that was understood.
type command struct {
	p                                 program
	user, pass, host, port, db, token *argument
	url                               *place
	options                           int
	end                               int
	rest                              int // how many arguments were taken
}

func (r *reader) arguments(i, end int) []argument {
	var args []argument
	for i < end && len(args) < 24 {
		if r.s[i] == ' ' || r.s[i] == '\t' || r.s[i] == '\n' {
			i++
			continue
		}
		if ch := r.s[i]; ch == '"' || ch == '\'' {
			if close := strings.IndexByte(r.s[i+1:end], ch); close >= 0 {
				args = append(args, argument{r.s[i+1 : i+1+close], i + 1, i + 1 + close, []WarningCode{QuotesRemoved}})
				i += close + 2
				continue
			}
		}
		stop := r.wordEnd(i, end)
		text := r.s[i:stop]
		if eq := strings.IndexAny(text, `"'`); eq > 0 && text[0] == '-' && (text[eq-1] == '=' || eq == 2) { // --password="a b", -p'a b'
			if close := strings.IndexByte(r.s[i+eq+1:end], text[eq]); close >= 0 {
				args = append(args, argument{text[:eq] + r.s[i+eq+1:i+eq+1+close], i, i + eq + 1 + close, []WarningCode{QuotesRemoved}})
				i += eq + close + 2
				continue
			}
		}
		args = append(args, argument{text, i, stop, nil})
		i = stop
	}
	return args
}

func has(list, option string) bool {
	for name := range strings.FieldsSeq(list) {
		if name == option {
			return true
		}
	}
	return false
}

func (c *command) read(r *reader, args []argument) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		name, inline, cut := a.text, "", false
		if strings.HasPrefix(a.text, "--") || strings.HasPrefix(a.text, "/") && c.p.kind == opora.RDP {
			name, inline, cut = strings.Cut(a.text, "=")
			if c.p.kind == opora.RDP {
				name, inline, cut = strings.Cut(a.text, ":")
			}
		} else if c.p.glued && len(a.text) > 2 && a.text[0] == '-' && c.takes(a.text[:2]) && !c.takes(a.text) {
			name, inline, cut = a.text[:2], a.text[2:], true
		}
		if cut {
			a = argument{inline, a.end - len(inline), a.end, a.note}
		}
		if name != "" && (name[0] == '-' || name[0] == '/' && c.p.kind == opora.RDP) {
			slot := c.slot(name)
			c.options++
			c.rest, c.end = i+1, args[i].end
			if slot == nil && !has(c.p.valued, name) && !has(c.p.both, name) {
				continue
			}
			if !cut {
				// mysql -p without a value asks for the password.
				if slot == &c.pass && c.p.kind == opora.MySQL || i+1 >= len(args) {
					continue
				}
				i++
				a = args[i]
				c.rest, c.end = i+1, a.end
			}
			if name == "-H" || name == "--header" {
				c.header(a)
				continue
			}
			if has(c.p.both, name) {
				c.both(a)
				continue
			}
			if inner, found := strings.CutPrefix(a.text, "ssh "); found && name == "-e" { // rsync -e "ssh -p 2222"
				args := r.arguments(a.end-len(inner), a.end)
				ssh := command{p: programs["ssh"]}
				ssh.read(r, args)
				c.port = ssh.port
				continue
			}
			if slot != nil && !placeholder(a.text) {
				value := a
				if slot == &c.port { // "-p 22022, пароль …"
					value.text = strings.TrimRight(a.text, ".,;:)")
					value.end -= len(a.text) - len(value.text)
				}
				*slot = &value
			}
			continue
		}
		if !c.bare(r, a) {
			return
		}
		c.rest, c.end = i+1, a.end
	}
}

func (c *command) takes(option string) bool {
	return c.slot(option) != nil || has(c.p.valued, option)
}

func (c *command) slot(option string) **argument {
	switch {
	case has(c.p.user, option):
		return &c.user
	case has(c.p.pass, option):
		return &c.pass
	case has(c.p.host, option):
		return &c.host
	case has(c.p.port, option):
		return &c.port
	case has(c.p.db, option):
		return &c.db
	}
	return nil
}

func (c *command) both(a argument) {
	cut := strings.IndexAny(a.text, ":,")
	if cut <= 0 {
		c.user = &a
		return
	}
	c.user = &argument{a.text[:cut], a.start, a.start + cut, a.note}
	if cut+1 < len(a.text) {
		c.pass = &argument{a.text[cut+1:], a.start + cut + 1, a.end, a.note}
	}
}

// header takes the token of "Authorization: Bearer …".
func (c *command) header(a argument) {
	name, rest, _ := strings.Cut(a.text, ":")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(name) {
	case "authorization":
		kind, value, found := strings.Cut(rest, " ")
		if found && (strings.EqualFold(kind, "bearer") || strings.EqualFold(kind, "token")) && !placeholder(value) {
			c.token = &argument{value, a.end - len(value), a.end, nil}
		}
	case "x-api-key", "x-auth-token", "api-key", "private-token", "x-token":
		if !placeholder(rest) {
			c.token = &argument{rest, a.end - len(rest), a.end, nil}
		}
	}
}

// bare takes a word that is no option.
func (c *command) bare(r *reader, a argument) bool {
	if p, ok := r.urlAt(a.start, a.end); ok {
		c.url = &p
		return true
	}
	at := strings.LastIndexByte(a.text, '@')
	if c.p.target && at > 0 && c.host == nil {
		host := strings.TrimRight(a.text[at+1:], ".,;!?)")
		end := a.start + at + 1 + len(host)
		name, file, hasFile := strings.Cut(host, ":")
		if close := strings.IndexByte(host, ']'); close > 0 && host[0] == '[' {
			name, file, hasFile = host[:close+1], strings.TrimPrefix(host[close+1:], ":"), close+1 < len(host)
		}
		host = name
		if host == "" || placeholder(host) || placeholder(a.text[:at]) || strings.ContainsAny(host, "/<>") {
			return false
		}
		user, pass, both := strings.Cut(a.text[:at], ":")
		c.user = &argument{user, a.start, a.start + len(user), nil}
		if both {
			c.pass = &argument{pass, a.start + len(user) + 1, a.start + at, nil}
		}
		if hasFile && file != "" && len(file) <= 5 && strings.Trim(file, "0123456789") == "" { // ssh user@host:2222
			c.port = &argument{file, end - len(file), end, nil}
			end -= len(file) + 1
		} else if hasFile {
			end = a.start + at + 1 + len(host)
		}
		c.host = &argument{host, a.start + at + 1, end, nil}
		return true
	}
	if c.p.bareHost && c.host == nil {
		if p, ok := r.hostAt(a.start, a.end); ok && p.user == "" {
			c.host = &argument{p.text, p.start, p.end, nil}
			return true
		}
	}
	if c.p.bareDB && c.db == nil && c.options > 0 && loginChars(a.text) && !notValues[a.text] {
		c.db = &a
		return true
	}
	// scp and rsync name files as well.
	return c.p.target && (strings.ContainsAny(a.text, "/.") && !cyrillic(a.text)) && c.p.kind == opora.SSH && !c.p.bareHost
}

func (r *reader) sshpass(n, i int, c command, args []argument) int {
	if c.pass == nil {
		return 0
	}
	for k := range args {
		name := strings.ToLower(args[k].text)
		p, known := programs[name]
		if !known || !p.target || k+1 >= len(args) {
			continue
		}
		inner := command{p: p, end: args[k].end}
		inner.read(r, args[k+1:])
		if inner.host == nil {
			return 0
		}
		inner.pass = c.pass
		r.add(n, event{what: isKind, kind: kindHint(p.kind), value: name, start: args[k].start, end: args[k].end})
		r.addCommand(n, inner)
		return inner.end
	}
	return 0
}

// addCommand notes what a command line says.
func (r *reader) addCommand(n int, c command) {
	whole := c.host != nil || c.url != nil
	switch {
	case c.url != nil:
		r.addPlace(n, *c.url, nil)
	case c.host != nil:
		host, portText := c.host.text, ""
		p, ok := r.hostAt(c.host.start, c.host.end)
		if !ok {
			host, portText = splitPort(host)
			p = place{host: host, port: portText, start: c.host.start}
		}
		if u, isURL := r.urlAt(c.host.start, c.host.end); isURL {
			p = u
		}
		p.text = p.host
		if c.port != nil && strings.Trim(c.port.text, "0123456789") == "" {
			p.port = c.port.text
		}
		if p.port != "" {
			p.text += ":" + p.port
		}
		p.end = c.host.end
		p.scheme = ""
		r.add(n, event{what: isAddress, value: p.text, start: p.start, end: p.end, whole: true, label: true, strong: true, place: &p, kind: kindHint(c.p.kind)})
	}
	if c.user != nil {
		r.add(n, event{what: isLogin, value: c.user.text, start: c.user.start, end: c.user.end, label: true, strong: true, whole: whole, note: c.user.note})
	}
	if c.pass != nil {
		r.add(n, event{what: isSecret, value: c.pass.text, start: c.pass.start, end: c.pass.end, label: true, strong: true, note: c.pass.note})
	}
	if c.db != nil {
		r.add(n, event{what: isDatabase, value: c.db.text, start: c.db.start, end: c.db.end})
	}
}

// handsOverKey reports that an address with a login and no secret is a way in
// that the customer opened for the operator's key, or that stands on a line of
// its own as something to use.
func (r *reader) handsOverKey(c *record) bool {
	l := r.lines[c.address.line]
	text := strings.Trim(r.s[l.start:l.end], " `$#*")
	if len(text) <= c.address.end-min(c.address.start, c.login.start)+24 && !strings.ContainsAny(text, "?") && (strings.HasPrefix(text, "ssh ") || strings.HasPrefix(text, "sftp ")) {
		return len(r.lines) <= 1 || r.speaksOfKey()
	}
	return r.speaksOfKey()
}

// speaksOfKey reports words like "добавил ваш ключ" in the message.
func (r *reader) speaksOfKey() bool {
	lower := strings.ToLower(r.s[:min(len(r.s), 20000)])
	for _, phrase := range []string{"добавил ваш", "добавили ваш", "ваш ключ", "ключ добавл", "ключ ваш", "added your", "your key", "key added", "key is added", "публичный ключ добав", "ваш публичный", "your public key", "прописал ключ", "прописали ключ", "ключ прописа", "по ключу", "by key", "with your key"} {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	return false
}
