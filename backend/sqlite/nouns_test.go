package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"opora/backend/check"
	"opora/backend/opora"
)

func mustAdd(t *testing.T, db *DB, name string) opora.Customer {
	t.Helper()
	customer, err := db.AddCustomer(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return customer
}

func checked(id string) opora.Check {
	return opora.Check{
		ID: id, StartedAt: monday, MS: 412,
		Finding:  opora.Found(opora.OK, opora.Hint{Code: opora.HintPlain, Detail: "ftp"}),
		Evidence: []opora.Step{{AtMS: 3, Step: opora.StepConnect, Detail: "сервер ответил"}},
	}
}

func access(customer opora.Customer, login, checkID string) (opora.Credential, opora.Note) {
	credential := opora.Credential{
		CustomerID: customer.ID, Kind: opora.SSH, Address: "kolos.example:22", Login: login, HasKey: true, Proven: true,
		Options: opora.Options{AcceptFingerprint: "SHA256:abc"}, Check: checked(checkID),
	}
	note := opora.Note{
		CustomerID: customer.ID, Kind: opora.SSH, Address: credential.Address, Login: login, Author: "Аня", Proven: true,
		Check: credential.Check,
	}
	return credential, note
}

func mustSave(t *testing.T, db *DB, ref string, credential opora.Credential, note opora.Note) (opora.Credential, opora.Note, string) {
	t.Helper()
	if err := db.BeginSave(t.Context(), ref, nil); err != nil {
		t.Fatal(err)
	}
	kept, noted, stale, err := db.CommitSave(t.Context(), ref, credential, note)
	if err != nil {
		t.Fatal(err)
	}
	return kept, noted, stale
}

func pending(t *testing.T, db *DB) []string {
	t.Helper()
	refs, err := db.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return refs
}

func TestCustomers(t *testing.T) {
	db := openNew(t)
	alyona := mustAdd(t, db, "  Алёна ИВАНОВА ")
	percent := mustAdd(t, db, "Скидки 100%_плюс")
	if alyona.Name != "Алёна ИВАНОВА" || alyona.CreatedAt != monday {
		t.Errorf("got %+v", alyona)
	}
	for query, want := range map[string][]int64{
		"": {percent.ID, alyona.ID}, "алена": {alyona.ID}, "ИВАН": {alyona.ID}, "ё": {alyona.ID},
		"%_П": {percent.ID}, "_": {percent.ID}, "' OR 1=1 --": {},
	} {
		found, err := db.Customers(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		got := []int64{}
		for _, c := range found {
			got = append(got, c.ID)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}

	numbered := mustAdd(t, db, fmt.Sprint(alyona.ID))
	for nameOrID, want := range map[string]int64{
		"Алёна ИВАНОВА": alyona.ID, fmt.Sprint(percent.ID): percent.ID,
		fmt.Sprint(alyona.ID): numbered.ID, // a name goes before a number
	} {
		if got, err := db.CustomerNamed(t.Context(), nameOrID); err != nil || got.ID != want {
			t.Errorf("%q: got %v, %v; want %d", nameOrID, got, err, want)
		}
	}
	if _, err := db.CustomerNamed(t.Context(), "алёна иванова"); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound: a name is taken exactly", err)
	}

	var field *opora.FieldError
	if _, err := db.AddCustomer(t.Context(), alyona.Name); !errors.As(err, &field) || field.Code != opora.NameTaken {
		t.Errorf("got %v, want NameTaken", err)
	}
	if _, err := db.AddCustomer(t.Context(), " \t"); !errors.Is(err, opora.NameMissing) {
		t.Errorf("got %v, want NameMissing", err)
	}
	if err := db.RenameCustomer(t.Context(), percent.ID, alyona.Name); !errors.Is(err, opora.NameTaken) {
		t.Errorf("got %v, want NameTaken", err)
	}
	if err := db.RenameCustomer(t.Context(), 999, "Никто"); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
	if err := db.RenameCustomer(t.Context(), percent.ID, "Ёлка"); err != nil {
		t.Fatal(err)
	}
	if found, err := db.Customers(t.Context(), "ЕЛК"); err != nil || len(found) != 1 || found[0].Name != "Ёлка" {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestNotes(t *testing.T) {
	db := openNew(t)
	kolos, other := mustAdd(t, db, "Колос"), mustAdd(t, db, "Мир")
	first, err := db.AddNote(t.Context(), opora.Note{CustomerID: kolos.ID, Text: " просит звонить \n", Author: "Аня"})
	if err != nil || first.Text != "просит звонить" || first.At != monday || first.ID == 0 {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := db.AddNote(t.Context(), opora.Note{CustomerID: other.ID, Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if notes, err := db.Notes(t.Context(), kolos.ID); err != nil || len(notes) != 1 || !reflect.DeepEqual(notes[0].Text, first.Text) {
		t.Errorf("got %+v, %v", notes, err)
	}
	if notes, err := db.Notes(t.Context(), 0); err != nil || len(notes) != 2 || notes[0].ID != second.ID {
		t.Errorf("got %+v, %v", notes, err)
	}
	if _, err := db.AddNote(t.Context(), opora.Note{CustomerID: kolos.ID, Text: " "}); !errors.Is(err, opora.TextMissing) {
		t.Errorf("got %v, want TextMissing", err)
	}
	if _, err := db.AddNote(t.Context(), opora.Note{CustomerID: 999, Text: "x"}); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
	if err := db.RemoveNote(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveNote(t.Context(), first.ID); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
	if notes, err := db.Notes(t.Context(), kolos.ID); err != nil || notes == nil || len(notes) != 0 {
		t.Errorf("got %+v, %v; want an empty list that is not nil", notes, err)
	}
}

func TestSaveIsReadBackWhole(t *testing.T) {
	db := openNew(t)
	kolos := mustAdd(t, db, "Колос")
	credential, note := access(kolos, "root", "check-1")
	kept, noted, stale := mustSave(t, db, "ref1", credential, note)
	if stale != "" || len(pending(t, db)) != 0 {
		t.Errorf("got stale %q, pending %v", stale, pending(t, db))
	}
	want := credential
	want.ID, want.SecretRef, want.CreatedAt = kept.ID, "ref1", monday
	for name, read := range map[string]func() (opora.Credential, error){
		"given": func() (opora.Credential, error) { return kept, nil },
		"read":  func() (opora.Credential, error) { return db.Credential(t.Context(), kept.ID) },
		"listed": func() (opora.Credential, error) {
			all, err := db.Credentials(t.Context(), kolos.ID)
			if len(all) != 1 {
				t.Fatalf("got %d credentials", len(all))
			}
			return all[0], err
		},
	} {
		if got, err := read(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, want)
		}
	}
	wantNote := note
	wantNote.ID, wantNote.CredentialID, wantNote.At = noted.ID, kept.ID, monday
	if notes, err := db.Notes(t.Context(), kolos.ID); err != nil || len(notes) != 1 || !reflect.DeepEqual(notes[0], wantNote) || !reflect.DeepEqual(noted, wantNote) {
		t.Errorf("got %+v, %v; want %+v", notes, err, wantNote)
	}
	if customer, err := db.Customer(t.Context(), kolos.ID); err != nil || customer.Accesses != 1 {
		t.Errorf("got %+v, %v; want one access", customer, err)
	}
}

func TestSameCheckIsSavedOnce(t *testing.T) {
	db := openNew(t)
	credential, note := access(mustAdd(t, db, "Колос"), "root", "check-1")
	kept, noted, _ := mustSave(t, db, "ref1", credential, note)
	again, notedAgain, stale := mustSave(t, db, "ref2", credential, note)
	if !reflect.DeepEqual(again, kept) || !reflect.DeepEqual(notedAgain, noted) || stale != "ref2" {
		t.Errorf("got %+v, %+v, stale %q; want the first result and the second item stale", again, notedAgain, stale)
	}
	if got := pending(t, db); !reflect.DeepEqual(got, []string{"ref2"}) {
		t.Errorf("got %v pending; the unused item would be orphaned", got)
	}
}

func TestSaveReplaces(t *testing.T) {
	db := openNew(t)
	kolos := mustAdd(t, db, "Колос")
	credential, note := access(kolos, "root", "check-1")
	first, _, _ := mustSave(t, db, "ref1", credential, note)
	credential, note = access(kolos, "root", "check-2")
	second, _, stale := mustSave(t, db, "ref2", credential, note)
	if second.ID != first.ID || second.SecretRef != "ref2" || stale != "ref1" || !reflect.DeepEqual(pending(t, db), []string{"ref1"}) {
		t.Errorf("got %+v, stale %q, pending %v", second, stale, pending(t, db))
	}
	if notes, err := db.Notes(t.Context(), kolos.ID); err != nil || len(notes) != 2 {
		t.Errorf("got %d notes, %v; the trace of the first must stay", len(notes), err)
	}
	credential, note = access(kolos, "deploy", "check-3")
	if third, _, _ := mustSave(t, db, "ref3", credential, note); third.ID == first.ID {
		t.Error("another login replaced this one")
	}
}

func TestCommitNeedsTheAnnouncement(t *testing.T) {
	db := openNew(t)
	kolos := mustAdd(t, db, "Колос")
	credential, note := access(kolos, "root", "check-1")
	if err := db.BeginSave(t.Context(), "ref1", []byte("шифр")); err != nil {
		t.Fatal(err)
	}
	if err := db.DropIntent(t.Context(), "ref1"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := db.CommitSave(t.Context(), "ref1", credential, note); err == nil {
		t.Error("a note was written for an item that recovery had deleted")
	}
	if notes, err := db.Notes(t.Context(), 0); err != nil || len(notes) != 0 {
		t.Errorf("got %v, %v; want nothing half saved", notes, err)
	}
	if sealed, err := db.Sealed(t.Context(), "ref1"); err != nil || sealed != nil {
		t.Errorf("got %q, %v; the ciphertext outlived its save", sealed, err)
	}
	credential.CustomerID = 999
	if err := db.BeginSave(t.Context(), "ref2", nil); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := db.CommitSave(t.Context(), "ref2", credential, note); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound for the customer", err)
	}
	if got := pending(t, db); !reflect.DeepEqual(got, []string{"ref2"}) {
		t.Errorf("got %v; a failed commit must keep the announcement", got)
	}
}

func TestSealedStaysWhileInUse(t *testing.T) {
	db := openNew(t)
	credential, note := access(mustAdd(t, db, "Колос"), "root", "check-1")
	if err := db.BeginSave(t.Context(), "ref1", []byte("шифр")); err != nil {
		t.Fatal(err)
	}
	kept, _, _, err := db.CommitSave(t.Context(), "ref1", credential, note)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.DropIntent(t.Context(), "ref1"); err != nil {
		t.Fatal(err)
	}
	if sealed, err := db.Sealed(t.Context(), "ref1"); err != nil || string(sealed) != "шифр" {
		t.Errorf("got %q, %v; the ciphertext of a kept secret was dropped", sealed, err)
	}

	ref, err := db.BeginForget(t.Context(), kept.ID)
	if err != nil || ref != "ref1" || !reflect.DeepEqual(pending(t, db), []string{"ref1"}) {
		t.Errorf("got %q, %v, pending %v", ref, err, pending(t, db))
	}
	if err := db.DropIntent(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if sealed, err := db.Sealed(t.Context(), ref); err != nil || sealed != nil {
		t.Errorf("got %q, %v; want it gone", sealed, err)
	}
	if got, err := db.Credential(t.Context(), kept.ID); err != nil || !got.Forgotten || got.SecretRef != "" {
		t.Errorf("got %+v, %v; want it forgotten", got, err)
	}
	if _, err := db.BeginForget(t.Context(), kept.ID); !errors.Is(err, opora.SecretForgotten) {
		t.Errorf("got %v, want SecretForgotten", err)
	}
	if notes, err := db.Notes(t.Context(), 0); err != nil || len(notes) != 1 {
		t.Errorf("got %d notes, %v; the note is the trace", len(notes), err)
	}
	credential, note = access(opora.Customer{ID: kept.CustomerID}, "root", "check-2")
	if back, _, stale := mustSave(t, db, "ref9", credential, note); back.ID != kept.ID || back.Forgotten || stale != "" {
		t.Errorf("got %+v, stale %q; want the forgotten one revived", back, stale)
	}
}

func TestRecordCheck(t *testing.T) {
	db := openNew(t)
	credential, note := access(mustAdd(t, db, "Колос"), "root", "check-1")
	kept, _, _ := mustSave(t, db, "ref1", credential, note)
	again := opora.Check{ID: "check-2", StartedAt: monday.Add(time.Hour), Finding: opora.Found(opora.BadCredentials)}
	if err := db.RecordCheck(t.Context(), kept.ID, again); err != nil {
		t.Fatal(err)
	}
	got, err := db.Credential(t.Context(), kept.ID)
	if err != nil || got.Proven || got.Check.ID != "check-2" || got.Check.Evidence == nil || got.Check.Finding.Hints == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.MarkMissing(t.Context(), kept.ID, true); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Credential(t.Context(), kept.ID); err != nil || !got.Missing {
		t.Errorf("got %+v, %v; want it missing", got, err)
	}
	if err := db.RecordCheck(t.Context(), 999, again); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestLedgerOverRestartsAndWindows(t *testing.T) {
	dir := t.TempDir()
	account := check.Account{Host: "kolos.example", Login: "анна"}
	first, second := openIn(t, dir), openIn(t, dir)
	id, err := first.Spend(t.Context(), account, monday)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Settle(t.Context(), id, opora.Rejected); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	// Many want the one attempt that is left.
	var wait sync.WaitGroup
	var mu sync.Mutex
	granted := 0
	for range 16 {
		wait.Go(func() {
			_, err := second.Spend(t.Context(), account, monday.Add(time.Minute))
			var refused *check.WaitError
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				granted++
			case !errors.As(err, &refused) || !refused.Until.Equal(monday.Add(check.ShortWindow)):
				t.Errorf("got %v, want a wait until %v", err, monday.Add(check.ShortWindow))
			}
		})
	}
	wait.Wait()
	if granted != 1 {
		t.Errorf("%d attempts were granted, want 1", granted)
	}
	if _, err := second.Spend(t.Context(), check.Account{Host: "kolos.example", Login: "other"}, monday); err != nil {
		t.Errorf("another login was refused: %v", err)
	}
	if _, err := second.Record(t.Context(), account, monday.Add(time.Minute)); err != nil {
		t.Errorf("the operator's word was refused: %v", err)
	}
	if err := second.Settle(t.Context(), 999, opora.Works); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestHostKeys(t *testing.T) {
	db := openNew(t)
	if got, err := db.HostKey(t.Context(), "kolos.example:22"); err != nil || got != "" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, fingerprint := range []string{"SHA256:one", "SHA256:two"} {
		if err := db.NoteHostKey(t.Context(), "kolos.example:22", fingerprint); err != nil {
			t.Fatal(err)
		}
		if got, err := db.HostKey(t.Context(), "kolos.example:22"); err != nil || got != fingerprint {
			t.Errorf("got %q, %v; want %q", got, err, fingerprint)
		}
	}
}

func TestSettings(t *testing.T) {
	db := openNew(t)
	if got, err := db.Settings(t.Context()); err != nil || got != (opora.Settings{}) {
		t.Errorf("got %+v, %v; want a fresh start", got, err)
	}
	for _, want := range []opora.Settings{{Language: opora.Russian, Operator: "Аня", DraftHours: 3}, {Theme: opora.Dark}} {
		if err := db.SaveSettings(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Settings(t.Context()); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if err := db.SaveSettings(t.Context(), opora.Settings{Theme: "neon"}); !errors.Is(err, opora.OptionInvalid) {
		t.Errorf("got %v, want OptionInvalid", err)
	}
}

func TestUses(t *testing.T) {
	db := openNew(t)
	credential, note := access(mustAdd(t, db, "Колос"), "root", "check-1")
	kept, _, _ := mustSave(t, db, "ref1", credential, note)
	if err := db.LogUse(t.Context(), kept.ID, opora.ShownSecret); err != nil {
		t.Fatal(err)
	}
	want := []opora.Use{{ID: 1, CredentialID: kept.ID, At: monday, Action: opora.ShownSecret}}
	if got, err := db.Uses(t.Context(), kept.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if err := db.LogUse(t.Context(), 999, opora.ShownSecret); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestErrorsQuoteNoValues(t *testing.T) {
	const marker = "канарейка-в-данных"
	db := openNew(t)
	mustAdd(t, db, marker)
	_, err := db.AddCustomer(t.Context(), marker)
	if err == nil || strings.Contains(err.Error(), marker) {
		t.Errorf("got %v", err)
	}
	if err := db.BeginSave(t.Context(), "ref", []byte(marker)); err != nil {
		t.Fatal(err)
	}
	if err := db.BeginSave(t.Context(), "ref", []byte(marker)); err == nil || strings.Contains(err.Error(), marker) {
		t.Errorf("got %v", err)
	}
	_ = db.Close()
	if _, err := db.Customers(t.Context(), marker); err == nil || strings.Contains(err.Error(), marker) {
		t.Errorf("got %v", err)
	}
	if db.Dir() != filepath.Clean(db.Dir()) {
		t.Errorf("got %q", db.Dir())
	}
}
