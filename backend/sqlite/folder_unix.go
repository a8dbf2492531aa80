//go:build unix

package sqlite

import (
	"io/fs"
	"os"
	"syscall"
)

// foreign reports whether a file belongs to another user.
func foreign(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) != os.Geteuid()
}

// openToOthers reports whether somebody else could look inside.
func openToOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
