package sqlite

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

func mustAddSnippet(t *testing.T, db *DB, s opora.Snippet) opora.Snippet {
	t.Helper()
	s, err := db.AddSnippet(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func titles(t *testing.T, db *DB, tag string, from, count int) string {
	t.Helper()
	list, err := db.Snippets(t.Context(), tag, from, count)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.Title)
	}
	return strings.Join(names, ",")
}

func TestSnippets(t *testing.T) {
	db := openNew(t)
	hello := mustAddSnippet(t, db, opora.Snippet{Title: " Здравствуйте ", Body: "Добрый день!\r\n", Tags: []string{"начало", " начало", "тон"}, Uses: 7})
	want := opora.Snippet{ID: hello.ID, Title: "Здравствуйте", Body: "Добрый день!\r\n", Tags: []string{"начало", "тон"}, CreatedAt: monday, ChangedAt: monday}
	if got, err := db.Snippet(t.Context(), hello.ID); err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(hello, want) {
		t.Errorf("got %+v, %v and %+v; want %+v", got, err, hello, want)
	}
	mustAddSnippet(t, db, opora.Snippet{Title: "ёлка", Body: "b"})
	mustAddSnippet(t, db, opora.Snippet{Title: "Ежедневно", Body: "b", Tags: []string{"тон"}})
	if got := titles(t, db, "", 0, 10); got != "Ежедневно,ёлка,Здравствуйте" {
		t.Errorf("all: %s", got)
	}
	if got := titles(t, db, "", 1, 1) + ";" + titles(t, db, "тон", 1, 5) + ";" + titles(t, db, "нет", 0, 5); got != "ёлка;Здравствуйте;" {
		t.Errorf("parts: %s", got)
	}
	if all, tags, err := db.SnippetTally(t.Context()); err != nil || all != 3 || !reflect.DeepEqual(tags, map[string]int{"начало": 1, "тон": 2}) {
		t.Errorf("got %d, %v, %v", all, tags, err)
	}

	hello.Title, hello.Tags = "Ау", []string{"новое"}
	if err := db.SaveSnippet(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	if err := db.UseSnippet(t.Context(), hello.ID); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, db, "новое", 0, 5) + ";" + titles(t, db, "начало", 0, 5) + ";" + titles(t, db, "", 0, 1); got != "Ау;;Ау" {
		t.Errorf("after a change: %s", got)
	}
	used, err := db.Snippet(t.Context(), hello.ID)
	if err != nil || used.Uses != 1 {
		t.Errorf("got %+v, %v", used, err)
	}

	if err := db.RemoveSnippet(t.Context(), hello.ID); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, db, "новое", 0, 5); got != "" {
		t.Errorf("a removed one is still listed by tag: %s", got)
	}
	other := mustAddSnippet(t, db, opora.Snippet{Title: "другая", Body: "b"})
	if back := mustAddSnippet(t, db, used); !reflect.DeepEqual(back, used) {
		t.Errorf("brought back as %+v, was %+v", back, used)
	}
	if err := db.RemoveSnippet(t.Context(), other.ID); err != nil {
		t.Fatal(err)
	}
	if next := mustAddSnippet(t, db, opora.Snippet{Title: "ещё", Body: "b"}); next.ID == other.ID {
		t.Error("the id of the snippet that was removed last is given to another")
	}
	if again := mustAddSnippet(t, db, used); again.ID == used.ID {
		t.Error("two snippets with one id")
	}
}

func TestSnippetsRefused(t *testing.T) {
	db := openNew(t)
	for name, err := range map[string]error{
		"read": func() error { _, err := db.Snippet(t.Context(), 9); return err }(), "remove": db.RemoveSnippet(t.Context(), 9),
		"save": db.SaveSnippet(t.Context(), opora.Snippet{ID: 9, Title: "a", Body: "b"}), "use": db.UseSnippet(t.Context(), 9),
	} {
		if !errors.Is(err, opora.NotFound) {
			t.Errorf("%s one that is not there: %v", name, err)
		}
	}
	var field *opora.FieldError
	if _, err := db.AddSnippet(t.Context(), opora.Snippet{Title: "a", Body: " "}); !errors.As(err, &field) || field.Field != "body" {
		t.Errorf("got %v", err)
	}
	good := opora.Snippet{Title: "a", Body: "b"}
	if _, err := db.TakeSnippets(t.Context(), []opora.Snippet{good, {Title: "", Body: "b"}}); !errors.As(err, &field) || field.Field != "title" {
		t.Errorf("got %v", err)
	}
	if got := titles(t, db, "", 0, 9); got != "" {
		t.Errorf("kept of what is refused: %s", got)
	}
}

func TestTakeSnippets(t *testing.T) {
	db := openNew(t)
	kept := mustAddSnippet(t, db, opora.Snippet{Title: "a", Body: "b", Tags: []string{"old"}})
	given := []opora.Snippet{{Title: "a", Body: "b", Tags: []string{"new"}}, {Title: "a", Body: "c"}, {ID: 99, Title: "a ", Body: "c", Uses: 5}}
	if count, err := db.TakeSnippets(t.Context(), given); err != nil || count != 2 {
		t.Fatalf("got %d, %v", count, err)
	}
	if count, err := db.TakeSnippets(t.Context(), given); err != nil || count != 0 {
		t.Errorf("the second time: %d, %v", count, err)
	}
	if s, err := db.Snippet(t.Context(), kept.ID); err != nil || !reflect.DeepEqual(s.Tags, []string{"new"}) {
		t.Errorf("got %+v, %v", s, err)
	}
	if got := titles(t, db, "", 0, 9) + ";" + titles(t, db, "new", 0, 9) + ";" + titles(t, db, "old", 0, 9); got != "a,a;a;" {
		t.Errorf("got %s", got)
	}
}

func TestManySnippets(t *testing.T) {
	if !pace.Alone() {
		t.Skip("a hundred thousand of them take seconds: OPORA_TESTS=alone")
	}
	db := openNew(t)
	given := make([]opora.Snippet, 100_000)
	for i := range given {
		given[i] = opora.Snippet{Title: fmt.Sprintf("Ответ %d", i), Body: strings.Repeat("Здравствуйте, это ответ. ", 10), Tags: []string{fmt.Sprint(i % 50)}}
	}
	began := time.Now()
	if count, err := db.TakeSnippets(t.Context(), given); err != nil || count != len(given) {
		t.Fatalf("got %d, %v", count, err)
	}
	took := time.Since(began)
	began = time.Now()
	if list, err := db.Snippets(t.Context(), "", 99_900, 50); err != nil || len(list) != 50 {
		t.Fatalf("got %d, %v", len(list), err)
	}
	t.Logf("taken in %v, the last page in %v", took, time.Since(began))
	if limit := pace.Limit(20 * time.Second); took > limit {
		t.Errorf("taken in %v, want %v", took, limit)
	}
}
