package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// startDisplay starts an Xvfb and points DISPLAY at it: the windows that are
// handed to the operator open there. It ends with ctx.
func startDisplay(ctx context.Context) error {
	server := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset")
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }()
	server.ExtraFiles = []*os.File{write}
	err = server.Start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("start Xvfb (Debian package xvfb): %w", err)
	}
	go func() { _ = server.Wait() }()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return fmt.Errorf("display of Xvfb: %w", err)
	}
	if err := os.Setenv("WAYLAND_DISPLAY", ""); err != nil {
		return err
	}
	return os.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
}

// typeInWindow plays the operator in the window of the throw-away browser.
func typeInWindow(ctx context.Context, text string) error {
	// Without a window manager nothing else gives the window the keyboard.
	out, err := exec.CommandContext(ctx, "xdotool", "search", "--sync", "--onlyvisible", "--class", "chrom", "windowfocus", "--sync", "%@",
		"type", "--delay", "30", text).CombinedOutput()
	if err != nil {
		return fmt.Errorf("xdotool: %w: %s", err, out)
	}
	return nil
}
