package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"opora/backend/check"
	"opora/backend/opora"
)

// maxLooks is how many pages are fetched to find the door: Opora is a guest,
// not a crawler.
const maxLooks = 14

// commonPaths are tried last, below the site's root.
var commonPaths = []string{"login", "admin/", "signin", "auth/login", "user/login", "users/sign_in", "account/login", "login.php", "wp-login.php", "index.php?route=account/login"}

// door is the page with the login form.
type door struct {
	page   *page
	form   *form
	plain  bool // reached without encryption
	rivals bool // the page has another form to log in with
}

// search looks for the door from the page that the customer named.
type search struct {
	http      *check.HTTP
	session   *check.Session
	origin    *url.URL // where the customer's address led; the search stays there
	seen      map[string]bool
	login     string
	named     bool // a form that asks for the name first has been sent
	looks     int
	challenge bool  // the server asked by HTTP authentication (RFC 9110, 11)
	script    *page // a page that scripts would build, or whose form they send
	sso       *url.URL
	captcha   bool
	recipe    opora.Recipe
}

// find follows redirects to the first page, then looks at that page, at its
// links that read like signing in, at the login of the product that it betrays,
// at the site's root, and last at common addresses.
func (s *search) find(ctx context.Context) (door, *opora.Finding) {
	reply, err := s.http.Open(ctx)
	if err != nil {
		finding := check.HTTPFault(ctx, err)
		return door{}, &finding
	}
	s.origin = reply.URL
	s.recipe = s.session.Recipe(ctx, check.Origin(s.origin))
	first, finding := s.look(ctx, reply)
	if finding != nil {
		return door{}, finding
	}
	if to := s.recipeDoor(); to != nil {
		if p := s.fetch(ctx, to); p != nil {
			if d, found := s.at(ctx, p); found {
				return d, nil
			}
		}
	}
	if d, found := s.at(ctx, first); found {
		return d, nil
	}
	if s.challenge && first.status == http.StatusUnauthorized {
		return door{}, s.nothing(ctx, first) // there is no page before this question
	}
	root := rootOf(first.url)
	if d, found := s.through(ctx, first); found {
		return d, nil
	}
	if first.url.Path != "/" {
		if home := s.fetch(ctx, root); home != nil {
			if d, found := s.at(ctx, home); found {
				return d, nil
			}
			if d, found := s.through(ctx, home); found {
				return d, nil
			}
		}
	}
	same := map[string]int{}
	for _, base := range bases(first.url) {
		for _, path := range commonPaths {
			to, err := base.Parse(path)
			if err != nil {
				continue
			}
			p := s.fetch(ctx, to)
			if p == nil {
				continue
			}
			if d, found := s.at(ctx, p); found {
				return d, nil
			}
			// A site that answers everything with one page has told all it has.
			if same[p.text()]++; same[p.text()] >= 3 {
				return door{}, s.nothing(ctx, first)
			}
		}
	}
	return door{}, s.nothing(ctx, first)
}

// knock asks for the customer's page and no further: it settles the scheme, the
// certificate and where the address leads.
func (s *search) knock(ctx context.Context) *opora.Finding {
	reply, err := s.http.Open(ctx)
	if err != nil {
		finding := check.HTTPFault(ctx, err)
		return &finding
	}
	s.origin = reply.URL
	s.recipe = s.session.Recipe(ctx, check.Origin(s.origin))
	return nil
}

// recipeDoor is where an operator has logged in at this site; nil when none has.
func (s *search) recipeDoor() *url.URL {
	if s.recipe.Door == "" {
		return nil
	}
	to, err := s.origin.Parse(s.recipe.Door)
	if err != nil || !check.SameOrigin(s.origin, to) {
		return nil
	}
	return to
}

// rootOf is the address of a site's first page.
func rootOf(u *url.URL) *url.URL { return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"} }

// bases are the folders below which a product may live, the deepest first.
func bases(u *url.URL) []*url.URL {
	var list []*url.URL
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	folder := len(parts) > 1 || parts[0] != "" && strings.HasSuffix(u.Path, "/")
	if folder && !strings.Contains(parts[0], ".") {
		list = append(list, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + parts[0] + "/"})
	}
	return append(list, rootOf(u))
}

// through goes where a page's links and its product lead.
func (s *search) through(ctx context.Context, from *page) (door, bool) {
	var next []*url.URL
	if product := betrayed(from); product != nil && product.path != "" {
		if to := product.door(from); to != nil {
			next = append(next, to)
		}
	}
	next = append(next, entrances(from)...)
	for _, to := range next {
		p := s.fetch(ctx, to)
		if p == nil {
			continue
		}
		if d, found := s.at(ctx, p); found {
			return d, true
		}
		// A page between ("choose how to sign in") may have one more link.
		for _, further := range entrances(p)[:min(2, len(entrances(p)))] {
			if q := s.fetch(ctx, further); q != nil {
				if d, found := s.at(ctx, q); found {
					return d, true
				}
			}
		}
	}
	return door{}, false
}

// door is where a product's accounts sign in, below the base that the page's
// own addresses give away.
func (g *sign) door(p *page) *url.URL {
	base := "/"
	if g.base != "" {
		if i := strings.Index(p.source, "/"+g.base); i >= 0 {
			start := strings.LastIndexAny(p.source[:i], `"'( =`) + 1
			if to, err := p.base.Parse(p.source[start:i] + "/"); err == nil && to.Host == p.url.Host {
				base = to.Path
			}
		}
	}
	to, err := p.url.Parse(strings.TrimSuffix(base, "/") + "/" + g.path)
	if err != nil {
		return nil
	}
	return to
}

// entrances are the links of a page that read like signing in, best first.
func entrances(p *page) []*url.URL {
	type ranked struct {
		to    *url.URL
		score int
	}
	var list []ranked
	seen := map[string]bool{}
	for _, l := range p.links {
		if l.post || seen[l.to.String()] {
			continue
		}
		path := strings.ToLower(l.to.RequestURI())
		score := 0
		if len(l.text) < 60 && signInWords.in(l.text) {
			score += 3
		}
		if signInPath.in(path) {
			score += 2
		}
		if notSignIn.in(l.text) || notSignIn.in(path) && score < 5 || signOutPath.in(path) {
			score -= 4
		}
		if score > 0 {
			seen[l.to.String()] = true
			list = append(list, ranked{l.to, score})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return b.score - a.score })
	var best []*url.URL
	for _, r := range list[:min(4, len(list))] {
		best = append(best, r.to)
	}
	return best
}

// at says whether a page is the door. A form that asks for the name alone is
// the first half of one: it is sent, once, and the answer looked at.
func (s *search) at(ctx context.Context, p *page) (door, bool) {
	f := p.login()
	if f == nil {
		if second := s.second(ctx, p); second != nil {
			return s.at(ctx, second)
		}
		return door{}, false
	}
	f.pick(s.recipe.UserField)
	if f.hasCaptcha() {
		s.captcha = true
		return door{}, false
	}
	if !f.plain() || p.scripted || p.takesOver(f) || p.refusesAlready() {
		s.script = p
		return door{}, false
	}
	s.session.Step(opora.StepForm, f.action.Path)
	return door{page: p, form: f, plain: p.url.Scheme == "http", rivals: p.rivals(f)}, true
}

// refusesAlready reports whether a page holds the words of a refusal before
// anything was sent: they are hidden until they are meant, which only a browser sees.
func (p *page) refusesAlready() bool {
	for _, b := range p.blocks {
		if len(b.text) < 200 && refuses(fold(b.text), "") {
			return true
		}
	}
	return false
}

// second gives the page behind a form that asks for the name first. Nothing
// secret is sent.
func (s *search) second(ctx context.Context, p *page) *page {
	f := p.nameFirst()
	if f == nil || s.named || s.login == "" || !check.MayFollow(p.url, f.action) {
		return nil
	}
	s.named = true
	request, err := f.request(p.url, s.login, opora.Secret{})
	if err != nil || !check.MayFollow(p.url, request.URL) {
		return nil
	}
	s.session.Step(opora.StepFollow, request.URL.Path)
	reply, err := s.http.Do(request.WithContext(ctx))
	if err != nil {
		return nil
	}
	if to := reply.Location(); to != nil && check.MayFollow(reply.URL, to) {
		if reply, err = s.http.Follow(ctx, to); err != nil {
			return nil
		}
	}
	next, finding := s.look(ctx, reply)
	if finding != nil {
		return nil
	}
	return next
}

// fetch looks at one more page of the same site; nil when there is nothing.
func (s *search) fetch(ctx context.Context, to *url.URL) *page {
	key := to.Scheme + "://" + to.Host + to.RequestURI()
	if s.seen[key] || s.looks >= maxLooks || ctx.Err() != nil {
		return nil
	}
	if !check.MayFollow(s.origin, to) {
		s.sso = to
		return nil
	}
	s.seen[key] = true
	s.looks++
	s.session.Step(opora.StepFollow, to.Path)
	reply, err := s.http.Follow(ctx, to)
	var elsewhere *check.ElsewhereError
	if errors.As(err, &elsewhere) {
		s.sso = elsewhere.To
		return nil
	}
	if err != nil {
		return nil
	}
	p, finding := s.look(ctx, reply)
	if finding != nil || p.status == http.StatusNotFound {
		return nil
	}
	return p
}

// look reads an answer, through a meta refresh where there is one.
func (s *search) look(ctx context.Context, reply *check.Reply) (*page, *opora.Finding) {
	for range 3 {
		s.session.Step(opora.StepOpen, fmt.Sprintf("%d %s", reply.Status, reply.URL.Path))
		s.seen[reply.URL.String()] = true
		p := read(reply)
		if finding, trouble := check.Trouble(reply); trouble && p.login() == nil {
			return p, &finding
		}
		if reply.Status == http.StatusUnauthorized && reply.Header.Get("WWW-Authenticate") != "" {
			s.challenge = true
		}
		if p.refresh == nil || p.login() != nil || p.refresh.String() == p.url.String() || !check.MayFollow(p.url, p.refresh) {
			if p.shell && s.script == nil {
				s.script = p
			}
			return p, nil
		}
		next, err := s.http.Follow(ctx, p.refresh)
		if err != nil {
			return p, nil
		}
		reply = next
	}
	return read(reply), nil
}

// nothing says why there is no door that plain HTTP can use.
func (s *search) nothing(ctx context.Context, first *page) *opora.Finding {
	finding := noDoor(ctx, first, s.captcha, s.script != nil, s.sso)
	finding.Engine = opora.EngineHTTP
	return &finding
}

// noDoor says why a search has found no form to log in with. First is the page
// that it began at, nil where there was none; sso is where a login led away to.
func noDoor(ctx context.Context, first *page, captcha, script bool, sso *url.URL) opora.Finding {
	var finding opora.Finding
	switch {
	case ctx.Err() != nil:
		finding = opora.Found(opora.Timeout)
	case captcha:
		finding = opora.Found(opora.Captcha)
	case script:
		finding = opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNeedsBrowser})
	case sso != nil:
		finding = check.Elsewhere(sso)
	case first != nil && first.status == http.StatusForbidden:
		finding = opora.Found(opora.Blocked, opora.Hint{Code: opora.HintHTTPStatus, Detail: "403 Forbidden"})
	default:
		finding = opora.Found(opora.NoLoginForm)
	}
	if first == nil {
		return finding
	}
	return first.placed(finding)
}
