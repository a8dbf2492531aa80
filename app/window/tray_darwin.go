package window

// tray is not there on macOS: the library must start on the main thread, which
// is the framework's, and was not tried on a Mac yet. So closing the window
// ends the program.
type tray struct{}

func newTray(_, _ func()) *tray { return &tray{} }

func (*tray) start(trayWords) {}
func (*tray) speak(trayWords) {}
func (*tray) set(trayState)   {}
