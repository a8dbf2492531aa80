// Package lab starts real servers on loopback (OpenSSH, nginx, lighttpd,
// MariaDB) and real web applications (WordPress, Roundcube, Redmine, Node-RED
// and others) with users and passwords of the caller's choosing, for tests,
// benchmarks and demonstrations. Beside them stand small sites that behave in
// ways that no real one shows on demand ([Odds]).
//
// Everything that a server needs lies in one folder that the caller names and
// removes; nothing on the machine is configured or changed. Programs come from
// installed packages, or are fetched into a cache on first use, when installing
// them would start a service or fill the machine (see [Missing]). Every server ends with its context, with its
// Stop and with the program that started it.
//
// The servers run on Linux. On other systems everything compiles and every
// Start function says [ErrSystem].
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// ErrSystem says that this operating system has no lab.
var ErrSystem = errors.New("the lab of servers runs on Linux only")

// ErrPrivilege says that a server needs more rights than this program has.
var ErrPrivilege = errors.New("sshd with users of its own needs root and the right to mount (CAP_SYS_ADMIN)")

// Missing says that a program or a file is not there, and which Debian package
// brings it.
type Missing struct {
	Thing   string
	Package string
	Cause   error // why it could not be fetched, if that was tried
}

func (m *Missing) Error() string {
	text := m.Thing + " is missing: package " + m.Package
	if m.Cause != nil {
		text += ": " + m.Cause.Error()
	}
	return text
}

func (m *Missing) Unwrap() error { return m.Cause }

// program finds an executable, also where only root's path leads.
func program(name, debian string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, folder := range []string{"/usr/sbin", "/sbin", "/usr/libexec"} {
		if path := filepath.Join(folder, name); exists(path) {
			return path, nil
		}
	}
	return "", &Missing{Thing: name, Package: debian}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// FreeAddr gives an address on loopback where nobody listens at the moment.
func FreeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// startWithin is how long a server may take until it answers; machines that
// build and test at the same time are slow.
const startWithin = 60 * time.Second

// ready waits until a server answers, ends or takes too long.
func ready(ctx context.Context, p *process, answers func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		if last = answers(ctx); last == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended: %s", p.name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %s", p.name, last, p.tail())
		case <-tick.C:
		}
	}
}

// greets reports whether a server at a TCP address begins to speak with prefix;
// an empty prefix asks for a connection only.
func greets(network, address, prefix string) func(context.Context) error {
	return func(ctx context.Context) error {
		dialer := net.Dialer{Timeout: time.Second}
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if prefix == "" {
			return nil
		}
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		buffer := make([]byte, len(prefix))
		if _, err := conn.Read(buffer); err != nil {
			return err
		}
		if !strings.HasPrefix(prefix, string(buffer)) {
			return fmt.Errorf("got %q", buffer)
		}
		return nil
	}
}

// crypted hashes a password in the way that every crypt(3) of today, nginx,
// lighttpd and PHP understand, at the lowest cost: the lab guards nothing.
func crypted(password string) (string, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return string(hash), nil
}

func write(path, text string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // whatever the umask
}
