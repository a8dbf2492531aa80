package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// docs writes a small tree of articles.
func docs(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func hits(line map[string]any) string {
	var list []string
	for _, h := range line["hits"].([]any) {
		hit := h.(map[string]any)
		list = append(list, fmt.Sprint(hit["in"], ":", hit["title"]))
	}
	return strings.Join(list, " ")
}

func TestKnowledge(t *testing.T) {
	dir := t.TempDir()
	tree := docs(t, map[string]string{
		"install/nginx.md": "# Установка nginx\n\nЧтобы выдать **доступы** к серверу, откройте панель.\n\n```\nnginx -t\n```\n",
		"mail.html":        "<title>Почта</title><h1>Почта</h1><p>Настройте ящик.</p><script>alert(1)</script>",
	})
	r := program(t, "", nil, "kb", "import", tree, "--data", dir)
	if r.status != 0 || len(r.lines(t)) != 1 {
		t.Fatalf("status %d: %s%s", r.status, r.out, r.err)
	}
	line := r.lines(t)[0]
	if report := line["report"].(map[string]any); line["articles"] != 2.0 || report["added"] != 2.0 || line["kind"] != "folder" || line["location"] != tree {
		t.Errorf("got %v", line)
	}
	if r := program(t, "", nil, "find", "--data", dir, "доступ"); r.status != 0 || len(r.lines(t)) != 1 {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	} else {
		answer := r.lines(t)[0]
		if hits(answer) != "articles:Установка nginx" || answer["us"].(float64) <= 0 || answer["query"] != "доступ" || answer["total"] != 1.0 {
			t.Errorf("got %v", answer)
		}
		hit := answer["hits"].([]any)[0].(map[string]any)
		if passage := hit["passage"].(string); !strings.Contains(passage, "<mark>доступы</mark>") || hit["id"] == "" {
			t.Errorf("got %v", hit)
		}
	}
	if err := os.WriteFile(filepath.Join(tree, "mail.html"), []byte("<h1>Почта</h1><p>Проверьте спам.</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"kb", "update"}, {"kb", "update", tree}} {
		r := program(t, "", nil, append(args, "--data", dir)...)
		if r.status != 0 || len(r.lines(t)) != 1 {
			t.Errorf("%v: status %d: %s%s", args, r.status, r.out, r.err)
		}
	}
	// The second update found nothing new.
	list := program(t, "", nil, "kb", "list", "--data", dir).lines(t)
	if len(list) != 1 || list[0]["report"].(map[string]any)["same"] != 2.0 || list[0]["unended"] == true {
		t.Errorf("got %v", list)
	}
	if r := program(t, "спам\n", nil, "find", "--in", "articles", "-", "--data", dir); r.status != 0 || hits(r.lines(t)[0]) != "articles:Почта" {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	if r := program(t, "", nil, "kb", "remove", "1", "--data", dir); r.status != 0 {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if r := program(t, "", nil, "find", "спам", "--data", dir); r.status != 0 || hits(r.lines(t)[0]) != "" {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	for _, args := range [][]string{{"kb", "remove", "1"}, {"kb", "update", "7"}, {"kb", "import", filepath.Join(tree, "nowhere")}, {"kb", "import", t.TempDir()}} {
		if r := program(t, "", nil, append(args, "--data", dir)...); r.status != 1 || r.out != "" || !strings.HasPrefix(r.err, "opora: ") {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if list := program(t, "", nil, "kb", "list", "--data", dir).lines(t); len(list) != 0 {
		t.Errorf("failed imports leave %v", list)
	}
}

// TestFindStream: each query is answered before the next one is asked.
func TestFindStream(t *testing.T) {
	dir := t.TempDir()
	if r := program(t, `{"format":"opora.snippets","version":1,"snippets":[{"title":"Приветствие","body":"Здравствуйте & <b>","tags":["начало"]}]}`, nil, "snippets", "import", "-", "--data", dir); r.status != 0 || r.lines(t)[0]["snippets"] != 1.0 {
		t.Fatalf("status %d: %s%s", r.status, r.out, r.err)
	}
	cmd := exec.Command(os.Args[0], "find", "-", "--data", dir)
	cmd.Env = append(os.Environ(), "OPORA_COMMAND_TEST=child")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for _, test := range []struct{ query, want string }{
		{"здравствуйте", "snippets:Приветствие"}, {"", ""}, {"нетакогослова", ""}, {"ghbdtn", "snippets:Приветствие"}, {"\xff\x00<mark>", ""}, {"приветствия\r", "snippets:Приветствие"},
	} {
		if _, err := fmt.Fprintln(in, test.query); err != nil {
			t.Fatal(err)
		}
		text, err := lines.ReadBytes('\n')
		var line map[string]any
		if err != nil || json.Unmarshal(text, &line) != nil || hits(line) != test.want {
			t.Errorf("%q: %q, %v", test.query, text, err)
		}
	}
	// The last line needs no end.
	if _, err := fmt.Fprint(in, "начало"); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	if text, _ := lines.ReadString('\n'); !strings.Contains(text, "Приветствие") {
		t.Errorf("got %q", text)
	}
	if more, err := lines.ReadString('\n'); more != "" {
		t.Errorf("and then %q, %v", more, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if r := program(t, strings.Repeat("x", 100<<10)+"\nначало\n", nil, "find", "-", "--data", dir); r.status != 2 || len(r.lines(t)) != 1 || !strings.Contains(r.err, "line 1") {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
}

func TestSnippetsInAndOut(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "a.json")
	text := `{"format":"opora.snippets","version":1,"snippets":[
{"title":"Ёлка","body":"<&>\u2028","tags":[]},
{"title":"яблоко","body":"b","tags":["x"]}
]}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []float64{2, 0} {
		if r := program(t, "", nil, "snippets", "import", file, "--data", dir); r.status != 0 || r.lines(t)[0]["snippets"] != want {
			t.Errorf("status %d: %s%s", r.status, r.out, r.err)
		}
	}
	if r := program(t, "", nil, "snippets", "export", "-", "--data", dir); r.status != 0 || r.out != text {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	if r := program(t, "", nil, "snippets", "export", file+"2", "--data", dir); r.status != 0 || r.lines(t)[0]["exported"] != true {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	if again, err := os.ReadFile(file + "2"); err != nil || string(again) != text {
		t.Errorf("got %s, %v", again, err)
	}
	bad := strings.Replace(text, `"b"`, `7`, 1)
	if r := program(t, bad, nil, "snippets", "import", "-", "--data", t.TempDir()); r.status != 2 || !strings.Contains(r.err, `line 3, field "body"`) || r.out != "" {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	if r := program(t, "", nil, "snippets", "import", file+"3", "--data", dir); r.status != 1 || r.err == "" {
		t.Errorf("got %+v", r)
	}
}

func TestLibraryUsage(t *testing.T) {
	for _, args := range [][]string{
		{"find"}, {"find", "--limit", "0", "x"}, {"find", "--limit", "101", "x"}, {"find", "--in", "secrets", "x"}, {"snippets"}, {"snippets", "import"}, {"snippets", "eat", "x"},
		{"kb"}, {"kb", "import"}, {"kb", "import", "a", "b"}, {"kb", "list", "x"}, {"kb", "remove"}, {"kb", "eat"},
	} {
		var out, diagnoses bytes.Buffer
		if status := Run(t.Context(), append(args, "--data", filepath.Join(t.TempDir(), "d")), strings.NewReader(""), &out, &diagnoses); status != 2 || diagnoses.Len() == 0 || out.Len() != 0 {
			t.Errorf("%q: status %d, says %q", args, status, diagnoses.String())
		}
	}
}

// TestSecretsAreNotFound: what is kept in the keyring is in no feed, no index
// and no other file, also after everything was taken into the index.
func TestSecretsAreNotFound(t *testing.T) {
	dir, site := t.TempDir(), shop(t)
	if r := program(t, entry("a", "", site, "anna", password), nil, "save", "--data", dir, "--customer", "Пекарня", "--fresh-ledger"); r.status != 0 {
		t.Fatalf("status %d: %s", r.status, r.err)
	}
	found := program(t, "пекарня\nanna\nрейка\n"+password+"\n", nil, "find", "-", "--data", dir)
	if list := found.lines(t); len(list) != 4 || hits(list[0]) != "customers:Пекарня" || !strings.Contains(hits(list[1]), "customers:Пекарня") || hits(list[2])+hits(list[3]) != "" {
		t.Errorf("status %d: %s%s", found.status, found.out, found.err)
	}
	files := 0
	if err := filepath.WalkDir(dir, func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		files++
		body, err := os.ReadFile(path)
		for _, form := range append(spellings(password), spellings(strings.ToLower(password))...) {
			if bytes.Contains(body, form) {
				t.Errorf("%s holds the secret", file.Name())
			}
		}
		info, _ := file.Info()
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", path, info.Mode())
		}
		return err
	}); err != nil || files < 3 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestImportInterrupted: Ctrl-C ends an import soon, says that it can go on, and
// the next one does.
func TestImportInterrupted(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for i := range 800 {
		files[fmt.Sprintf("d%d/p%d.md", i%40, i)] = fmt.Sprintf("# Страница %d\n\n%s", i, strings.Repeat("Слово за слово. ", 50))
	}
	tree := docs(t, files)
	cmd := exec.Command(os.Args[0], "kb", "import", tree, "--data", dir)
	cmd.Env = append(os.Environ(), "OPORA_COMMAND_TEST=interruptible", "LC_ALL=ru_RU.UTF-8")
	var out, diagnoses bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnoses
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 3000 { // until it is at work
		if _, err := os.Stat(filepath.Join(dir, "import-1.lock")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
	_ = cmd.Process.Signal(syscall.SIGINT)
	began := time.Now()
	_ = cmd.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("ended after %v", took)
	}
	if cmd.ProcessState.ExitCode() == 0 {
		t.Skip("the import was faster than the interruption")
	}
	if !strings.Contains(diagnoses.String(), "можно продолжить") || out.Len() != 0 {
		t.Errorf("says %q and %q", diagnoses.String(), out.String())
	}
	list := program(t, "", nil, "kb", "list", "--data", dir).lines(t)
	if len(list) != 1 || list[0]["unended"] != true || list[0]["articles"] != 0.0 {
		t.Fatalf("got %v", list)
	}
	if r := program(t, "", nil, "kb", "update", "--data", dir); r.status != 0 || r.lines(t)[0]["articles"] != 800.0 {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
}

func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{
		"install/nginx.md": "install/nginx.md", "a\x1b[2Jb\r\n": `a\x1b[2Jb\r\n`, "Ёлка \u202e": `Ёлка \u202e`, `"q"`: `"q"`,
	} {
		if got := printable(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := []rune(printable(strings.Repeat("ы", 100))); len(got) != 60 {
		t.Errorf("%d letters", len(got))
	}
}
