package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// judge sorts the page that a browser shows after the login, and looks for a
// proof: the same order of questions as over plain HTTP.
func (s *screen) judge(ctx context.Context, landing *page) opora.Finding {
	call, disputed := s.call()
	if away := s.away(); away != nil && call == nil {
		return s.decided(check.Elsewhere(away), landing, "elsewhere")
	}
	if !check.MayFollow(s.door.url, landing.url) {
		return s.decided(check.Elsewhere(landing.url), s.door, "elsewhere")
	}
	if finding := s.trouble(call, landing); finding != nil {
		return s.decided(*finding, landing, "answer")
	}
	if firewall := wall(call); firewall != nil {
		return s.decided(*firewall, landing, "answer")
	}
	form := back(landing, s.form)
	said := fresh(landing, form, s.login, s.door, s.before)
	for _, text := range s.me.Dialogs() {
		said = append(said, message{text[:min(len(text), 2000)], true})
	}
	if form != nil {
		if finding := s.refused(call, disputed, landing, form, said); finding != nil {
			return *finding
		}
	} else {
		if finding := other(landing, texts(said)); finding != nil {
			return s.decided(*finding, landing, "page")
		}
		if landing.captchaFrame() && landing.small(s.door) {
			return s.decided(opora.Found(opora.Captcha), landing, "captcha")
		}
		if finding := between(landing, s.door, s.login); finding != nil {
			return s.decided(*finding, landing, "page")
		}
	}
	if form == nil && denies(call, s.login) {
		// The server said no, whatever the page makes of it.
		return s.decided(opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintSaid, Detail: texts(answered(call))}), landing, "answer")
	}
	// What scripts asked for proves as much as a page, and is asked again without
	// loading one: heavy applications take seconds for each.
	if form == nil && !landing.gate(s.door, nil) && !troubled(landing, s.door) && s.proveCalls(ctx, landing) {
		s.signOut(ctx, landing)
		return s.decided(opora.Found(opora.OK), landing, "call")
	}
	shown := nothing
	for _, address := range s.places(landing, form) {
		inside, what := s.prove(ctx, address, landing)
		if what == proven {
			s.signOut(ctx, inside)
			return s.decided(opora.Found(opora.OK), inside, "replay")
		}
		shown = max(shown, what)
		if ctx.Err() != nil {
			return landing.placed(opora.Found(opora.Timeout))
		}
	}
	if form == nil && shown == contested {
		if finding := step(landing, s.door); finding != nil {
			return s.decided(*finding, landing, "replay")
		}
	}
	undecided := opora.Found(opora.Ambiguous)
	if len(said) > 0 {
		undecided.Hints = append(undecided.Hints, opora.Hint{Code: opora.HintSaid, Detail: texts(said)})
	}
	return s.decided(undecided, landing, "nothing")
}

// away is the origin of somebody else to whom the page wanted to go with the
// login; nil when it did not.
func (s *screen) away() *url.URL {
	for _, r := range s.sent() {
		if (r.Kind == "Document" || r.Script() && r.Method != http.MethodGet) && !check.MayFollow(s.door.url, r.URL) {
			return r.URL
		}
	}
	return nil
}

// trouble gives the finding when the answer to the login says nothing of the
// credential.
func (s *screen) trouble(call *browser.Request, landing *page) *opora.Finding {
	replies := []*check.Reply{landing.reply()}
	if call != nil {
		header := http.Header{}
		if after := call.Answer["retry-after"]; after != "" {
			header.Set("Retry-After", after)
		}
		replies = append(replies, &check.Reply{URL: call.URL, Status: call.Status, Header: header})
	}
	for _, r := range replies {
		if finding, trouble := check.Trouble(r); trouble {
			return &finding
		}
	}
	return nil
}

// wall recognises the page of a firewall in the place of an answer to a script.
func wall(call *browser.Request) *opora.Finding {
	if call == nil || !call.Script() || call.Status != http.StatusForbidden && call.Status != http.StatusNotAcceptable || !strings.Contains(call.MIME, "html") {
		return nil
	}
	text := fold(string(call.Body))
	if credentialWords.in(text) && !firewallWords.in(text) {
		return nil
	}
	finding := opora.Found(opora.Blocked, opora.Hint{Code: opora.HintHTTPStatus, Detail: fmt.Sprintf("%d %s", call.Status, http.StatusText(call.Status))})
	return &finding
}

// refused judges the door that came back. It gives nil when nothing decides.
func (s *screen) refused(call *browser.Request, disputed bool, landing *page, form *form, said []message) *opora.Finding {
	if !s.captcha && (form.hasCaptcha() || landing.captchaFrame()) {
		finding := s.decided(opora.Found(opora.Captcha), landing, "captcha")
		return &finding
	}
	if _, out := landing.signOut(); out {
		if _, before := s.door.signOut(); !before {
			return nil
		}
	}
	if call == nil || disputed || s.pending() {
		return nil // nobody was asked, or who was does not agree
	}
	if call.Script() && call.Status < 300 && grants(call.Body) {
		return nil // whatever else the page complains of
	}
	status := call.Status == http.StatusUnauthorized || call.Status == http.StatusUnprocessableEntity
	if answer := answered(call); len(answer) > 0 {
		status = status || call.Status == http.StatusForbidden && refuses(fold(texts(answer)), s.login)
		if len(said) == 0 || refusal(said, s.login, status) == nil {
			said = append(said, answer...)
		}
	}
	finding := refusal(said, s.login, status || invalid(form, s.form))
	if finding == nil {
		return nil
	}
	if finding.Verdict == opora.Rejected {
		if s.door.rivals(s.form) {
			*finding = opora.Found(opora.Ambiguous, finding.Hints...)
		}
		s.session.Step(opora.StepRefusal, texts(said))
	}
	result := s.decided(*finding, landing, "form")
	return &result
}

// denies reports whether the answer to a script's login refuses it.
func denies(call *browser.Request, login string) bool {
	if call == nil || !call.Script() {
		return false
	}
	if call.Status == http.StatusUnauthorized || call.Status == http.StatusUnprocessableEntity {
		return true
	}
	return refuses(fold(texts(answered(call))), login)
}

// answered is what the answer to a script's login says in words.
func answered(call *browser.Request) []message {
	if !call.Script() || len(call.Body) == 0 || call.Status < 300 && !strings.Contains(call.MIME, "json") {
		return nil
	}
	if list, ok := jsonSays(call.Body); ok {
		return list
	}
	if text := string(call.Body); len(text) < 300 && !strings.Contains(text, "<") {
		return []message{{text, true}}
	}
	return nil
}

// places are the pages to prove acceptance at, as few as can be: each costs
// several visits.
func (s *screen) places(landing *page, form *form) []*url.URL {
	var list []*url.URL
	var shown *url.URL // by an operator, as a page that only an account sees
	if to, err := s.origin.Parse(s.recipe.Inside); err == nil && s.recipe.Inside != "" {
		shown = to
	}
	own := []*url.URL{landing.url, shown}
	if form == nil {
		personal := landing.personal()
		own = append(own, personal[:min(1, len(personal))]...)
	}
	for _, u := range append(own, s.start) {
		if u == nil || form != nil && u == landing.url || !check.MayFollow(s.door.url, u) ||
			slices.ContainsFunc(list, func(known *url.URL) bool { return known.String() == u.String() }) {
			continue
		}
		list = append(list, u)
	}
	return list
}

// prove opens a page again in the session's tab and as a stranger, twice each.
// The landing page as it stands counts as one of the session's looks.
func (s *screen) prove(ctx context.Context, address *url.URL, landing *page) (*page, proof) {
	type strange struct {
		views []view
		err   error
	}
	others := make(chan strange, 1)
	go func() {
		views, err := s.stranger(ctx, address)
		others <- strange{views, err}
	}()
	var with []view
	if landing.url.String() == address.String() {
		with = append(with, seen(landing, s.form, s.login))
	}
	for len(with) < looks {
		p, err := s.visitAgain(ctx, s.me, address)
		if err != nil {
			<-others
			return nil, nothing
		}
		with = append(with, seen(p, s.form, s.login))
		if with[len(with)-1].door {
			break // the session does not outlive the page: nothing to prove here
		}
	}
	other := <-others
	s.session.Step(opora.StepReplay, describe(address, with, other.views))
	if other.err != nil || with[len(with)-1].door || !alike(with) || !alike(other.views) {
		return nil, nothing
	}
	last := with[len(with)-1]
	return last.page, weigh(last, other.views[0], s.door, address, func(p *page) bool { return s.private(ctx, p) })
}

// private is like that of an attempt by plain HTTP, with pages as they are shown.
func (s *screen) private(ctx context.Context, p *page) bool {
	stranger, err := s.aside().Visitor(ctx)
	if err != nil {
		return false
	}
	defer stranger.Close()
	list := p.onward(s.door)
	for _, to := range list[:min(2, len(list))] {
		shut := make(chan bool, 1)
		go func() {
			theirs, err := s.visitAgain(ctx, stranger, to)
			shut <- err == nil && seen(theirs, s.form, s.login).door
		}()
		mine, err := s.visitAgain(ctx, s.me, to)
		if <-shut && err == nil && mine.status < 400 && !seen(mine, s.form, s.login).door {
			return true
		}
	}
	return false
}

// stranger looks at a page twice as somebody who has come through the door's
// page and has not logged in.
func (s *screen) stranger(ctx context.Context, address *url.URL) ([]view, error) {
	visitor, err := s.aside().Visitor(ctx)
	if err != nil {
		return nil, err
	}
	defer visitor.Close()
	var list []view
	if before := s.guest[address.String()]; before != nil {
		list = append(list, seen(before, s.form, s.login)) // as it was for us, before the login
	}
	for len(list) < looks {
		p, err := s.visitAgain(ctx, visitor, address)
		if err != nil {
			return list, err
		}
		list = append(list, seen(p, s.form, s.login))
	}
	return list, nil
}

func (s *screen) visitAgain(ctx context.Context, visitor *browser.Visitor, address *url.URL) (*page, error) {
	if err := visitor.Open(ctx, address); err != nil {
		return nil, err
	}
	v, err := visitor.Look(ctx)
	if err != nil {
		return nil, err
	}
	p := readView(v)
	if !check.MayFollow(address, p.url) {
		return &page{url: p.url, status: http.StatusUnauthorized, live: true}, nil // sent away to somebody else's login
	}
	if finding, trouble := check.Trouble(p.reply()); trouble {
		return nil, fmt.Errorf("replay: %s", finding.Reason)
	}
	return p, nil
}

// signOut leaves by the way out that the page shows. Nobody waits for it to end.
func (s *screen) signOut(ctx context.Context, p *page) {
	way, found := p.signOut()
	if !found || way.mark < 0 || !check.MayFollow(p.url, way.to) || ctx.Err() != nil {
		return
	}
	pressed := time.Now()
	if s.me.Press(ctx, way.mark) == nil && s.me.Stirs(ctx, pressed, 500*time.Millisecond) {
		s.session.Step(opora.StepSignOut, "")
	}
}

// picture hands in what the page looks like, unless a secret stands on it.
func (s *screen) picture(ctx context.Context) {
	v, err := s.me.Look(ctx)
	if err != nil || reveals(v, s.password) {
		return
	}
	if shot, err := s.me.Picture(ctx, readView(v).masked()...); err == nil {
		s.session.Show(shot)
	}
}

func (s *screen) decided(finding opora.Finding, p *page, sign string) opora.Finding {
	s.session.Step(opora.StepDecision, sign)
	return p.placed(finding)
}
