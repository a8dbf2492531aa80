// Command server serves the built page together with everything behind it, in
// an ordinary browser instead of the window: the real bridge, desk, database
// and checks, a keyring of its own, and real servers to check against. Only the
// clipboard is a recorder, because there is no desktop to own one.
//
// It prints its address on the first line and ends when its input is closed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"opora/app/bridge"
	"opora/backend/browser"
	"opora/backend/lab"
)

func main() {
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	dist := flag.String("dist", "frontend/dist", "folder of the built page")
	servers := flag.Bool("servers", true, "start the servers that accesses are checked against")
	sites := flag.Bool("sites", false, "start small sites and a display for the windows that are handed over")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *dist, *servers, *sites); err != nil {
		fmt.Fprintln(os.Stderr, "e2e server:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dist string, servers, sites bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dir, err := os.MkdirTemp("", "opora-e2e")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	keyringDir := filepath.Join(dir, "keyring")
	if err := os.Mkdir(keyringDir, 0o700); err != nil {
		return err
	}
	keyring, err := lab.StartKeyring(ctx, keyringDir)
	if err != nil {
		return err
	}
	defer keyring.Stop()
	// The address has to be in place before anything speaks D-Bus.
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", keyring.Address); err != nil {
		return err
	}
	w := &world{Doors: map[string]door{}, keyring: keyring, clipboard: &recorder{}, panel: newSite("")}
	w.online.Store(true)
	if sites {
		if err := startDisplay(ctx); err != nil {
			return err
		}
		w.Doors, w.panel = startSites(ctx)
	}
	if servers {
		defer w.close()
		if err := w.open(ctx, dir); err != nil {
			return err
		}
	}

	app, events := bridge.NewApp("e2e"), newStream()
	app.Choose, app.Outside = w.desktop.choose, w.desktop.outside
	if err := app.Open(ctx, filepath.Join(dir, "data"), false, events.emit); err != nil {
		return err
	}
	defer app.Close()
	desk, err := app.Desk()
	if err != nil {
		return err
	}
	desk.Clipboard.Close()
	desk.Clipboard = w.clipboard
	// What the lab runs is on loopback: it is there without any network.
	desk.Inbox.Online = w.online.Load

	mux := http.NewServeMux()
	mux.Handle("POST /rpc/{struct}/{method}", newCaller(app.Bound()))
	mux.Handle("GET /events", events)
	mux.HandleFunc("GET /shim.js", serveShim)
	w.routes(ctx, mux)
	mux.Handle("GET /", app.Images(page(os.DirFS(dist))))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: policy(mux)}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // the parent's end closes it
		cancel()
	}()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("http://%s/\n", listener.Addr())
	if err := server.Serve(listener); ctx.Err() == nil {
		slog.Error("server ended", "err", err)
		return err
	}
	return nil
}

// page serves the built files; the start page also gets the script that stands
// in for the window's own.
func page(files fs.FS) http.Handler {
	static := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			static.ServeHTTP(w, r)
			return
		}
		body, err := fs.ReadFile(files, "index.html")
		if err != nil {
			http.Error(w, "the page is not built", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(withShim(body))
	})
}
