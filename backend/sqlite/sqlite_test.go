package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"opora/backend/opora"
)

// monday is when these tests happen, to the millisecond, as rows keep it.
var monday = time.Date(2026, 11, 23, 9, 30, 0, 123e6, time.UTC)

func openIn(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, func() time.Time { return monday })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func openNew(t *testing.T) *DB {
	t.Helper()
	return openIn(t, filepath.Join(t.TempDir(), "данные #1 100%?"))
}

func TestEveryConnectionIsSetUp(t *testing.T) {
	db := openNew(t)
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "checkpoint_fullfsync": "1", "foreign_keys": "1",
		"secure_delete": "1", "trusted_schema": "0", "cell_size_check": "1", "mmap_size": "0", "temp_store": "2",
		"busy_timeout": "10000",
	}
	for i := range 4 {
		conn, err := db.pool.Conn(t.Context()) // kept open, so that the next one is another
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		for name, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("connection %d: %s = %s, want %s", i, name, got, value)
			}
		}
	}
	if open := db.pool.Stats().OpenConnections; open != 4 {
		t.Errorf("got %d connections, want the 4 that were looked at", open)
	}
}

func TestSQLiteHasTheLogFix(t *testing.T) {
	var major, minor, patch int
	var version string
	if err := openNew(t).pool.QueryRow("SELECT sqlite_version()").Scan(&version); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		t.Fatal(err)
	}
	if major*1_000_000+minor*1_000+patch < 3_051_003 {
		t.Errorf("SQLite %s may corrupt the file when the log is reset; 3.51.3 or later is needed", version)
	}
}

func TestFilesAreForOneUser(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "parent", "data")
	db := openIn(t, dir)
	if _, err := db.AddCustomer(t.Context(), "Колос"); err != nil {
		t.Fatal(err)
	}
	if err := db.backup(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		seen++
		if openToOthers(info) {
			t.Errorf("%s has mode %v", info.Name(), info.Mode())
		}
		return nil
	})
	if err != nil || seen < 6 { // the folder, data, -wal, -shm, lock, copy
		t.Errorf("saw %d files, %v", seen, err)
	}
}

func TestOldFilesAreClosedToOthers(t *testing.T) {
	dir := t.TempDir()
	if err := openIn(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	if err := errors.Join(os.Chmod(path, 0o644), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
	for _, name := range []string{path, dir} {
		if info, err := os.Stat(name); err != nil || openToOthers(info) {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestSharedFolderKeepsItsMode(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o644), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("got %v, %v; a folder with other files in it is not ours to close", info.Mode(), err)
	}
}

func TestFolderThatMayNotBeUsed(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string) error
		want    opora.Code
	}{
		{"a link to a folder", func(t *testing.T, dir string) error { return os.Symlink(t.TempDir(), dir) }, opora.DataForeign},
		{"a data file that is a link", func(t *testing.T, dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.Symlink(filepath.Join(t.TempDir(), "x"), filepath.Join(dir, fileName)))
		}, opora.DataForeign},
		{"a file", func(_ *testing.T, dir string) error { return os.WriteFile(dir, nil, 0o600) }, opora.DataUnwritable},
		{"a folder of another user", func(t *testing.T, dir string) error {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a folder away")
			}
			return errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 65534, 65534))
		}, opora.DataForeign},
		{"a newer schema", func(t *testing.T, dir string) error {
			db := openIn(t, dir)
			_, err := db.pool.Exec("PRAGMA user_version = 9999")
			return errors.Join(err, db.Close())
		}, opora.DataNewer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := test.prepare(t, dir); err != nil {
				t.Fatal(err)
			}
			if db, err := Open(t.Context(), dir, time.Now); !errors.Is(err, test.want) {
				t.Errorf("got %v, %v; want %v", db, err, test.want)
			}
		})
	}
}

func TestDamagedFileIsMovedAside(t *testing.T) {
	tests := []struct {
		name   string
		damage func(content []byte) []byte
	}{
		{"not a database", func([]byte) []byte { return []byte(strings.Repeat("это не база ", 1000)) }},
		{"header torn", func(content []byte) []byte { clear(content[:90]); return content }},
		{"pages torn", func(content []byte) []byte {
			for page := 4096; page < len(content); page += 4096 {
				copy(content[page:], strings.Repeat("\xff", 64))
			}
			return content
		}},
		{"cut short", func(content []byte) []byte { return content[:len(content)/2+100] }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			db := openIn(t, dir)
			for i := range 50 {
				if _, err := db.AddCustomer(t.Context(), fmt.Sprintf("Клиент %d", i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, fileName)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := test.damage(content)
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}

			db = openIn(t, dir)
			if db.Moved == "" {
				t.Fatal("nobody is told that the file was damaged")
			}
			if kept, err := os.ReadFile(db.Moved); err != nil || string(kept) != string(damaged) {
				t.Errorf("the damaged file was not kept as it was: %d bytes, %v", len(kept), err)
			}
			if customers, err := db.Customers(t.Context(), ""); err != nil || len(customers) != 0 {
				t.Errorf("got %d customers, %v; want an empty file that works", len(customers), err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if again := openIn(t, dir); again.Moved != "" {
				t.Error("the rebuilt file counts as damaged")
			}
		})
	}
}

func TestMigration(t *testing.T) {
	released, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	steps := func(more ...string) fstest.MapFS {
		files := fstest.MapFS{}
		for _, step := range released {
			sql, err := migrations.ReadFile("migrations/" + step.Name())
			if err != nil {
				t.Fatal(err)
			}
			files["migrations/"+step.Name()] = &fstest.MapFile{Data: sql}
		}
		for i, sql := range more {
			files[fmt.Sprintf("migrations/%04d_more.sql", len(released)+i+1)] = &fstest.MapFile{Data: []byte(sql)}
		}
		return files
	}
	dir := t.TempDir()
	db := openIn(t, dir)
	if _, err := db.AddCustomer(t.Context(), "Колос"); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, fmt.Sprintf("opora-schema-%d.db", len(released)))
	if _, err := os.Stat(copied); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a fresh file was copied: %v", err)
	}

	broken := steps("ALTER TABLE customer ADD COLUMN city TEXT; UPDATE customer SET city = 'Омск'; SELECT no_such();")
	if err := db.migrate(t.Context(), broken); err == nil {
		t.Fatal("a broken step passed")
	}
	var columns int
	const cities = "SELECT count(*) FROM pragma_table_info('customer') WHERE name = 'city'"
	if err := db.pool.QueryRow(cities).Scan(&columns); err != nil || columns != 0 {
		t.Errorf("got %d columns, %v; half a step was left behind", columns, err)
	}

	if err := db.migrate(t.Context(), steps("ALTER TABLE customer ADD COLUMN city TEXT", "UPDATE customer SET city = 'Омск'")); err != nil {
		t.Fatal(err)
	}
	var city string
	var version int
	if err := db.pool.QueryRow("SELECT city, (SELECT user_version FROM pragma_user_version) FROM customer").Scan(&city, &version); err != nil || city != "Омск" || version != len(released)+2 {
		t.Errorf("got %q, version %d, %v", city, version, err)
	}
	old := t.TempDir()
	content, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, fileName), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if customers, err := openIn(t, old).Customers(t.Context(), ""); err != nil || len(customers) != 1 || customers[0].Name != "Колос" {
		t.Errorf("the copy does not open: %v, %v", customers, err)
	}
}

func TestOpenTogether(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			db, err := Open(context.Background(), dir, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := db.AddCustomer(context.Background(), fmt.Sprint("Клиент ", i)); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if customers, err := openIn(t, dir).Customers(t.Context(), ""); err != nil || len(customers) != 8 {
		t.Errorf("got %d customers, %v; want 8", len(customers), err)
	}
}

func TestRemovedTextLeavesTheFile(t *testing.T) {
	const marker = "след-который-не-остаётся"
	dir := t.TempDir()
	db := openIn(t, dir)
	customer, err := db.AddCustomer(t.Context(), "Колос")
	if err != nil {
		t.Fatal(err)
	}
	note, err := db.AddNote(t.Context(), opora.Note{CustomerID: customer.ID, Text: marker})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveNote(t.Context(), note.ID); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil || strings.Contains(string(content), marker) {
		t.Errorf("the removed note can still be read in the file (%v)", err)
	}
}

// TestLargeFile: one that is too large to be read whole at every opening is
// looked at once a day, and damage found by then is dealt with at the next opening.
func TestLargeFile(t *testing.T) {
	dir, now := t.TempDir(), monday
	open := func() *DB {
		db := &DB{}
		var err error
		db.Moved, err = openStore(t.Context(), &db.store, dir, func() time.Time { return now }, shape{name: fileName, synchronous: "FULL", checked: 1, steps: migrations, keep: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open()
	for i := range 300 {
		mustAddSnippet(t, db, opora.Snippet{Title: fmt.Sprint(i), Body: strings.Repeat("ответ ", 200)})
	}
	if err := db.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(body) / 2; i < len(body)/2+40_000; i++ {
		body[i] = 0xa5
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(23 * time.Hour)
	db = open()
	if db.Moved != "" {
		t.Error("the whole file was read at opening")
	}
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("looked at twice in a day: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if err := db.Check(t.Context()); !errors.Is(err, opora.DataDamaged) {
		t.Errorf("got %v, want DataDamaged", err)
	}
	_ = db.Close()
	if db = open(); db.Moved == "" {
		t.Error("the damaged file is still in use")
	}
	_ = db.Close()
	if db = open(); db.Moved != "" {
		t.Error("moved again")
	}
	// A doubt that was none leaves the file where it is.
	db.doubt()
	_ = db.Close()
	if db = open(); db.Moved != "" || db.doubted() {
		t.Errorf("a sound file is moved to %q", db.Moved)
	}
}
