package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"opora/backend/check"
	"opora/backend/opora"
)

// looks is how often a page is asked for with and without the session: once
// could be chance, or a message that is shown a single time.
const looks = 2

// view is one look at a page, as far as the proof needs it.
type view struct {
	page *page
	path string // where the look ended
	door bool   // it ended at a login, or at a 401 or 403
	out  bool   // there is a way out
	in   bool   // there is a way in
	name bool   // the login stands on the page
}

// proof is what a replay shows.
type proof int

const (
	nothing   proof = iota // the session sees what a stranger sees, or it did not come to it
	contested              // the session sees something else, and it need not be the inside
	proven
)

// prove asks for a page again, with what the login gave and as a stranger. It
// costs no attempt, needs no language, and is not misled by pages that anyone
// may see. That the two differ is not enough: an error page, a second step, a
// guest's page may be the session's own too. There must be a sign of being
// inside: the way out, the name, or somewhere to go.
func (a *attempt) prove(ctx context.Context, address *url.URL) (*page, proof) {
	with, ok := a.looks(ctx, a.http, address)
	if !ok || with[0].door {
		a.session.Step(opora.StepReplay, describe(address, with, nil))
		return nil, nothing
	}
	stranger := a.http.Stranger()
	defer stranger.Close()
	// The stranger comes through the door too, so that what any visitor gets
	// there (a first cookie, a language) makes no difference.
	_, _ = stranger.Follow(ctx, a.door.page.url)
	without, ok := a.looks(ctx, stranger, address)
	a.session.Step(opora.StepReplay, describe(address, with, without))
	if !ok || !alike(with) || !alike(without) {
		return nil, nothing
	}
	return with[0].page, weigh(with[0], without[0], a.door.page, address, func(p *page) bool { return a.private(ctx, p, stranger) })
}

// private reports whether a page leads somewhere that strangers are turned away
// from: the pages of a shop or of a manual are open to anyone.
func (a *attempt) private(ctx context.Context, p *page, stranger *check.HTTP) bool {
	for _, to := range p.onward(a.door.page) {
		mine, err := a.http.Follow(ctx, to)
		if err != nil || mine.Status >= 400 || seen(read(mine), a.door.form, a.login).door {
			continue
		}
		theirs, err := stranger.Follow(ctx, to)
		if err == nil && seen(read(theirs), a.door.form, a.login).door {
			return true
		}
	}
	return false
}

// onward are a few of the links of a page that the door has not.
func (p *page) onward(door *page) []*url.URL {
	known := map[string]bool{p.url.String(): true}
	for _, l := range door.links {
		known[l.to.String()] = true
	}
	var list []*url.URL
	for _, l := range p.links {
		if key := l.to.String(); !l.post && !l.out() && !known[key] && check.MayFollow(p.url, l.to) && len(list) < 3 {
			known[key] = true
			list = append(list, l.to)
		}
	}
	return list
}

// weigh says what the difference between the session's page and a stranger's
// is worth. Private tells of a page whether it leads where strangers may not go.
func weigh(me, anyone view, door *page, address *url.URL, private func(*page) bool) proof {
	signs := 0
	if me.out && !anyone.out {
		signs += 2
	}
	if anyone.door {
		signs++
		// A door that shows no form any more may also be locked.
		if !me.out && !me.name && me.page.ways(door) > 2 && address.String() != door.url.String() && private(me.page) {
			signs++
		}
	}
	if anyone.in && !me.in {
		signs++
		if !anyone.door && me.path == anyone.path && resembles(me.page, anyone.page) {
			signs++ // the same public page, but for the way in
		}
	}
	if me.name && !anyone.name {
		signs++
	}
	switch {
	case signs == 0:
		return nothing
	case signs < 2, me.page.gate(door, anyone.page), troubled(me.page, door):
		return contested
	}
	return proven
}

// looks takes the same look several times; it gives false when one fails.
func (a *attempt) looks(ctx context.Context, visitor *check.HTTP, address *url.URL) ([]view, bool) {
	var list []view
	for range looks {
		reply, err := visitor.Follow(ctx, address)
		var elsewhere *check.ElsewhereError
		if errors.As(err, &elsewhere) {
			// Sent away: to a login of another origin, as far as anyone can tell.
			list = append(list, view{page: &page{url: elsewhere.To}, path: elsewhere.To.Host, door: true})
			continue
		}
		if err != nil {
			return list, false
		}
		if _, trouble := check.Trouble(reply); trouble {
			return list, false
		}
		p := read(reply)
		if p.refresh != nil && check.MayFollow(p.url, p.refresh) && p.refresh.String() != p.url.String() {
			if next, err := visitor.Follow(ctx, p.refresh); err == nil {
				p = read(next)
			}
		}
		list = append(list, seen(p, a.door.form, a.login))
	}
	return list, true
}

// seen is what the proof uses of a page.
func seen(p *page, door *form, login string) view {
	_, out := p.signOut()
	return view{
		page: p, path: p.url.Path, out: out, in: len(entrances(p))+len(p.openers()) > 0, name: p.names(login),
		door: p.status == http.StatusUnauthorized || p.status == http.StatusForbidden || back(p, door) != nil || p.login() != nil && !out,
	}
}

// alike reports whether the looks of one visitor agree in what the proof uses.
func alike(list []view) bool {
	for _, v := range list[1:] {
		first := list[0]
		if v.path != first.path || v.door != first.door || v.out != first.out || v.in != first.in || v.name != first.name {
			return false
		}
	}
	return true
}

// resembles reports whether most of what a stranger's page says stands on the
// session's too.
func resembles(mine, strangers *page) bool {
	held := known(mine)
	same := 0
	for _, b := range strangers.blocks {
		if held[normal(b.text)] {
			same++
		}
	}
	return len(strangers.blocks) >= 6 && same*10 >= len(strangers.blocks)*7
}

// troubled reports whether a page that only the session sees is one that
// complains: an error page that needs a session, for example.
func troubled(p, door *page) bool {
	if p.status >= 400 {
		return true
	}
	var said []string
	length := 0
	known := map[string]bool{}
	for _, b := range door.blocks {
		known[normal(b.text)] = true
	}
	for _, b := range p.blocks {
		length += len(b.text)
	}
	for _, b := range p.blocks {
		if !known[normal(b.text)] && (b.alert && len(b.text) < 300 || length < 600) {
			said = append(said, b.text)
		}
	}
	text := fold(strings.Join(said, "\n"))
	if _, out := p.signOut(); out {
		// Inside, a page may well say that something else has failed.
		return (throttleWords.in(text) || lockedWords.in(text) || disabledWords.in(text)) && length < 600
	}
	if refuses(p.text(), "") && !refuses(door.text(), "") {
		return true // without a way out, a page that turns somebody down anywhere is none to believe
	}
	return hardFault.in(text) || throttleWords.in(text) || captchaWords.in(text) || refuses(text, "")
}

func describe(address *url.URL, with, without []view) string {
	side := func(list []view) string {
		if len(list) == 0 {
			return "-"
		}
		v := list[0]
		text := fmt.Sprintf("%d %s", v.page.status, v.path)
		for _, mark := range []struct {
			on   bool
			word string
		}{{v.door, "login"}, {v.out, "sign-out"}, {v.name, "name"}} {
			if mark.on {
				text += " +" + mark.word
			}
		}
		return text
	}
	return fmt.Sprintf("%s: %s | %s", address.Path, side(with), side(without))
}
