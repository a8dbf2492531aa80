package web_test

import (
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/check/zoo"
	"opora/backend/opora"
	"opora/backend/pace"
)

// TestHostileServers shuts the checker in with servers that misbehave in every
// way that is known (R15).
func TestHostileServers(t *testing.T) {
	pen := zoo.Pen{Checker: &web.Checker{Engine: opora.EngineHTTP}, Kind: opora.Web, Limit: time.Second}
	if pace.Long() {
		pen.Limit, pen.Whole = check.Deadline, true
	}
	pen.Run(t)
}
