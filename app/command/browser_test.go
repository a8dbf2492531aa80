package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"opora/backend/browser"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// TestDoctorTriesBrowsers: each browser is started for real; one that is found
// and does not start is broken, and the others are told all the same.
func TestDoctorTriesBrowsers(t *testing.T) {
	programs := browser.Programs()
	if len(programs) == 0 {
		t.Skip("no browser on this machine")
	}
	no, err := exec.LookPath("false")
	if err != nil {
		t.Skip("nothing that fails on this machine: ", err)
	}
	var got []string
	for _, line := range program(t, "", []string{browser.Variable + "=" + no}, "doctor", "--data", t.TempDir()).lines(t) {
		if line["name"] == "browser" {
			got = append(got, fmt.Sprint(line["state"], " ", line["sentence"]))
		}
	}
	if len(got) != len(programs)+1 || !strings.HasPrefix(got[0], "broken Браузер не запускается: false") || !strings.Contains(got[0], "Обновите его") {
		t.Fatalf("got %q", got)
	}
	if !regexp.MustCompile(`^ok Браузер: ` + regexp.QuoteMeta(programs[0].Name) + ` [\d.]+, `).MatchString(got[1]) {
		t.Errorf("got %q", got[1])
	}
}

func TestRecipes(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"https://a.example", "https://b.example:8443"} {
		if err := db.NoteRecipe(t.Context(), opora.Recipe{Site: site, Door: "/staff", UpdatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if r := program(t, "", nil, "recipes", "forget", "https://a.example", "--data", dir); r.status != 0 {
		t.Errorf("got %+v", r)
	}
	if r := program(t, "", nil, "recipes", "forget", "https://a.example", "--data", dir); r.status != 1 || r.err == "" {
		t.Errorf("forgotten twice: %+v", r)
	}
	if list := program(t, "", nil, "recipes", "--data", dir).lines(t); len(list) != 1 || list[0]["site"] != "https://b.example:8443" || list[0]["door"] != "/staff" {
		t.Errorf("got %v", list)
	}
}

// TestEngines: a page that scripts build is proven in a browser by itself, is not
// touched by one when the operator says http, and a plain one may be proven in a
// browser as well.
func TestEngines(t *testing.T) {
	if len(browser.Programs()) == 0 {
		t.Skip("no browser on this machine")
	}
	script := httptest.NewServer(application(password))
	defer script.Close()
	for engine, want := range map[string]string{"auto": "works browser", "http": "unknown http", "browser": "works browser"} {
		lines := program(t, entry("a", "web", script.URL, "anna", password), nil, "check", "--data", t.TempDir(), "--engine", engine).lines(t)
		if len(lines) != 1 {
			t.Fatalf("%s: got %v", engine, lines)
		}
		if got := fmt.Sprint(lines[0]["verdict"], " ", lines[0]["engine"]); got != want {
			t.Errorf("%s: got %s, %v", engine, got, lines[0])
		}
	}
}

// application is a login that scripts build and that answers JSON, with one
// account.
func application(right string) http.Handler {
	const page = `<!doctype html><meta charset=utf-8><title>Склад</title><div id=app></div><script>
const app = document.getElementById("app")
async function show() {
  const me = await fetch("/api/me")
  if (me.ok) { app.innerHTML = "<h1>Заказы</h1><p>" + (await me.json()).name + "</p><a href=/orders>Заказы</a> <button>Выйти</button>"; return }
  app.innerHTML = "<form><input name=user autocomplete=username><input name=pass type=password><button>Войти</button><p role=alert></p></form>"
  app.firstChild.onsubmit = async (event) => {
    event.preventDefault()
    const form = event.target
    const answer = await fetch("/api/login", { method: "POST", body: JSON.stringify({ user: form.user.value, pass: form.pass.value }) })
    if (answer.ok) show(); else form.lastChild.textContent = "Неверный логин или пароль"
  }
}
show()
</script>`
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	})
	mux.HandleFunc("GET /api/me", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("s"); err != nil || cookie.Value != "inside" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"name":"anna"}`))
	})
	mux.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) {
		var given struct{ User, Pass string }
		if json.NewDecoder(r.Body).Decode(&given) != nil || given.User != "anna" || given.Pass != right {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "s", Value: "inside", Path: "/", HttpOnly: true})
	})
	return mux
}
