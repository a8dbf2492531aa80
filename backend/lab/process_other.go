//go:build !linux

package lab

import "os/exec"

func isolate(*exec.Cmd) error { return ErrSystem }

func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
