package browser

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// BenchmarkStart measures a browser from nothing to a tab that a check can use,
// and its end.
func BenchmarkStart(b *testing.B) {
	programs := Programs()
	if len(programs) == 0 {
		b.Skip("no browser on this machine")
	}
	var started, ready, closed []time.Duration
	for b.Loop() {
		at := time.Now()
		browser, err := Start(b.Context(), programs[0], Options{Dial: (&net.Dialer{}).DialContext})
		if err != nil {
			b.Fatal(err)
		}
		started = append(started, time.Since(at))
		ctx, cancel := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
		if err := chromedp.Do(ctx); err != nil {
			b.Fatal(err)
		}
		if err := browser.harden(ctx); err != nil {
			b.Fatal(err)
		}
		ready = append(ready, time.Since(at))
		at = time.Now()
		browser.Close()
		closed = append(closed, time.Since(at))
		cancel()
	}
	for name, times := range map[string][]time.Duration{"ms-to-start": started, "ms-to-tab": ready, "ms-to-close": closed} {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Milliseconds()), name)
	}
}
