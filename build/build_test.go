package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func testProgram(t *testing.T) (*program, *bytes.Buffer) {
	t.Helper()
	var said bytes.Buffer
	return &program{root: t.TempDir(), out: &said, env: os.Environ()}, &said
}

func TestNodeThatViteRunsOn(t *testing.T) {
	for version, want := range map[string]bool{
		"v18.20.4": false, "v20.18.9": false, "v20.19.0": true, "v20.20.2": true, "v21.7.0": false,
		"v22.11.0": false, "v22.12.0": true, "v23.9.0": false, "v24.0.0": true, "v26.10.0": true, "": false, "v22": false,
	} {
		if got := fitsVite(version); got != want {
			t.Errorf("%q: got %v, want %v", version, got, want)
		}
	}
}

func TestEveryNeedCanBeInstalledEverywhere(t *testing.T) {
	for _, n := range needs() {
		if n.what == "" || n.why == "" || n.has == nil {
			t.Errorf("%+v: says too little", n)
		}
		for _, m := range managers() {
			if len(m.names(n)) == 0 {
				t.Errorf("%s: no package for %s", n.what, m.program)
			}
		}
	}
}

// The policy must be in force while the packages come, must be gone after, and
// one that the machine had must survive.
func TestServersAreNotStartedByTheirInstallation(t *testing.T) {
	if _, err := os.Stat("/etc/dpkg"); err != nil {
		t.Skip("only Debian's packages start servers by themselves")
	}
	for _, had := range []bool{false, true} {
		policy := filepath.Join(t.TempDir(), "policy-rc.d")
		if had {
			if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		script := strings.Replace(withoutStarting(policy+"; echo $?; false"), "policy=/usr/sbin/policy-rc.d", "policy="+policy, 1)
		out, err := exec.Command("sh", "-c", script).Output()
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			t.Errorf("the installation's failure was lost: %v", err)
		}
		want := "101\n"
		if had {
			want = "7\n"
		}
		if string(out) != want {
			t.Errorf("had %v: the policy said %q, want %q", had, out, want)
		}
		if _, err := os.Stat(policy); (err == nil) != had {
			t.Errorf("had %v: after the installation: %v", had, err)
		}
	}
}

func TestPickTakesTheFirstPackageThatExists(t *testing.T) {
	p, _ := testProgram(t)
	m := manager{knows: func(name string) []string { return []string{"test", name, "=", "second"} }}
	for alternatives, want := range map[string]string{"first|second|third": "second", "first|third": "first", "only": "only"} {
		if got := p.pick(context.Background(), m, alternatives); got != want {
			t.Errorf("%s: got %s, want %s", alternatives, got, want)
		}
	}
}

func TestStepsGoOnAfterAFailure(t *testing.T) {
	p, said := testProgram(t)
	var ran []string
	one := func(name string, err error) step {
		return step{name, func(context.Context, *program) error { ran = append(ran, name); return err }}
	}
	if err := runSteps(context.Background(), p, []step{one("a", nil), one("b", errors.New("broken pipe dream")), one("c", nil)}); err == nil {
		t.Error("a failed step was passed over")
	}
	if !slices.Equal(ran, []string{"a", "b", "c"}) {
		t.Errorf("ran %v", ran)
	}
	for _, want := range []string{"2 passed, 1 failed", "broken pipe dream", "=== c ok"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if err := runSteps(context.Background(), p, []step{one("a", nil)}); err != nil {
		t.Errorf("all hold, yet %v", err)
	}
}

func TestFailedStepsAreRepeatedAtTheEnd(t *testing.T) {
	p, said := testProgram(t)
	talk := func(name string, lines []string, err error) step {
		return step{name, func(_ context.Context, p *program) error { p.say("%s", strings.Join(lines, "\n")); return err }}
	}
	filler := slices.Repeat([]string{"a line of no interest"}, 200)
	_ = runSteps(context.Background(), p, []step{
		talk("early", slices.Concat([]string{"--- FAIL: TestEarly"}, filler, []string{"ok  \topora/backend/late\t1.2s"}), errors.New("exit status 1")),
		talk("whole", []string{"all is well here"}, nil),
		talk("late", append(slices.Clone(filler), "FAILED the last test"), errors.New("exit status 1")),
	})
	_, end, found := strings.Cut(said.String(), "FAILED       0s  late\n")
	if !found {
		t.Fatalf("no table in\n%s", said)
	}
	for _, want := range []string{"--- early: exit status 1", "--- FAIL: TestEarly", "FAILED the last test", "1 passed, 2 failed"} {
		if !strings.Contains(end, want) {
			t.Errorf("%q is not in\n%s", want, end)
		}
	}
	for _, other := range []string{"all is well here", "opora/backend/late"} {
		if strings.Contains(end, other) {
			t.Errorf("%q passed and is repeated", other)
		}
	}
	if lines := strings.Count(end, "\n"); lines > 2*tailLines+10 {
		t.Errorf("%d lines are too many", lines)
	}
}

func TestChooseKnowsItsSteps(t *testing.T) {
	if _, err := choose([]string{"gofmt", "no such step"}); err == nil {
		t.Error("an unknown step was taken")
	}
	if got, err := choose([]string{"lint", "golangci-lint"}); err != nil || len(got) != 2 || got[1].name != "golangci-lint" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := choose(nil); err != nil || len(got) != len(steps()) {
		t.Errorf("got %d steps, %v", len(got), err)
	}
}

func TestLackingKeys(t *testing.T) {
	text := json.RawMessage(`"x"`)
	got := lackingKeys(map[string]map[string]json.RawMessage{
		"ru.json": {"a": text, "b": text, "e": json.RawMessage(`""`)},
		"en.json": {"a": text, "c": text, "e": text},
	})
	want := []string{"en.json lacks b", "ru.json lacks c", "ru.json has nothing for e"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLockIsInStep(t *testing.T) {
	lock := []byte(`{"packages":{"":{"devDependencies":{"vite":"8.3.8"}},"node_modules/vite":{"version":"8.3.8"}}}`)
	for wanted, want := range map[string]bool{
		`{"devDependencies":{"vite":"8.3.8"}}`:                               true,
		`{"devDependencies":{"vite":"8.3.9"}}`:                               false,
		`{"devDependencies":{"vite":"8.3.8"},"dependencies":{"svelte":"5"}}`: false,
		`{}`: false,
		`{"`: false,
	} {
		if err := inStep([]byte(wanted), lock); (err == nil) != want {
			t.Errorf("%s: %v", wanted, err)
		}
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSameTrees(t *testing.T) {
	for _, row := range []struct {
		reason    string
		a, b      map[string]string
		different string
	}{
		{"equal", map[string]string{"x/y": "1"}, map[string]string{"x/y": "1"}, ""},
		{"another text", map[string]string{"x/y": "1"}, map[string]string{"x/y": "2"}, "x/y"},
		{"one more", map[string]string{"x/y": "1", "z": ""}, map[string]string{"x/y": "1"}, "z"},
		{"one left over", map[string]string{"x/y": "1"}, map[string]string{"x/y": "1", "old": ""}, "old"},
		{"nothing made", nil, nil, "nothing was generated"},
	} {
		a, b := t.TempDir(), t.TempDir()
		write(t, a, row.a)
		write(t, b, row.b)
		err := sameTrees(a, b)
		if (err == nil) != (row.different == "") || err != nil && !strings.Contains(err.Error(), row.different) {
			t.Errorf("%s: got %v", row.reason, err)
		}
	}
}

func TestHashTreeSeesEveryChangeButThoseLeftOut(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"src/a": "1", "node_modules/b": "1"})
	sum := func() string {
		t.Helper()
		got, err := hashTree(dir, "node_modules")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := sum()
	write(t, dir, map[string]string{"node_modules/b": "2"})
	if sum() != first {
		t.Error("a folder that was left out counted")
	}
	write(t, dir, map[string]string{"src/a": "2"})
	second := sum()
	if err := os.Rename(filepath.Join(dir, "src/a"), filepath.Join(dir, "src/c")); err != nil {
		t.Fatal(err)
	}
	if first == second || sum() == second {
		t.Error("a change was not seen")
	}
}

func TestStampHoldsOnlyWithItsResult(t *testing.T) {
	dir := t.TempDir()
	s := stamp{path: filepath.Join(dir, "stamp"), result: filepath.Join(dir, "result")}
	if err := s.set("1"); err != nil {
		t.Fatal(err)
	}
	if s.holds("1") {
		t.Error("holds without a result")
	}
	write(t, dir, map[string]string{"result": ""})
	if !s.holds("1") || s.holds("2") {
		t.Errorf("same: %v, other: %v", s.holds("1"), s.holds("2"))
	}
}

// xwd makes what Xvfb keeps, of four pixels.
func xwd() []byte {
	head := make([]uint32, 25)
	head[0], head[1], head[4], head[5], head[11], head[12], head[19] = 104, 7, 2, 2, 32, 8, 1
	var raw []byte
	for _, field := range head {
		raw = binary.BigEndian.AppendUint32(raw, field)
	}
	raw = append(raw, "win\x00"...)
	raw = append(raw, make([]byte, 12)...)
	return append(raw, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0)
}

func TestDecodeXWD(t *testing.T) {
	img, err := decodeXWD(xwd())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := img.NRGBAAt(1, 1), (color.NRGBA{12, 11, 10, 255}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for cut := range len(xwd()) {
		if _, err := decodeXWD(xwd()[:cut]); err == nil {
			t.Fatalf("a file cut at %d was taken", cut)
		}
	}
}

func TestPaintedTellsAPageFromAnEmptyWindow(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	if painted(img) {
		t.Error("one flat colour")
	}
	for i := range 100 {
		img.SetNRGBA(i, 99, color.NRGBA{uint8(i), 0, 0, 255})
	}
	if painted(img) {
		t.Error("an edge of many colours and nothing else")
	}
	for i := range 300 {
		img.SetNRGBA(i%100, 40+i/100, color.NRGBA{uint8(i), 9, 9, 255})
	}
	if !painted(img) {
		t.Error("a page was not seen")
	}
}

func TestDifference(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 10, 10)), image.NewNRGBA(image.Rect(5, 5, 15, 15))
	if got := difference(a, b); got != 0 {
		t.Errorf("equal pictures differ by %v", got)
	}
	b.SetNRGBA(5, 5, color.NRGBA{1, 1, 1, 1})
	if got := difference(a, b); got != 0.01 {
		t.Errorf("got %v, want 0.01", got)
	}
	if difference(a, nil) != 1 || difference(a, image.NewNRGBA(image.Rect(0, 0, 9, 10))) != 1 {
		t.Error("pictures of other sizes do not differ wholly")
	}
}

func TestGeometry(t *testing.T) {
	got, err := geometry("WINDOW=8388611\nX=140\nY=-3\nWIDTH=1000\nHEIGHT=700\nSCREEN=0\n")
	if want := image.Rect(140, -3, 1140, 697); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if _, err := geometry("X=1\nY=2"); err == nil {
		t.Error("a window without a size was taken")
	}
}

func TestIconsAreDrawnAsCommitted(t *testing.T) {
	p, _ := testProgram(t)
	if err := icons(context.Background(), p, nil); err != nil {
		t.Fatal(err)
	}
	if err := sameTrees(p.path("app", "window", "icons"), filepath.Join("..", "app", "window", "icons")); err != nil {
		t.Error(err)
	}
	fresh, err := os.ReadFile(p.path("build", "windows", "icon.ico"))
	if err != nil {
		t.Fatal(err)
	}
	if count := binary.LittleEndian.Uint16(fresh[4:]); count != 9 {
		t.Errorf("icon.ico holds %d pictures", count)
	}
	last := fresh[6+8*16:]
	at := binary.LittleEndian.Uint32(last[12:])
	if !bytes.HasPrefix(fresh[at:], []byte("\x89PNG")) {
		t.Error("the last entry does not lead to the PNG")
	}
}

func TestTrayStatesDifferInShape(t *testing.T) {
	list := marks()
	for i, a := range list {
		for _, b := range list[i+1:] {
			changed := 0
			x, y := trayIcon(22, a, panels()[0]).(*image.NRGBA), trayIcon(22, b, panels()[0]).(*image.NRGBA)
			for at := 3; at < len(x.Pix); at += 4 {
				if (x.Pix[at] > 128) != (y.Pix[at] > 128) {
					changed++
				}
			}
			if changed < 30 {
				t.Errorf("%s and %s differ in %d pixels of 484", a.name, b.name, changed)
			}
		}
	}
}

func TestDebianPackageIsReadByDpkg(t *testing.T) {
	files := []entry{{"usr/bin/opora", 0o755, []byte("#!/bin/sh\necho here\n")}, {"usr/share/x/y", 0o644, []byte("odd")}}
	text, err := debian(debControl("1.2-3-gabc", "amd64", "libwebkit2gtk-4.1-0", files), files, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("no dpkg-deb here to read it")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "opora.deb")
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("dpkg-deb", "-f", name, "Version").CombinedOutput(); err != nil || string(out) != "1.2+3+gabc\n" {
		t.Errorf("version: %q, %v", out, err)
	}
	if out, err := exec.Command("dpkg-deb", "-x", name, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command(filepath.Join(dir, "usr/bin/opora")).Output(); err != nil || string(out) != "here\n" {
		t.Errorf("unpacked, it said %q, %v", out, err)
	}
}

func TestTarballHasOneFolder(t *testing.T) {
	text, err := tarball("opora-1", []entry{{"usr/bin/opora", 0o755, []byte("x")}}, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for in := tar.NewReader(unzipped); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, header.Name)
	}
	want := []string{"opora-1/usr/", "opora-1/usr/bin/", "opora-1/usr/bin/opora"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDebVersionBeginsWithADigit(t *testing.T) {
	for version, want := range map[string]string{"0.1.0": "0.1.0", "0.1.0-3-gabc-dirty": "0.1.0+3+gabc+dirty", "8d8dcda": "0.0.0+8d8dcda", "dev": "0.0.0+dev"} {
		if got := debVersion(version); got != want {
			t.Errorf("%s: got %s, want %s", version, got, want)
		}
	}
}
