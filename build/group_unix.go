//go:build !windows

package main

import (
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func endGroup(cmd *exec.Cmd) error {
	return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
}

func killGroup(cmd *exec.Cmd) {
	// The group may be gone already, which is what is wanted.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}

// shareGroup leaves the child in the terminal's foreground group.
func shareGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = nil
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
}
