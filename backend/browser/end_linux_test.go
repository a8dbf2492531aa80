package browser

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/pace"
)

// processesOf lists the processes of a browser by its profile, the guard first.
func processesOf(dir string) (guard int, others []int) {
	for pid, stat := range processes() {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		if err != nil || stat.dead || !bytes.Contains(line, []byte(dir)) {
			continue
		}
		if isGuard(line) {
			guard = pid
		} else {
			others = append(others, pid)
		}
	}
	slices.Sort(others)
	return guard, others
}

// mainOf is the process of the browser that started all others.
func mainOf(guard int, others []int) int {
	for _, pid := range others {
		if processes()[pid].parent == guard {
			return pid
		}
	}
	return 0
}

// left says what there still is of a browser.
func left(dir string) string {
	guard, others := processesOf(dir)
	var list []string
	if guard != 0 {
		list = append(list, "guard "+strconv.Itoa(guard))
	}
	for _, pid := range others {
		list = append(list, "process "+strconv.Itoa(pid))
	}
	for _, path := range []string{dir, dir + lockSuffix} {
		if exists(path) {
			list = append(list, path)
		}
	}
	return strings.Join(list, ", ")
}

func TestCloseLeavesNothing(t *testing.T) {
	roomForProfiles(t)
	before := goleak.IgnoreCurrent()
	b := start(t, Options{})
	tab(t, b)
	info, err := os.Stat(b.profile.dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("profile has mode %v, want 0700", info.Mode().Perm())
	}
	b.Close()
	b.Close() // a second time is no harm
	if what := left(b.profile.dir); what != "" {
		t.Error("left: ", what)
	}
	select {
	case <-b.Done():
	default:
		t.Error("closed, but not done")
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// TestKilledBrowser kills the browser itself, as a crash would.
func TestKilledBrowser(t *testing.T) {
	b := start(t, Options{})
	tab(t, b)
	guard, others := processesOf(b.profile.dir)
	kill(t, mainOf(guard, others))
	gone(t, b)
}

// TestKilledGuard kills the one that would have cleaned up.
func TestKilledGuard(t *testing.T) {
	b := start(t, Options{})
	tab(t, b)
	guard, _ := processesOf(b.profile.dir)
	kill(t, guard)
	gone(t, b)
}

func gone(t *testing.T, b *Browser) {
	t.Helper()
	select {
	case <-b.Done():
	case <-time.After(10 * time.Second):
		t.Error("not done")
	}
	if what := left(b.profile.dir); what != "" {
		t.Error("left: ", what)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if pid < 2 {
		t.Fatal("nothing to kill")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// owner starts a stranger that owns a browser.
func owner(t *testing.T) (cmd *exec.Cmd, dir string) {
	t.Helper()
	testProgram(t)
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if dir = strings.TrimSpace(line); err != nil || !exists(dir) {
		t.Fatalf("the owner says %q, %v", line, err)
	}
	return cmd, dir
}

// TestKilledOwner kills the program while its browser is too busy to notice.
func TestKilledOwner(t *testing.T) {
	roomForProfiles(t) // where no other program sweeps
	cmd, dir := owner(t)
	if err := syscall.Kill(mainOf(processesOf(dir)), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	kill(t, cmd.Process.Pid)
	_ = cmd.Wait()
	if !within(10*time.Second, func() bool { return left(dir) == "" }) {
		t.Error("left: ", left(dir))
	}
}

// TestKilledOwnerAndGuard leaves the profile to the next start of the program.
func TestKilledOwnerAndGuard(t *testing.T) {
	roomForProfiles(t)
	cmd, dir := owner(t)
	guard, others := processesOf(dir)
	if len(others) == 0 {
		t.Fatal("no browser")
	}
	Sweep()
	if !exists(dir) {
		t.Fatal("swept while its owner was alive")
	}
	kill(t, guard)
	kill(t, cmd.Process.Pid)
	_ = cmd.Wait()
	if !within(10*time.Second, func() bool { _, others := processesOf(dir); return len(others) == 0 }) {
		t.Error("left: ", left(dir))
	}
	Sweep()
	if what := left(dir); what != "" {
		t.Error("left after the sweep: ", what)
	}
}

// TestRandomKills kills any of the processes of a browser at any moment of its
// life, its start among them, and then its owner.
func TestRandomKills(t *testing.T) {
	testProgram(t)
	times := 5
	switch {
	case pace.Long():
		times = 200
	case pace.Alone():
		times = 20
	}
	room := roomForProfiles(t)
	kinds := map[string]int{}
	for range times {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
		kind := "owner only"
		guard, others := processesOf(room)
		switch pick := rand.IntN(4); {
		case pick == 0 && guard != 0:
			kind = "guard"
			_ = syscall.Kill(guard, syscall.SIGKILL)
		case pick < 3 && len(others) > 0:
			kind = "browser"
			_ = syscall.Kill(others[rand.IntN(len(others))], syscall.SIGKILL)
		}
		kinds[kind]++
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		var what []string
		if !within(10*time.Second, func() bool { Sweep(); what = leftIn(t, room); return len(what) == 0 }) {
			t.Fatalf("killed %s, left: %q", kind, what)
		}
	}
	t.Log(kinds)
}

// leftIn lists the processes and files of all browsers in a room.
func leftIn(t *testing.T, room string) []string {
	t.Helper()
	entries, err := os.ReadDir(room)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	guard, others := processesOf(room)
	for _, pid := range append(others, guard) {
		if pid != 0 {
			list = append(list, "process "+strconv.Itoa(pid))
		}
	}
	return list
}

// TestGuardRefusesOtherFolders keeps the guard from removing what is no profile.
func TestGuardRefusesOtherFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "documents")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{guardWord}, {guardWord, dir}, {guardWord, dir, "/bin/true"}, {guardWord, profilePrefix + "abc", "/bin/true"}, {guardWord, filepath.Join(dir, profilePrefix+"../.."), "/bin/true"}} {
		if ran, status := Guard(args); !ran || status == 0 {
			t.Errorf("%q: got %v, %d; want a refusal", args, ran, status)
		}
	}
	if !exists(dir) {
		t.Error("removed")
	}
	if ran, _ := Guard([]string{"check", guardWord}); ran {
		t.Error("another command was taken for the guard's")
	}
}
