package instance

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestMain is also the program that the tests start: with a folder in its
// environment it behaves as a window would.
func TestMain(m *testing.M) {
	if dir := os.Getenv("OPORA_TEST_FOLDER"); dir != "" {
		os.Exit(program(dir))
	}
	os.Exit(m.Run())
}

func program(dir string) int {
	i, err := Take(dir)
	if errors.Is(err, ErrTaken) {
		if err := Raise(dir); err != nil {
			fmt.Println("failed", err)
			return 1
		}
		fmt.Println("raised")
		return 0
	}
	if err != nil {
		fmt.Println("failed", err)
		return 1
	}
	var raised atomic.Int64
	if err := i.Listen(func() { raised.Add(1) }); err != nil {
		fmt.Println("failed", err)
		return 1
	}
	fmt.Println("window")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the test closes it
	i.Close()
	fmt.Println("was raised", raised.Load())
	return 0
}

// TestManyStarts starts many at once: one becomes the window and hears of all
// the others.
func TestManyStarts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	const starts = 30
	var (
		running sync.WaitGroup
		outputs [starts]bytes.Buffer
	)
	hold, release, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	var raised atomic.Int64
	for n := range starts {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OPORA_TEST_FOLDER="+dir)
		cmd.Stdin, cmd.Stdout = hold, &outputs[n]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("start %d: %v", n, err)
			}
			if strings.HasPrefix(outputs[n].String(), "raised") && raised.Add(1) == starts-1 {
				release.Close()
			}
		})
	}
	// One that does not answer must not keep the window, and the test, for ever.
	stop := time.AfterFunc(20*time.Second, func() { release.Close() })
	running.Wait()
	stop.Stop()

	var windows, others int
	for n := range outputs {
		switch said := outputs[n].String(); {
		case said == "raised\n":
			others++
		case said == fmt.Sprintf("window\nwas raised %d\n", starts-1):
			windows++
		default:
			t.Errorf("start %d said %q", n, said)
		}
	}
	if windows != 1 || others != starts-1 {
		t.Errorf("%d windows and %d raised them; want 1 and %d", windows, others, starts-1)
	}
}

// TestAfterKill kills the window: the next start must become it, and nothing
// of the old one may be in its way.
func TestAfterKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OPORA_TEST_FOLDER="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if knock(filepath.Join(dir, socketName)) == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the first does not listen")
		}
	}
	if _, err := Take(dir); !errors.Is(err, ErrTaken) {
		t.Fatalf("got %v while the first lives; want ErrTaken", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	i, err := Take(dir)
	if err != nil {
		t.Fatalf("got %v after the first died", err)
	}
	defer i.Close()
	if err := i.Listen(func() {}); err != nil {
		t.Fatalf("listen after the first died: %v", err)
	}
	for _, name := range []string{lockName, socketName} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v; want 0600", name, info.Mode(), err)
		}
	}
}
