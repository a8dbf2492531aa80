//go:build linux

package access_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"opora/backend/access"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// TestFullDisk saves into a file system of its own that is filled to the brim,
// then with a few kilobytes more for each try, so that every write of a save is
// the one that fails once.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=0700"); err != nil {
		t.Skip("cannot mount a small file system: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	b := newBench(t, dir)
	defer b.clean(t)

	large := opora.Secrets{Key: opora.NewSecret(string(make([]byte, 20_000)))} // several pages
	failed := 0
	ballast := filepath.Join(dir, "ballast")
	for spare := 0; spare < 160; spare += 8 {
		fill(t, dir, ballast, int64(spare)<<10)
		id := fmt.Sprint("full-", spare)
		_, _, err := b.Save(t.Context(), b.customer, door, large, checkOf(id, opora.OK), false)
		if err != nil && !errors.Is(err, opora.DiskFull) {
			t.Errorf("with %d KiB: got %v, want DiskFull", spare, err)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			failed++
			noted(t, b, id, false)
			// A start after the operator has made room settles what is left.
			if err := b.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		noted(t, b, id, err == nil)
		consistent(t, b)
		if err == nil {
			break
		}
	}
	if failed < 2 {
		t.Errorf("%d saves failed; the disk was not full", failed)
	}
	if _, _, err := b.Save(t.Context(), b.customer, door, large, checkOf("room", opora.OK), false); err != nil {
		t.Errorf("with room again: %v", err)
	}
	reopened(t, b, dir)
}

// fill leaves at most spare bytes free.
func fill(t *testing.T, dir, ballast string, spare int64) {
	t.Helper()
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		t.Fatal(err)
	}
	free := int64(stat.Bavail) * stat.Bsize
	if err := os.WriteFile(ballast, make([]byte, max(0, free-spare)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func noted(t *testing.T, b *bench, checkID string, want bool) {
	t.Helper()
	notes, err := b.db.Notes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range notes {
		if note.Check.ID == checkID {
			if !want {
				t.Errorf("%s: a note of a save that failed", checkID)
			}
			return
		}
	}
	if want {
		t.Errorf("%s: the note is lost", checkID)
	}
}

// consistent looks that what the data file points to is what the keyring has.
func consistent(t *testing.T, b *bench) {
	t.Helper()
	credentials, err := b.db.Credentials(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.counts(t); got[1] != 0 || got[2] != len(credentials) {
		t.Errorf("%d intents, %d items for %d credentials", got[1], got[2], len(credentials))
	}
	for _, c := range credentials {
		if _, err := b.Secrets(t.Context(), c.ID); err != nil {
			t.Error(err)
		}
	}
}

// reopened looks at the same after a fresh start.
func reopened(t *testing.T, b *bench, dir string) {
	t.Helper()
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if db.Moved != "" {
		t.Error("the full disk damaged the data file")
	}
	again := &bench{&access.Keeper{Store: db, Ring: b.ring, Lock: b.Lock}, db, b.ring, b.customer}
	if err := again.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	consistent(t, again)
}
