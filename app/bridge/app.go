// Package bridge is what the page may call: one bound struct per noun, no
// more than the window needs, and no call that could run a program or read a
// file that the page names. Every exported method here is open to the page.
package bridge

import (
	"context"
	"sync"

	"opora/app/desk"
	"opora/backend/access"
	"opora/backend/opora"
)

// Emit sends an event to the page.
type Emit func(event string, data any)

// App is what the bound structs share. Its constructor does no I/O: the
// binding generator runs it too. [App.Open] fills it when the window starts.
type App struct {
	Version string
	// Choose lets the operator choose a path in a dialog of the system, so that
	// the page never names one; empty when they did not.
	Choose func(Choice) (string, error)
	// Outside opens an http, https or mailto address in the system's own program.
	Outside func(address string) error

	opened sync.Once
	ready  chan struct{}
	desk   *desk.Desk
	failed error
	tray   bool
	emit   Emit
}

// Choice is what a dialog of the system asks for.
type Choice string

// The choices.
const (
	ChooseFolder   Choice = "folder"   // of articles
	ChooseFile     Choice = "file"     // a zip or an export of articles
	ChooseSnippets Choice = "snippets" // a file to read
	ChooseExport   Choice = "export"   // a file to write
)

// chosen lets the operator choose a path; it is empty when they did not.
func (a *App) chosen(what Choice) (*desk.Desk, string, error) {
	d, err := a.Desk()
	if err != nil || a.Choose == nil {
		return d, "", err
	}
	path, err := a.Choose(what)
	return d, path, err
}

// NewApp makes an App that is not open yet; calls wait for [App.Open].
func NewApp(version string) *App {
	return &App{Version: version, ready: make(chan struct{})}
}

// Bound lists the structs that the page may call.
func (a *App) Bound() []any {
	return []any{&Accesses{a}, &Customers{a}, &Notes{a}, &Search{app: a}, &Articles{a}, &Snippets{a}, &System{a}}
}

// Open opens the desk on a data folder and lets the waiting calls go on. A
// desk that cannot be opened is told to the page, which then says what to do.
func (a *App) Open(ctx context.Context, dir string, tray bool, emit Emit) error {
	a.opened.Do(func() {
		a.emit, a.tray = emit, tray
		a.desk, a.failed = desk.Open(ctx, dir, desk.Events{
			Intake:   func(i access.Intake) { emit(EventIntake, i) },
			Removed:  func(id int64) { emit(EventRemoved, id) },
			Changed:  func(noun string) { emit(EventChanged, noun) },
			Finished: func(finding opora.Finding) { emit(EventFinished, finding.Verdict) },
			Import:   func(p opora.Progress) { emit(EventImport, p) },
		})
		if a.failed == nil {
			a.desk.Library.Warm()
		}
		close(a.ready)
	})
	return a.failed
}

// Desk waits for the desk and gives it, or says why there is none.
func (a *App) Desk() (*desk.Desk, error) {
	<-a.ready
	return a.desk, a.failed
}

// Close ends every check and closes the data.
func (a *App) Close() {
	select {
	case <-a.ready:
		if a.desk != nil {
			a.desk.Close()
		}
	default: // never opened
	}
}
