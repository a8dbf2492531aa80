package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// bundle is a set of Debian packages that the lab unpacks instead of
// installing: their programs would start as services, or pull in a web server.
type bundle struct {
	name     string // of its folder in the cache; a new number when the list changes
	packages []string
	absolute bool // PHP files name the packages' own absolute paths
	whole    bool // with all packages that these depend on and the machine lacks, for an overlay
}

// The bundles. The list of packages is what the packages themselves depend on,
// less what is installed already and what the pages asked for do not use.
func wordpressBundle() bundle {
	return bundle{"wordpress-1", []string{"wordpress", "wordpress-l10n", "wordpress-theme-twentytwentythree", "php-getid3",
		"libjs-underscore", "libjs-cropper"}, true, false}
}

func dokuwikiBundle() bundle {
	return bundle{"dokuwiki-1", []string{"dokuwiki", "libphp-simplepie", "php-geshi", "php-phpseclib", "php-random-compat",
		"libjs-jquery", "libjs-jquery-ui", "libjs-jquery-cookie"}, true, false}
}

func lighttpdBundle() bundle {
	return bundle{"lighttpd-1", []string{"lighttpd", "libxxhash0"}, false, false}
}

// unpack gives the folder in which a bundle lies as on a machine of its own,
// and fetches it on first use.
func unpack(ctx context.Context, b bundle) (root string, err error) {
	missing := func(cause error) error { return &Missing{Thing: b.name, Package: b.packages[0], Cause: cause} }
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	root = filepath.Join(cache, b.name)
	done := filepath.Join(root, ".complete")
	lock := flock.New(root + ".lock") // tests of several packages run at once
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	if exists(done) {
		return root, nil
	}
	if err := os.RemoveAll(root); err != nil {
		return "", err
	}
	downloads := filepath.Join(root, "packages")
	if err := os.MkdirAll(downloads, 0o755); err != nil {
		return "", err
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", missing(err)
	}
	fetch := []string{"download", "-q"}
	if b.whole {
		if err := wholeFolders(root); err != nil {
			return "", err
		}
		fetch = []string{"install", "-q", "--yes", "--download-only", "--no-install-recommends", "-o", "Debug::NoLocking=1", "-o", "Dir::Cache::archives=" + downloads}
	}
	if err := run(ctx, downloads, "apt-get", append(fetch, b.packages...)...); err != nil {
		return "", missing(err)
	}
	files, _ := filepath.Glob(filepath.Join(downloads, "*.deb"))
	for _, file := range files {
		if err := run(ctx, downloads, "sh", "-c", `dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"`, "sh", file, root); err != nil {
			return "", missing(err)
		}
	}
	if err := os.RemoveAll(downloads); err != nil {
		return "", err
	}
	if !b.whole { // in an overlay everything is where it was made for
		if err := relocate(root, b.absolute); err != nil {
			return "", err
		}
	}
	return root, write(done, "", 0o644)
}

// wholeFolders makes the links that a machine of today has at its root, so that
// what packages put into /lib goes to /usr/lib, where an overlay shows it.
func wholeFolders(root string) error {
	if err := os.MkdirAll(filepath.Join(root, "packages", "partial"), 0o755); err != nil {
		return err
	}
	for _, folder := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.MkdirAll(filepath.Join(root, "usr", folder), 0o755); err != nil {
			return err
		}
		if err := os.Symlink("usr/"+folder, filepath.Join(root, folder)); err != nil {
			return err
		}
	}
	return nil
}

// cacheDir is build/cache of the project when there is one around the working
// folder, and the user's cache folder otherwise.
func cacheDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) {
			return filepath.Join(dir, "build", "cache", "lab"), nil
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "opora-lab"), nil
}

// relocate makes links and, where asked, PHP files that name absolute paths
// point into root.
func relocate(root string, php bool) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission), err == nil && entry.IsDir():
			return nil
		case err != nil:
			return err
		case entry.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil || !filepath.IsAbs(to) || !exists(filepath.Join(root, to)) {
				return err
			}
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(root, to), path)
		case php && strings.HasSuffix(path, ".php"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			moved := text
			for _, folder := range []string{"/usr/share/", "/var/lib/"} {
				moved = bytes.ReplaceAll(moved, []byte("'"+folder), []byte("'"+root+folder))
			}
			if bytes.Equal(moved, text) {
				return nil
			}
			return os.WriteFile(path, moved, 0o644)
		}
		return nil
	})
}

// run runs a short program to its end. Its output is part of the error.
func run(ctx context.Context, dir, name string, arguments ...string) error {
	cmd := exec.CommandContext(ctx, name, arguments...)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, output[max(0, len(output)-1000):])
	}
	return nil
}
