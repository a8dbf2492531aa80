package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"opora/backend/browser"
	"opora/backend/lab"
	"opora/backend/opora"
)

func TestMain(m *testing.M) {
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	os.Exit(lab.KeyringForTests(m, func(*lab.Keyring) {}))
}

func open(t *testing.T, dir string) *App {
	app := NewApp("test")
	_ = app.Open(context.Background(), dir, false, func(string, any) {})
	t.Cleanup(app.Close)
	return app
}

func TestCustomersAndNotes(t *testing.T) {
	app := open(t, t.TempDir())
	customers, notes := &Customers{app}, &Notes{app}
	added, err := customers.Add("Колос & <b>сыновья</b>")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := customers.Find(added.ID); err != nil || got.Name != "Колос & <b>сыновья</b>" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = customers.Find(added.ID + 1)
	if got := FailureOf(err); got != (Failure{Code: opora.NotFound}) {
		t.Errorf("got %v", got)
	}
	_, err = customers.Add("  ")
	if got := Format(err); got != `{"code":"error_name_missing","field":"name"}` {
		t.Errorf("got %v", got)
	}
	note, err := notes.Add(added.ID, "Просит отвечать после 12:00")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := notes.List(added.ID); err != nil || len(list) != 1 || list[0].Text != note.Text {
		t.Errorf("got %v, %v", list, err)
	}
	if err := notes.Remove(note.ID); err != nil {
		t.Error(err)
	}
	for name, list := range map[string]func() (any, error){
		"customers": func() (any, error) { return customers.List("нет такого") },
		"notes":     func() (any, error) { return notes.List(added.ID) },
		"saved":     func() (any, error) { return (&Accesses{app}).Saved(0) },
		"intakes":   func() (any, error) { return (&Accesses{app}).Intakes() },
	} {
		got, err := list()
		if text, _ := json.Marshal(got); err != nil || string(text) != "[]" {
			t.Errorf("%s: an empty list crosses as %s, %v", name, text, err)
		}
	}
}

// TestFolderThatCannotBe: the page learns why, and every call says the same.
func TestFolderThatCannotBe(t *testing.T) {
	real := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	app := open(t, link)
	state, err := (&System{app}).State()
	if err != nil || state.Failure != opora.DataForeign {
		t.Errorf("got %+v, %v", state, err)
	}
	if _, err := (&Customers{app}).List(""); !errors.Is(err, opora.DataForeign) {
		t.Errorf("got %v", err)
	}
}

func TestSettings(t *testing.T) {
	app := open(t, t.TempDir())
	system := &System{app}
	want := opora.Settings{Language: opora.Russian, Theme: opora.Dark, Operator: "Тимур", DraftHours: 2, Zoom: 120}
	if err := system.SaveSettings(want); err != nil {
		t.Fatal(err)
	}
	if got, err := system.Settings(); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	err := system.SaveSettings(opora.Settings{Theme: "pink"})
	if got := FailureOf(err); got.Code != opora.OptionInvalid || got.Field != "theme" {
		t.Errorf("got %+v", got)
	}
	if state, err := system.State(); err != nil || state.Keyring != "" || state.Failure != "" {
		t.Errorf("got %+v, %v", state, err)
	}
}

// TestUnexpected: the cause of an error that nobody foresaw stays on this side.
func TestUnexpected(t *testing.T) {
	got := fmt.Sprint(Format(errors.New("dial tcp: password=canary")))
	if strings.Contains(got, "canary") || !strings.Contains(got, string(opora.Unexpected)) {
		t.Errorf("got %s", got)
	}
}

// TestBound: what is open to the page is methods with plain types, none of them
// of the sort that runs programs, reads files or fetches addresses.
func TestBound(t *testing.T) {
	for _, bound := range NewApp("test").Bound() {
		kind := reflect.TypeOf(bound)
		for i := range kind.NumMethod() {
			method := kind.Method(i)
			for _, word := range []string{"Exec", "Open", "Fetch", "Read", "Write", "Path", "Eval"} {
				if strings.Contains(method.Name, word) {
					t.Errorf("%s.%s is open to the page", kind.Elem().Name(), method.Name)
				}
			}
			for in := 1; in < method.Type.NumIn(); in++ {
				if k := method.Type.In(in).Kind(); k == reflect.Interface || k == reflect.Map || k == reflect.Func {
					t.Errorf("%s.%s takes a %s", kind.Elem().Name(), method.Name, k)
				}
			}
		}
	}
}

func TestEnums(t *testing.T) {
	for _, enum := range Enums() {
		list := reflect.ValueOf(enum)
		names := map[string]bool{}
		for i := range list.Len() {
			name := list.Index(i).FieldByName("TSName").String()
			if names[name] || name == "" || strings.ContainsAny(name, "_-") {
				t.Errorf("%T: the name %q is taken or no name", enum, name)
			}
			names[name] = true
		}
	}
}
