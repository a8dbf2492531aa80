package main

import (
	"encoding/json"
	"net/http"
	"sync"

	"opora/app/bridge"
	"opora/app/desk"
)

// desktop stands in for the dialogs of the system and for the programs that
// open addresses. A dialog is answered with the path that a test has put there.
type desktop struct {
	mu     sync.Mutex
	paths  map[bridge.Choice]string
	opened []string
}

func (d *desktop) choose(what bridge.Choice) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.paths[what], nil
}

// outside refuses what the window refuses, and remembers the rest.
func (d *desktop) outside(address string) error {
	address, err := desk.OutsideAddress(address)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, address)
	return nil
}

// routes let a test answer the dialogs, as {"folder":"/path"} with the choices
// of the bridge, and read what was opened.
func (d *desktop) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /test/choose", func(w http.ResponseWriter, r *http.Request) {
		paths := map[bridge.Choice]string{}
		if err := json.NewDecoder(r.Body).Decode(&paths); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.paths = paths
	})
	mux.HandleFunc("GET /test/outside", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		reply(w, append([]string{}, d.opened...))
	})
}
