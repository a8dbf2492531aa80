package sqlite

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"opora/backend/opora"
)

func TestFeed(t *testing.T) {
	db := openNew(t)
	feed := db.Feed()
	at := lastOf(t, feed)
	expect := func(what, want string) {
		t.Helper()
		got, last := changes(t, feed, at)
		if got != want {
			t.Errorf("%s: changes %q, want %q", what, got, want)
		}
		at = last
	}
	customer := mustAdd(t, db, "Пекарня")
	expect("a customer", "customers1")
	if _, err := db.AddNote(t.Context(), opora.Note{CustomerID: customer.ID, Text: "Первая строка\nвторая"}); err != nil {
		t.Fatal(err)
	}
	expect("a remark", "notes1")
	credential, note := access(customer, "deploy", "check-1")
	mustSave(t, db, "ref-канарейка", credential, note)
	expect("an access", "customers1 notes2")
	if err := db.MarkMissing(t.Context(), 1, true); err != nil {
		t.Fatal(err)
	}
	expect("nothing that is found", "")
	snippet := mustAddSnippet(t, db, opora.Snippet{Title: "Ответ", Body: "тело", Tags: []string{"тег"}})
	expect("a snippet", "snippets1")
	if err := db.UseSnippet(t.Context(), snippet.ID); err != nil {
		t.Fatal(err)
	}
	expect("a snippet that was used", "")
	if err := db.SaveSnippet(t.Context(), snippet); err != nil {
		t.Fatal(err)
	}
	expect("a snippet that was saved", "snippets1")
	if err := errors.Join(db.RenameCustomer(t.Context(), customer.ID, "Булочная"), db.RemoveNote(t.Context(), 1), db.RemoveSnippet(t.Context(), snippet.ID)); err != nil {
		t.Fatal(err)
	}
	expect("a rename and two removals", "customers1 notes1 snippets1")

	found, err := feed.Load(t.Context(), []opora.Key{{In: opora.InNotes, ID: 2}, {In: opora.InSnippets, ID: 1}, {In: opora.InArticles, ID: 1}, {In: opora.InCustomers, ID: 1}})
	want := []opora.Findable{
		{Key: opora.Key{In: opora.InNotes, ID: 2}, Title: "kolos.example:22", Text: "kolos.example:22\ndeploy\nssh", Parent: 1},
		{Key: opora.Key{In: opora.InCustomers, ID: 1}, Title: "Булочная", Text: "kolos.example:22\ndeploy"},
	}
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Errorf("got %+v, %v", found, err)
	}
	var all []opora.Findable
	last, err := feed.All(t.Context(), func(f opora.Findable) error { all = append(all, f); return nil })
	if err != nil || last != at || !reflect.DeepEqual(all, want) {
		t.Errorf("got %+v up to %d, %v", all, last, err)
	}
	if strings.Contains(fmt.Sprintf("%+v", all), "канарейка") {
		t.Error("what leads to the secret is given away")
	}
	enough := errors.New("enough")
	if _, err := feed.All(t.Context(), func(opora.Findable) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestFeedForgets(t *testing.T) {
	db := openNew(t)
	feed := db.Feed()
	first := lastOf(t, feed)
	for i := range 5 {
		mustAddSnippet(t, db, opora.Snippet{Title: fmt.Sprint(i), Body: "b"})
	}
	if err := feed.Forget(t.Context(), first+3); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[int64]bool{first: true, first + 2: true, first + 3: false, first + 5: false, first + 6: true} {
		if _, last, err := feed.Since(t.Context(), after); errors.Is(err, ErrForgotten) != want || !want && last != first+5 {
			t.Errorf("after %d: up to %d, %v", after-first, last-first, err)
		}
	}
	if err := feed.Forget(t.Context(), first+5); err != nil {
		t.Fatal(err)
	}
	if got, _ := changes(t, feed, first+5); got != "" {
		t.Errorf("got %s", got)
	}
	if _, _, err := feed.Since(t.Context(), first+4); !errors.Is(err, ErrForgotten) {
		t.Errorf("got %v", err)
	}
	// Another file's numbers are others: an index that knows these sees it.
	if other := openNew(t).Feed(); lastOf(t, other) <= first {
		t.Error("a file that is started anew has the numbers of the one before")
	}
}

func TestOpened(t *testing.T) {
	db := openNew(t)
	key := opora.Key{In: opora.InArticles, ID: 7}
	for _, query := range []string{"пароль", " пароль ", "", strings.Repeat("x", 300), "сброс  пароля"} {
		if err := db.NoteOpened(context.Background(), key, query); err != nil {
			t.Fatal(err)
		}
	}
	list, err := db.Opened(t.Context())
	slices.SortFunc(list, func(a, b Opened) int { return strings.Compare(a.Query, b.Query) })
	if err != nil || !reflect.DeepEqual(list, []Opened{{key, "пароль", 2}, {key, "сброс пароля", 1}}) {
		t.Errorf("got %+v, %v", list, err)
	}
}
