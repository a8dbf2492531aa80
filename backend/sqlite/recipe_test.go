package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
)

func TestRecipes(t *testing.T) {
	db := openNew(t)
	first := opora.Recipe{
		Site: "https://shop.example", Door: "/staff?next=%2F", UserField: "mail", PasswordField: "pw", Inside: "/orders", UpdatedAt: monday,
	}
	if got, err := db.Recipe(t.Context(), first.Site); err != nil || got != (opora.Recipe{}) {
		t.Errorf("before anything is known: got %+v, %v", got, err)
	}
	second := opora.Recipe{Site: "https://shop.example:8443", Door: "/", UpdatedAt: monday.Add(time.Hour)}
	for _, recipe := range []opora.Recipe{{Site: first.Site, Door: "/old", UpdatedAt: monday.Add(-time.Hour)}, first, second} {
		if err := db.NoteRecipe(t.Context(), recipe); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := db.Recipe(t.Context(), first.Site); err != nil || got != first {
		t.Errorf("got %+v, %v; want the newer %+v", got, err, first)
	}
	if got, err := db.Recipes(t.Context()); err != nil || !reflect.DeepEqual(got, []opora.Recipe{second, first}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.ForgetRecipe(t.Context(), first.Site); err != nil {
		t.Fatal(err)
	}
	if err := db.ForgetRecipe(t.Context(), first.Site); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
	if got, err := db.Recipe(t.Context(), second.Site); err != nil || got != second {
		t.Errorf("another origin of the same host: got %+v, %v", got, err)
	}
}

func TestRecipesOfHostilePages(t *testing.T) {
	db := openNew(t)
	long := strings.Repeat("x", opora.MaxAddress+1)
	for _, recipe := range []opora.Recipe{
		{Site: long}, {Site: "https://a.example", Door: long}, {Site: "https://a.example", UserField: long},
		{Site: "https://a.example", PasswordField: long}, {Site: "https://a.example", Inside: long},
	} {
		if err := db.NoteRecipe(t.Context(), recipe); !errors.Is(err, opora.TooLong) {
			t.Errorf("got %v, want TooLong", err)
		}
	}
	if err := db.NoteRecipe(t.Context(), opora.Recipe{}); !errors.Is(err, opora.AddressMissing) {
		t.Errorf("got %v, want AddressMissing", err)
	}
	if got, err := db.Recipes(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	odd := opora.Recipe{Site: "https://b.example", UserField: `"; DROP TABLE recipe; --`, PasswordField: "<img src=x>\x00", UpdatedAt: monday}
	if err := db.NoteRecipe(t.Context(), odd); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Recipe(t.Context(), odd.Site); err != nil || got != odd {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestFileFromBeforeRecipes: what the first release kept is there after the step
// that brings recipes, and a copy of the file as it was lies beside it.
func TestFileFromBeforeRecipes(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	customer := mustAdd(t, db, "Колос")
	// The schema as the first release left it.
	for _, back := range []string{"DROP TABLE recipe", "PRAGMA user_version = 1"} {
		if _, err := db.pool.Exec(back); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openIn(t, dir)
	if got, err := db.Customer(t.Context(), customer.ID); err != nil || got.Name != "Колос" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.NoteRecipe(t.Context(), opora.Recipe{Site: "https://a.example", UpdatedAt: monday}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "opora-schema-1.db")); err != nil {
		t.Error("no copy was made: ", err)
	}
}
