//go:build !windows

package browser

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
)

// nobody is the user as whom a browser runs for root: a page that breaks out
// of its sandbox must not be root.
const nobody = 65534

// servant is the user as whom the browser runs, and whether that is another
// one than ours.
func servant() (uid uint32, other bool) {
	if os.Geteuid() == 0 {
		return nobody, true
	}
	return 0, false
}

// give hands a folder over to the user as whom the browser runs.
func give(dir string) error {
	uid, other := servant()
	if !other {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(uid), int(uid))
	})
}

// ours tells whether a file belongs to us or to whom we gave it.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	uid, other := servant()
	return int(stat.Uid) == os.Geteuid() || other && stat.Uid == uid
}

// seat makes the guard's process one of its own, out of reach of what the
// terminal sends to ours, and gives it the browser's ends of the pipes.
func seat(cmd *exec.Cmd, commands, answers *os.File) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.ExtraFiles = []*os.File{commands, answers}
	cmd.Args = append(cmd.Args, "--remote-debugging-pipe")
	return nil
}

// authority is where the copied X authority lies in a profile.
const authority = "xauthority"

// copyAuthority takes the key to the display along: what our user may read,
// the user as whom the browser runs may not.
func (p *profile) copyAuthority(o Options) error {
	from := os.Getenv("XAUTHORITY")
	if !o.Visible || os.Getenv("DISPLAY") == "" {
		return nil
	}
	if from == "" {
		home, _ := os.UserHomeDir()
		from = filepath.Join(home, ".Xauthority")
	}
	key, err := os.ReadFile(from)
	if err != nil {
		return nil //nolint:nilerr // many displays ask for none
	}
	return os.WriteFile(p.path(authority), key, 0o600)
}

func systemEnvironment(p *profile, program Program, o Options) []string {
	list := []string{"PATH=" + p.path(folderNothing), "LANG=C.UTF-8"}
	if isScript(program.Path) {
		list[0] = "PATH=/usr/local/bin:/usr/bin:/bin" // a wrapper cannot do without
	}
	if !o.Visible {
		return append(list, "XDG_RUNTIME_DIR="+p.path(folderRun))
	}
	runtimeDir := "XDG_RUNTIME_DIR=" + p.path(folderRun)
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP"} {
		if value := os.Getenv(name); value != "" {
			list = append(list, name+"="+value)
		}
	}
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		runtimeDir = "XDG_RUNTIME_DIR=" + os.Getenv("XDG_RUNTIME_DIR")
	}
	if _, err := os.Stat(p.path(authority)); err == nil {
		list = append(list, "XAUTHORITY="+p.path(authority))
	}
	return slices.Concat(list, []string{runtimeDir})
}

func isScript(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, 2)
	_, _ = file.Read(head)
	return bytes.Equal(head, []byte("#!"))
}
