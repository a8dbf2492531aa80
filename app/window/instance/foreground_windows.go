package instance

import "golang.org/x/sys/windows"

// letForeground passes on the right to come to the front, which Windows gives
// to the program that the operator has just started.
func letForeground() {
	const anyProcess = ^uintptr(0)
	_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow").Call(anyProcess)
}
