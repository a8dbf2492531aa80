package browser

import (
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// guardWord is the first argument of the process that stands between us and a
// browser. It is this program too: what has to be done when we are killed
// cannot be left to us.
const guardWord = "browser-guard"

// killTime is what the guard gives killed processes to be gone.
const killTime = 5 * time.Second

// Guard does the guard's job when this process was started as one, and then
// gives the status to exit with. It is the first thing that main does.
//
// A guard starts one browser and waits for the first of two things: the end of
// that browser, or the end of its own input, whose other end its owner holds
// open for as long as it lives and wants the browser. Then it kills what is
// left of the browser and removes the profile.
func Guard(args []string) (ran bool, status int) {
	if len(args) == 0 || args[0] != guardWord {
		return false, 0
	}
	if len(args) < 3 || !filepath.IsAbs(args[1]) || !isProfileName(filepath.Base(args[1])) || !filepath.IsAbs(args[2]) {
		return true, 2 // it removes the folder that it is told, so it has to be one of ours
	}
	return true, stand(args[1], args[2], args[3:])
}

func stand(dir, program string, flags []string) (status int) {
	// A signal to everything on the terminal is for the owner to follow: its
	// end is the one that ends the browser.
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	cmd := exec.Command(program, flags...)
	cmd.Env = os.Environ()
	cmd.Stderr = os.Stderr
	warden, err := hold(cmd)
	if err != nil {
		slog.Error("browser not held", "err", err)
		return 1
	}
	defer func() {
		warden.kill()
		if err := removeTree(dir); err != nil {
			status = 1 // the owner, or the next start of the program, tries again
		}
		_ = os.Remove(dir + lockSuffix)
	}()
	if err := warden.start(); err != nil {
		slog.Error("browser not started", "err", err)
		return 1
	}
	ended, alone := make(chan struct{}), make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(alone)
	}()
	select {
	case <-ended:
	case <-alone:
	}
	return 0
}
