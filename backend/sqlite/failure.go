package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"opora/backend/opora"
)

// failure translates what the driver and the disk say, once. The driver's text
// stays in the chain: it quotes statements, never values.
func (db *store) failure(err error) error {
	var code opora.Code
	var sqlite *driver.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &code):
		if code == opora.DataDamaged {
			db.doubt()
		}
		return err
	case errors.Is(err, sql.ErrNoRows):
		return opora.NotFound
	case !errors.As(err, &sqlite):
		return err
	}
	if sqlite.Code() == lib.SQLITE_CONSTRAINT_FOREIGNKEY {
		return fmt.Errorf("%w: %w", opora.NotFound, err)
	}
	switch sqlite.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fmt.Errorf("%w: %w", opora.DiskFull, err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return fmt.Errorf("%w: %w", opora.DataUnwritable, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		db.doubt()
		return fmt.Errorf("%w: %w", opora.DataDamaged, err)
	case lib.SQLITE_IOERR:
		// A quota, a file size limit and a full disk under the shared-memory
		// file all come as plain I/O errors.
		if db.full() {
			return fmt.Errorf("%w: %w", opora.DiskFull, err)
		}
	}
	return err
}

// unique reports whether a row was refused because its like exists.
func unique(err error) bool {
	var sqlite *driver.Error
	return errors.As(err, &sqlite) && sqlite.Code() == lib.SQLITE_CONSTRAINT_UNIQUE
}

// full tries whether the data folder takes another few pages.
func (db *store) full() bool {
	file, err := os.CreateTemp(db.dir, "space-*.tmp")
	if err != nil {
		return errors.Is(fileError(err), opora.DiskFull)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(make([]byte, 64<<10))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return errors.Is(fileError(err), opora.DiskFull)
}

// fileError translates what the file system says.
func fileError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w: %w", opora.DiskFull, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w: %w", opora.DataUnwritable, err)
	}
	return err
}
