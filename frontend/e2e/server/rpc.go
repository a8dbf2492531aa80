package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"

	"opora/app/bridge"
	"opora/frontend"
)

//go:embed shim.js
var shim []byte

func serveShim(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(shim)
}

// withShim puts the script before the page's own, from a file, so that the
// policy stays as strict as the window's.
func withShim(page []byte) []byte {
	return bytes.Replace(page, []byte("<script"), []byte(`<script src="/shim.js"></script><script`), 1)
}

// policy sends what the window's own handler sends.
func policy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", frontend.CSP)
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// caller calls the bound structs by name, as the window's bindings do.
type caller map[string]reflect.Value

func newCaller(bound []any) caller {
	c := caller{}
	for _, b := range bound {
		v := reflect.ValueOf(b)
		c[v.Type().Elem().Name()] = v
	}
	return c
}

func (c caller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var args []json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&args); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	result, err := c.call(r.PathValue("struct"), r.PathValue("method"), args)
	answer := map[string]any{"result": result}
	if err != nil {
		answer = map[string]any{"error": bridge.Format(err)}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (c caller) call(name, method string, args []json.RawMessage) (any, error) {
	bound, found := c[name]
	if !found {
		return nil, fmt.Errorf("nothing is bound as %q", name)
	}
	f := bound.MethodByName(method)
	if !f.IsValid() || f.Type().NumIn() != len(args) {
		return nil, fmt.Errorf("no method %s.%s with %d arguments", name, method, len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		value := reflect.New(f.Type().In(i))
		if err := json.Unmarshal(arg, value.Interface()); err != nil {
			return nil, fmt.Errorf("argument %d of %s.%s: %w", i+1, name, method, err)
		}
		in[i] = value.Elem()
	}
	out := f.Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	if len(out) == 1 || err != nil {
		return nil, err
	}
	return out[0].Interface(), nil
}

// stream carries events to every page that is open.
type stream struct {
	mu    sync.Mutex
	pages map[chan []byte]struct{}
}

func newStream() *stream { return &stream{pages: map[chan []byte]struct{}{}} }

func (s *stream) emit(event string, data any) {
	line, err := json.Marshal(map[string]any{"event": event, "data": data})
	if err != nil {
		panic(err) // the bridge's types always encode
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for page := range s.pages {
		page <- line
	}
}

func (s *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines := make(chan []byte, 4096)
	s.mu.Lock()
	s.pages[lines] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.pages, lines)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	_ = flush.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case line := <-lines:
			_, _ = fmt.Fprintf(w, "data: %s\n\n", line)
			_ = flush.Flush()
		}
	}
}
