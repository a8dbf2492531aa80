// Package instance sees to it that one window at a time works on a data
// folder, and that a second start raises the first window.
package instance

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// ErrTaken says that another window works on the folder.
var ErrTaken = errors.New("another window works on this folder")

const (
	lockName   = "window.lock"
	socketName = "window.sock"

	// patience is how long a second start waits for the first to listen, which
	// may have taken the lock only a moment ago.
	patience = 5 * time.Second
)

// Instance is the right to be the window of a data folder.
type Instance struct {
	dir      string
	lock     *flock.Flock
	listener net.Listener
	served   chan struct{}
}

// Take takes the right or fails with [ErrTaken]. The system itself takes the
// right back from a program that died.
func Take(dir string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	taken, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("window lock: %w", err)
	}
	if !taken {
		return nil, ErrTaken
	}
	return &Instance{dir: dir, lock: lock}, nil
}

// Listen calls raise whenever another start asks for the window. The other
// start can send nothing: that it connects is the whole message.
func (i *Instance) Listen(raise func()) error {
	path := filepath.Join(i.dir, socketName)
	// The socket of a program that died is in the way; with the lock held it
	// is nobody else's.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("window socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("window socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return fmt.Errorf("window socket: %w", err)
	}
	i.listener, i.served = listener, make(chan struct{})
	go func() {
		defer close(i.served)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// The answer first: a window that is only starting takes its time.
			_ = conn.SetDeadline(time.Now().Add(time.Second))
			_, _ = conn.Write([]byte{1}) // the other start may be gone already
			conn.Close()
			raise()
		}
	}()
	return nil
}

// Raise asks the window that works on the folder to show itself, and fails
// when it does not answer.
func Raise(dir string) error {
	letForeground()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = knock(filepath.Join(dir, socketName)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("raise the window: %w", err)
}

func knock(path string) error {
	conn, err := net.DialTimeout("unix", path, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// Close gives the right back.
func (i *Instance) Close() {
	if i.listener != nil {
		i.listener.Close()
		<-i.served
	}
	// The lock file stays: removing it would let two programs lock two files
	// of the same name.
	_ = i.lock.Unlock() // the end of the program unlocks as well
}
