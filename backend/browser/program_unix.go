//go:build !windows

package browser

import (
	"context"
	"os"
	"os/exec"
)

func runnable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func version(ctx context.Context, path string) (string, error) {
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.WaitDelay = versionTime
	// Wrapper scripts need a PATH; nothing else of ours is their business.
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent"}
	out, err := cmd.Output()
	return string(out), err
}
