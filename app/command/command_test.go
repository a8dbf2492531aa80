package command

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"opora/backend/browser"
	"opora/backend/lab"
	"opora/backend/opora"
	_ "opora/backend/pace" // whose children end at once
)

var keyring *lab.Keyring

// TestMain gives the package a real keyring, and lets the test binary play the
// program itself, so that arguments and environment are those of a process.
func TestMain(m *testing.M) {
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	if os.Getenv("OPORA_COMMAND_TEST") == "child" {
		os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Getenv("OPORA_COMMAND_TEST") == "interruptible" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(lab.KeyringForTests(m, func(k *lab.Keyring) { keyring = k }))
}

type result struct {
	status   int
	out, err string
}

func (r result) lines(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(r.out), "\n") {
		if line == "" {
			continue
		}
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("not a line of JSON: %q", line)
		}
		list = append(list, v)
	}
	return list
}

// opora runs the program as a process of its own.
func program(t *testing.T, in string, env []string, args ...string) result {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), "OPORA_COMMAND_TEST=child", "LC_ALL=ru_RU.UTF-8"), env...)
	cmd.Stdin = strings.NewReader(in)
	var out, diagnoses bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnoses
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), diagnoses.String()}
}

// spellings are the forms in which a secret could lie in a file.
func spellings(secret string) [][]byte {
	quoted, _ := json.Marshal(secret)
	var wide []byte
	for _, unit := range utf16.Encode([]rune(secret)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	list := [][]byte{
		[]byte(secret), wide, quoted[1 : len(quoted)-1], []byte(url.QueryEscape(secret)), []byte(url.PathEscape(secret)),
		[]byte(hex.EncodeToString([]byte(secret))), []byte(html.EscapeString(secret)),
	}
	for shift := range 3 { // base64 of a text that has it at any offset
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		list = append(list, []byte(encoded[4:len(encoded)-4]))
	}
	return list
}

const password = `Кан@рейка&"7<k`

// shop is a site with a login form.
func shop(t *testing.T) string {
	mux := http.NewServeMux()
	inside := map[string]bool{}
	form := `<form method="post" action="/login"><input name="user"><input type="password" name="pass"><button>Войти</button></form>`
	show := func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<title>Лавка</title>"+text)
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("sid"); err == nil && inside[c.Value] {
			show(w, `<a href="/logout">Выйти</a><p>Заказы</p>`)
			return
		}
		show(w, form)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("user") != "anna" || r.PostFormValue("pass") != password {
			show(w, `<p class="error">Неверный пароль</p>`+form)
			return
		}
		inside["1"] = true
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1", Path: "/"})
		http.Redirect(w, r, "/", http.StatusFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func entry(id, kind, address, login, secret string) string {
	line, _ := json.Marshal(accessLine{ID: id, Kind: opora.Kind(kind), Address: address, Login: login, Secret: secret})
	return string(line) + "\n"
}

func TestCheck(t *testing.T) {
	ctx := t.Context()
	server, err := lab.StartSSHD(ctx, t.TempDir(), lab.SSHDOptions{Users: []lab.SSHUser{{Name: "root2", Password: password}}})
	lab.Require(t, err)
	defer server.Stop()
	url := shop(t)
	in := entry("right", "", url, "anna", password) +
		"{not json}\n" +
		`{"id":"typed","address":7}` + "\n" +
		entry("no address", "web", "", "anna", "x") +
		entry("no kind", "telepathy", "h", "anna", "x") +
		"\n[1]\n" +
		entry("wrong", "web", url, "anna", password+"!") +
		entry("server", "ssh", server.Addr, "root2", password) +
		entry("later", "ldap", "h", "x", "y") +
		entry("nowhere", "ssh", "no-such-host.invalid", "x", "y")
	r := program(t, in, nil, "--data", t.TempDir(), "check", "--fresh-ledger", "--parallel", "3")
	if r.status != 2 {
		t.Errorf("status %d, want 2 for malformed lines; %s", r.status, r.err)
	}
	for _, want := range []string{"line 2:", `line 3, field "address"`, `line 4, field "address"`, `line 5, field "kind"`, "line 7:"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("standard error has no %q:\n%s", want, r.err)
		}
	}
	got := map[string]string{}
	for _, line := range r.lines(t) {
		got[line["id"].(string)] = line["verdict"].(string) + "/" + line["reason"].(string)
		if line["sentence"] == "" || strings.Contains(line["sentence"].(string), "reason_") || line["evidence"] == nil {
			t.Errorf("%v has no sentence or evidence", line)
		}
	}
	want := map[string]string{
		"right": "works/ok", "wrong": "rejected/bad_credentials", "server": "works/ok", "later": "unknown/unsupported", "nowhere": "unreachable/dns",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v\n%s", got, want, r.err)
	}
	if strings.Contains(r.out+r.err, "рейка") {
		t.Error("the secret is printed")
	}
}

// TestJourney: saved, listed, shown, forgotten; and no trace of the secret in
// any file of the data folder.
func TestJourney(t *testing.T) {
	home, site := t.TempDir(), shop(t)
	dir := filepath.Join(home, "data")
	// Everything that the program may write lies below this home.
	for _, name := range []string{"HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"} {
		t.Setenv(name, home)
	}
	r := program(t, entry("a", "", site, "anna", password)+entry("b", "", site, "anna", "wrong one"), nil, "save", "--data", dir, "--customer", "Пекарня «Корица»", "--fresh-ledger")
	if r.status != 0 {
		t.Fatalf("status %d: %s%s", r.status, r.out, r.err)
	}
	saved := map[string]bool{}
	var credential string
	for _, line := range r.lines(t) {
		saved[line["id"].(string)] = line["saved"].(bool)
		if line["saved"].(bool) {
			credential = fmt.Sprint(line["credential"])
		}
	}
	if !saved["a"] || saved["b"] {
		t.Fatalf("got %v", saved)
	}
	if list := program(t, "", nil, "customers", "--data", dir).lines(t); len(list) != 1 || list[0]["name"] != "Пекарня «Корица»" || list[0]["accesses"] != 1.0 {
		t.Errorf("customers: %v", list)
	}
	list := program(t, "", []string{"OPORA_DATA=" + dir}, "notes", "--customer", "Пекарня «Корица»").lines(t)
	if len(list) != 1 || list[0]["login"] != "anna" || list[0]["verdict"] != "works" || list[0]["proven"] != true {
		t.Errorf("notes: %v", list)
	}
	if r := program(t, "", nil, "secret", "show", credential, "--data", dir); r.status != 2 || strings.Contains(r.out, "рейка") {
		t.Errorf("a secret is shown to a script that did not say --yes: %d", r.status)
	}
	if r := program(t, "", nil, "secret", "show", credential, "--yes", "--data", dir); r.out != password+"\n" {
		t.Errorf("status %d, and not the secret; %s", r.status, r.err)
	}
	if err := filepath.WalkDir(home, func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		info, _ := file.Info()
		body, err := os.ReadFile(path)
		for _, form := range spellings(password) {
			if bytes.Contains(body, form) {
				t.Errorf("%s holds the secret", file.Name())
			}
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", file.Name(), info.Mode())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	accounts := func() int {
		list, err := keyring.Accounts("opora.v1")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := accounts()
	if r := program(t, "", nil, "secret", "forget", credential, "--yes", "--data", dir); r.status != 0 || accounts() != before-1 {
		t.Errorf("status %d, %d items in the keyring: %s", r.status, accounts(), r.err)
	}
	if r := program(t, "", nil, "secret", "show", credential, "--yes", "--data", dir); r.status != 1 || r.out != "" || r.err == "" {
		t.Errorf("a forgotten secret: %+v", r)
	}
	if list := program(t, "", nil, "notes", "--data", dir).lines(t); len(list) != 1 {
		t.Error("the note is gone with the secret")
	}
}

func TestRecheck(t *testing.T) {
	dir, url := t.TempDir(), shop(t)
	program(t, entry("a", "", url, "anna", password), nil, "save", "--data", dir, "--customer", "7")
	r := program(t, "", nil, "recheck", "--all", "--data", dir)
	if list := r.lines(t); r.status != 0 || len(list) != 1 || list[0]["verdict"] != "works" {
		t.Errorf("status %d: %v %s", r.status, list, r.err)
	}
	// The ledger counts across runs: the third attempt within half an hour waits.
	if list := program(t, "", nil, "recheck", "--customer", "7", "--data", dir).lines(t); len(list) != 1 || list[0]["reason"] != "rate_limited" {
		t.Errorf("got %v", list)
	}
}

func TestNoKeyring(t *testing.T) {
	dir, url := t.TempDir(), shop(t)
	nobody := []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere"}
	r := program(t, entry("a", "", url, "anna", password), nobody, "save", "--data", dir, "--customer", "Анна")
	if r.status != 1 || !strings.Contains(r.err, "gnome-keyring") {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if list := program(t, "", nobody, "notes", "--data", dir).lines(t); len(list) != 0 {
		t.Errorf("got %v", list)
	}
	var states []string
	for _, line := range program(t, "", nobody, "doctor", "--data", dir).lines(t) {
		states = append(states, fmt.Sprint(line["name"], "=", line["state"]))
	}
	if got := strings.Join(states, " "); !strings.HasPrefix(got, "keyring=missing notifications=missing tray=missing ") || !strings.HasSuffix(got, " data=ok version=ok") {
		t.Errorf("doctor says %s", got)
	}
}

func TestDoctor(t *testing.T) {
	r := program(t, "", nil, "doctor", "--data", t.TempDir())
	if list := r.lines(t); r.status != 0 || len(list) < 6 || list[0]["state"] != "ok" {
		t.Errorf("status %d: %v %s", r.status, list, r.err)
	}
}

func TestTake(t *testing.T) {
	message := "Здравствуйте! Сайт https://korica.example/wp-admin логин admin пароль " + password + "\nсервер: ssh root@203.0.113.7 -p 2222 пароль 8fHsq!2x"
	r := program(t, message, nil, "take")
	list := r.lines(t)
	if r.status != 0 || len(list) != 2 || list[0]["secret"] != password || list[1]["address"] != "203.0.113.7:2222" || list[1]["kind"] != "ssh" {
		t.Errorf("status %d: %v", r.status, list)
	}
	if from := list[0]["from"].(map[string]any); from["login"] != "admin" {
		t.Errorf("from %v", from)
	}
	// What take writes, check reads.
	if r := program(t, r.out, nil, "check", "--data", t.TempDir(), "--timeout", "1s"); r.status != 0 || len(r.lines(t)) != 2 {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if r := program(t, "как сменить пароль?", nil, "take"); r.status != 0 || r.out != "" {
		t.Errorf("got %+v", r)
	}
	if r := program(t, strings.Repeat("\x00", 5<<20), nil, "take"); r.status != 0 || r.out != "" {
		t.Errorf("five megabytes of nothing: %+v", r)
	}
	if r := program(t, strings.Repeat("x", 9<<20), nil, "take"); r.status != 2 || !strings.Contains(r.err, "8 MiB") {
		t.Errorf("too long a message: %d %s", r.status, r.err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"fly"}, {"check", "--parallel", "0"}, {"check", "--timeout", "forever"}, {"check", "--engine", "steam"}, {"check", "--timeout", "0.5s"}, {"recipes", "eat"}, {"recipes", "forget"}, {"check", "file.json"},
		{"save"}, {"save", "--customer", "a\x01b"}, {"secret"}, {"secret", "show"}, {"secret", "eat", "1"}, {"secret", "show", "one", "--yes"}, {"recheck"}, {"notes", "--customers"},
		{"secret", "show", "1", "--yes", "--part", "soul"},
	} {
		var out, diagnoses bytes.Buffer
		if status := Run(t.Context(), args, strings.NewReader(""), &out, &diagnoses); status != 2 || diagnoses.Len() == 0 {
			t.Errorf("%q: status %d, says %q", args, status, diagnoses.String())
		}
	}
	var out bytes.Buffer
	if status := Run(t.Context(), []string{"help"}, nil, &out, &out); status != 0 || !strings.Contains(out.String(), "opora check") {
		t.Errorf("status %d", status)
	}
	if r := program(t, "", nil, "secret", "show", "99", "--yes", "--data", t.TempDir()); r.status != 1 || r.err == "" {
		t.Errorf("an access that is not there: %+v", r)
	}
	if r := program(t, "", nil, "customers", "--data", "/proc/nowhere"); r.status != 1 || !strings.HasPrefix(r.err, "opora: ") {
		t.Errorf("a folder that cannot be: %+v", r)
	}
}

// TestHugeLine: a line that is too long is refused, and the next one answered.
func TestHugeLine(t *testing.T) {
	in := `{"id":"` + strings.Repeat("x", 3<<20) + `"}` + "\n" + entry("b", "ldap", "h", "l", "s")
	r := program(t, in, nil, "check", "--data", t.TempDir())
	if list := r.lines(t); r.status != 2 || !strings.Contains(r.err, "line 1:") || len(list) != 1 || list[0]["id"] != "b" {
		t.Errorf("status %d, %v, %s", r.status, list, r.err)
	}
}

// TestChallenge: whoever calls an address a web login is answered also when it
// asks by HTTP authentication.
func TestChallenge(t *testing.T) {
	server, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: []lab.User{{Name: "anna", Password: password}}})
	lab.Require(t, err)
	defer server.Stop()
	in := entry("web", "", server.URL, "anna", password) + entry("basic", "basic", server.Addr+"/private/deep/page", "anna", password) + entry("wrong", "web", server.URL, "anna", "wrong one")
	got := map[string]any{}
	for _, line := range program(t, in, nil, "check", "--data", t.TempDir(), "--fresh-ledger").lines(t) {
		got[line["id"].(string)] = line["reason"]
	}
	if fmt.Sprint(got) != "map[basic:ok web:ok wrong:bad_credentials]" {
		t.Errorf("got %v", got)
	}
}
