package browser

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// What profiles are called in the folder for temporary files.
const (
	profilePrefix = "opora-browser-"
	nameLength    = 10 // of the random rest: a browser puts a socket inside, and those have short names
	lockSuffix    = ".lock"
)

// profile is the folder of one browser: its settings, its home and its
// temporary files. While its owner lives, the owner holds the lock beside it;
// the system lets go of the lock with the process, however that ends.
type profile struct {
	dir  string
	lock *flock.Flock
}

func newProfile(o Options) (*profile, error) {
	for range 10 {
		dir := filepath.Join(folderForProfiles(), profilePrefix+strings.ToLower(rand.Text()[:nameLength]))
		lock := flock.New(dir + lockSuffix)
		held, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock the profile: %w", err)
		}
		if !held {
			continue // another program's Sweep has just taken it for a left one
		}
		p := &profile{dir, lock}
		if err := p.fill(o); err != nil {
			p.remove()
			return nil, fmt.Errorf("make the profile: %w", err)
		}
		return p, nil
	}
	return nil, errors.New("lock the profile: taken each time")
}

// The folders of a profile, below its own.
const (
	folderHome    = "home"
	folderRun     = "run"
	folderTemp    = "tmp"
	folderNothing = "empty" // what PATH names: nothing else is to be started
	folderData    = "data"  // --user-data-dir
)

func (p *profile) fill(o Options) error {
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return err
	}
	for _, folder := range []string{folderHome, folderRun, folderTemp, folderNothing, filepath.Join(folderData, "Default")} {
		if err := os.MkdirAll(filepath.Join(p.dir, folder), 0o700); err != nil {
			return err
		}
	}
	for file, content := range map[string]any{
		"First Run":           nil,
		"Local State":         localState(o),
		"Default/Preferences": preferences(o),
	} {
		var text []byte
		if content != nil {
			var err error
			if text, err = json.Marshal(content); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(p.dir, folderData, filepath.FromSlash(file)), text, 0o600); err != nil {
			return err
		}
	}
	if err := p.copyAuthority(o); err != nil {
		return err
	}
	return give(p.dir)
}

func (p *profile) path(folder string) string { return filepath.Join(p.dir, folder) }

// remove takes the profile off the disk and lets go of its lock.
func (p *profile) remove() {
	if err := removeTree(p.dir); err != nil {
		slog.Error("browser profile not removed", "err", err)
		_ = p.lock.Unlock() // the next Sweep tries again
		return
	}
	// Some systems only remove what is closed, so there is a moment in which
	// another program's Sweep may take the lock: it finds nothing to remove.
	_ = p.lock.Unlock()
	_ = os.Remove(p.lock.Path())
}

// What removing is given. A browser that is just ending may still write.
const (
	removeTime  = 3 * time.Second
	removePause = 20 * time.Millisecond
)

func removeTree(dir string) error {
	for deadline := time.Now().Add(removeTime); ; time.Sleep(removePause) {
		err := os.RemoveAll(dir)
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// Sweep removes the profiles whose owner is dead. The program calls it when it
// starts; profiles of other programs that run now are left alone.
func Sweep() {
	folder := folderForProfiles()
	entries, err := os.ReadDir(folder)
	if err != nil {
		slog.Warn("browser profiles not looked for", "err", err)
		return
	}
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), lockSuffix)
		if isProfileName(name) && own(entry) {
			sweep(filepath.Join(folder, name))
		}
	}
}

func isProfileName(name string) bool {
	rest, ok := strings.CutPrefix(name, profilePrefix)
	return ok && len(rest) == nameLength && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// own tells our user's entries from those that another user put there.
func own(entry fs.DirEntry) bool {
	info, err := entry.Info()
	return err == nil && (info.IsDir() || info.Mode().IsRegular()) && ours(info)
}

func sweep(dir string) {
	p := &profile{dir, flock.New(dir + lockSuffix)}
	held, err := p.lock.TryLock()
	if err != nil || !held {
		return
	}
	killUsers(dir)
	p.remove()
}
