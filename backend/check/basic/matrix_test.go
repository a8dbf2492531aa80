package basic

import (
	"testing"

	"opora/backend/check/zoo"
)

// TestChallengeMatrix: neither a password nor a digest made of it goes to any
// origin but the one that the operator named (R14).
func TestChallengeMatrix(t *testing.T) {
	zoo.Matrix{Checker: Checker{}, Names: names, Quiet: true}.Run(t, zoo.Challenges())
}
