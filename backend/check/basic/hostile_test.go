package basic

import (
	"flag"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/check/zoo"
	"opora/backend/opora"
)

// long asks for the forms of the tests that take too long for every commit.
var long = flag.Bool("long", false, "run the long forms of the tests")

// TestHostileServers shuts the checker in with servers that misbehave in every
// way that is known (R15).
func TestHostileServers(t *testing.T) {
	pen := zoo.Pen{Checker: Checker{}, Kind: opora.Basic, Limit: time.Second}
	if *long {
		pen.Limit, pen.Whole = check.Deadline, true
	}
	pen.Run(t)
}
