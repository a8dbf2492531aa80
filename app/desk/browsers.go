package desk

import (
	"context"
	"errors"
	"net"
	"time"

	"opora/backend/browser"
	"opora/backend/opora"
)

// browserTrial is what the doctor gives one browser to start and to end.
const browserTrial = 30 * time.Second

var errNoNetwork = errors.New("a browser that is only tried has no network")

// HasBrowser reports whether a browser for checks was found. It starts none.
func HasBrowser() bool { return len(browser.Programs()) > 0 }

// browserLines say of every browser whether it starts as a check needs it. They
// are tried one after the other, so that none is slow because of another.
func browserLines(ctx context.Context) []Line {
	programs := browser.Programs()
	if len(programs) == 0 {
		return []Line{{Name: "browser", State: Missing}}
	}
	lines := make([]Line, len(programs))
	for i, program := range programs {
		lines[i] = browserLine(ctx, program)
	}
	return lines
}

func browserLine(ctx context.Context, program browser.Program) Line {
	ctx, cancel := context.WithTimeout(ctx, browserTrial)
	defer cancel()
	line := Line{Name: "browser", State: Good, Detail: program.Name + ", " + program.Path}
	if version, err := program.Version(ctx); err == nil {
		line.Detail = program.Name + " " + version + ", " + program.Path
	}
	started, err := browser.Start(ctx, program, browser.Options{
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errNoNetwork },
	})
	if err != nil {
		line.State, line.Code = Broken, opora.BrowserBroken
		if errors.Is(err, browser.ErrSandbox) {
			line.Code = opora.BrowserSandbox
		}
		return line
	}
	started.Close()
	return line
}
