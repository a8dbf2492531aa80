package main

import "os/exec"

// Windows has no process groups to signal; the children used there end with
// the console they share.
func ownGroup(*exec.Cmd) {}

func endGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func shareGroup(*exec.Cmd) {}
