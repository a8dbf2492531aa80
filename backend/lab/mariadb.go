package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	small := []string{"--no-defaults", "--datadir=" + data, "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M",
		"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=fsync", "--aria-log-file-size=8M"}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	if err := bootstrap(ctx, mariadbd, small); err != nil {
		return nil, err
	}
	short, err := os.MkdirTemp("", "lab") // a long path does not fit into a socket's address
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = os.RemoveAll(short) })
	socket := filepath.Join(short, "db")
	p, err := start(ctx, dir, "mariadbd", exec.Command(mariadbd, append(small, "--socket="+socket, "--skip-networking", "--user=root",
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
