package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/opora"
)

// BenchmarkCheck times a whole check of a login form, and in the same run the
// very requests that it made, sent bare by net/http. "x-bare" is the ratio of
// the two totals; "requests" how many there were.
func BenchmarkCheck(b *testing.B) {
	site := guarded(said(200, "Неверный пароль"))
	var mu sync.Mutex
	var record []*http.Request
	var bodies [][]byte
	recording := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); recording {
			mu.Lock()
			record, bodies = append(record, r), append(bodies, body)
			mu.Unlock()
			r.Body = io.NopCloser(bytes.NewReader(body))
		} else {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &Checker{}}, Ledger: check.Unlimited{Ledger: memory}, HostKeys: memory}
	whole := func() {
		got := runner.Check(context.Background(), opora.Credential{Kind: opora.Web, Address: server.URL, Login: user}, opora.Secrets{Password: opora.NewSecret(right)}, nil)
		if got.Finding.Verdict != opora.Works {
			b.Fatalf("got %s", got.Finding.Reason)
		}
	}
	recording = true
	whole()
	recording = false
	bare := func() {
		// Two visitors, as in the check: the session and the stranger.
		visitors := []*http.Client{bareClient(), bareClient()}
		for i, r := range record {
			visitor := visitors[0]
			if c, err := r.Cookie("sid"); err == nil && i > 0 {
				if first, err := record[1].Cookie("sid"); err == nil && c.Value != first.Value {
					visitor = visitors[1]
				}
			}
			request, err := http.NewRequest(r.Method, server.URL+r.URL.RequestURI(), bytes.NewReader(bodies[i]))
			if err != nil {
				b.Fatal(err)
			}
			request.Header = r.Header.Clone()
			reply, err := visitor.Do(request)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, reply.Body)
			_ = reply.Body.Close()
		}
		for _, v := range visitors {
			v.CloseIdleConnections()
		}
	}
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		whole()
		middle := time.Now()
		bare()
		ours, theirs = ours+middle.Sub(start), theirs+time.Since(middle)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-bare")
	b.ReportMetric(float64(len(record)), "requests")
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/check")
}

func bareClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
