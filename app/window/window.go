// Package window is Opora's window: the framework's options, the life cycle,
// the tray and what happens when a program is started a second time.
package window

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"opora/app/bridge"
	"opora/app/window/instance"
	"opora/backend/notify"
	"opora/backend/opora"
	"opora/frontend"
)

//go:embed icons/app.png
var icon []byte

// Options are what a start of the window may choose.
type Options struct {
	Dir     string // the data folder
	Hidden  bool   // start in the tray, where there is one
	Version string
}

// window is the window while it lives.
type window struct {
	Options
	app    *bridge.App
	tray   *tray
	notify *notify.Notifier

	ready   chan struct{} // closed when ctx may be used
	ctx     context.Context
	hidden  atomic.Bool
	ending  atomic.Bool // the operator has said quit, so closing closes
	gone    atomic.Bool // the framework is taking the window away: it must not be asked any more
	keeping sync.Mutex  // over choices and place
	choices opora.Settings
	place   place
}

// Run shows the window and returns when it has ended. A second start on the
// same data folder shows the first one's window instead and returns nil; it
// fails with [opora.AlreadyRunning] when that window does not answer.
func Run(o Options) error {
	w := &window{Options: o, app: bridge.NewApp(o.Version), ready: make(chan struct{})}
	w.app.Choose, w.app.Outside = w.choose, outside
	w.tray = newTray(w.show, w.quit)
	if generating {
		return wails.Run(w.options())
	}

	harden()
	mine, err := instance.Take(o.Dir)
	switch {
	case errors.Is(err, instance.ErrTaken):
		if err := instance.Raise(o.Dir); err != nil {
			return fmt.Errorf("%w: %w", opora.AlreadyRunning, err)
		}
		return nil
	case err != nil:
		// The window opens all the same: it is what tells the operator that the
		// data folder cannot be used.
		slog.Error("data folder not locked", "err", err)
	default:
		defer mine.Close()
		if err := mine.Listen(w.show); err != nil {
			slog.Warn("a second start will not find this window", "err", err)
		}
		if file, err := openLog(o.Dir); err == nil {
			slog.SetDefault(slog.New(slog.NewJSONHandler(file, nil)))
		}
	}
	w.place = readPlace(o.Dir)
	w.hidden.Store(o.Hidden && trayExists())
	w.notify = notify.New(nil, w.showAccesses)
	stop := w.endOnSignals()
	defer stop()
	return wails.Run(w.options())
}

func (w *window) options() *options.App {
	start := options.Normal
	if w.place.Maximised {
		start = options.Maximised
	}
	light, dark := options.NewRGB(0xf6, 0xf6, 0xf3), options.NewRGB(0x15, 0x18, 0x17) // --bg of the page's themes
	background := light
	if w.place.Dark {
		background = dark
	}
	return &options.App{
		Title:            "Opora",
		Width:            w.place.Width,
		Height:           w.place.Height,
		MinWidth:         minWidth,
		MinHeight:        minHeight,
		StartHidden:      w.hidden.Load(),
		WindowStartState: start,
		BackgroundColour: background,
		AssetServer:      &assetserver.Options{Assets: frontend.Dist, Middleware: func(next http.Handler) http.Handler { return headers(w.app.Images(next)) }},
		Bind:             w.app.Bound(),
		EnumBind:         bridge.Enums(),
		ErrorFormatter:   bridge.Format,
		OnStartup:        w.startup,
		OnDomReady:       w.domReady,
		OnBeforeClose:    w.beforeClose,
		OnShutdown:       w.shutdown,
		Logger:           wailsLog{slog.Default()},
		LogLevel:         logger.INFO, // below it, the results of all calls are logged
		DragAndDrop:      &options.DragAndDrop{DisableWebViewDrop: true},
		Linux: &linux.Options{
			Icon:             icon,
			ProgramName:      "opora",
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever, // some drivers leave the page blank, and text needs none
		},
		Windows: &windows.Options{
			Theme:               windows.SystemDefault,
			DisablePinchZoom:    true, // the page has its own zoom
			WebviewUserDataPath: filepath.Join(w.Dir, "webview"),
		},
		Mac: &mac.Options{About: &mac.AboutInfo{Title: "Opora", Message: w.Version, Icon: icon}},
	}
}

// startup opens the data. The framework calls it beside the opening of the
// window, which so waits for nothing.
func (w *window) startup(ctx context.Context) {
	lockNavigation()
	w.ctx = ctx
	close(w.ready)
	if err := w.app.Open(ctx, w.Dir, trayExists(), w.emit); err != nil {
		slog.Error("data not opened", "err", err)
	}
	w.readChoices()
}

// domReady puts the window where it was, and shows the tray only now, so that
// the page comes first.
func (w *window) domReady(ctx context.Context) {
	go w.restore(ctx)
	go w.tray.start(w.trayWords())
}

// beforeClose decides what the window's close button does: it hides the window
// where a tray can bring it back and the operator has not said otherwise.
func (w *window) beforeClose(ctx context.Context) (prevent bool) {
	if w.gone.Load() {
		return true
	}
	if !w.hidden.Load() {
		w.remember(ctx)
	}
	w.keeping.Lock()
	stays := !w.choices.KeepOpen
	w.keeping.Unlock()
	if w.ending.Load() || !stays || !trayExists() {
		// Asked twice at once, by the session and by the framework: ending a loop
		// that has ended is an error of the toolkit.
		return !w.gone.CompareAndSwap(false, true)
	}
	w.hidden.Store(true)
	runtime.WindowHide(ctx)
	return true
}

func (w *window) shutdown(context.Context) {
	w.notify.Close()
	w.app.Close()
}

// show brings the window to the front, from the tray too. It may be called as
// soon as the program has started.
func (w *window) show() {
	<-w.ready
	if w.gone.Load() {
		return
	}
	w.hidden.Store(false)
	w.tray.set(calm)
	runtime.WindowShow(w.ctx)
	runtime.WindowUnminimise(w.ctx) // which also brings it before the other windows
}

// quit ends the program, whatever the close button does.
func (w *window) quit() {
	<-w.ready
	w.ending.Store(true)
	runtime.Quit(w.ctx)
}

// endOnSignals ends the program when the session asks it to; the framework
// would take that for the close button.
func (w *window) endOnSignals() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for range signals {
			w.quit()
		}
	}()
	return func() { signal.Stop(signals) }
}
