package basic

import (
	"testing"
	"time"

	"opora/backend/check/zoo"
	"opora/backend/opora"
	"opora/backend/pace"
)

func journey(short, whole int) zoo.Journey {
	j := zoo.Journey{Checker: Checker{}, Kind: opora.Basic, Limit: 1500 * time.Millisecond, Grain: short}
	if pace.Long() {
		j.Grain = whole
	}
	return j
}

// TestFaults breaks the road to the page after so many bytes (R58).
func TestFaults(t *testing.T) { journey(60, 2000).Faults(t) }

// TestLatency makes the road long and the clock jump (R58).
func TestLatency(t *testing.T) {
	j := journey(1, 1)
	j.Limit = 20 * time.Second
	j.Latency(t)
}

// TestCancel stops checks at random moments (R59).
func TestCancel(t *testing.T) { journey(60, 1000).Cancel(t) }
