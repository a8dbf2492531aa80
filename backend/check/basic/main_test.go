package basic

import (
	"fmt"
	"os"
	"testing"

	"opora/backend/check/zoo"
)

// names is the resolver of this test process.
var names *zoo.Names

func TestMain(m *testing.M) {
	var err error
	if names, err = zoo.Resolve(); err != nil {
		fmt.Fprintln(os.Stderr, "the tests cannot begin:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
