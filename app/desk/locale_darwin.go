package desk

import (
	"os"
	"os/exec"
	"strings"
)

// systemLocale asks the user's defaults; a program started from the Dock has
// no LANG.
func systemLocale() string {
	if output, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLocale").Output(); err == nil {
		return strings.TrimSpace(string(output))
	}
	return os.Getenv("LANG")
}
