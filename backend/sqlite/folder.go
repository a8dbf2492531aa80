package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"opora/backend/opora"
)

// prepareDir makes the data folder, for this user alone, or looks whether the
// one that is there may be used.
func prepareDir(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return fileError(err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fileError(err)
		}
		info, err = os.Lstat(dir)
	}
	if err != nil {
		return fileError(err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0 || foreign(info):
		return opora.DataForeign
	case !info.IsDir():
		return opora.DataUnwritable
	case !openToOthers(info):
		return nil
	}
	// A folder that holds other things too (a home folder, /tmp) is not ours to
	// close; the files are for this user alone in any case.
	ours, err := onlyOurs(dir)
	if err != nil || !ours {
		return err
	}
	return fileError(os.Chmod(dir, 0o700))
}

func onlyOurs(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, fileError(err)
	}
	ours := len(entries) == 0
	for _, entry := range entries {
		ours = ours || entry.Name() == fileName
	}
	return ours, nil
}

// prepareFile makes the data file before SQLite does, which would let everybody
// read it. SQLite gives the files beside it the same mode.
func prepareFile(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Lstat(path + suffix)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fileError(err)
		case !info.Mode().IsRegular() || foreign(info):
			return fmt.Errorf("%s: %w", info.Name(), opora.DataForeign)
		case openToOthers(info):
			if err := os.Chmod(path+suffix, 0o600); err != nil {
				return fileError(err)
			}
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fileError(err)
	}
	return fileError(file.Close())
}
