// Command opora proves the accesses that customers send, and keeps those that
// work. Without a command it is a window; with one it is a tool for scripts.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"opora/app/command"
	"opora/app/desk"
	"opora/app/window"
	"opora/backend/browser"
)

// What a command has left after the first signal, and the status with which a
// shell knows it (128 + SIGINT).
const (
	graceTime       = time.Second
	exitInterrupted = 130
)

// version is set by the linker.
var version = "dev"

func main() {
	// Before anything else: the guard of a browser is no other part of the program.
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	desk.Version = version
	hidden, dir, isWindow := windowFlags(args)
	if !isWindow {
		attachConsole()
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		go func() {
			<-ctx.Done()
			stop() // a second signal ends the program at once
			// A read from a terminal knows no context. What is being saved is
			// settled at the next start if it does not end in time.
			time.Sleep(graceTime)
			os.Exit(exitInterrupted)
		}()
		return command.Run(ctx, args, os.Stdin, os.Stdout, os.Stderr)
	}
	if err := window.Run(window.Options{Dir: dir, Hidden: hidden, Version: version}); err != nil {
		attachConsole()
		fmt.Fprintln(os.Stderr, "opora:", err)
		return 1
	}
	return 0
}

// windowFlags reads the few flags that the window takes. Whatever else there
// is, wrong flags and questions for help too, is for the command line.
func windowFlags(args []string) (hidden bool, dir string, isWindow bool) {
	flags := flag.NewFlagSet("opora", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&hidden, "hidden", false, "")
	flags.StringVar(&dir, "data", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return false, "", false
	}
	return hidden, desk.Folder(dir), true
}
