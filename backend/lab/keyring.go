package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Bus is a private D-Bus session bus on which nothing starts by itself.
type Bus struct {
	Address string

	process *process
	run     string // short: a socket's path may have 107 bytes
}

// busConfig allows everything to the bus's own user and, unlike the system's
// configuration, names no services to start on demand: what a test did not
// start is absent.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// StartBus starts a session bus.
func StartBus(ctx context.Context, dir string) (*Bus, error) {
	daemon, err := program("dbus-daemon", "dbus")
	if err != nil {
		return nil, err
	}
	run, err := os.MkdirTemp("", "bus")
	if err != nil {
		return nil, err
	}
	socket, config := filepath.Join(run, "bus"), filepath.Join(run, "bus.conf")
	bus := &Bus{Address: "unix:path=" + socket, run: run}
	if err := write(config, fmt.Sprintf(busConfig, socket), 0o600); err != nil {
		bus.Stop()
		return nil, err
	}
	bus.process, err = start(ctx, dir, "dbus-daemon", exec.Command(daemon, "--nofork", "--nopidfile", "--config-file="+config))
	if err == nil {
		err = ready(ctx, bus.process, func(context.Context) error {
			conn, err := bus.Connect()
			if err != nil {
				return err
			}
			return conn.Close()
		})
	}
	if err != nil {
		bus.Stop()
		return nil, err
	}
	return bus, nil
}

// Connect opens a connection of the caller's own, who closes it.
func (b *Bus) Connect() (*dbus.Conn, error) { return dbus.Connect(b.Address) }

// Env is what a program needs to know to use this bus and no other.
func (b *Bus) Env() []string { return []string{"DBUS_SESSION_BUS_ADDRESS=" + b.Address} }

// Stop ends the bus, and every connection to it.
func (b *Bus) Stop() {
	if b.process != nil {
		b.process.Stop()
	}
	_ = os.RemoveAll(b.run)
}

// Keyring is a GNOME keyring of its own, on a bus of its own, unlocked, with an
// empty password.
type Keyring struct {
	*Bus

	dir     string
	process *process
}

const (
	secretsName       = "org.freedesktop.secrets"
	secretsPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService    = "org.freedesktop.Secret.Service"
	secretsCollection = "org.freedesktop.Secret.Collection"
	loginCollection   = secretsPath + "/collection/login"
)

// StartKeyring starts a bus and a keyring whose files lie in dir.
func StartKeyring(ctx context.Context, dir string) (*Keyring, error) {
	bus, err := StartBus(ctx, dir)
	if err != nil {
		return nil, err
	}
	k := &Keyring{Bus: bus, dir: dir}
	if err := k.startDaemon(ctx); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

func (k *Keyring) startDaemon(ctx context.Context) error {
	daemon, err := program("gnome-keyring-daemon", "gnome-keyring")
	if err != nil {
		return err
	}
	cmd := exec.Command(daemon, "--foreground", "--unlock", "--components=secrets")
	cmd.Stdin = strings.NewReader("\n") // without a line end the daemon does not unlock
	home := filepath.Join(k.dir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	// No display: what cannot be asked fails at once instead of waiting.
	cmd.Env = append(k.Env(), "HOME="+home, "XDG_RUNTIME_DIR="+k.run, "PATH="+os.Getenv("PATH"))
	if k.process, err = start(ctx, k.dir, "gnome-keyring-daemon", cmd); err != nil {
		return err
	}
	return ready(ctx, k.process, func(context.Context) error {
		conn, err := k.Connect()
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		locked, err := conn.Object(secretsName, loginCollection).GetProperty(secretsCollection + ".Locked")
		if err != nil {
			return err
		}
		if locked.Value() != false {
			return errors.New("the keyring is locked")
		}
		return nil
	})
}

// Restart ends the keyring and starts it again, unlocked, on the same bus and
// files, until ctx ends.
func (k *Keyring) Restart(ctx context.Context) error {
	k.process.Stop()
	return k.startDaemon(ctx)
}

// Halt ends the keyring and leaves the bus.
func (k *Keyring) Halt() { k.process.Stop() }

// Lock closes the keyring as a person would; there is nobody to open it again
// but [Keyring.Restart].
func (k *Keyring) Lock() error {
	conn, err := k.Connect()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err = conn.Object(secretsName, secretsPath).Call(secretsService+".Lock", 0, []dbus.ObjectPath{loginCollection}).Store(&locked, &prompt)
	if err == nil && len(locked) != 1 {
		err = errors.New("the keyring did not lock")
	}
	return err
}

// Accounts lists the accounts that the keyring has items for under a service,
// sorted. Opora itself never lists: this is a test's independent look.
func (k *Keyring) Accounts(service string) ([]string, error) {
	conn, err := k.Connect()
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	var unlocked, locked []dbus.ObjectPath
	err = conn.Object(secretsName, secretsPath).Call(secretsService+".SearchItems", 0, map[string]string{"service": service}).Store(&unlocked, &locked)
	if err != nil {
		return nil, err
	}
	accounts := []string{}
	for _, item := range append(unlocked, locked...) {
		attributes, err := conn.Object(secretsName, item).GetProperty("org.freedesktop.Secret.Item.Attributes")
		if err != nil {
			return nil, err
		}
		named, ok := attributes.Value().(map[string]string)
		if !ok {
			return nil, errors.New("an item without attributes")
		}
		accounts = append(accounts, named["username"])
	}
	slices.Sort(accounts)
	return accounts, nil
}

// Stop ends the keyring and its bus.
func (k *Keyring) Stop() {
	if k.process != nil {
		k.process.Stop()
	}
	k.Bus.Stop()
}

// KeyringForTests runs a package's tests with a keyring of their own in the
// place of the operator's: call it from TestMain and exit with what it gives.
// The address must be in the environment before the first use of D-Bus in the
// process. Where there is no lab, use gets nil and the tests have no keyring at
// all, never the operator's.
func KeyringForTests(m interface{ Run() int }, use func(*Keyring)) int {
	// In memory where that can be: the daemon writes its whole file for each item.
	dir, err := os.MkdirTemp("/dev/shm", "keyring")
	if err != nil {
		dir, err = os.MkdirTemp("", "keyring")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	address := "unix:path=" + filepath.Join(dir, "none")
	keyring, err := StartKeyring(context.Background(), dir)
	var missing *Missing
	switch {
	case err == nil:
		defer keyring.Stop()
		address = keyring.Address
	case errors.Is(err, ErrSystem), errors.As(err, &missing) && !debian():
		keyring = nil
	default:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	use(keyring)
	return m.Run()
}
