package lab_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"opora/backend/lab"
)

// TestFossil serves a package that is not installed, and finds the machine as
// it was.
func TestFossil(t *testing.T) {
	_, before := os.Stat("/usr/bin/fossil")
	users := []lab.User{{Name: "ivan", Password: "Хлеб & «соль» 7"}, {Name: "olga", Password: "olga'pw"}}
	site, err := lab.StartFossil(t.Context(), t.TempDir(), users...)
	lab.Require(t, err)
	defer site.Stop()
	for _, tt := range []struct {
		name, password string
		in             bool
	}{{"ivan", "Хлеб & «соль» 7", true}, {"olga", "olga'pw", true}, {"ivan", "olga'pw", false}, {"nobody", "x", false}} {
		_, body := browse(t, site.URL+"login", url.Values{"u": {tt.name}, "p": {tt.password}, "in": {"Login"}})
		if in := !strings.Contains(body, `name="p"`); in != tt.in {
			t.Errorf("%s: inside %v, want %v", tt.name, in, tt.in)
		}
	}
	if _, after := os.Stat("/usr/bin/fossil"); (before == nil) != (after == nil) {
		t.Errorf("the machine has changed: before %v, after %v", before, after)
	}
}

// TestOdds asks every made site for its start page; the forms of the plain ones
// must tell a right password from a wrong one where nothing else is in the way.
func TestOdds(t *testing.T) {
	user := lab.User{Name: "ivan", Password: "Тайна&7<k+="}
	plain := map[string]bool{"public-landing": true, "many-forms": true, "flash": true, "hidden-error": true, "status-401": true,
		"refresh": true, "german": true, "name-first": true, "form-in-frame": true, "second-factor": true, "consent": true}
	for _, odd := range lab.Odds() {
		t.Run(odd.Name, func(t *testing.T) {
			site, err := lab.StartOdd(t.Context(), odd.Name, user)
			if err != nil {
				t.Fatal(err)
			}
			defer site.Stop()
			switch {
			case strings.HasPrefix(odd.Name, "spa-"):
				reply, err := http.Get(site.URL + "api/orders")
				if err != nil {
					t.Fatal(err)
				}
				_ = reply.Body.Close()
				if reply.StatusCode != http.StatusUnauthorized {
					t.Errorf("a stranger gets %s", reply.Status)
				}
			case plain[odd.Name]:
				_, right := browse(t, site.URL+"login", url.Values{"login": {user.Name}, "password": {user.Password}})
				_, wrong := browse(t, site.URL+"login", url.Values{"login": {user.Name}, "password": {"x"}})
				if right == wrong {
					t.Errorf("right and wrong are the same: %.300s", right)
				}
				if strings.Contains(wrong, "Вы вошли") {
					t.Errorf("a wrong password lets in: %.300s", wrong)
				}
			}
		})
	}
	if _, err := lab.StartOdd(t.Context(), "no-such"); err == nil {
		t.Error("a site that is not there was started")
	}
}
