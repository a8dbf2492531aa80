package check_test

import (
	"net/http"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/check/basic"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// asking is a server that wants a password by HTTP itself, from everybody.
func asking(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("WWW-Authenticate", `Basic realm="zoo"`)
	w.WriteHeader(http.StatusUnauthorized)
}

func checkAt(t *testing.T, address, pin string, canary zoo.Canary) opora.Check {
	t.Helper()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Basic: basic.Checker{}}, Ledger: memory, HostKeys: memory, Timeout: 10 * time.Second}
	return runner.Check(t.Context(), opora.Credential{Kind: opora.Basic, Address: address, Login: "anna", Options: opora.Options{AcceptFingerprint: pin}}, canary.Secrets(), nil)
}

// TestHandshakes: a server that cannot show who it is gets no byte of a request,
// so none of a secret (R16).
func TestHandshakes(t *testing.T) {
	for _, name := range []string{zoo.Site, "deep." + zoo.Site} {
		names.Set(name, "127.0.0.1")
	}
	handshakes, err := zoo.Handshakes(root)
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, h := range handshakes {
		t.Run(h.Name, func(t *testing.T) {
			host := h.Host
			if host == "" {
				host = zoo.Site
			}
			canary := zoo.NewCanary()
			server := zoo.Listen(t, "127.0.0.1", host, h.Config, http.HandlerFunc(asking))
			got := checkAt(t, server.URL, h.Pin, canary).Finding
			switch {
			case server.Visits() == 0:
				t.Errorf("the server was not visited: %s", got.Reason)
			case h.Good && got.Reason != opora.BadCredentials:
				t.Errorf("got %s, want a check to its end; hints %v", got.Reason, got.Hints)
			case !h.Good && len(server.Heard()) > 0:
				t.Errorf("%d bytes went through; %s", len(server.Heard()), got.Reason)
			case !h.Good && h.Fault && got.Reason != opora.TLSFailed, !h.Good && !h.Fault && got.Reason != opora.TLSUntrusted:
				t.Errorf("got %s (hints %v)", got.Reason, got.Hints)
			}
		})
		if !h.Good {
			bad++
		}
	}
	if bad < 30 {
		t.Errorf("only %d bad handshakes were tried, want at least 30", bad)
	}
}
