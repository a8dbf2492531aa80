package web

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// screen is the part of a check that a browser does: the same procedure, with
// pages as a person sees them and scripts at work.
type screen struct {
	session *check.Session
	http    *check.HTTP // to replay single requests
	login   string
	browser *browser.Browser
	apart   *browser.Browser // where strangers look, when not beside the session
	me      *browser.Visitor

	door     *page // as it was before anything was typed
	form     *form
	before   *page     // the door filled in, right before it was sent
	since    time.Time // when it was sent
	start    *url.URL  // the page that the customer named
	origin   *url.URL
	recipe   opora.Recipe
	looked   map[string]bool
	guest    map[string]*page // pages as they were before the login, by address
	captcha  bool
	sso      *url.URL
	password opora.Secret
}

// maxVisits is how many pages the browser opens to find the door.
const maxVisits = 8

// find looks for the door from the given pages on.
func (s *screen) find(ctx context.Context, starts ...*url.URL) *opora.Finding {
	s.looked, s.guest = map[string]bool{}, map[string]*page{}
	var first *page
	for _, to := range starts {
		p, finding := s.visit(ctx, to)
		if finding != nil {
			if first == nil {
				return finding
			}
			continue
		}
		if p == nil {
			continue
		}
		if first == nil {
			first = p
		}
		if s.opens(ctx, p) || s.captcha {
			break
		}
		for _, further := range entrances(p) {
			if p, _ := s.visit(ctx, further); p != nil && s.opens(ctx, p) {
				break
			}
		}
		if s.door != nil || s.captcha {
			break
		}
	}
	if s.door != nil && !s.captcha {
		s.session.Step(opora.StepForm, s.door.url.Path)
		return nil
	}
	finding := noDoor(ctx, first, s.captcha, false, s.sso)
	return &finding
}

// visit opens one page; nil when it was opened before, is not there, or lies
// with somebody else.
func (s *screen) visit(ctx context.Context, to *url.URL) (*page, *opora.Finding) {
	if s.looked[to.String()] || len(s.looked) >= maxVisits || ctx.Err() != nil {
		return nil, nil
	}
	if s.origin != nil && !check.MayFollow(s.origin, to) {
		s.sso = to
		return nil, nil
	}
	s.looked[to.String()] = true
	if err := s.me.Open(ctx, to); err != nil {
		return nil, faulted(ctx, err)
	}
	p, err := s.look(ctx)
	if err != nil {
		return nil, faulted(ctx, err)
	}
	s.session.Step(opora.StepOpen, check.Shown(p.url))
	if !check.MayFollow(to, p.url) {
		s.sso = p.url
		return nil, nil
	}
	s.looked[p.url.String()] = true
	s.guest[p.url.String()] = p
	if finding, trouble := check.Trouble(p.reply()); trouble && p.liveDoor() == nil {
		return nil, &finding
	}
	return p, nil
}

func (s *screen) look(ctx context.Context) (*page, error) {
	v, err := s.me.Look(ctx)
	if err != nil {
		return nil, err
	}
	return readView(v), nil
}

// opens says whether a page is the door, or becomes it by one press.
func (s *screen) opens(ctx context.Context, p *page) bool {
	if s.at(ctx, p) || s.captcha {
		return true
	}
	for range 2 {
		marks := p.openers()
		if len(marks) == 0 {
			return false
		}
		s.session.Step(opora.StepFollow, "")
		pressed := time.Now()
		if s.me.Press(ctx, marks[0]) != nil {
			return false
		}
		s.me.Stirs(ctx, pressed, 300*time.Millisecond)
		if s.me.Settle(ctx) != nil {
			return false
		}
		next, err := s.look(ctx)
		if err != nil || !check.MayFollow(p.url, next.url) {
			return false
		}
		if s.at(ctx, next) || s.captcha {
			return true
		}
		if same(next, p) {
			return false
		}
		p = next
	}
	return false
}

// at says whether a page shows the form to log in with. A form that asks for
// the name alone is filled in and sent, once; nothing secret is in it.
func (s *screen) at(ctx context.Context, p *page) bool {
	for range 2 {
		if f := p.liveDoor(); f != nil {
			f.pick(s.recipe.UserField)
			s.door, s.form = p, f
			if f.hasCaptcha() || p.captchaFrame() {
				s.captcha = true
			}
			return true
		}
		f := p.liveName()
		if f == nil || s.login == "" || !s.mayType(ctx, p, f.user()) {
			return false
		}
		s.session.Step(opora.StepFollow, p.url.Path)
		if s.me.Type(ctx, markOf(f.user().node), s.login) != nil {
			return false
		}
		sent := time.Now()
		if s.press(ctx, p, f, f.user()) != nil {
			return false
		}
		s.me.Stirs(ctx, sent, time.Second)
		if s.me.Settle(ctx) != nil {
			return false
		}
		next, err := s.look(ctx)
		if err != nil || !check.MayFollow(p.url, next.url) {
			if err == nil {
				s.sso = next.url
			}
			return false
		}
		p = next
	}
	return false
}

// mayType reports whether what is typed into a field stays with whom the
// operator meant, as far as the page says; the browser's way out sees to the rest.
func (s *screen) mayType(ctx context.Context, p *page, x *field) bool {
	action, err := s.me.Action(ctx, markOf(x.node))
	if err != nil {
		return false
	}
	if action != nil && action.Scheme != "javascript" && !check.MayFollow(p.url, action) {
		s.sso = action
		return false
	}
	return true
}

// press sends a form as a person would, by its button or the Enter key.
func (s *screen) press(ctx context.Context, p *page, f *form, last *field) error {
	if mark := p.goOn(f, last); mark >= 0 {
		return s.me.Press(ctx, mark)
	}
	return s.me.Enter(ctx, markOf(last.node))
}

// fill types the login and the password.
func (s *screen) fill(ctx context.Context) *opora.Finding {
	secret := s.form.passwords()[0]
	user := s.form.user()
	if !s.mayType(ctx, s.door, secret) {
		finding := opora.Found(opora.Ambiguous)
		if s.sso != nil {
			finding = check.Elsewhere(s.sso)
		}
		return &finding
	}
	// From here on the browser reaches nobody but the target.
	s.browser.Confine(stays(s.door.url))
	if user != nil && !user.filled(s.login) {
		if err := s.me.Type(ctx, markOf(user.node), s.login); err != nil {
			return faulted(ctx, err)
		}
	}
	if err := s.me.Type(ctx, markOf(secret.node), s.password.Reveal()); err != nil {
		return faulted(ctx, err)
	}
	return nil
}

// filled reports whether a field holds a text already, as the second of two
// steps does that shows the name once more.
func (x *field) filled(text string) bool { return x.value == text || has(x.node, "readonly") }

// stays tells the hosts and ports that belong to the same target as a page.
func stays(home *url.URL) func(host, port string) bool {
	return func(host, port string) bool {
		at := func(scheme string) *url.URL {
			if strings.Contains(host, ":") {
				return &url.URL{Scheme: scheme, Host: "[" + host + "]:" + port}
			}
			return &url.URL{Scheme: scheme, Host: host + ":" + port}
		}
		return check.MayFollow(home, at(home.Scheme)) || home.Scheme == "http" && check.MayFollow(home, at("https"))
	}
}

// submit fills the form in and sends it, once, and waits for what comes back.
func (s *screen) submit(ctx context.Context) (*page, *opora.Finding) {
	if finding, allowed := s.session.Spend(ctx); !allowed {
		return nil, &finding
	}
	if finding := s.fill(ctx); finding != nil {
		return nil, finding
	}
	// Marks hold until the next look: what is pressed is found on the page as it
	// is now, with its button awake.
	filled, err := s.look(ctx)
	if err != nil {
		return nil, faulted(ctx, err)
	}
	s.before = filled
	f := filled.liveDoor()
	if f == nil {
		finding := opora.Found(opora.Ambiguous)
		return nil, &finding
	}
	s.session.Step(opora.StepSend, filled.url.Path)
	s.since = time.Now()
	if err := s.press(ctx, filled, f, f.passwords()[0]); err != nil {
		return nil, faulted(ctx, err)
	}
	if !s.me.Stirs(ctx, s.since, 3*time.Second) && ctx.Err() == nil {
		// Nothing was asked for: the button was not the one, or the page is slow.
		if now, err := s.look(ctx); err == nil && len(s.sent()) == 0 {
			if back(now, s.form) != nil && same(now, filled) {
				_ = s.me.Enter(ctx, markOf(now.liveDoor().passwords()[0].node)) // what comes of it is seen below
			}
			s.me.Stirs(ctx, s.since, 8*time.Second)
		}
	}
	return s.landed(ctx)
}

// landed waits for the page that the login leads to.
func (s *screen) landed(ctx context.Context) (*page, *opora.Finding) {
	for waited := time.Now(); s.pending() && time.Since(waited) < slowLogin && ctx.Err() == nil; {
		time.Sleep(100 * time.Millisecond)
	}
	for turn := 0; ; turn++ {
		if err := s.me.Settle(ctx); err != nil {
			return nil, faulted(ctx, err)
		}
		p, err := s.look(ctx)
		if err != nil {
			return nil, faulted(ctx, err)
		}
		// A page with nearly nothing on it is one that goes on by itself.
		var most time.Duration
		switch {
		case turn >= 2 || p.login() != nil:
		case len(p.text()) <= 40 && len(p.links) == 0:
			most = 1500 * time.Millisecond
		case p.asksToWait():
			most = 5 * time.Second
		}
		if most == 0 {
			s.session.Step(opora.StepAnswer, check.Shown(p.url))
			return p, nil
		}
		s.me.Stirs(ctx, time.Now(), most)
	}
}

// asksToWait recognises a page that says it goes on by itself.
func (p *page) asksToWait() bool {
	text := p.text()
	_, out := p.signOut()
	return !out && len(text) < 400 && len(p.links) < 3 && waitWords.in(fold(text))
}

// slowLogin is how long the answer to a login is waited for.
const slowLogin = 20 * time.Second

// same reports whether two looks show the same texts.
func same(a, b *page) bool { return normal(a.text()) == normal(b.text()) }

// faulted is [screenFault] where a finding may be missing.
func faulted(ctx context.Context, err error) *opora.Finding {
	finding := screenFault(ctx, err)
	return &finding
}

// screenFault is the finding of a browser that failed: never a refusal.
func screenFault(ctx context.Context, err error) opora.Finding {
	var network *browser.NetError
	switch {
	case ctx.Err() != nil:
		return opora.Found(opora.Timeout)
	case errors.As(err, &network):
		for part, reason := range map[string]opora.Reason{
			"_CERT_": opora.TLSUntrusted, "NAME_NOT_RESOLVED": opora.DNSFailed, "CONNECTION_REFUSED": opora.Refused, "TIMED_OUT": opora.Timeout, "_SSL_": opora.TLSFailed,
		} {
			if strings.Contains(network.Text, part) {
				return opora.Found(reason)
			}
		}
		return opora.Found(opora.Reset)
	case errors.Is(err, browser.ErrNotTyped), errors.Is(err, browser.ErrGone):
		return opora.Found(opora.Ambiguous)
	}
	return opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintBrowserFault})
}
