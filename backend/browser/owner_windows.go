package browser

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

// Profiles lie in the user's own folder for temporary files, and the browser
// runs as that user.
func give(string) error                        { return nil }
func ours(fs.FileInfo) bool                    { return true }
func (p *profile) copyAuthority(Options) error { return nil }

// seat gives the guard the browser's ends of the pipes. Handles keep their
// numbers when they are inherited, from us to the guard and from it to the browser.
func seat(cmd *exec.Cmd, commands, answers *os.File) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
	list := pipesFlag
	for i, file := range []*os.File{commands, answers} {
		handle := syscall.Handle(file.Fd())
		if err := syscall.SetHandleInformation(handle, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			return fmt.Errorf("pass on a pipe: %w", err)
		}
		cmd.SysProcAttr.AdditionalInheritedHandles = append(cmd.SysProcAttr.AdditionalInheritedHandles, handle)
		if i > 0 {
			list += ","
		}
		list += strconv.FormatUint(uint64(handle), 10)
	}
	cmd.Args = append(cmd.Args, list, "--remote-debugging-pipe")
	return nil
}

// systemEnvironment is what programs cannot do without here.
func systemEnvironment(*profile, Program, Options) []string {
	var list []string
	for _, name := range []string{
		"SystemRoot", "SystemDrive", "windir", "ProgramData", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432",
		"CommonProgramFiles", "LOCALAPPDATA", "APPDATA", "USERPROFILE", "USERNAME", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
	} {
		if value := os.Getenv(name); value != "" {
			list = append(list, name+"="+value)
		}
	}
	return list
}
