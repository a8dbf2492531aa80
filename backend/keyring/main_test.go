package keyring

import (
	"os"
	"testing"

	"opora/backend/lab"
)

// realKeyring is the GNOME keyring of this test run, nil where there is none.
var realKeyring *lab.Keyring

func TestMain(m *testing.M) {
	// The operator's display would let a locked keyring wait for a person.
	_ = os.Unsetenv("DISPLAY")
	_ = os.Unsetenv("WAYLAND_DISPLAY")
	os.Exit(lab.KeyringForTests(m, func(k *lab.Keyring) { realKeyring = k }))
}
