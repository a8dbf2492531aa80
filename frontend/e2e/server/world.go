package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"opora/backend/lab"
	"opora/backend/opora"
)

// door is one server with a user whom it lets in.
type door struct {
	Address  string `json:"address"`
	Login    string `json:"login"`
	Password string `json:"password"`
}

// world is what the tests can look at and change from outside of the page.
type world struct {
	Doors map[string]door

	keyring   *lab.Keyring
	clipboard *recorder
	panel     *site
	desktop   desktop
	online    atomic.Bool
	stops     []func()
}

// open starts the servers at the same time: WordPress takes the longest.
func (w *world) open(ctx context.Context, dir string) error {
	wp, wiki, shell, other := newDoor("admin"), newDoor("redaktor"), newDoor("deploy"), newDoor("backup")
	starts := map[string]func(dir string) (func(), error){
		"wordpress": func(dir string) (func(), error) {
			site, err := lab.StartWordPress(ctx, dir, lab.User{Name: wp.Login, Password: wp.Password})
			if err != nil {
				return nil, err
			}
			wp.Address = site.URL
			return site.Stop, nil
		},
		"dokuwiki": func(dir string) (func(), error) {
			site, err := lab.StartDokuWiki(ctx, dir, lab.DokuWikiOptions{Users: []lab.User{{Name: wiki.Login, Password: wiki.Password}}})
			if err != nil {
				return nil, err
			}
			wiki.Address = site.URL
			return site.Stop, nil
		},
		"ssh": func(dir string) (func(), error) {
			server, err := lab.StartSSHD(ctx, dir, lab.SSHDOptions{Users: []lab.SSHUser{{Name: shell.Login, Password: shell.Password}, {Name: other.Login, Password: other.Password}}})
			if err != nil {
				return nil, err
			}
			shell.Address, other.Address = server.Addr, server.Addr
			return server.Stop, nil
		},
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for name, start := range starts {
		group.Go(func() {
			folder := filepath.Join(dir, name)
			err := os.Mkdir(folder, 0o755)
			var stop func()
			if err == nil {
				stop, err = start(folder)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
				return
			}
			w.stops = append(w.stops, stop)
		})
	}
	group.Wait()
	maps.Copy(w.Doors, map[string]door{"wordpress": *wp, "dokuwiki": *wiki, "ssh": *shell, "backup": *other})
	return errors.Join(failed...)
}

func newDoor(login string) *door {
	return &door{Login: login, Password: "Kx7-" + rand.Text()[:10] + "!q"}
}

func (w *world) close() {
	for _, stop := range w.stops {
		stop()
	}
}

// routes are open to the tests only; the page does not know them. A keyring that
// comes back lives as long as ctx.
func (w *world) routes(ctx context.Context, mux *http.ServeMux) {
	mux.HandleFunc("GET /test/doors", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, w.Doors) })
	mux.HandleFunc("GET /test/clipboard", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, w.clipboard.held()) })
	mux.HandleFunc("POST /test/clipboard", func(_ http.ResponseWriter, r *http.Request) {
		var text string
		if json.NewDecoder(r.Body).Decode(&text) == nil {
			_ = w.clipboard.Copy(text)
		}
	})
	mux.HandleFunc("POST /test/keyring/{state}", func(rw http.ResponseWriter, r *http.Request) {
		var err error
		switch r.PathValue("state") {
		case "gone":
			w.keyring.Halt()
		case "back":
			err = w.keyring.Restart(ctx)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /test/network/{state}", func(_ http.ResponseWriter, r *http.Request) { w.online.Store(r.PathValue("state") == "back") })
	mux.HandleFunc("GET /test/key", func(rw http.ResponseWriter, _ *http.Request) {
		key, fingerprint, err := freshKey()
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		reply(rw, map[string]string{"key": key, "fingerprint": fingerprint})
	})
	mux.HandleFunc("GET /test/waiting", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, w.panel.waiting()) })
	mux.HandleFunc("POST /test/approve", func(http.ResponseWriter, *http.Request) { w.panel.approve() })
	mux.HandleFunc("POST /test/type", func(rw http.ResponseWriter, r *http.Request) {
		var text string
		err := json.NewDecoder(r.Body).Decode(&text)
		if err == nil {
			err = typeInWindow(r.Context(), text)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})
	w.desktop.routes(mux)
	mux.HandleFunc("GET /test/keyring", func(rw http.ResponseWriter, _ *http.Request) {
		accounts, err := w.keyring.Accounts("opora.v1")
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		reply(rw, accounts)
	})
}

// freshKey makes a private key and says by what it is known.
func freshKey() (text, fingerprint string, err error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "test")
	if err != nil {
		return "", "", err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(block)), ssh.FingerprintSHA256(signer.PublicKey()), nil
}

func reply(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

// recorder is a clipboard that remembers what it was given.
type recorder struct {
	mu   sync.Mutex
	last held
}

type held struct {
	Text   string `json:"text"`
	Secret bool   `json:"secret"`
}

func (c *recorder) held() held {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Copy remembers a text.
func (c *recorder) Copy(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = held{Text: text}
	return nil
}

// CopySecret remembers a secret, and that it was given as one.
func (c *recorder) CopySecret(secret opora.Secret) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = held{Text: secret.Reveal(), Secret: true}
	return 30 * time.Second, nil
}

// Close forgets.
func (c *recorder) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = held{}
}
