package window

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// openAddress hands an address to the program that the system has for it.
func openAddress(address string) error {
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	if err := windows.ShellExecute(0, verb, target, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return fmt.Errorf("open an address: %w", err)
	}
	return nil
}
