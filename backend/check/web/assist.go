package web

import (
	"context"
	"net/url"
	"strings"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// glance is how often the window handed over is looked at.
const glance = 700 * time.Millisecond

// Assist implements [check.Assisted]: a window of the throw-away browser with
// the fields filled in, in which the operator goes on.
func (c *Checker) Assist(ctx context.Context, session *check.Session, credential opora.Credential, secrets opora.Secrets, words <-chan opora.Word) opora.Finding {
	target, finding := targetOf(credential, secrets)
	if finding != nil {
		return *finding
	}
	visitor := session.HTTP(target, credential.Options)
	defer visitor.Close()
	known := &search{http: visitor, session: session, login: credential.Login, seen: map[string]bool{}}
	if finding := known.knock(ctx); finding != nil {
		return *finding
	}
	b, finding := c.launch(ctx, known, true)
	if finding != nil {
		return *finding
	}
	defer b.Close()
	h := &handOver{screen: newScreen(known, b, credential, secrets), checker: c, known: known}
	defer h.close()
	me, err := b.Visitor(ctx)
	if err != nil {
		return engaged(screenFault(ctx, err))
	}
	h.me = me
	return engaged(h.run(ctx, words))
}

// handOver is a check that the operator finishes.
type handOver struct {
	*screen
	checker *Checker
	known   *search
	last    string // the page that was judged last, so that it is judged once
	calm    string // the page at the glance before
	typed   string // the field that held the login last
}

func (h *handOver) run(ctx context.Context, words <-chan opora.Word) opora.Finding {
	if finding := h.prepare(ctx); finding != nil {
		return *finding
	}
	h.session.Step(opora.StepHandOver, check.Shown(h.door.url))
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		var finding *opora.Finding
		select {
		case <-ctx.Done():
			return opora.Found(opora.Timeout, opora.Hint{Code: opora.HintNotFinished})
		case <-h.browser.Done():
			return opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintNotFinished})
		case word := <-words:
			h.session.Step(opora.StepWord, string(word))
			finding = h.told(ctx, word)
		case <-ticker.C:
			finding = h.glance(ctx)
		}
		if finding != nil {
			return *finding
		}
	}
}

// prepare opens the door and fills it in. Where it finds none, the operator
// goes on from the customer's page.
func (h *handOver) prepare(ctx context.Context) *opora.Finding {
	if finding := h.find(ctx, h.known.starts()...); finding != nil && h.door == nil {
		if finding.Reason.Verdict() == opora.Unreachable {
			return finding
		}
		if err := h.me.Open(ctx, h.start); err != nil {
			return faulted(ctx, err)
		}
		p, err := h.look(ctx)
		if err != nil {
			return faulted(ctx, err)
		}
		h.door = p
		h.since = time.Now()
		return nil
	}
	if finding, allowed := h.session.Spend(ctx); !allowed {
		return &finding
	}
	h.since = time.Now()
	if finding := h.fill(ctx); finding != nil && finding.Reason != opora.Ambiguous {
		return finding
	}
	if h.captcha { // a puzzle of one of the known makers needs its maker
		home := stays(h.door.url)
		h.browser.Confine(func(host, port string) bool { return home(host, port) || port == "443" && puzzleMaker(host) })
	}
	return nil
}

// puzzleHosts serve the captchas of the known makers. None of them is anybody's
// to rent, so a page cannot send there what was typed and read it.
var puzzleHosts = []string{"google.com", "gstatic.com", "recaptcha.net", "hcaptcha.com", "challenges.cloudflare.com", "smartcaptcha.yandexcloud.net", "smartcaptcha.cloud.yandex.ru"}

func puzzleMaker(host string) bool {
	for _, known := range puzzleHosts {
		if host == known || host == "www."+known || strings.HasSuffix(known, "captcha.com") && strings.HasSuffix(host, "."+known) {
			return true
		}
	}
	return false
}

// told acts on the operator's word; nil means that the window stays open.
func (h *handOver) told(ctx context.Context, word opora.Word) *opora.Finding {
	p, err := h.look(ctx)
	if err != nil {
		p = h.door
	}
	found := func(reason opora.Reason, hint opora.HintCode) *opora.Finding {
		finding := h.decided(opora.Found(reason, opora.Hint{Code: hint}), p, "operator")
		return &finding
	}
	switch word {
	case opora.WordWorks:
		h.picture(ctx)
		h.remember(ctx, p)
		return found(opora.OK, opora.HintByOperator)
	case opora.WordRejected:
		h.picture(ctx)
		return found(opora.BadCredentials, opora.HintByOperator)
	case opora.WordStop:
		return found(opora.Ambiguous, opora.HintNotFinished)
	}
	if err != nil || !h.strangers(ctx) {
		return nil
	}
	finding := h.judge(ctx, p)
	if finding.Verdict != opora.Works && finding.Verdict != opora.Rejected {
		return nil
	}
	h.keep(ctx, finding, p)
	return &finding
}

// glance looks whether the window shows the inside by now, and proves it then.
func (h *handOver) glance(ctx context.Context) *opora.Finding {
	p, err := h.look(ctx)
	if err != nil {
		return nil
	}
	if f := p.liveDoor(); f != nil && check.MayFollow(h.origin, p.url) {
		if h.form == nil || !f.alike(h.form) {
			h.door, h.form = p, f // the operator has found it
		}
		h.watch(f)
		return nil
	}
	text := p.url.String() + normal(p.text())
	still := text == h.calm
	h.calm = text
	if !still || text == h.last || !check.MayFollow(h.origin, p.url) {
		return nil
	}
	v := seen(p, h.form, h.login)
	if v.door || !v.out && !v.name && p.ways(h.door) < 3 || p.gate(h.door, nil) || other(p, "") != nil {
		return nil
	}
	h.last = text
	if !h.strangers(ctx) {
		return nil
	}
	inside, what := h.prove(ctx, p.url, p)
	if what != proven {
		return nil
	}
	finding := h.decided(opora.Found(opora.OK), inside, "replay")
	h.keep(ctx, finding, p)
	h.signOut(ctx, inside)
	return &finding
}

// strangers sees that there is a browser for the comparison, beside the
// operator's window and out of sight.
func (h *handOver) strangers(ctx context.Context) bool {
	if h.apart != nil {
		return true
	}
	b, finding := h.checker.launch(ctx, h.known, false)
	if finding != nil {
		return false
	}
	h.apart = b
	return true
}

func (h *handOver) keep(ctx context.Context, finding opora.Finding, p *page) {
	h.picture(ctx)
	if finding.Verdict == opora.Works {
		h.remember(ctx, p)
	}
}

// remember keeps what the operator has shown of this site.
func (h *handOver) remember(ctx context.Context, inside *page) {
	recipe := opora.Recipe{Site: check.Origin(h.origin), Door: relative(h.door.url), Inside: relative(inside.url)}
	if h.form != nil {
		if user := h.form.user(); user != nil {
			recipe.UserField = user.known()
		}
		if h.typed != "" {
			recipe.UserField = h.typed
		}
		if list := h.form.passwords(); len(list) > 0 {
			recipe.PasswordField = list[0].known()
		}
	}
	h.session.NoteRecipe(ctx, recipe)
}

// watch sees into which field the operator has put the login.
func (h *handOver) watch(f *form) {
	for _, x := range f.fields {
		if x.value == h.login && x.known() != "" {
			h.typed = x.known()
		}
	}
}

// known is the name by which a field is found again.
func (x *field) known() string {
	if x.name != "" {
		return x.name
	}
	return attr(x.node, "id")
}

// relative is an address below its origin. What may be a token of this one
// visit is left out.
func relative(u *url.URL) string {
	to := url.URL{Path: u.Path, RawQuery: u.RawQuery, Fragment: u.Fragment}
	if tokens.MatchString(u.RawQuery) {
		to.RawQuery = ""
	}
	if to.Path == "" {
		to.Path = "/"
	}
	return to.String()
}

func (h *handOver) close() {
	if h.apart != nil {
		h.apart.Close()
	}
}

var _ check.Assisted = (*Checker)(nil)

// aside is the browser in which strangers look.
func (s *screen) aside() *browser.Browser {
	if s.apart != nil {
		return s.apart
	}
	return s.browser
}
