package window

import (
	"context"
	"time"

	"opora/app/desk"
)

// trayState is what the tray's icon tells at a glance.
type trayState string

const (
	calm    trayState = "calm"
	waiting trayState = "waiting" // something has ended that nobody has looked at
	failed  trayState = "failed"  // a check has ended and did not prove its access
)

// trayWords are the sentences of the menu.
type trayWords struct{ show, quit string }

// trayExists reports whether something on this desktop shows tray icons now.
func trayExists() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, found := desk.TrayHost(ctx)
	return found
}
