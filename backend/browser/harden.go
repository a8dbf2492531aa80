package browser

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// introduce has the tab's visitor learn the proxy's password. A browser cannot
// be started with one, and it is answered only for requests that are held up on
// their way; so one request is made for it, which the proxy answers itself, and
// what the visitor has learnt then serves all later ones.
//
// Without a window the requests stay held up, each for as long as it takes to
// let it go on: a site's own question for a name and a password would be asked
// where nobody sees it, and the page would wait for ever. So it is called off,
// and the page gets the 401 as an answer like others. What the page's script
// gives for that question itself is used before anybody is asked.
func (b *Browser) introduce(tab context.Context) error {
	ctx := tab
	if b.visible {
		short, cancel := context.WithCancel(tab)
		defer cancel()
		ctx = short
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *fetch.EventRequestPaused:
			go func() {
				_, _ = chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
			}()
		case *fetch.EventAuthRequired:
			go func() {
				_, _ = chromedp.Call(ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{
					RequestID: e.RequestID, AuthChallengeResponse: b.password(e.AuthChallenge),
				})
			}()
		}
	})
	if err != nil {
		return err
	}
	address := "http://" + helloHost + "/"
	if _, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{
		Patterns: []*fetch.RequestPattern{{URLPattern: address}}, HandleAuthRequests: new(true),
	}); err != nil {
		return err
	}
	// The answer has no content, so the tab stays where it is.
	result, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		return err
	}
	if result.ErrorText != "net::ERR_ABORTED" {
		return fmt.Errorf("the proxy does not answer: %s", result.ErrorText)
	}
	if b.visible {
		_, err = chromedp.Call(ctx, fetch.Disable, cdp.Empty{})
		return err
	}
	_, err = chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{
		Patterns: []*fetch.RequestPattern{{URLPattern: "*"}}, HandleAuthRequests: new(true),
	})
	return err
}

// password is the answer to our own proxy's challenge, and to no other.
func (b *Browser) password(asked *fetch.AuthChallenge) *fetch.AuthChallengeResponse {
	if asked == nil || asked.Source != fetch.AuthChallengeSourceProxy || asked.Origin != "http://"+b.proxy.address() {
		return &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	}
	return &fetch.AuthChallengeResponse{
		Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: proxyUser, Password: b.proxy.password,
	}
}

// harden takes from a visitor's tab what no visit needs: downloads, files of
// ours, dialogs that hold the page up, workers between the page and its server.
// It also makes the visitor known to the proxy. An operator who finishes in the
// window sees the dialogs and answers them.
func (b *Browser) harden(ctx context.Context) error {
	if !b.visible {
		if err := chromedp.Listen(ctx, func(event any) {
			if dialog, ok := event.(*page.EventJavascriptDialogOpening); ok {
				go dismiss(ctx, dialog)
			}
		}); err != nil {
			return err
		}
	}
	visitor := chromedp.FromContext(ctx).BrowserContextID
	b.pages.settle(visitor, chromedp.FromContext(ctx).Target.TargetID)
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: visitor,
	}); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true}); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
		return err
	}
	if err := b.sayName(ctx); err != nil {
		return err
	}
	return b.introduce(ctx)
}

// dismiss answers a dialog with no, and with yes where it is only about leaving.
func dismiss(ctx context.Context, dialog *page.EventJavascriptDialogOpening) {
	_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{
		Accept: dialog.Type == page.DialogTypeBeforeunload,
	})
}

// sayName has a browser without a window call itself as it does with one:
// sites that turn away the other name would never be judged.
func (b *Browser) sayName(ctx context.Context) error {
	name := strings.Replace(b.version.UserAgent, "HeadlessChrome/", "Chrome/", 1)
	if name == b.version.UserAgent {
		return nil
	}
	major, _, _ := strings.Cut(versionNumber.FindString(b.version.Product), ".")
	_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
		UserAgent: name,
		UserAgentMetadata: &emulation.UserAgentMetadata{
			Brands:   []*emulation.UserAgentBrandVersion{{Brand: "Chromium", Version: major}, {Brand: "Not:A-Brand", Version: "8"}},
			Platform: platform(),
		},
	})
	return err
}

// platform is the system's name in client hints.
func platform() string {
	switch runtime.GOOS {
	case "windows":
		return "Windows"
	case "darwin":
		return "macOS"
	}
	return "Linux"
}
