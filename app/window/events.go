package window

import (
	"context"
	"log/slog"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"opora/app/bridge"
	"opora/app/desk"
	"opora/app/words"
	"opora/backend/notify"
	"opora/backend/opora"
)

// emit sends an event to the page. Some are the window's business as well.
func (w *window) emit(event string, data any) {
	if w.gone.Load() {
		return
	}
	runtime.EventsEmit(w.ctx, event, data)
	switch {
	case event == bridge.EventFinished:
		if verdict, ok := data.(opora.Verdict); ok {
			w.finished(verdict)
		}
	case event == bridge.EventChanged && data == "settings":
		go w.readChoices() // the event may come from inside of the saving
	}
}

// finished tells of a check that has ended while nobody was looking.
func (w *window) finished(verdict opora.Verdict) {
	if !w.hidden.Load() && !runtime.WindowIsMinimised(w.ctx) {
		return
	}
	state, kind := waiting, notify.CheckDone
	if verdict != opora.Works {
		state, kind = failed, notify.CheckFailed
	}
	w.keeping.Lock()
	quiet := w.choices.Quiet
	w.keeping.Unlock()
	w.tray.set(state)
	if !quiet {
		w.notify.Show(kind)
	}
}

// showAccesses follows a click on a notification to what it told of.
func (w *window) showAccesses() {
	w.show()
	w.emit(bridge.EventShow, "accesses")
}

// readChoices follows the settings: the language of tray and notifications,
// and the colour of the next start.
func (w *window) readChoices() {
	d, err := w.app.Desk()
	if err != nil {
		return
	}
	choices, err := d.DB.Settings(context.Background())
	if err != nil {
		slog.Error("settings not read", "err", err)
		return
	}
	w.keeping.Lock()
	w.choices = choices
	w.place.Dark = choices.Theme == opora.Dark
	w.keeping.Unlock()
	say := w.say()
	w.notify.Speak(notify.Words{
		notify.CheckDone:   say("notification_check_done"),
		notify.CheckFailed: say("notification_check_failed"),
	})
	w.tray.speak(w.trayWords())
}

func (w *window) trayWords() trayWords {
	say := w.say()
	return trayWords{show: say("tray_show"), quit: say("tray_quit")}
}

// say speaks the interface's language.
func (w *window) say() func(key string, gaps ...string) string {
	w.keeping.Lock()
	language := w.choices.Language
	w.keeping.Unlock()
	if language == "" {
		language = desk.SystemLanguage()
	}
	return words.In(language).Say
}

// remember keeps where the window is and how large.
func (w *window) remember(ctx context.Context) {
	// The framework is asked without the lock: once its loop has ended it does
	// not answer at all.
	maximised := runtime.WindowIsMaximised(ctx)
	plain := !maximised && !runtime.WindowIsMinimised(ctx) && !runtime.WindowIsFullscreen(ctx)
	width, height := runtime.WindowGetSize(ctx)
	x, y := runtime.WindowGetPosition(ctx)

	w.keeping.Lock()
	defer w.keeping.Unlock()
	w.place.Maximised = maximised
	if plain {
		w.place.Width, w.place.Height, w.place.X, w.place.Y, w.place.Placed = width, height, x, y, true
	}
	if err := w.place.write(w.Dir); err != nil {
		slog.Warn("place of the window not kept", "err", err)
	}
}

// restore puts the window where it was, if that can still be seen.
func (w *window) restore(ctx context.Context) {
	w.keeping.Lock()
	was := w.place
	w.keeping.Unlock()
	if !was.Placed || was.Maximised {
		return
	}
	screens, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return // the window manager's place will do
	}
	for _, screen := range screens {
		if !screen.IsCurrent || !was.on(screen.Size.Width, screen.Size.Height) {
			continue
		}
		// A window manager that is only about to place the window itself wins
		// over the first tries.
		for range 10 {
			runtime.WindowSetPosition(ctx, was.X, was.Y)
			time.Sleep(100 * time.Millisecond)
			if x, y := runtime.WindowGetPosition(ctx); w.gone.Load() || (x == was.X && y == was.Y) {
				return
			}
		}
	}
}
