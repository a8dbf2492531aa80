// Package pace says how thorough the tests of this run are, and how strictly
// they measure. The variable OPORA_TESTS of the environment tells:
//
//   - nothing: the short forms, many packages at once. A limit in time then
//     only catches what hangs, since the machine does much else meanwhile.
//   - "alone": the middle forms, one package at a time. Limits are the promised
//     ones. The test command runs this as a step of its own.
//   - "long": everything that there is, for hours. Limits are the promised ones.
package pace

import (
	"os"
	"testing"
	"time"
)

const variable = "OPORA_TESTS"

// init spares the children of tests a second each: what is built with the race
// detector sleeps before it ends.
func init() {
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
}

// Alone holds where the run has the machine for itself.
func Alone() bool { return os.Getenv(variable) == "alone" || Long() }

// Long holds where time does not matter.
func Long() bool { return os.Getenv(variable) == "long" }

// NeedAlone skips a test that a busy machine would only disturb.
func NeedAlone(t testing.TB) {
	t.Helper()
	if !Alone() {
		t.Skip("runs in the step for tests that need the machine for themselves: " + variable + "=alone")
	}
}

// Limit is what a thing that is promised in this time may take here.
func Limit(promised time.Duration) time.Duration {
	if Alone() {
		return promised
	}
	return 5*time.Second + 5*promised
}

// Within fails a test where something takes longer than its limit, three times
// out of three: once or twice may be the machine's doing.
func Within(t testing.TB, promised time.Duration, what string, try func() time.Duration) {
	t.Helper()
	limit := Limit(promised)
	var took []time.Duration
	for range 3 {
		d := try()
		took = append(took, d.Round(time.Millisecond))
		if d <= limit {
			return
		}
	}
	t.Errorf("%s took %v, three times out of three more than %v", what, took, limit)
}
