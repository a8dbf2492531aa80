package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"opora/backend/browser"
	"opora/backend/check"
	"opora/backend/opora"
)

// sent are the requests since the form was sent that can have carried it.
func (s *screen) sent() []browser.Request {
	var list []browser.Request
	for _, r := range s.me.Requests(s.since) {
		if r.Script() || r.Kind == "Document" || r.Kind == "WebSocket" {
			list = append(list, r)
		}
	}
	return list
}

// call is the request that carried the credential and was answered, the last
// one where there were several; nil when none did. Disputed says that answers
// to such requests do not agree in whether they refuse.
func (s *screen) call() (call *browser.Request, disputed bool) {
	var carriers, likely []browser.Request
	requests := s.sent()
	for _, r := range requests {
		if r.Fault != "" && r.Status == 0 || r.Kind != "WebSocket" && r.Status == 0 || r.Kind == "WebSocket" && r.Posted == "" {
			continue
		}
		switch {
		case carries(r, s.password.Reveal()):
			carriers = append(carriers, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			likely = append(likely, r)
		}
	}
	if len(carriers) == 0 {
		carriers = likely
	}
	if len(carriers) == 0 {
		for _, r := range requests { // a form sent by GET
			if r.Kind == "Document" && r.Status != 0 && r.URL.RawQuery != "" {
				return &r, false
			}
		}
		return nil, false
	}
	last := carriers[len(carriers)-1]
	for _, r := range carriers {
		disputed = disputed || (r.Status >= 400) != (last.Status >= 400)
	}
	return &last, disputed
}

// pending reports whether something that may carry the credential still waits
// for its answer.
func (s *screen) pending() bool {
	for _, r := range s.sent() {
		if r.Status == 0 && r.Fault == "" && !r.Finished && r.Kind != "WebSocket" && (r.Method != http.MethodGet || carries(r, s.password.Reveal())) {
			return true
		}
	}
	return false
}

// carries reports whether a request held a text, as it is or in one of the
// usual spellings.
func carries(r browser.Request, text string) bool {
	if text == "" {
		return false
	}
	quoted, _ := json.Marshal(text) // a string has no fault
	for _, spelling := range []string{text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`)} {
		if strings.Contains(r.Posted, spelling) || strings.Contains(r.URL.RawQuery, spelling) {
			return true
		}
	}
	for _, value := range r.Header {
		if strings.Contains(value, text) {
			return true
		}
		if coded, found := strings.CutPrefix(value, "Basic "); found { // RFC 7617
			if plain, err := base64.StdEncoding.DecodeString(coded); err == nil && strings.HasSuffix(string(plain), ":"+text) {
				return true
			}
		}
	}
	return false
}

// standardHeaders say nothing of who asks.
var standardHeaders = words(`^accept`, `^content-`, `^user-agent$`, `^referer$`, `^origin$`, `^sec-`, `^cache-control$`, `^pragma$`, `^x-requested-with$`, `^upgrade`, `^dnt$`, `^if-`, `^connection$`, `^host$`)

// proveCalls asks again for what the page's scripts asked for after the login,
// with what they sent and without it. It serves applications whose page is the
// same for everyone and whose session lives in the page alone.
func (s *screen) proveCalls(ctx context.Context, landing *page) bool {
	before := map[string]browser.Request{}
	guest := map[string]string{} // the headers that the page sent before the login
	for _, r := range s.me.Requests(time.Time{}) {
		if r.At.Before(s.since) && r.Script() {
			before[r.URL.String()] = r
			maps.Copy(guest, r.Header)
		}
	}
	tried := 0
	for _, r := range s.sent() {
		data := strings.Contains(r.MIME, "json") || strings.Contains(r.MIME, "xml")
		if !r.Script() || !safeMethod(r.Method) || r.Status < 200 || r.Status > 299 || !data || !check.MayFollow(s.door.url, r.URL) || tried == 4 || ctx.Err() != nil {
			continue
		}
		if earlier, asked := before[r.URL.String()]; asked && earlier.Status == r.Status && string(earlier.Body) == string(r.Body) {
			continue // anyone gets it
		}
		tried++
		if s.proveCall(ctx, r, guest, landing) {
			return true
		}
	}
	return false
}

// safeMethod reports whether a request changes nothing and may be asked again
// (RFC 9110, 9.2.1; RFC 4918, 9.1).
func safeMethod(method string) bool { return method == http.MethodGet || method == "PROPFIND" }

func (s *screen) proveCall(ctx context.Context, r browser.Request, guest map[string]string, landing *page) bool {
	mine, err := s.me.Cookies(ctx, r.URL)
	if err != nil {
		return false
	}
	ask := func(cookies string, own bool) (status int, body string) {
		request, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), strings.NewReader(r.Posted))
		if err != nil {
			return 0, ""
		}
		request.GetBody = nil
		for name, value := range r.Header {
			switch low := strings.ToLower(name); {
			case low == "cookie" || low == "host" || low == "accept-encoding" || low == "connection":
			case own || standardHeaders.in(low):
				request.Header.Set(name, value)
			case guest[name] != "":
				request.Header.Set(name, guest[name])
			}
		}
		if cookies != "" {
			request.Header.Set("Cookie", cookies)
		}
		visitor := s.http.Stranger()
		defer visitor.Close()
		reply, err := visitor.Do(request)
		if err != nil {
			return 0, ""
		}
		return reply.Status, string(reply.Body)
	}
	var with, with2, without, without2 int
	var withBody, withBody2, withoutBody string
	var asking sync.WaitGroup
	asking.Go(func() { with, withBody = ask(mine, true); with2, withBody2 = ask(mine, true) })
	asking.Go(func() { without, withoutBody = ask("", false); without2, _ = ask("", false) })
	asking.Wait()
	s.session.Step(opora.StepReplay, fmt.Sprintf("%s: %d | %d", r.URL.Path, with, without))
	_, out := landing.signOut()
	switch {
	case with != with2 || without != without2:
		return false
	case with == http.StatusUnauthorized && without == with:
		// The browser answered the server's question itself (RFC 7617), which is
		// not ours to repeat: that it was let in stands in the log.
		return out && landing.names(s.login)
	case with < 200 || with > 299:
		return false
	case without == http.StatusUnauthorized || without == http.StatusForbidden:
		return true
	}
	// Both are let in: only the person's own name, given to one of them, tells them apart.
	name := strings.ToLower(strings.TrimSpace(s.login))
	holds := func(body string) bool { return len(name) >= 3 && hasWord(strings.ToLower(body), name) }
	return holds(withBody) && holds(withBody2) && !holds(withoutBody)
}
