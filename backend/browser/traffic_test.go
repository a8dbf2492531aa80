package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// TestLeftDocument: what a document asked for is over with the document, also
// where the browser never says so; what the next one asks for is not.
func TestLeftDocument(t *testing.T) {
	log := newTraffic()
	log.begin(t.Context(), "window")
	ask := func(id network.RequestID, kind network.ResourceType, document cdp.LoaderID) {
		log.event(&network.EventRequestWillBeSent{RequestID: id, LoaderID: document, FrameID: "window", Type: kind,
			Request: &network.Request{Method: "POST", URL: "http://a.example/" + string(id)}})
	}
	ask("counter", network.ResourceTypeFetch, "first")
	ask("reload", network.ResourceTypeDocument, "second")
	log.event(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "frame", LoaderID: "third"}})
	if log.list[0].Finished {
		t.Error("over because a frame within the page went on")
	}
	log.event(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "window", LoaderID: "second"}})
	ask("orders", network.ResourceTypeFetch, "second")
	for i, over := range []bool{true, false, false} {
		if r := log.list[i]; r.Finished != over || (r.Fault != "") != over {
			t.Errorf("%s: finished %v, fault %q; want %v", r.URL, r.Finished, r.Fault, over)
		}
	}
	if log.quiet(time.Nanosecond) {
		t.Error("quiet while the new document waits for an answer")
	}
}

func TestParse(t *testing.T) {
	for address, want := range map[string]string{
		"http://pavel:p%40ss%3Aword%2F77%@127.0.0.1:5232/.web/": "http://127.0.0.1:5232/.web/",
		"https://anna:x@a.example/?at=b@c":                      "https://anna:x@a.example/?at=b@c",
		"http://a%@a.example":                                   "http://a.example",
		"wss://a.example/x":                                     "wss://a.example/x",
	} {
		if at, err := parse(address); err != nil || at.String() != want {
			t.Errorf("%s: got %v, %v; want %s", address, at, err, want)
		}
	}
	for _, address := range []string{"http://[::1", "http://a b%", "::%@"} {
		if at, err := parse(address); err == nil {
			t.Errorf("%s: got %v", address, at)
		}
	}
}
