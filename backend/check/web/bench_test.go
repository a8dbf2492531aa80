package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/lab"
	"opora/backend/opora"
)

// BenchmarkCheck times a whole check of a login form, and in the same run the
// very requests that it made, sent bare by net/http. "x-bare" is the ratio of
// the two totals; "requests" how many there were. DokuWiki is a real
// application; "nothing" answers from memory at once, so that what is left is
// the reading of the pages.
func BenchmarkCheck(b *testing.B) {
	b.Run("DokuWiki", func(b *testing.B) {
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		wiki, err := lab.StartDokuWiki(ctx, b.TempDir(), lab.DokuWikiOptions{Users: []lab.User{{Name: user, Password: right}}})
		lab.Require(b, err)
		defer wiki.Stop()
		behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", wiki.Addr
			r.Out.Host = r.In.Host
		}}
		compare(b, behind)
	})
	b.Run("nothing", func(b *testing.B) { compare(b, guarded(said(200, "Неверный пароль"))) })
}

func compare(b *testing.B, site http.Handler) {
	var mu sync.Mutex
	var record []*http.Request
	var bodies [][]byte
	recording := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		if recording {
			record, bodies = append(record, r.Clone(context.Background())), append(bodies, body)
		}
		mu.Unlock()
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &Checker{}}, Ledger: check.Unlimited{Ledger: memory}, HostKeys: memory}
	whole := func() {
		got := runner.Check(context.Background(), opora.Credential{Kind: opora.Web, Address: server.URL, Login: user}, opora.Secrets{Password: opora.NewSecret(right)}, nil)
		if got.Finding.Verdict != opora.Works {
			b.Fatalf("got %s, evidence %v", got.Finding.Reason, got.Evidence)
		}
	}
	whole()
	mu.Lock()
	recording = false
	mu.Unlock()
	bare := func() {
		visitor := bareClient()
		defer visitor.CloseIdleConnections()
		for i, r := range record {
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
