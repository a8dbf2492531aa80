package basic_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"opora/backend/check"
	"opora/backend/check/basic"
	"opora/backend/opora"
)

// TestComplaint: some applications say it by the page and not by the status.
func TestComplaint(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		reason opora.Reason
	}{
		"200 and a refusal":           {200, "<p>Wrong user name or password</p>", opora.Ambiguous},
		"200 and a refusal, Russian":  {200, "<p>Неверное имя или пароль</p>", opora.Ambiguous},
		"401 and throttled":           {401, "Too many attempts, try again later", opora.RateLimited},
		"401 and throttled, Russian":  {401, "Вы временно заблокированы", opora.RateLimited},
		"401":                         {401, "Authorization required", opora.BadCredentials},
		"200 and a page on passwords": {200, "<p>Change your password here</p>", opora.OK},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
				if _, _, sent := r.BasicAuth(); !sent {
					http.Error(w, "Authorization required", http.StatusUnauthorized)
					return
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			memory := &check.Memory{}
			runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Basic: basic.Checker{}}, Ledger: memory, HostKeys: memory}
			got := runner.Check(context.Background(), opora.Credential{Kind: opora.Basic, Address: server.URL, Login: "anna"}, opora.Secrets{Password: opora.NewSecret("qwerty")}, nil)
			if got.Finding.Reason != test.reason {
				t.Errorf("got %s, want %s", got.Finding.Reason, test.reason)
			}
		})
	}
}
