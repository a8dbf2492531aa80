package web

import (
	"context"
	"net/url"
	"strings"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// inBrowser runs the check in a throw-away browser, from what plain HTTP has
// learned of the site.
func (c *Checker) inBrowser(ctx context.Context, known *search, credential opora.Credential, secrets opora.Secrets) opora.Finding {
	s, leave, finding := c.open(ctx, known, credential, secrets)
	if finding != nil {
		return *finding
	}
	defer leave()
	result := s.run(ctx, known.starts())
	if result.Reason != opora.Timeout {
		s.picture(ctx)
	}
	return engaged(withPlain(result, s.door != nil && s.door.url.Scheme == "http" && !s.since.IsZero()))
}

// open waits for its turn, starts a browser and has one visitor enter it. The
// finding says why there is none; leave ends all of it.
func (c *Checker) open(ctx context.Context, known *search, credential opora.Credential, secrets opora.Secrets) (s *screen, leave func(), finding *opora.Finding) {
	next, ok := c.enter(ctx)
	if !ok {
		busy := engaged(opora.Found(opora.Ambiguous)) // the site is not at fault
		return nil, nil, &busy
	}
	b, finding := c.launch(ctx, known, false)
	if finding != nil {
		next()
		return nil, nil, finding
	}
	me, err := b.Visitor(ctx)
	if err != nil {
		end(ctx, b)
		next()
		fault := engaged(screenFault(ctx, err))
		return nil, nil, &fault
	}
	s = newScreen(known, b, credential, secrets)
	s.me = me
	return s, func() { me.Close(); end(ctx, b); next() }, nil
}

// end closes a browser. A check whose time is over does not wait for that: the
// browser has been told to end with the check.
func end(ctx context.Context, b *browser.Browser) {
	if ctx.Err() != nil {
		go b.Close()
		return
	}
	b.Close()
}

func newScreen(known *search, b *browser.Browser, credential opora.Credential, secrets opora.Secrets) *screen {
	return &screen{
		session: known.session, http: known.http, login: credential.Login, password: secrets.Password,
		browser: b, start: known.origin, origin: known.origin, recipe: known.recipe,
	}
}

// run is one check in a browser that is open.
func (s *screen) run(ctx context.Context, starts []*url.URL) opora.Finding {
	if finding := s.find(ctx, starts...); finding != nil {
		return *finding
	}
	landing, finding := s.submit(ctx)
	if finding != nil {
		return s.door.placed(*finding)
	}
	return s.judge(ctx, landing)
}

// lookAgain shows the page behind a login that plain HTTP has made, and could
// not judge, to a browser: what scripts make of it may decide. Nothing is sent
// a second time. It gives nil when that does not decide either.
func (c *Checker) lookAgain(ctx context.Context, known *search, a *attempt, credential opora.Credential, secrets opora.Secrets) *opora.Finding {
	s, leave, finding := c.open(ctx, known, credential, secrets)
	if finding != nil {
		return nil
	}
	defer leave()
	s.door, s.form = a.door.page, a.door.form
	s.browser.Confine(stays(s.door.url))
	if s.me.SetCookies(ctx, a.landing.url, known.http.Jar().Cookies(a.landing.url)) != nil || s.me.Open(ctx, a.landing.url) != nil {
		return nil
	}
	landing, err := s.look(ctx)
	if err != nil || !check.MayFollow(a.landing.url, landing.url) || back(landing, s.form) != nil {
		return nil
	}
	s.picture(ctx)
	result := other(landing, "")
	if result == nil {
		result = between(landing, s.door, s.login)
	}
	if result != nil {
		decided := engaged(s.decided(*result, landing, "page"))
		return &decided
	}
	inside, what := s.prove(ctx, landing.url, landing)
	if what != proven {
		return nil
	}
	decided := engaged(s.decided(opora.Found(opora.OK), inside, "replay"))
	return &decided
}

func engaged(finding opora.Finding) opora.Finding {
	finding.Engine = opora.EngineBrowser
	return finding
}

// launch starts the browser; its finding says why there is none.
func (c *Checker) launch(ctx context.Context, known *search, visible bool) (*browser.Browser, *opora.Finding) {
	find := c.Browser
	if find == nil {
		find = firstBrowser
	}
	program, err := find()
	if err != nil {
		finding := opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNeedsBrowser}, opora.Hint{Code: opora.HintNoBrowser})
		finding.Engine = opora.EngineHTTP
		return nil, &finding
	}
	// The way out has judged the certificate by the system's roots, which are
	// not the browser's own: that key, and only it, may pass there too.
	var pins []string
	if pin, found := strings.CutPrefix(known.http.Trusted(), "SHA256:"); found {
		pins = append(pins, pin)
	}
	b, err := browser.Start(ctx, program, browser.Options{Dial: known.session.Dial, Pins: pins, Visible: visible, Language: "ru,en"})
	if err != nil {
		finding := engaged(opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintBrowserFault}))
		if ctx.Err() != nil {
			finding = engaged(opora.Found(opora.Timeout))
		}
		return nil, &finding
	}
	known.session.Step(opora.StepBrowser, program.Name)
	return b, nil
}

func firstBrowser() (browser.Program, error) {
	programs := browser.Programs()
	if len(programs) == 0 {
		return browser.Program{}, browser.ErrMissing
	}
	return programs[0], nil
}

// starts are the pages from which the browser looks for the door.
func (s *search) starts() []*url.URL {
	var list []*url.URL
	if to := s.recipeDoor(); to != nil {
		list = append(list, to)
	}
	if s.script != nil {
		list = append(list, s.script.url)
	}
	root := rootOf(s.origin)
	return append(list, s.origin, root, root.JoinPath("login"), root.JoinPath("admin/"))
}
