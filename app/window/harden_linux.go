package window

import (
	"log/slog"

	"golang.org/x/sys/unix"
)

// harden keeps what the memory holds from files that others could read: no
// core dumps, of the page's processes neither, no other program of the
// operator's may look into this one, and new files are the operator's alone.
func harden() {
	unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		slog.Warn("core dumps stay possible", "err", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		slog.Warn("memory stays open to other programs", "err", err)
	}
}
