package browser

import (
	"net/url"
	"time"

	"github.com/chromedp/cdproto/cdp"
)

// View is what a page shows at one moment.
type View struct {
	URL    *url.URL // of the page in the window
	Status int      // of the answer that the page came with; 0 when it is not known
	// HTML is the part of the page that a person can see, written anew: what is
	// hidden is left out, frames of the same origin and open shadow trees are in
	// place, and everything that can be typed into or pressed has a data-mark
	// with its number. Values of password fields are not in it.
	HTML []byte
	Cut  bool // the page was longer than MaxView
}

// The size of the window, in pixels of a page.
const (
	Width  = 1280
	Height = 800
)

// Limits of what is taken from a page.
const (
	MaxView     = 2 << 20   // bytes of a view
	maxBody     = 256 << 10 // bytes of an answer that is kept
	maxRequests = 2000      // of one visitor
)

// Request is one request of a page and what came of it.
type Request struct {
	Method   string
	URL      *url.URL
	Kind     string // resource type of the protocol: "Document", "XHR", "Fetch", "Script"…
	Header   map[string]string
	Posted   string // body, where the browser gave it
	At       time.Time
	Status   int // 0 while nothing has come back
	MIME     string
	Answer   map[string]string // headers of the answer, names in lower case
	Body     []byte            // of JSON and text answers to scripts, at most maxBody
	Fault    string            // why nothing came back
	Finished bool
	id       string
	loader   cdp.LoaderID // the document that asked
}

// Script reports whether a script asked, and not the page itself.
func (r *Request) Script() bool { return r.Kind == "XHR" || r.Kind == "Fetch" }
