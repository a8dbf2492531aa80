package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// attachConsole gives the command line the console that it was started from:
// a program with a window has none on Windows. What the caller has redirected
// stays redirected.
func attachConsole() {
	const parent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	attach := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")
	if ok, _, _ := attach.Call(parent); ok == 0 {
		return // started without one, or has one already
	}
	for _, s := range []struct {
		id   uint32
		name string
		flag int
		file **os.File
	}{
		{windows.STD_INPUT_HANDLE, "CONIN$", os.O_RDONLY, &os.Stdin},
		{windows.STD_OUTPUT_HANDLE, "CONOUT$", os.O_RDWR, &os.Stdout},
		{windows.STD_ERROR_HANDLE, "CONOUT$", os.O_RDWR, &os.Stderr},
	} {
		if redirected(*s.file) {
			continue
		}
		if file, err := os.OpenFile(s.name, s.flag, 0); err == nil {
			*s.file = file
			// So that prints of the runtime, a panic above all, are seen too.
			_ = windows.SetStdHandle(s.id, windows.Handle(file.Fd()))
		}
	}
}

// redirected reports whether the caller gave a file or a pipe.
func redirected(file *os.File) bool {
	kind, err := windows.GetFileType(windows.Handle(file.Fd()))
	return err == nil && (kind == windows.FILE_TYPE_DISK || kind == windows.FILE_TYPE_PIPE)
}
