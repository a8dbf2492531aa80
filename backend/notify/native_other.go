//go:build !unix || darwin

package notify

import (
	"context"
	"runtime"

	"github.com/gen2brain/beeep"
)

// native shows by beeep, silently. It cannot tell of clicks and was not run on
// Windows or macOS yet.
func native(func()) (show func(context.Context, string) error, done func()) {
	beeep.AppName = "Opora"
	return func(_ context.Context, sentence string) error {
		return beeep.Notify("Opora", sentence, "")
	}, func() {}
}

// Supported gives the name of the notification service. Windows and macOS have
// one always; whether the operator has switched it off cannot be asked.
func Supported(context.Context) (string, error) { return runtime.GOOS, nil }
