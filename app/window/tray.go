//go:build !darwin

package window

import (
	"embed"
	"fmt"
	"runtime"
	"sync"

	"fyne.io/systray"
)

//go:embed icons/tray-*.png icons/tray-*.ico
var trayIcons embed.FS

// tray is the icon beside the clock, with a menu of two. The library below has
// one tray a program, so there is one of these.
type tray struct {
	show, quit func()

	mu                 sync.Mutex
	started            bool
	words              trayWords
	state              trayState
	showItem, quitItem *systray.MenuItem // nil before the library is ready
}

// newTray makes a tray that is not there yet. Show and quit are called on a
// goroutine of their own.
func newTray(show, quit func()) *tray { return &tray{show: show, quit: quit, state: calm} }

// start shows the icon; a second call does nothing.
func (t *tray) start(words trayWords) {
	t.mu.Lock()
	first := !t.started
	t.started, t.words = true, words
	t.mu.Unlock()
	if first {
		startTray(t.fill)
	}
}

// fill makes the menu, at the moment when the library wants it.
func (t *tray) fill() {
	t.mu.Lock()
	defer t.mu.Unlock()
	systray.SetTitle("Opora") // on Linux it is the item's id as well
	systray.SetTooltip("Opora")
	systray.SetIcon(trayIcon(t.state))
	systray.SetOnTapped(t.show)
	showItem := systray.AddMenuItem(t.words.show, "")
	systray.AddSeparator()
	quitItem := systray.AddMenuItem(t.words.quit, "")
	go func() {
		for {
			select {
			case <-showItem.ClickedCh:
				t.show()
			case <-quitItem.ClickedCh:
				t.quit()
			}
		}
	}()
	t.showItem, t.quitItem = showItem, quitItem
}

// speak changes the language of the menu.
func (t *tray) speak(words trayWords) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.words = words
	if t.showItem != nil {
		t.showItem.SetTitle(words.show)
		t.quitItem.SetTitle(words.quit)
	}
}

// set changes what the icon tells.
func (t *tray) set(state trayState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == state {
		return
	}
	t.state = state
	if t.showItem != nil {
		systray.SetIcon(trayIcon(state))
	}
}

// trayIcon gives the picture for a dark panel, as most are; the mark has an
// outline that a light one shows as well.
func trayIcon(state trayState) []byte {
	name := fmt.Sprintf("icons/tray-%s-on-dark-44.png", state)
	if runtime.GOOS == "windows" {
		name = fmt.Sprintf("icons/tray-%s-on-dark.ico", state)
	}
	icon, err := trayIcons.ReadFile(name)
	if err != nil {
		return nil // a test holds that every state has its icons
	}
	return icon
}
