package main

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

const (
	tailBytes = 256 << 10 // of a step's output that are remembered
	tailLines = 40        // of a failed step that are repeated
)

// tail remembers the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, text...)
	if over := len(t.last) - tailBytes; over > 0 {
		t.last = bytes.Clone(t.last[over:])
	}
	return len(text), nil
}

func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Split(strings.TrimSpace(string(t.last)), "\n")
}

var (
	colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	passing = regexp.MustCompile(`^\s*(ok |\? |✓|--- PASS|=== (RUN|PAUSE|CONT)|PASS$|npm (error|warn)|> )`)
	failing = regexp.MustCompile(`--- FAIL|^FAIL|^panic: |Error:|error:|DATA RACE|×|⎯ Failed|_test\.go:\d+`)
)

// telling picks what shows why a step failed: from the first line that speaks of
// a failure on, without what passed, and of that the last lines.
func telling(lines []string) []string {
	var kept []string
	for _, line := range lines {
		line = colours.ReplaceAllString(line, "")
		if strings.TrimSpace(line) != "" && !passing.MatchString(line) {
			kept = append(kept, line)
		}
	}
	if len(kept) <= tailLines {
		return kept
	}
	// Packages that pass after the failure would push it out of the last lines.
	for i, line := range kept {
		if failing.MatchString(line) && len(kept)-i > tailLines {
			return append(kept[i:i+tailLines/2:i+tailLines/2], kept[len(kept)-tailLines/2:]...)
		}
	}
	return kept[len(kept)-tailLines:]
}
