package lab

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// MariaDB is a running database server with a superuser "root" that has no
// password, reached through a socket only.
type MariaDB struct {
	Socket string
	*process
}

// StartMariaDB runs MariaDB with a fresh, empty data folder.
func StartMariaDB(ctx context.Context, dir string) (*MariaDB, error) {
	mariadbd, err := program("mariadbd", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	small := []string{"--no-defaults", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M",
		"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=fsync", "--aria-log-file-size=8M"}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	if err := emptyDatabase(ctx, mariadbd, data, small); err != nil {
		return nil, err
	}
	socket, err := socketPath(ctx, dir, "db.sock")
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, dir, "mariadbd", exec.Command(mariadbd, append(small, "--datadir="+data, "--socket="+socket, "--skip-networking", "--user=root",
		"--performance-schema=OFF", "--skip-log-bin", "--pid-file="+filepath.Join(dir, "mariadbd.pid"))...))
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, p, greets("unix", socket, "")); err != nil {
		p.Stop()
		return nil, fmt.Errorf("mariadb: %w", err)
	}
	return &MariaDB{Socket: socket, process: p}, nil
}

// emptyDatabase fills data with the system tables. They are made once for each
// version of the server and copied from then on: making them is most of the
// time that a database takes to start.
func emptyDatabase(ctx context.Context, mariadbd, data string, settings []string) error {
	version, err := exec.CommandContext(ctx, mariadbd, "--no-defaults", "--version").Output()
	if err != nil {
		return fmt.Errorf("mariadbd --version: %w", err)
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	made := filepath.Join(cache, fmt.Sprintf("mariadb-%x", sha256.Sum256(version))[:24])
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	lock := flock.New(made + ".lock") // tests of several packages run at once
	if err := lock.Lock(); err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	if !exists(filepath.Join(made, ".complete")) {
		if err := os.RemoveAll(made); err != nil {
			return err
		}
		if err := os.MkdirAll(made, 0o700); err != nil {
			return err
		}
		if err := bootstrap(ctx, mariadbd, append(settings, "--datadir="+made)); err != nil {
			return err
		}
		if err := write(filepath.Join(made, ".complete"), "", 0o600); err != nil {
			return err
		}
	}
	return os.CopyFS(data, os.DirFS(made))
}

// bootstrap makes the system tables from the scripts that the server's package
// brings. The installing program of that package would need the client's too.
func bootstrap(ctx context.Context, mariadbd string, arguments []string) error {
	script := strings.NewReader("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n")
	parts := []io.Reader{script}
	for _, name := range []string{"system_tables", "performance_tables", "system_tables_data"} {
		found := false
		for _, path := range []string{"/usr/share/mysql/mysql_" + name + ".sql", "/usr/share/mysql/mariadb_" + name + ".sql",
			"/usr/share/mariadb/mariadb_" + name + ".sql"} {
			text, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			parts, found = append(parts, bytes.NewReader(text), strings.NewReader("\n")), true
			break
		}
		if !found {
			return &Missing{Thing: name + ".sql", Package: "mariadb-server-core"}
		}
	}
	cmd := exec.CommandContext(ctx, mariadbd, append(arguments, "--bootstrap", "--user=root", "--skip-log-bin")...)
	cmd.Stdin = io.MultiReader(parts...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb bootstrap: %w: %s", err, output[max(0, len(output)-1000):])
	}
	return nil
}
