package access_test

import (
	"os"
	"testing"

	"opora/backend/lab"
)

// realKeyring is the GNOME keyring of this test run, nil where there is none.
var realKeyring *lab.Keyring

func TestMain(m *testing.M) {
	_ = os.Unsetenv("DISPLAY") // a locked keyring would wait for a person
	_ = os.Unsetenv("WAYLAND_DISPLAY")
	if task := os.Getenv(childVariable); task != "" {
		os.Exit(childMain(task))
	}
	os.Exit(lab.KeyringForTests(m, func(k *lab.Keyring) { realKeyring = k }))
}
