//go:build linux

package access_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"opora/backend/lab"

	"opora/backend/pace"
)

// lane is one data folder with a keyring of its own, and what the processes
// that worked on it said.
type lane struct {
	t       *testing.T
	dir     string
	keyring *lab.Keyring
	saved   []string // acknowledged check ids
	forgot  []string // refs acknowledged as deleted
	reports int
	wrapper []string // put before the command
	failing bool     // processes may fail, as long as they leave no mess
	failed  int
}

func newLane(t *testing.T) *lane {
	dir := memoryDir(t)
	k, err := lab.StartKeyring(t.Context(), dir)
	lab.Require(t, err)
	t.Cleanup(k.Stop)
	return &lane{t: t, dir: filepath.Join(dir, "data"), keyring: k}
}

// memoryDir is a folder in memory where there is one. A killed process loses
// nothing that the system has taken, written to the disk or not, and hundreds of
// kills would mostly wait for the disk.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keeper")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// run runs one process to its end and takes in what it said. It reports
// whether the process was killed.
func (l *lane) run(task childTask) (killed bool) {
	l.t.Helper()
	task.Dir, task.Bus = l.dir, l.keyring.Address
	text, err := json.Marshal(task)
	if err != nil {
		l.t.Fatal(err)
	}
	command := append(slices.Clone(l.wrapper), os.Args[0])
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), childVariable+"="+string(text), "DBUS_SESSION_BUS_ADDRESS="+l.keyring.Address,
		"GORACE=atexit_sleep_ms=0", "GOGC=off") // short lives
	output, err := cmd.Output()
	lines := bufio.NewScanner(strings.NewReader(string(output)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "report":
			var r report
			if err := json.Unmarshal([]byte(rest), &r); err != nil {
				l.t.Fatal(err)
			}
			l.judge(r)
		case "saved":
			l.saved = append(l.saved, rest)
		case "forgot":
			l.forgot = append(l.forgot, rest)
		case "failed":
			l.failed++
			if !l.failing {
				l.t.Errorf("%s: %s", task.Name, lines.Text())
			}
		default:
			l.t.Errorf("%s: %s", task.Name, lines.Text())
		}
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status, _ := exit.Sys().(syscall.WaitStatus)
		return status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return false
}

// judge compares what a process found with what earlier ones acknowledged.
func (l *lane) judge(r report) {
	l.reports++
	for _, wrong := range r.Wrong {
		l.t.Error(wrong)
	}
	if r.Pending != 0 {
		l.t.Errorf("%d intents are left after recovery", r.Pending)
	}
	for _, id := range l.saved {
		if !slices.Contains(r.Noted, id) {
			l.t.Errorf("acknowledged save %s is lost", id)
		}
	}
	for _, ref := range l.forgot {
		if slices.Contains(r.Refs, ref) {
			l.t.Errorf("a forgotten secret is in the keyring")
		}
	}
}

// end lets a last process look at everything.
func (l *lane) end() {
	before := l.reports
	l.run(childTask{Name: "end", Changes: 1, First: 0})
	if l.reports != before+1 {
		l.t.Error("the last process did not report")
	}
}

// TestKilledAnywhere ends processes in the middle of saving, replacing,
// forgetting and recovering. After each, the next one recovers and finds: no
// note without its secret, no secret that nothing points to, nothing lost that
// was acknowledged.
func TestKilledAnywhere(t *testing.T) {
	if realKeyring == nil {
		t.Skip("no keyring can be started for tests on this system")
	}
	kills := 210
	if pace.Long() {
		kills = 1200
	}
	var killed atomic.Int64
	var wait sync.WaitGroup
	const lanes = 3
	all := make([]*lane, lanes)
	for i := range all {
		all[i] = newLane(t)
	}
	began := time.Now()
	for i, l := range all {
		wait.Go(func() {
			for n := i; n < kills; n += lanes {
				// Each kind of change has about a dozen points. Every other process
				// lives a little longer, to end inside of a step.
				task := childTask{Name: fmt.Sprintf("p%d", n), First: n / 2 % 28, Point: 1 + n/2%17}
				if n%2 == 1 {
					task.Delay = time.Duration(rand.IntN(12_000)) * time.Microsecond
				}
				if l.run(task) {
					killed.Add(1)
				}
			}
			l.end()
		})
	}
	wait.Wait()
	reports, saves, removals := 0, 0, 0
	for _, l := range all {
		reports, saves, removals = reports+l.reports, saves+len(l.saved), removals+len(l.forgot)
	}
	t.Logf("%d kills in %v: %d reports, %d saves and %d removals acknowledged", killed.Load(), time.Since(began).Round(time.Millisecond), reports, saves, removals)
	if killed.Load() < int64(kills) || saves == 0 || removals == 0 {
		t.Errorf("%d of %d processes were killed; %d saves, %d removals", killed.Load(), kills, saves, removals)
	}
}

// TestKilledAtSystemCalls does the same at the system calls that write.
func TestKilledAtSystemCalls(t *testing.T) {
	if !pace.Long() {
		t.Skip("only with OPORA_TESTS=long")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
	const lanes, kills = 3, 1000
	var killed atomic.Int64
	var wait sync.WaitGroup
	for i := range lanes {
		l := newLane(t)
		wait.Go(func() {
			for n := i; n < kills; n += lanes {
				call := []string{"pwrite64", "fsync", "fdatasync", "ftruncate", "write", "unlink", "sendmsg"}[n%7]
				l.wrapper = []string{
					"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, 1+n/7%40),
				}
				if l.run(childTask{Name: fmt.Sprintf("s%d", n), First: n % 28, Changes: 6}) {
					killed.Add(1)
				}
			}
			l.wrapper = nil
			l.end()
		})
	}
	wait.Wait()
	t.Logf("%d of %d processes were killed at a system call", killed.Load(), kills)
	if killed.Load() < kills/4 {
		t.Errorf("only %d processes were killed", killed.Load())
	}
}

// TestFailingSystemCalls lets the disk fail instead of the process.
func TestFailingSystemCalls(t *testing.T) {
	if !pace.Long() {
		t.Skip("only with OPORA_TESTS=long")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
	const lanes, runs = 3, 300
	var wait sync.WaitGroup
	var failed atomic.Int64
	for i := range lanes {
		l := newLane(t)
		wait.Go(func() {
			for n := i; n < runs; n += lanes {
				call := []string{"pwrite64", "fsync", "fdatasync", "ftruncate"}[n%4]
				fault := []string{"EIO", "ENOSPC", "EDQUOT", "EROFS"}[n/4%4]
				l.failing = true
				l.wrapper = []string{
					"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:error=%s:when=%d+", call, fault, 1+n/16%25),
				}
				l.run(childTask{Name: fmt.Sprintf("f%d", n), First: n % 28, Changes: 6})
				l.failing, l.wrapper = false, nil
				l.run(childTask{Name: fmt.Sprintf("g%d", n), First: n % 28, Changes: 1})
			}
			failed.Add(int64(l.failed))
			l.end()
		})
	}
	wait.Wait()
	t.Logf("%d of %d processes met a failing disk", failed.Load(), runs)
	if failed.Load() < runs/4 {
		t.Errorf("only %d processes met a failing disk", failed.Load())
	}
}

// TestProcessesSaveTogether lets three processes with eight goroutines each
// save for the same customer, often over one another.
func TestProcessesSaveTogether(t *testing.T) {
	if realKeyring == nil {
		t.Skip("no keyring can be started for tests on this system")
	}
	l := newLane(t)
	l.run(childTask{Name: "first", Changes: 1})
	var wait sync.WaitGroup
	parts := make([]*lane, 3)
	for i := range parts {
		parts[i] = &lane{t: t, dir: l.dir, keyring: l.keyring}
		wait.Go(func() { parts[i].run(childTask{Name: fmt.Sprint("together", i), Saves: 8}) })
	}
	wait.Wait()
	for _, part := range parts {
		l.saved = append(l.saved, part.saved...)
	}
	if len(l.saved) != 25 {
		t.Errorf("%d saves were acknowledged, want 25", len(l.saved))
	}
	l.end()
}
