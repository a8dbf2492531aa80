//go:build windows || darwin

package desk

import (
	"context"
	"runtime"
)

// TrayHost says whether this system has a place for tray icons that Opora
// uses: Windows always; macOS not until it was tried on a Mac.
func TrayHost(context.Context) (string, bool) { return runtime.GOOS, runtime.GOOS == "windows" }

// CanAsk reports whether a prompt of the keyring could be shown to anybody.
func CanAsk() bool { return true }
