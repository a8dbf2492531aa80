package basic_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/check/basic"
	"opora/backend/check/checktest"
	"opora/backend/lab"
	"opora/backend/opora"
)

const rightPassword = "Пароль & @1: \"ok\""

func secret(text string) opora.Secrets { return opora.Secrets{Password: opora.NewSecret(text)} }

func users() []lab.User { return []lab.User{{Name: "ivan", Password: rightPassword}} }

func atHTTP(hostPort string) string { return "http://" + hostPort + "/private/" }

func TestBasicAtNginx(t *testing.T) {
	server, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: users()})
	lab.Require(t, err)
	checktest.Run(t, basic.Checker{}, checktest.Door{
		Kind: opora.Basic, Login: "ivan", Secrets: secret(rightPassword), At: atHTTP, Behind: server.Addr,
		Addresses: []string{server.URL, server.Addr, server.URL + "private/deep/page", server.URL + "private", " <" + server.URL + "private/deep/page?a=1>. "},
	})
	// From the root of a site whose root is public nothing can be said.
	public, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: users(), Public: true})
	lab.Require(t, err)
	if got := tried(t, opora.Basic, public.URL, opora.Options{}); got.Finding.Reason != opora.Ambiguous || !hinted(got, opora.HintPublic) {
		t.Errorf("public page: got %+v", got.Finding)
	}
	if got := tried(t, opora.Digest, server.URL, opora.Options{}); got.Finding.Reason != opora.NotPermitted {
		t.Errorf("Digest where only Basic is offered: got %+v", got.Finding)
	}
}

func TestBasicOverTLS(t *testing.T) {
	server, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: users(), TLS: true})
	lab.Require(t, err)
	got := tried(t, opora.Basic, server.URL, opora.Options{})
	if got.Finding.Reason != opora.TLSUntrusted || got.Finding.Fingerprint == "" {
		t.Fatalf("nobody vouches for it: got %+v", got.Finding)
	}
	checktest.Run(t, basic.Checker{}, checktest.Door{
		Kind: opora.Basic, Addresses: []string{server.URL, server.Addr}, Login: "ivan", Secrets: secret(rightPassword),
		Options: opora.Options{AcceptFingerprint: got.Finding.Fingerprint}, Behind: server.Addr,
		At: func(hostPort string) string { return "https://" + hostPort },
	})
}

func TestDigestAtLighttpd(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256", "MD5|SHA-256"} {
		server, err := lab.StartLighttpd(t.Context(), t.TempDir(), lab.LighttpdOptions{Users: users(), Algorithm: algorithm})
		lab.Require(t, err)
		if algorithm == "MD5" {
			checktest.Run(t, basic.Checker{}, checktest.Door{
				Kind: opora.Digest, Addresses: []string{server.URL, server.URL + "private/deep/page?q=%D0%B0"}, Login: "ivan",
				Secrets: secret(rightPassword), At: atHTTP, Behind: server.Addr,
			})
		}
		if got := tried(t, opora.Basic, server.URL, opora.Options{}); got.Finding.Reason != opora.OK || hinted(got, opora.HintPlain) {
			t.Errorf("%s as kind basic: got %+v; %v", algorithm, got.Finding, got.Evidence)
		}
	}
}

// What servers answer to a credential, and what it means.
func TestAnswers(t *testing.T) {
	const realm = `Basic realm="a"`
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other origin was visited, with a credential: %v", r.Header.Get("Authorization") != "")
	}))
	defer elsewhere.Close()
	for _, tt := range []struct {
		name     string
		without  answer
		with     answer
		want     opora.Reason
		attempts int
	}{
		{"refused", answer{401, realm, ""}, answer{401, realm, ""}, opora.BadCredentials, 1},
		{"refused without a word", answer{401, realm, ""}, answer{401, "", ""}, opora.BadCredentials, 1},
		{"another realm behind it", answer{401, realm, ""}, answer{401, `Basic realm="b"`, ""}, opora.Ambiguous, 1},
		{"another scheme behind it", answer{401, realm, ""}, answer{401, "Bearer", ""}, opora.Ambiguous, 1},
		{"not allowed", answer{401, realm, ""}, answer{403, "", ""}, opora.Ambiguous, 1},
		{"not there", answer{401, realm, ""}, answer{404, "", ""}, opora.Ambiguous, 1},
		{"too many", answer{401, realm, ""}, answer{429, "", ""}, opora.RateLimited, 1},
		{"proxy", answer{401, realm, ""}, answer{407, "", ""}, opora.HTTPError, 1},
		{"broken", answer{401, realm, ""}, answer{500, "", ""}, opora.HTTPError, 1},
		{"to a folder", answer{401, realm, ""}, answer{301, "", "/door/"}, opora.OK, 1},
		{"to a login page", answer{401, realm, ""}, answer{302, "", "/login?error"}, opora.Ambiguous, 1},
		{"to another origin", answer{401, realm, ""}, answer{307, "", elsewhere.URL}, opora.Ambiguous, 1},
		{"works", answer{401, realm, ""}, answer{200, "", ""}, opora.OK, 1},
		{"nothing to show", answer{401, realm, ""}, answer{204, "", ""}, opora.OK, 1},
		{"other schemes only", answer{401, "NTLM, Negotiate", ""}, answer{200, "", ""}, opora.NotPermitted, 0},
		{"public", answer{200, "", ""}, answer{200, "", ""}, opora.Ambiguous, 0},
		{"asks with 200", answer{200, realm, ""}, answer{200, "", ""}, opora.Ambiguous, 0},
		{"forbidden to all", answer{403, "", ""}, answer{200, "", ""}, opora.Blocked, 0},
		{"broken for all", answer{502, "", ""}, answer{200, "", ""}, opora.HTTPError, 0},
		{"single sign-on", answer{302, "", elsewhere.URL}, answer{200, "", ""}, opora.SSO, 0},
		{"strange algorithm", answer{401, `Digest realm="a", nonce="n", algorithm=ROT13`, ""}, answer{200, "", ""}, opora.NotPermitted, 0},
		{"stale", answer{401, `Digest realm="a", nonce="n", qop="auth"`, ""}, answer{401, `Digest realm="a", nonce="m", qop="auth", stale=true`, ""}, opora.Ambiguous, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					tt.without.give(w)
				} else {
					tt.with.give(w)
				}
			}))
			defer server.Close()
			memory := &check.Memory{}
			got := remembered(t, memory, opora.Credential{Kind: opora.Basic, Address: server.URL + "/door", Login: "ivan"}, secret(rightPassword))
			if got.Finding.Reason != tt.want || memory.Attempts() != tt.attempts {
				t.Errorf("got %s after %d attempts, want %s after %d; %v", got.Finding.Reason, memory.Attempts(), tt.want, tt.attempts, got.Evidence)
			}
		})
	}
}

type answer struct {
	status        int
	ask, location string
}

func (a answer) give(w http.ResponseWriter) {
	if a.ask != "" {
		w.Header().Set("WWW-Authenticate", a.ask)
	}
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.WriteHeader(a.status)
}

// A door that closes for the first visitor only is no proof.
func TestDoorThatOpensByItself(t *testing.T) {
	var visits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if visits.Add(1) == 1 {
			answer{401, `Basic realm="a"`, ""}.give(w)
		}
	}))
	defer server.Close()
	if got := tried(t, opora.Basic, server.URL, opora.Options{}); got.Finding.Reason != opora.Ambiguous || !hinted(got, opora.HintPublic) {
		t.Errorf("got %+v", got.Finding)
	}
}

func TestRedirectsBeforeTheDoor(t *testing.T) {
	server, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: users(), Public: true,
		Server: "location = /start { return 302 /again; } location = /again { return 301 /private/; }"})
	lab.Require(t, err)
	got := tried(t, opora.Basic, server.URL+"start", opora.Options{})
	if got.Finding.Reason != opora.OK || got.Finding.FinalAddress != server.URL+"private/" || !hinted(got, opora.HintPlain) || got.Finding.Title != "private/index.html" {
		t.Errorf("got %+v; %v", got.Finding, got.Evidence)
	}
}

func tried(t *testing.T, kind opora.Kind, address string, options opora.Options) opora.Check {
	t.Helper()
	return remembered(t, &check.Memory{}, opora.Credential{Kind: kind, Address: address, Login: "ivan", Options: options}, secret(rightPassword))
}

func remembered(t testing.TB, memory *check.Memory, credential opora.Credential, secrets opora.Secrets) opora.Check {
	t.Helper()
	runner := check.Runner{
		Checkers: map[opora.Kind]check.Checker{opora.Basic: basic.Checker{}, opora.Digest: basic.Checker{}},
		Ledger:   check.Unlimited{Ledger: memory}, HostKeys: memory,
	}
	return runner.Check(t.Context(), credential, secrets, nil)
}

func hinted(c opora.Check, code opora.HintCode) bool {
	return slices.ContainsFunc(c.Finding.Hints, func(hint opora.Hint) bool { return hint.Code == code })
}

// The check and the same three requests made bare (stranger, credential,
// stranger), in turn. The check may take 1.5 times as long.
func BenchmarkCheck(b *testing.B) {
	server, err := lab.StartNginx(b.Context(), b.TempDir(), lab.NginxOptions{Users: users()})
	lab.Require(b, err)
	var bare, checked []time.Duration
	for b.Loop() {
		started := time.Now()
		for _, visitor := range [][]bool{{false, true}, {false}} {
			transport := &http.Transport{}
			for _, known := range visitor {
				if err := fetch(transport, server.URL, known); err != nil {
					b.Fatal(err)
				}
			}
			transport.CloseIdleConnections()
		}
		bare = append(bare, time.Since(started))

		started = time.Now()
		got := remembered(b, &check.Memory{}, opora.Credential{Kind: opora.Basic, Address: strings.TrimSuffix(server.URL, "/"), Login: "ivan"}, secret(rightPassword))
		if got.Finding.Reason != opora.OK {
			b.Fatal(got.Finding.Reason)
		}
		checked = append(checked, time.Since(started))
	}
	slices.Sort(bare)
	slices.Sort(checked)
	middle := len(bare) / 2
	b.ReportMetric(float64(bare[middle].Microseconds())/1000, "bare-ms")
	b.ReportMetric(float64(checked[middle].Microseconds())/1000, "check-ms")
	b.ReportMetric(float64(checked[middle])/float64(bare[middle]), "times-bare")
}

func fetch(transport *http.Transport, url string, known bool) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	want := http.StatusUnauthorized
	if known {
		request.SetBasicAuth("ivan", rightPassword)
		want = http.StatusOK
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != want {
		return fmt.Errorf("got %s, want %d", response.Status, want)
	}
	return nil
}
