//go:build unix && !darwin

package clipboard

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// open chooses the clipboard of this session: on Wayland by wl-copy, where it
// can mark secrets, or else through XWayland; on X11 directly.
func open() (board, error) {
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		if w, ok := findWayland(); ok {
			return w, nil
		}
	}
	if os.Getenv("DISPLAY") == "" {
		return nil, errors.New("no display whose clipboard can mark secrets")
	}
	return openX11()
}

// wayland copies by wl-copy, which holds the clipboard for as long as it runs.
// Not tried on a Wayland session yet: the machines of the tests have X11 only.
type wayland struct {
	program string
	mu      sync.Mutex
	last    func() error
}

// findWayland looks for a wl-copy that knows --sensitive (wl-clipboard 2.3).
func findWayland() (*wayland, bool) {
	program, err := exec.LookPath("wl-copy")
	if err != nil {
		return nil, false
	}
	help, err := exec.Command(program, "--help").CombinedOutput()
	if err != nil || !strings.Contains(string(help), "--sensitive") {
		return nil, false
	}
	return &wayland{program: program}, true
}

// put starts a wl-copy in the foreground, fed by standard input. It ends by
// itself when another program copies, and ending it takes the text back: so it
// can never take back another's.
func (w *wayland) put(text string, secret bool) (func() error, error) {
	args := []string{"--foreground", "--type", "text/plain;charset=utf-8"}
	if secret {
		args = append(args, "--sensitive")
	}
	cmd := exec.Command(w.program, args...)
	cmd.Stdin = strings.NewReader(text)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("wl-copy: %w", err)
	}
	var failure error
	ended := make(chan struct{})
	go func() {
		failure = cmd.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil, fmt.Errorf("wl-copy ended at once: %w", errors.Join(failure, errors.New(strings.TrimSpace(said.String()))))
	case <-time.After(100 * time.Millisecond):
	}
	takeBack := sync.OnceValue(func() error {
		_ = cmd.Process.Kill() // fails only when it has ended already
		<-ended
		return nil
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = takeBack
	return takeBack, nil
}

func (w *wayland) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last != nil {
		_ = w.last()
	}
}
