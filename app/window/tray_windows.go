package window

import (
	"runtime"

	"fyne.io/systray"
)

// startTray runs the tray on a thread of its own: its window takes messages
// only on the thread that made it.
func startTray(fill func()) {
	go func() {
		runtime.LockOSThread()
		systray.Run(fill, nil)
	}()
}
