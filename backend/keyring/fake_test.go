//go:build linux

package keyring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"opora/backend/lab"
	"opora/backend/opora"
	"opora/backend/pace"
)

// useBus lets this process see another bus until the test ends. The library's
// connection is shared by the process and made anew once it is closed.
func useBus(t *testing.T, address string) {
	t.Helper()
	closeShared := func() {
		if conn, err := dbus.SessionBus(); err == nil {
			_ = conn.Close()
		}
	}
	closeShared()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Cleanup(closeShared)
}

// fake is a Secret Service that misbehaves on demand, for what a real one
// cannot be made to do.
type fake struct {
	conn *dbus.Conn
	bus  *lab.Bus

	mu       sync.Mutex
	items    map[string][]byte
	writes   int // items that came in
	locked   bool
	hang     string // the method that never answers
	fail     string // the method that fails, and quotes the last secret
	closeBus string // the method during which the bus goes away
	keep     func(value []byte) ([]byte, bool)
	prompt   string // what a prompt does: "allow", "dismiss", "hang", "vanish"
	prompted int
	taken    int // prompts that were taken away again
	last     string
	released chan struct{}
}

const (
	fakeItems  = loginPath + "/items"
	fakePrompt = servicePath + "/prompt/p1"
)

// startFake starts one that is honest but for what misbehaviour sets.
func startFake(t *testing.T, misbehaviour func(f *fake)) *fake {
	t.Helper()
	bus, err := lab.StartBus(t.Context(), t.TempDir())
	lab.Require(t, err)
	conn, err := bus.Connect()
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{conn: conn, bus: bus, items: map[string][]byte{}, released: make(chan struct{}), keep: func(v []byte) ([]byte, bool) { return v, true }}
	misbehaviour(f)
	for _, e := range []struct {
		path  dbus.ObjectPath
		face  string
		table map[string]any
	}{
		{servicePath, serviceFace, map[string]any{"OpenSession": f.openSession, "Unlock": f.unlock, "ReadAlias": f.readAlias}},
		{servicePath, "org.freedesktop.DBus.Properties", map[string]any{"Get": f.property}},
		{loginPath, "org.freedesktop.DBus.Properties", map[string]any{"Get": f.property}},
		{loginPath, collectionFace, map[string]any{"CreateItem": f.createItem, "SearchItems": f.searchItems}},
		{servicePath + "/session/s1", "org.freedesktop.Secret.Session", map[string]any{"Close": f.closeSession}},
		{fakePrompt, promptFace, map[string]any{"Prompt": f.doPrompt, "Dismiss": f.dismiss}},
	} {
		if err := conn.ExportMethodTable(e.table, e.path, e.face); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.ExportSubtreeMethodTable(map[string]any{"GetSecret": f.getSecret, "Delete": f.deleteItem}, fakeItems, "org.freedesktop.Secret.Item"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(serviceName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	useBus(t, bus.Address)
	t.Cleanup(func() {
		close(f.released)
		_ = conn.Close()
		bus.Stop()
	})
	return f
}

// misbehave does what the test wants of a method before it does its work.
func (f *fake) misbehave(method string) *dbus.Error {
	f.mu.Lock()
	hang, fail, closeBus, last := f.hang == method, f.fail == method, f.closeBus == method, f.last
	f.mu.Unlock()
	switch {
	case hang:
		<-f.released
	case closeBus:
		f.bus.Stop()
	case fail:
		return dbus.NewError("org.example.Quoting", []any{"cannot do this to " + last})
	}
	return nil
}

func (f *fake) openSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	return dbus.MakeVariant(""), servicePath + "/session/s1", f.misbehave("OpenSession")
}

func (f *fake) closeSession() *dbus.Error { return f.misbehave("Close") }

func (f *fake) readAlias(string) (dbus.ObjectPath, *dbus.Error) { return loginPath, nil }

func (f *fake) property(face, name string) (dbus.Variant, *dbus.Error) {
	if err := f.misbehave(name); err != nil {
		return dbus.Variant{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "Locked" {
		return dbus.MakeVariant(f.locked), nil
	}
	return dbus.MakeVariant([]dbus.ObjectPath{loginPath}), nil
}

func (f *fake) unlock(paths []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	err := f.misbehave("Unlock")
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.locked {
		return nil, fakePrompt, err
	}
	return paths, noPath, err
}

func (f *fake) doPrompt(string) *dbus.Error {
	f.mu.Lock()
	f.prompted++
	what := f.prompt
	if what == "allow" {
		f.locked = false
	}
	f.mu.Unlock()
	switch what {
	case "allow", "dismiss":
		go func() {
			_ = f.conn.Emit(fakePrompt, promptFace+".Completed", what == "dismiss", dbus.MakeVariant([]dbus.ObjectPath{loginPath}))
		}()
	case "vanish":
		_, _ = f.conn.ReleaseName(serviceName)
	}
	return nil
}

func (f *fake) dismiss() *dbus.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken++
	return nil
}

type fakeSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

func (f *fake) createItem(properties map[string]dbus.Variant, secret fakeSecret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	f.mu.Lock()
	f.last = string(secret.Value)
	f.mu.Unlock()
	if err := f.misbehave("CreateItem"); err != nil {
		return noPath, noPath, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	attributes := properties["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string)
	if value, kept := f.keep(secret.Value); kept {
		f.items[attributes["username"]] = value
		f.writes++
	}
	return fakeItems + "/" + dbus.ObjectPath(attributes["username"]), noPath, nil
}

func (f *fake) searchItems(search map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	if err := f.misbehave("SearchItems"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, found := f.items[search["username"]]; !found {
		return []dbus.ObjectPath{}, nil
	}
	return []dbus.ObjectPath{fakeItems + "/" + dbus.ObjectPath(search["username"])}, nil
}

func itemName(message dbus.Message) string {
	path := string(message.Headers[dbus.FieldPath].Value().(dbus.ObjectPath))
	return path[strings.LastIndexByte(path, '/')+1:]
}

func (f *fake) getSecret(message dbus.Message, session dbus.ObjectPath) (fakeSecret, *dbus.Error) {
	if err := f.misbehave("GetSecret"); err != nil {
		return fakeSecret{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return fakeSecret{Session: session, Parameters: []byte{}, Value: f.items[itemName(message)], ContentType: "text/plain"}, nil
}

func (f *fake) deleteItem(message dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	if err := f.misbehave("Delete"); err != nil {
		return noPath, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.items, itemName(message))
	return noPath, nil
}

func (f *fake) prompts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.prompted
}

const canary = "Kanarienvogel&Пароль"

// hasty is a ring that waits as long as a test can.
func hasty() *Ring {
	return &Ring{limits: limits{state: 300 * time.Millisecond, read: 300 * time.Millisecond, write: 300 * time.Millisecond, ask: 500 * time.Millisecond}}
}

func TestWhatTheKeyringDidNotKeepIsNotSaved(t *testing.T) {
	tests := []struct {
		name string
		keep func([]byte) ([]byte, bool)
		want opora.Code
	}{
		{"drops it", func([]byte) ([]byte, bool) { return nil, false }, opora.KeyringDismissed},
		{"cuts it", func(v []byte) ([]byte, bool) { return v[:len(v)-1], true }, opora.KeyringFailed},
		{"keeps something else", func([]byte) ([]byte, bool) { return []byte("other"), true }, opora.KeyringFailed},
		{"keeps nothing of it", func([]byte) ([]byte, bool) { return []byte{}, true }, opora.KeyringFailed},
		{"adds a line end", func(v []byte) ([]byte, bool) { return append(v, '\n'), true }, opora.KeyringFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			startFake(t, func(f *fake) { f.keep = test.keep })
			err := (&Ring{}).Set(t.Context(), NewRef(), opora.NewSecret(canary))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if err := (&Ring{}).Probe(t.Context()); !errors.Is(err, test.want) {
				t.Errorf("probe: got %v, want %v", err, test.want)
			}
		})
	}
	t.Run("keeps it", func(t *testing.T) {
		startFake(t, func(*fake) {})
		if err := (&Ring{}).Probe(t.Context()); err != nil {
			t.Errorf("the honest fake: %v", err)
		}
	})
}

func TestPrompt(t *testing.T) {
	tests := []struct {
		name    string
		prompt  string
		display bool
		want    error // nil: kept
		asked   int
	}{
		{"the operator unlocks it", "allow", true, nil, 1},
		{"the operator closes it", "dismiss", true, opora.KeyringDismissed, 1},
		{"the operator is away", "hang", true, opora.KeyringTimeout, 1},
		{"the keyring goes away", "vanish", true, opora.KeyringMissing, 1},
		{"nobody is there", "allow", false, opora.KeyringLocked, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t, func(f *fake) { f.locked, f.prompt = true, test.prompt })
			if test.display {
				t.Setenv("DISPLAY", ":99")
			}
			ring := hasty()
			if err := ring.State(t.Context()); !errors.Is(err, opora.KeyringLocked) || f.prompts() != 0 {
				t.Errorf("state: got %v after %d prompts; want KeyringLocked and nobody asked", err, f.prompts())
			}
			err := ring.Set(t.Context(), NewRef(), opora.NewSecret(canary))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.prompted != test.asked {
				t.Errorf("asked %d times, want %d", f.prompted, test.asked)
			}
			if (test.want == nil) != (len(f.items) == 1) {
				t.Errorf("the keyring holds %d items", len(f.items))
			}
		})
	}
}

func TestCancelledPromptIsTakenAway(t *testing.T) {
	f := startFake(t, func(f *fake) { f.locked, f.prompt = true, "hang" })
	t.Setenv("DISPLAY", ":99")
	ctx, cancel := context.WithCancel(t.Context())
	var cancelled time.Time
	go func() {
		for f.prompts() == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		cancelled = time.Now()
		cancel()
	}()
	err := (&Ring{}).Set(ctx, NewRef(), opora.NewSecret(canary))
	if took := time.Since(cancelled); !errors.Is(err, context.Canceled) || took > pace.Limit(2*time.Second) {
		t.Errorf("got %v after %v", err, took)
	}
	eventually(t, "the prompt to be taken away", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.taken == 1
	})
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("waited in vain for %s", what)
}

// calls are those that the library and prepare make of a Secret Service.
var calls = []string{"Collections", "Locked", "Unlock", "OpenSession", "CreateItem", "SearchItems", "GetSecret", "Close", "Delete"}

// lifeOf writes, reads and deletes one item; it gives the first error.
func lifeOf(ctx context.Context, ring *Ring) error {
	ref := NewRef()
	if err := ring.Set(ctx, ref, opora.NewSecret(canary)); err != nil {
		return err
	}
	if _, err := ring.Get(ctx, ref, nil); err != nil {
		return err
	}
	return ring.Delete(ctx, ref)
}

func TestHangingKeyring(t *testing.T) {
	for _, method := range calls {
		t.Run(method, func(t *testing.T) {
			startFake(t, func(f *fake) { f.hang = method })
			ring := hasty()
			began := time.Now()
			if err := lifeOf(t.Context(), ring); !errors.Is(err, opora.KeyringTimeout) {
				t.Errorf("got %v, want KeyringTimeout", err)
			}
			if took := time.Since(began); took > pace.Limit(2*time.Second) {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestFailingKeyringIsNotQuoted(t *testing.T) {
	for _, method := range calls {
		t.Run(method, func(t *testing.T) {
			startFake(t, func(f *fake) { f.fail = method })
			err := lifeOf(t.Context(), &Ring{})
			if method == "Close" && err == nil {
				return // the library rightly ignores that
			}
			if !errors.Is(err, opora.KeyringFailed) || strings.Contains(fmt.Sprintf("%+v", err), canary) {
				t.Errorf("got %v, want KeyringFailed without the keyring's words", err)
			}
		})
	}
}

func TestBusGoesAway(t *testing.T) {
	for _, method := range calls {
		t.Run(method, func(t *testing.T) {
			startFake(t, func(f *fake) { f.closeBus = method })
			err := lifeOf(t.Context(), &Ring{})
			if method == "Close" && err == nil {
				return
			}
			if !errors.Is(err, opora.KeyringMissing) && !errors.Is(err, opora.KeyringFailed) {
				t.Errorf("got %v, want KeyringMissing or KeyringFailed", err)
			}
		})
	}
}

func TestLateWriteIsUndone(t *testing.T) {
	f := startFake(t, func(f *fake) { f.hang = "CreateItem" })
	if err := hasty().Set(t.Context(), NewRef(), opora.NewSecret(canary)); !errors.Is(err, opora.KeyringTimeout) {
		t.Fatalf("got %v, want KeyringTimeout", err)
	}
	f.mu.Lock()
	f.hang = ""
	f.mu.Unlock()
	f.released <- struct{}{}
	eventually(t, "the late item to come and go", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.writes > 0 && len(f.items) == 0
	})
}

func TestHangingKeyringHoldsFewGoroutines(t *testing.T) {
	startFake(t, func(f *fake) { f.hang = "Unlock" })
	ring := &Ring{limits: limits{read: 20 * time.Millisecond}}
	before := runtime.NumGoroutine()
	for range 60 {
		if _, err := ring.Get(t.Context(), NewRef(), nil); !errors.Is(err, opora.KeyringTimeout) {
			t.Fatalf("got %v, want KeyringTimeout", err)
		}
	}
	// Each hanging call keeps its own goroutine and those of its connection, and
	// the fake one to serve it; without a bound there would be 60 of each.
	if more := runtime.NumGoroutine() - before; more > 5*maxCalls {
		t.Errorf("%d goroutines more", more)
	}
}

func TestManyCallsLeaveNothingBehind(t *testing.T) {
	f := startFake(t, func(f *fake) { f.prompt = "allow" })
	t.Setenv("DISPLAY", ":99")
	ring := &Ring{}
	if err := lifeOf(t.Context(), ring); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 40 {
		f.mu.Lock()
		f.locked = true
		f.mu.Unlock()
		if err := lifeOf(t.Context(), ring); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before+2 })
	if n := f.prompts(); n < 40 {
		t.Errorf("%d prompts; this test is about prompts", n)
	}
}

func TestPanicIsCaught(t *testing.T) {
	ring := &Ring{}
	ring.ready()
	_, err := ring.call(t.Context(), "test", time.Second, func(context.Context, func()) (opora.Secret, error) {
		panic(canary)
	}, nil)
	if !errors.Is(err, opora.KeyringFailed) || strings.Contains(err.Error(), canary) {
		t.Errorf("got %v, want KeyringFailed", err)
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		t.Error("no bus is set for tests")
	}
}

func TestNoKeyring(t *testing.T) {
	needReal(t)
	bus, err := lab.StartBus(t.Context(), t.TempDir())
	lab.Require(t, err)
	t.Cleanup(bus.Stop)
	for name, address := range map[string]string{
		"a bus without a keyring": bus.Address, "no bus": "unix:path=" + t.TempDir() + "/none", "no address": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir()) // godbus looks there too
			useBus(t, address)
			for name, err := range everyCall(t, &Ring{}) {
				if !errors.Is(err, opora.KeyringMissing) {
					t.Errorf("%s: got %v, want KeyringMissing", name, err)
				}
			}
		})
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != realKeyring.Address {
		t.Error("the address of the test keyring was not put back")
	}
}
