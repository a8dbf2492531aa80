//go:build !windows && !darwin

package desk

import "os"

// systemLocale follows the order of POSIX (Base Definitions, 8.2).
func systemLocale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}
