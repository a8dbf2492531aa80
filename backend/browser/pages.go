package browser

import (
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// closedTime is how long a browser with a window may be without a page before
// it counts as closed by the operator: some systems keep it running.
const closedTime = 2 * time.Second

// pages keeps count of a browser's pages. Without a window, a visitor has one
// page, and those that it opens besides are closed; with one, they are the
// operator's, and the last that is closed ends the browser.
type pages struct {
	mu   sync.Mutex
	own  map[cdp.BrowserContextID]target.ID
	open map[target.ID]bool
}

// settle makes a page the one of its visitor.
func (p *pages) settle(visitor cdp.BrowserContextID, page target.ID) {
	p.mu.Lock()
	p.own[visitor] = page
	p.mu.Unlock()
}

func (p *pages) follow(b *Browser) error {
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		switch e := event.(type) {
		case *target.EventTargetCreated:
			if e.TargetInfo.Type == "page" && p.created(e.TargetInfo) && !b.visible {
				go func() {
					_, _ = chromedp.CallBrowser(b.ctx, target.CloseTarget, target.CloseTargetParams{TargetID: e.TargetInfo.TargetID})
				}()
			}
		case *target.EventTargetDestroyed:
			if p.destroyed(e.TargetID) && b.visible {
				time.AfterFunc(closedTime, func() {
					if p.none() {
						b.cancel()
					}
				})
			}
		}
	})
	if err != nil {
		return err
	}
	_, err = chromedp.CallBrowser(b.ctx, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true})
	return err
}

// created notes a page and tells whether its visitor has one already.
func (p *pages) created(info *target.Info) (second bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[info.TargetID] = true
	own, settled := p.own[info.BrowserContextID]
	return settled && own != info.TargetID
}

// destroyed tells whether the page was the last.
func (p *pages) destroyed(page target.ID) (last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.open[page]
	delete(p.open, page)
	return was && len(p.open) == 0
}

func (p *pages) none() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open) == 0
}
