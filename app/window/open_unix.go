//go:build unix

package window

import (
	"fmt"
	"os/exec"
	"runtime"
)

// openAddress hands an address to the program that the desktop has for it.
func openAddress(address string) error {
	opener := "xdg-open"
	if runtime.GOOS == "darwin" {
		opener = "open"
	}
	cmd := exec.Command(opener, address)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open an address: %w", err)
	}
	// It may live as long as the browser that it starts.
	go func() { _ = cmd.Wait() }()
	return nil
}
