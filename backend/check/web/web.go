package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// Checker proves a login through a web form: by plain HTTP where the form is
// plain, in a throw-away browser where the page needs one.
type Checker struct {
	// Challenge answers for an address that asks by HTTP authentication
	// instead of a form; nil leaves that undecided.
	Challenge check.Checker
	// Engine is the only one to use; "" uses each where it belongs.
	Engine opora.Engine
	// Browser finds the browser to use; nil takes the first on the machine.
	Browser func() (browser.Program, error)

	once  sync.Once
	slots chan struct{} // of browsers at once
}

// enter waits until another browser would not only slow the others down: each
// keeps a processor busy while it works.
func (c *Checker) enter(ctx context.Context) (leave func(), ok bool) {
	c.once.Do(func() { c.slots = make(chan struct{}, max(2, runtime.NumCPU()*3/4)) })
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots }, true
	case <-ctx.Done():
		return nil, false
	}
}

// Limit is how long a check may take (security requirement R15).
func (c *Checker) Limit() time.Duration {
	if c.Engine == opora.EngineHTTP {
		return check.Deadline
	}
	return check.BrowserTime
}

// Check implements [check.Checker].
func (c *Checker) Check(ctx context.Context, session *check.Session, credential opora.Credential, secrets opora.Secrets) opora.Finding {
	target, finding := targetOf(credential, secrets)
	if finding != nil {
		return *finding
	}
	visitor := session.HTTP(target, credential.Options)
	defer visitor.Close()
	s := &search{http: visitor, session: session, login: credential.Login, seen: map[string]bool{}}
	if c.Engine == opora.EngineBrowser {
		if finding := s.knock(ctx); finding != nil {
			return *finding
		}
		return c.inBrowser(ctx, s, credential, secrets)
	}
	door, finding := s.find(ctx)
	if finding != nil {
		switch {
		case s.challenge && c.Challenge != nil && finding.Reason == opora.NoLoginForm:
			return c.Challenge.Check(ctx, session, credential, secrets)
		case c.Engine == "" && browserMayKnow(*finding):
			return c.inBrowser(ctx, s, credential, secrets)
		}
		return *finding
	}
	a := &attempt{session: session, http: visitor, door: door, login: credential.Login, start: s.origin, inside: s.recipe.Inside}
	result := a.run(ctx, secrets.Password)
	result.Engine = opora.EngineHTTP
	if c.Engine == "" && result.Reason == opora.Ambiguous && a.landing != nil && ctx.Err() == nil {
		if decided := c.lookAgain(ctx, s, a, credential, secrets); decided != nil {
			result = *decided
		}
	}
	if result.Product == "" {
		result.Product = door.page.product
	}
	return withPlain(result, door.plain && a.sent)
}

func targetOf(credential opora.Credential, secrets opora.Secrets) (check.Target, *opora.Finding) {
	target, err := check.ParseTarget(opora.Web, credential.Address)
	if err != nil {
		finding := opora.Found(opora.DNSFailed, opora.Hint{Code: opora.HintAddressUnclear, Detail: credential.Address})
		return target, &finding
	}
	if secrets.Password.Empty() {
		finding := opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintSecretMissing})
		return target, &finding
	}
	return target, nil
}

func withPlain(finding opora.Finding, plain bool) opora.Finding {
	if plain {
		finding.Hints = append(finding.Hints, opora.Hint{Code: opora.HintPlain, Detail: "http"})
	}
	return finding
}

// browserMayKnow reports whether a page that plain HTTP could not use may be
// one that scripts build.
func browserMayKnow(finding opora.Finding) bool {
	return finding.Reason == opora.Unsupported || finding.Reason == opora.NoLoginForm || finding.Reason == opora.Blocked
}

// attempt is the one submission of a form and the judgement of what followed.
type attempt struct {
	session *check.Session
	http    *check.HTTP
	door    door
	login   string
	start   *url.URL // the page that the customer named
	inside  string   // of a page that an operator has shown as the inside
	sent    bool
	landing *page // where nothing decided, though it is not the door
}

func (a *attempt) run(ctx context.Context, password opora.Secret) opora.Finding {
	request, err := a.door.form.request(a.door.page.url, a.login, password)
	if err != nil {
		return opora.Found(opora.NoLoginForm)
	}
	if !check.MayFollow(a.door.page.url, request.URL) {
		return a.door.page.placed(check.Elsewhere(request.URL))
	}
	if finding, allowed := a.session.Spend(ctx); !allowed {
		return a.door.page.placed(finding)
	}
	a.session.Step(opora.StepSend, request.URL.Path)
	a.sent = true
	reply, err := a.http.Do(request.WithContext(ctx))
	if err != nil {
		return check.HTTPFault(ctx, err)
	}
	a.session.Step(opora.StepAnswer, fmt.Sprintf("%d %s", reply.Status, reply.URL.Path))
	landing, finding := a.land(ctx, reply)
	if finding != nil {
		return *finding
	}
	answered := reply.Status
	if answered == http.StatusUnauthorized && reply.Header.Get("WWW-Authenticate") != "" {
		answered = http.StatusOK // it asks for another login (RFC 9110, 11.6.1), and says nothing of this one
	}
	return a.judge(ctx, landing, answered)
}

// land follows the answer of the login to the page where it ends. The form
// itself is never sent again, whatever the redirect asks for.
func (a *attempt) land(ctx context.Context, reply *check.Reply) (*page, *opora.Finding) {
	if finding, trouble := check.Trouble(reply); trouble && read(reply).login() == nil {
		return nil, &finding
	}
	for range check.MaxRedirects {
		p := read(reply)
		to := reply.Location()
		if to == nil {
			to = p.refresh
			if to == nil || to.String() == p.url.String() {
				return p, nil
			}
		} else if reply.Status == http.StatusTemporaryRedirect || reply.Status == http.StatusPermanentRedirect {
			finding := p.placed(opora.Found(opora.Ambiguous)) // asks for the password once more
			return nil, &finding
		}
		if !check.MayFollow(p.url, to) {
			return p, nil // what it was worth shows at the pages of this site
		}
		next, err := a.http.Follow(ctx, to)
		var elsewhere *check.ElsewhereError
		if err != nil && !errors.As(err, &elsewhere) {
			finding := check.HTTPFault(ctx, err)
			return nil, &finding
		}
		a.session.Step(opora.StepOpen, fmt.Sprintf("%d %s", next.Status, next.URL.Path))
		if finding, trouble := check.Trouble(next); trouble && read(next).login() == nil {
			return nil, &finding
		}
		reply = next
	}
	return read(reply), nil
}

// judge sorts the landing page and looks for a proof. At the door again it asks
// for a refusal first; anywhere else, for acceptance.
func (a *attempt) judge(ctx context.Context, landing *page, answered int) opora.Finding {
	form := back(landing, a.door.form)
	var said []message
	if form != nil {
		again := a.again(ctx)
		said = fresh(landing, form, a.login, a.door.page, again)
		if len(said) == 0 {
			said = told(landing, a.door.page, again)
		}
		if finding := a.refused(landing, form, said, answered); finding != nil {
			return *finding
		}
	} else {
		said = fresh(landing, nil, a.login, a.door.page)
		if finding := other(landing, texts(said)); finding != nil {
			return a.decided(*finding, landing, "page")
		}
		if finding := between(landing, a.door.page, a.login); finding != nil {
			return a.decided(*finding, landing, "page")
		}
	}
	shown := nothing
	for _, address := range a.places(landing, form) {
		inside, what := a.prove(ctx, address)
		if what == proven {
			a.signOut(ctx, inside)
			return a.decided(opora.Found(opora.OK), inside, "replay")
		}
		if what == contested && form == nil && landing.status >= 400 && inside.status < 400 && a.landing == nil {
			a.landing = inside // better to look at than an error page
		}
		shown = max(shown, what)
		if ctx.Err() != nil {
			return landing.placed(opora.Found(opora.Timeout))
		}
	}
	if form == nil && shown == contested {
		if finding := step(landing, a.door.page); finding != nil {
			return a.decided(*finding, landing, "replay")
		}
	}
	if form == nil && shown == nothing {
		if again := a.again(ctx); again != nil {
			if finding := a.refusedElsewhere(landing, again, answered); finding != nil {
				return *finding
			}
		}
	}
	if form == nil && a.landing == nil {
		a.landing = landing
	}
	undecided := opora.Found(opora.Ambiguous)
	if len(said) > 0 {
		undecided.Hints = append(undecided.Hints, opora.Hint{Code: opora.HintSaid, Detail: texts(said)})
	}
	if landing.shell || landing.json {
		undecided.Hints = append(undecided.Hints, opora.Hint{Code: opora.HintNeedsBrowser})
	}
	return a.decided(undecided, landing, "nothing")
}

// refusedElsewhere judges a refusal on a page of its own: by its words or the
// login's own status, while the door is still closed to this session.
func (a *attempt) refusedElsewhere(landing, again *page, answered int) *opora.Finding {
	if back(again, a.door.form) == nil {
		return nil
	}
	if landing.json && strings.TrimSpace(attr(a.door.form.node, "action")) == "" {
		return nil // a script was to send this form: what came was perhaps not read as it was meant
	}
	said := fresh(landing, nil, a.login, a.door.page, again)
	status := answered == http.StatusUnauthorized || answered == http.StatusUnprocessableEntity || answered == http.StatusForbidden && landing.json
	if _, out := landing.signOut(); out || !status && !decisive(fold(texts(said)), a.login) {
		return nil
	}
	finding := refusal(said, a.login, status)
	if finding == nil {
		return nil
	}
	result := a.decided(a.unrivalled(*finding), landing, "text")
	return &result
}

// decisive reports whether a text on a page of its own says no to who came.
func decisive(text, login string) bool {
	return refuses(text, login) || ownLock.in(text) || throttleWords.in(text)
}

// unrivalled believes a refusal only where the door had one form to log in
// with: at a page with two, the other one may have been meant.
func (a *attempt) unrivalled(finding opora.Finding) opora.Finding {
	if finding.Verdict != opora.Rejected || !a.door.rivals {
		return finding
	}
	return opora.Found(opora.Ambiguous, finding.Hints...)
}

// refused judges the door that came back. It gives nil when nothing there is new.
func (a *attempt) refused(landing *page, form *form, said []message, answered int) *opora.Finding {
	if form.hasCaptcha() && !a.door.form.hasCaptcha() {
		finding := a.decided(opora.Found(opora.Captcha), landing, "captcha")
		return &finding
	}
	if _, out := landing.signOut(); out {
		if _, before := a.door.page.signOut(); !before {
			return nil // a form like the door's, seen from inside
		}
	}
	status := answered == http.StatusUnauthorized || answered == http.StatusUnprocessableEntity
	finding := refusal(said, a.login, status || invalid(form, a.door.form))
	if finding == nil {
		return nil
	}
	if finding.Verdict == opora.Rejected {
		a.session.Step(opora.StepRefusal, texts(said))
	}
	result := a.decided(a.unrivalled(*finding), landing, "form")
	return &result
}

// again looks at the door once more with the same session: a text that stays
// there was not about this login.
func (a *attempt) again(ctx context.Context) *page {
	reply, err := a.http.Follow(ctx, a.door.page.url)
	if err != nil {
		return nil
	}
	return read(reply)
}

// places are the pages to prove acceptance at.
func (a *attempt) places(landing *page, form *form) []*url.URL {
	var list []*url.URL
	add := func(u *url.URL) {
		for _, known := range list {
			if known.String() == u.String() {
				return
			}
		}
		if check.MayFollow(a.door.page.url, u) {
			list = append(list, u)
		}
	}
	if form == nil {
		add(landing.url)
		for _, u := range landing.personal() {
			add(u)
		}
	}
	if to, err := a.door.page.url.Parse(a.inside); err == nil && a.inside != "" {
		add(to)
	}
	add(a.start)
	add(a.door.page.url)
	add(rootOf(a.door.page.url))
	return list
}

// signOut ends the session where a link for it is known.
func (a *attempt) signOut(ctx context.Context, p *page) {
	way, found := p.signOut()
	if !found || way.post || !check.MayFollow(p.url, way.to) || ctx.Err() != nil {
		return
	}
	if reply, err := a.http.Get(ctx, way.to); err == nil {
		a.session.Step(opora.StepSignOut, fmt.Sprintf("%d %s", reply.Status, way.to.Path))
	}
}

// decided completes a finding with where it was made and by what sign.
func (a *attempt) decided(finding opora.Finding, p *page, sign string) opora.Finding {
	a.session.Step(opora.StepDecision, sign)
	return p.placed(finding)
}
