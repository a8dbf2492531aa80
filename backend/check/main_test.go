package check_test

import (
	"fmt"
	"os"
	"testing"

	"opora/backend/check/zoo"
)

// root is the one authority that this test process trusts.
var root *zoo.Authority

// names is the resolver of this test process.
var names *zoo.Names

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "opora-roots-")
	if err == nil {
		root, err = zoo.NewAuthority("Zoo root")
	}
	if err == nil {
		err = root.Trust(folder)
	}
	if err == nil {
		names, err = zoo.Resolve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the tests cannot begin:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
