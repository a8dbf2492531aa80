package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
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

// TestFilesOfEarlierReleases: what an earlier release kept is there after the
// steps that came since, can be found, and a copy of the file as it was lies beside it.
func TestFilesOfEarlierReleases(t *testing.T) {
	for version, last := range []string{"0001_start.sql", "0002_recipe.sql"} {
		dir := t.TempDir()
		earlier := fstest.MapFS{}
		for _, name := range []string{"0001_start.sql", "0002_recipe.sql"} {
			step, err := migrations.ReadFile("migrations/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if name <= last {
				earlier["migrations/"+name] = &fstest.MapFile{Data: step}
			}
		}
		old := &DB{}
		if _, err := openStore(t.Context(), &old.store, dir, func() time.Time { return monday }, shape{name: fileName, synchronous: "FULL", steps: earlier, keep: true}); err != nil {
			t.Fatal(err)
		}
		customer := mustAdd(t, old, "Колос")
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		db := openIn(t, dir)
		if got, err := db.Customer(t.Context(), customer.ID); err != nil || got.Name != "Колос" {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := db.NoteRecipe(t.Context(), opora.Recipe{Site: "https://a.example", UpdatedAt: monday}); err != nil {
			t.Error(err)
		}
		mustAddSnippet(t, db, opora.Snippet{Title: "a", Body: "b"})
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("opora-schema-%d.db", version+1))); err != nil {
			t.Error("no copy was made: ", err)
		}
	}
}
