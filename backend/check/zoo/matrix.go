package zoo

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/opora"
)

// Case is one way in which a site tries to lead a secret away from the origin
// that the operator named.
type Case struct {
	Name  string
	Kind  opora.Kind
	TLS   bool   // the target speaks TLS
	Stage Stage  // when it is tried
	Means string // how: "301" … "308", "meta", "action", …
	Other Place  // where it leads
	Over  string // the scheme there
	Where string // the address that is given, with gaps; empty for a plain one
	// Script marks what only a page's script does; an engine that runs none
	// sees a plain login.
	Script bool
}

// Stage is the moment at which a site misleads.
type Stage string

// The stages.
const (
	AtDoor   Stage = "door"   // before anything was sent
	InAnswer Stage = "answer" // in the answer to the credential
)

// Place is where the other origin lies, seen from the target.
type Place string

// The places.
const (
	OtherPort Place = "port" // of the same name
	SubHost   Place = "sub"
	OtherHost Place = "host"
	Same      Place = "same" // the target itself: the control that shows that a case is alive
)

var (
	places    = []Place{OtherPort, SubHost, OtherHost}
	redirects = []string{"301", "302", "303", "307", "308"}
	ways      = []string{"http", "https"}
)

// Forms is the matrix for logins by a form.
func Forms() []Case {
	var list []Case
	for _, secure := range []bool{false, true} {
		for _, over := range ways {
			for _, place := range places {
				for _, stage := range []Stage{AtDoor, InAnswer} {
					for _, means := range append(slices.Clone(redirects), "meta", "refresh") {
						list = append(list, Case{Kind: opora.Web, TLS: secure, Stage: stage, Means: means, Other: place, Over: over})
					}
				}
				for _, means := range []string{"action", "formaction", "base", "frame", "foreign form", "get form", "two steps"} {
					list = append(list, Case{Kind: opora.Web, TLS: secure, Stage: AtDoor, Means: means, Other: place, Over: over})
				}
			}
		}
	}
	for _, spelling := range spellings {
		for _, means := range []string{"302", "307", "meta", "action", "formaction", "base"} {
			stage := AtDoor
			if means == "307" {
				stage = InAnswer
			}
			list = append(list, Case{Kind: opora.Web, Stage: stage, Means: means, Other: OtherPort, Over: "http", Where: spelling})
		}
	}
	for header := range headers {
		list = append(list, Case{Kind: opora.Web, Stage: InAnswer, Means: header, Other: OtherPort, Over: "http"})
	}
	for means := range scripts {
		for _, place := range []Place{OtherPort, OtherHost} {
			list = append(list, Case{Kind: opora.Web, Stage: AtDoor, Means: means, Other: place, Over: "http", Script: true})
		}
	}
	for _, means := range []string{"302", "303", "meta"} {
		list = append(list, Case{Kind: opora.Web, Stage: InAnswer, Means: means, Other: Same, Over: "http"})
	}
	return titled(list)
}

// Challenges is the matrix for logins by HTTP itself.
func Challenges() []Case {
	var list []Case
	for _, kind := range []opora.Kind{opora.Basic, opora.Digest} {
		for _, secure := range []bool{false, true} {
			for _, over := range ways {
				for _, place := range places {
					for _, stage := range []Stage{AtDoor, InAnswer} {
						for _, means := range append(slices.Clone(redirects), "refresh") {
							list = append(list, Case{Kind: kind, TLS: secure, Stage: stage, Means: means, Other: place, Over: over})
						}
					}
				}
			}
		}
		for _, means := range []string{"realm", "domain", "proxy", "stale", "location"} {
			list = append(list, Case{Kind: kind, Stage: InAnswer, Means: means, Other: OtherPort, Over: "http"})
		}
		for _, spelling := range spellings {
			list = append(list, Case{Kind: kind, Stage: InAnswer, Means: "307", Other: OtherPort, Over: "http", Where: spelling})
		}
		list = append(list, Case{Kind: kind, Stage: InAnswer, Means: "302", Other: Same, Over: "http"})
	}
	return titled(list)
}

func titled(list []Case) []Case {
	for i := range list {
		c := &list[i]
		from := "http"
		if c.TLS {
			from = "https"
		}
		c.Name = fmt.Sprintf("%s %s %s at the %s to %s %s", c.Kind, from, c.Means, c.Stage, c.Over, c.Other)
		if c.Where != "" {
			c.Name += " as " + opora.Visible(c.Where)
		}
	}
	return list
}

// Matrix runs cases against one checker.
type Matrix struct {
	Checker check.Checker
	Names   *Names        // the resolver of the process, by [Resolve]
	Limit   time.Duration // of one check; 0 means 20 s
	// Quiet demands that the engine does not even look up the other names. An
	// engine that loads a page's parts may do so.
	Quiet bool
}

// Run plays all cases. No origin but the target may hear the secret, in any
// form, nor half of it, nor a header that was made of it; and no case may end
// in a verdict that the target alone did not give.
func (m Matrix) Run(t *testing.T, cases []Case) {
	certificate, err := Sign(nil, named("*.test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			m.play(t, certificate, c, fmt.Sprintf("shop-%d.test", i), fmt.Sprintf("evil-%d.test", i))
		})
	}
}

func (m Matrix) play(t *testing.T, certificate tls.Certificate, c Case, name, evil string) {
	canary := NewCanary()
	m.Names.Set(name, "127.0.0.1")
	m.Names.Set("login."+name, "127.0.0.1")
	m.Names.Set(evil, "127.0.0.2")
	secure := func(on bool) *tls.Config {
		if !on {
			return nil
		}
		return &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	s := &stage{c: c, canary: canary}
	target := Listen(t, "127.0.0.1", name, secure(c.TLS), s)
	s.self = target
	at, host := "127.0.0.1", name
	switch c.Other {
	case SubHost:
		host = "login." + name
	case OtherHost:
		at, host = "127.0.0.2", evil
	}
	other := target
	if c.Other != Same {
		other = Listen(t, at, host, secure(c.Over == "https"), &thief{c: c, of: s})
	}
	s.lead = s.address(other)

	limit := m.Limit
	if limit == 0 {
		limit = 20 * time.Second
	}
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{c.Kind: m.Checker}, Ledger: memory, HostKeys: memory, Timeout: limit}
	got := runner.Check(t.Context(), opora.Credential{
		Kind: c.Kind, Address: target.URL + "/door", Login: "anna", Options: opora.Options{AcceptFingerprint: check.Fingerprint(certificate.Leaf)},
	}, canary.Secrets(), nil)

	if other != target {
		heard := other.Heard()
		if canary.In(heard) || strings.Contains(strings.ToLower(string(heard)), "\nauthorization:") || strings.Contains(string(heard), session) {
			t.Errorf("the other origin heard a secret; the check said %s", got.Finding.Reason)
		}
		if m.Quiet && slices.ContainsFunc(m.Names.Asked(), func(asked string) bool { return asked == evil || asked == "login."+name }) {
			t.Errorf("another name was looked up; the check said %s", got.Finding.Reason)
		}
	}
	told := strings.Count(strings.ToLower(string(target.Heard())), "\nauthorization:") + strings.Count(string(target.Heard()), "POST /login")
	if told > 1 || memory.Attempts() > 1 {
		t.Errorf("the secret was sent %d times, %d attempts in the ledger", told, memory.Attempts())
	}
	if c.Stage == InAnswer && told == 0 {
		t.Errorf("the secret never came to the target, so nothing was tried: %s, %v", got.Finding.Reason, got.Evidence)
	}
	if v := got.Finding.Verdict; v == opora.Works && !s.letIn.Load() || v == opora.Rejected && !s.saidNo.Load() {
		t.Errorf("got %s/%s from a site that never said so", v, got.Finding.Reason)
	}
}

// address fills the gaps of the address that misleads.
func (s *stage) address(other *Origin) string {
	where := s.c.Where
	if where == "" {
		where = "{scheme}://{host}/login"
	}
	hostname, port, _ := net.SplitHostPort(other.Host)
	return strings.NewReplacer("{scheme}", s.c.Over, "{host}", other.Host, "{hostname}", hostname, "{HOSTNAME}", strings.ToUpper(hostname),
		"{port}", port, "{self}", s.self.Host).Replace(where)
}

// spellings are addresses of the other origin that parsers have disagreed about.
var spellings = []string{
	"//{host}/login", `\\{host}/login`, `/\{host}/login`, "/\t/{host}/login", "\t//{host}/login", `http:\\{host}\login`, "http:/{host}/login", "http:///{host}/login",
	"HTTP://{host}/login", "hTtP://{HOSTNAME}:{port}/login", " http://{host}/login ", "http://{host}/login#@{self}", "http://{host}?{self}",
	`http://{host}\@{self}/login`, "http://{self}@{host}/login", "http://user:word@{host}/login", "http://{self}%2f@{host}/login", "http://{self}%00@{host}/login",
	"http://{self}:80@{host}/login", "http://{hostname}.:{port}/login", "http://127.1:{port}/login", "http://2130706433:{port}/login", "http://0x7f.0.0.1:{port}/login",
	"http://[::ffff:127.0.0.1]:{port}/login", "http://①②⑦.0.0.1:{port}/login", "http://{hostname}。:{port}/login", "//{host}／login", "http://{host}%09/login",
}

// headers of an answer that name another origin.
var headers = map[string]string{
	"Alt-Svc": `h2="{host}"; ma=3600`, "Content-Location": "http://{host}/login", "Link": "<http://{host}/x>; rel=preload; as=script",
	"Content-Security-Policy": "report-uri http://{host}/report", "Report-To": `{"group":"a","max_age":99,"endpoints":[{"url":"http://{host}/report"}]}`,
	"SourceMap": "http://{host}/map", "Set-Cookie": "a=b; Domain={hostname}",
}
