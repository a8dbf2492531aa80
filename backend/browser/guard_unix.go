//go:build !windows

package browser

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// The browser's ends of its pipes, where --remote-debugging-pipe looks for them.
const firstPipe = 3

// warden holds a browser by its process group.
type warden struct{ cmd *exec.Cmd }

func hold(cmd *exec.Cmd) (*warden, error) {
	for i := range 2 {
		cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(firstPipe+i), "pipe"))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if uid, other := servant(); other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid, Groups: []uint32{}}
	}
	bind(cmd.SysProcAttr)
	return &warden{cmd}, nil
}

func (w *warden) start() error {
	// The browser dies with the thread that started it, where the system has
	// that; so the thread is kept.
	runtime.LockOSThread()
	err := w.cmd.Start()
	for _, file := range w.cmd.ExtraFiles {
		_ = file.Close() // an end that we held would hide that the other side is gone
	}
	return err
}

func (w *warden) kill() {
	if w.cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL)
	killDescendants()
}
