// Package basic proves a name and a password at a page that asks for them by
// HTTP itself: Basic (RFC 7617) and Digest (RFC 7616).
//
// The page is asked for as a stranger first. The credential then goes out once,
// to the origin that asked, in the strongest scheme that it offers; nothing
// that comes back is followed. What decides:
//
//	without it           with it                          verdict
//	2xx                  not sent                         unknown/ambiguous: open to anyone
//	401, Basic or Digest 2xx, and a stranger still 401    works
//	401                  2xx, and a stranger is let in    unknown/ambiguous: open to anyone
//	401                  2xx that says "wrong password"   unknown/ambiguous
//	401                  401 that says "too many"         unknown/rate_limited
//	401                  redirect to the same path + "/"  works: a folder, which the server names only inside
//	401                  any other redirect               unknown/ambiguous
//	401                  401 for the same realm           rejected/bad_credentials
//	401                  401, stale or for another realm  unknown/ambiguous
//	401                  403                              unknown/ambiguous: known and not allowed, or unknown (RFC 9110, 15.5.4)
//	401                  404, 405, 410                    unknown/ambiguous: most likely right, of a page that is not there
//	401, other schemes   not sent                         rejected/not_permitted, with what is offered
//	any                  407, 5xx                         unreachable/http_error
//	any                  429, 503 with Retry-After        unknown/rate_limited
//	redirect elsewhere   not sent                         needs_human/sso
//	403                  not sent                         unknown/blocked
//	other 4xx            not sent                         unknown/no_login_form
package basic

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/icholy/digest"
	"golang.org/x/net/html"

	"opora/backend/check"
	"opora/backend/opora"
)

// Checker checks the kinds [opora.Basic] and [opora.Digest]. For Basic it takes
// Digest as well where the server offers it: to a person both are the same
// window. For Digest it never falls back to sending the password itself.
type Checker struct{}

// Check tries the credential once.
func (Checker) Check(ctx context.Context, session *check.Session, credential opora.Credential, secrets opora.Secrets) opora.Finding {
	target, err := check.ParseTarget(credential.Kind, credential.Address)
	if err != nil {
		return opora.Found(opora.DNSFailed)
	}
	v := &visit{ctx: ctx, session: session, kind: credential.Kind, login: credential.Login, password: secrets.Password}
	if v.login == "" {
		v.login = target.User
	}
	v.http = session.HTTP(target, credential.Options)
	defer v.http.Close()
	finding := v.run()
	finding.Engine = opora.EngineHTTP
	session.Step(opora.StepDecision, string(finding.Reason))
	return finding
}

type visit struct {
	ctx      context.Context
	session  *check.Session
	http     *check.HTTP
	kind     opora.Kind
	login    string
	password opora.Secret
}

func (v *visit) run() opora.Finding {
	door, err := v.http.Open(v.ctx)
	if err != nil {
		v.session.Step(opora.StepFault, "open")
		return check.HTTPFault(v.ctx, err)
	}
	v.session.Step(opora.StepOpen, door.StatusLine()+" "+door.URL.Path)
	if finding, found := check.Trouble(door); found {
		return finding
	}
	if door.Status != http.StatusUnauthorized {
		return unasked(door)
	}
	offers := challenges(door.Header)
	v.session.Step(opora.StepOffer, schemes(offers))
	offer, found := v.choose(offers)
	if !found {
		return of(door, opora.NotPermitted, opora.Hint{Code: opora.HintMethodsOffered, Detail: schemes(offers)})
	}
	if offer.scheme == "basic" && strings.Contains(v.login, ":") {
		return of(door, opora.Unsupported) // RFC 7617 has no way to write such a name
	}
	if finding, ok := v.session.Spend(v.ctx); !ok {
		return finding
	}
	answer, err := v.send(door.URL, offer)
	if err != nil {
		v.session.Step(opora.StepFault, "answer")
		return check.HTTPFault(v.ctx, err)
	}
	v.session.Step(opora.StepAnswer, answer.StatusLine()+" "+answer.URL.Path)
	finding := v.judge(door, answer, offer)
	if offer.scheme == "basic" && door.URL.Scheme == "http" {
		finding.Hints = append(finding.Hints, opora.Hint{Code: opora.HintPlain, Detail: "http"})
	}
	return finding
}

// unasked is the finding for a page that does not ask for a credential.
func unasked(door *check.Reply) opora.Finding {
	status := opora.Hint{Code: opora.HintHTTPStatus, Detail: door.StatusLine()}
	switch {
	case success(door):
		return of(door, opora.Ambiguous, opora.Hint{Code: opora.HintPublic})
	case door.Status == http.StatusForbidden:
		return of(door, opora.Blocked, status)
	}
	return of(door, opora.NoLoginForm, status)
}

// choose takes the strongest scheme that is offered and known.
func (v *visit) choose(offers []challenge) (challenge, bool) {
	for _, algorithm := range []string{"SHA-512-256", "SHA-256", "MD5", ""} {
		for _, offer := range offers {
			if offer.scheme == "digest" && offer.parameters["nonce"] != "" && strings.EqualFold(offer.parameters["algorithm"], algorithm) && digest.CanDigest(asDigest(offer)) {
				return offer, true
			}
		}
	}
	if v.kind == opora.Digest {
		return challenge{}, false
	}
	for _, offer := range offers {
		if offer.scheme == "basic" {
			return offer, true
		}
	}
	return challenge{}, false
}

// send asks for the page once more, with the credential.
func (v *visit) send(page *url.URL, offer challenge) (*check.Reply, error) {
	request, err := http.NewRequestWithContext(v.ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, err
	}
	if offer.scheme == "basic" {
		request.SetBasicAuth(v.login, v.password.Reveal())
	} else {
		credentials, err := digest.Digest(asDigest(offer), digest.Options{
			Method: http.MethodGet, URI: page.RequestURI(), Count: 1, Username: v.login, Password: v.password.Reveal(),
		})
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", credentials.String())
	}
	v.session.Step(opora.StepSend, offer.scheme)
	return v.http.Do(request)
}

func asDigest(offer challenge) *digest.Challenge {
	p := offer.parameters
	c := &digest.Challenge{Realm: p["realm"], Nonce: p["nonce"], Opaque: p["opaque"], Algorithm: p["algorithm"],
		Userhash: strings.EqualFold(p["userhash"], "true")}
	for _, quality := range strings.FieldsFunc(p["qop"], func(r rune) bool { return r == ',' || r == ' ' }) {
		c.QOP = append(c.QOP, strings.ToLower(quality))
	}
	return c
}

// judge compares what a stranger got with what the credential got.
func (v *visit) judge(door, answer *check.Reply, offer challenge) opora.Finding {
	if finding, found := check.Trouble(answer); found {
		return finding
	}
	status := opora.Hint{Code: opora.HintHTTPStatus, Detail: answer.StatusLine()}
	switch {
	case answer.Status == http.StatusUnauthorized && says(busyWords, answer, door):
		return of(answer, opora.RateLimited, status)
	case success(answer) && says(wrongWords, answer, door):
		return of(answer, opora.Ambiguous)
	case success(answer), inside(answer):
		return v.confirm(answer)
	case answer.Status == http.StatusUnauthorized:
		if !sameDoor(offer, challenges(answer.Header)) {
			return of(answer, opora.Ambiguous, status)
		}
		v.session.Step(opora.StepRefusal, answer.StatusLine())
		return of(answer, opora.BadCredentials)
	case answer.Location() != nil && !check.SameOrigin(answer.URL, answer.Location()):
		return of(answer, opora.Ambiguous, status, opora.Hint{Code: opora.HintElsewhere, Detail: check.Shown(answer.Location())})
	case slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone}, answer.Status):
		return of(answer, opora.Ambiguous, status, opora.Hint{Code: opora.HintPasswordCorrect})
	}
	return of(answer, opora.Ambiguous, status)
}

// success reports whether a status is one of those that say so. Servers that
// are no servers send smaller numbers too.
func success(reply *check.Reply) bool { return reply.Status >= 200 && reply.Status < 300 }

// inside reports whether a server that asks everybody for a login has named a
// folder by its full path.
func inside(answer *check.Reply) bool {
	to := answer.Location()
	return to != nil && check.SameOrigin(answer.URL, to) && to.Path == answer.URL.Path+"/"
}

// sameDoor reports whether the server asks again for what it was just given.
func sameDoor(offer challenge, again []challenge) bool {
	for _, c := range again {
		if c.scheme == offer.scheme && c.parameters["realm"] == offer.parameters["realm"] {
			return !strings.EqualFold(c.parameters["stale"], "true")
		}
	}
	// Some servers do not repeat the challenge. What they say is still no.
	return len(again) == 0
}

// confirm asks once more as a stranger: a page that now lets anyone in has not
// proven anything.
func (v *visit) confirm(answer *check.Reply) opora.Finding {
	stranger := v.http.Stranger()
	defer stranger.Close()
	again, err := stranger.Get(v.ctx, answer.URL)
	if err != nil {
		v.session.Step(opora.StepFault, "replay")
		return of(answer, opora.Ambiguous, opora.Hint{Code: opora.HintPasswordCorrect})
	}
	v.session.Step(opora.StepReplay, answer.StatusLine()+" / "+again.StatusLine())
	if again.Status != http.StatusUnauthorized {
		return of(answer, opora.Ambiguous, opora.Hint{Code: opora.HintPublic})
	}
	return of(answer, opora.OK)
}

// of is a finding about one answer.
func of(reply *check.Reply, reason opora.Reason, hints ...opora.Hint) opora.Finding {
	finding := opora.Found(reason, hints...)
	finding.FinalAddress = check.Shown(reply.URL)
	finding.Product = reply.Header.Get("Server")
	finding.Title = title(reply)
	return finding
}

// title is the name of an HTML page.
func title(reply *check.Reply) string {
	if !strings.Contains(reply.Header.Get("Content-Type"), "html") {
		return ""
	}
	tokens := html.NewTokenizer(bytes.NewReader(reply.Body))
	tokens.SetMaxBuf(64 << 10)
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := tokens.TagName(); string(name) == "title" && tokens.Next() == html.TextToken {
				return strings.TrimSpace(string(tokens.Text()))
			}
		}
	}
}

func schemes(offers []challenge) string {
	var names []string
	for _, offer := range offers {
		if !slices.Contains(names, offer.scheme) {
			names = append(names, offer.scheme)
		}
	}
	return strings.Join(names, ", ")
}
