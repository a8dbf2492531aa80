package window

import (
	"log/slog"

	"golang.org/x/sys/unix"
)

// harden keeps what the memory holds from files that others could read.
func harden() {
	unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		slog.Warn("core dumps stay possible", "err", err)
	}
}
