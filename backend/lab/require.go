package lab

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// Require ends a test whose server did not start. Where the build program knows
// how to install the lab's packages (Debian and its family) anything missing is
// a failure; elsewhere, and without the rights that a server needs, the test is
// skipped with the reason.
func Require(t testing.TB, err error) {
	t.Helper()
	var missing *Missing
	switch {
	case err == nil:
	case errors.Is(err, ErrSystem), errors.Is(err, ErrPrivilege), errors.As(err, &missing) && !debian():
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

func debian() bool {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if (name == "ID" || name == "ID_LIKE") && strings.Contains(value, "debian") {
			return true
		}
	}
	return false
}
