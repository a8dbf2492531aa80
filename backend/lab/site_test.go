package lab_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"opora/backend/lab"
)

// browse sends a form with the cookies and hidden fields of its page, and gives
// the page that comes back.
func browse(t *testing.T, page string, fields url.Values) (at *url.URL, body string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(request *http.Request, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		at = response.Request.URL
		return string(text)
	}
	body = ask(http.NewRequest(http.MethodGet, page, nil))
	if fields == nil {
		return at, body
	}
	for _, found := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !fields.Has(found[1]) {
			fields.Set(found[1], found[2])
		}
	}
	post, err := http.NewRequest(http.MethodPost, page, strings.NewReader(fields.Encode()))
	if err == nil {
		post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return at, ask(post, err)
}

func TestWordPress(t *testing.T) {
	site, err := lab.StartWordPress(t.Context(), t.TempDir(), lab.User{Name: "ivan", Password: "Хлеб & «соль» 7"}, lab.User{Name: "olga", Password: "olga-pw"})
	lab.Require(t, err)
	if _, body := browse(t, site.URL, nil); !strings.Contains(body, "Пекарня") || !strings.Contains(body, `lang="ru-RU"`) {
		t.Errorf("the start page is not the Russian bakery: %.300s", body)
	}
	for _, tt := range []struct {
		name, password string
		in             bool
	}{{"ivan", "Хлеб & «соль» 7", true}, {"olga", "olga-pw", true}, {"ivan", "wrong", false}, {"nobody", "olga-pw", false}} {
		at, body := browse(t, site.URL+"wp-login.php", url.Values{"log": {tt.name}, "pwd": {tt.password}, "wp-submit": {"Войти"}, "testcookie": {"1"}})
		if in := strings.HasPrefix(at.Path, "/wp-admin/"); in != tt.in {
			t.Errorf("%s: ended at %s, want inside %v", tt.name, at, tt.in)
		}
		if said := strings.Contains(body, `id="login_error"`); said == tt.in {
			t.Errorf("%s: the page shows an error: %v", tt.name, said)
		}
	}
}

func TestDokuWiki(t *testing.T) {
	users := []lab.User{{Name: "ivan", Password: "Хлеб & «соль» 7"}, {Name: "olga", Password: "olga-pw"}}
	for _, closed := range []bool{false, true} {
		wiki, err := lab.StartDokuWiki(t.Context(), t.TempDir(), lab.DokuWikiOptions{Users: users, Closed: closed})
		lab.Require(t, err)
		if _, body := browse(t, wiki.URL, nil); strings.Contains(body, "Добро пожаловать") == closed {
			t.Errorf("closed %v: the start page shows itself: %v; %.300s", closed, !closed, body)
		}
		for _, tt := range []struct {
			name, password string
			in             bool
		}{{"ivan", "Хлеб & «соль» 7", true}, {"olga", "olga-pw", true}, {"ivan", "wrong", false}, {"nobody", "olga-pw", false}} {
			_, body := browse(t, wiki.URL+"doku.php?id=start&do=login", url.Values{"u": {tt.name}, "p": {tt.password}})
			if in := strings.Contains(body, "do=logout"); in != tt.in {
				t.Errorf("closed %v, %s: inside %v, want %v", closed, tt.name, in, tt.in)
			}
		}
		wiki.Stop()
	}
}
