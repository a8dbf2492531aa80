package check_test

import (
	"fmt"
	"os"
	"testing"

	"opora/backend/check/zoo"
)

// root is the one authority that this test process trusts.
var root *zoo.Authority

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "opora-roots-")
	if err == nil {
		root, err = zoo.NewAuthority("Zoo root")
	}
	if err == nil {
		err = root.Trust(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "no root to trust:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
