package keyring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"opora/backend/opora"
)

// writeLimit is for a keyring that is open: the time for a person comes on top.
const writeLimit = 20 * time.Second

const (
	busName        = "org.freedesktop.DBus"
	serviceName    = "org.freedesktop.secrets"
	servicePath    = dbus.ObjectPath("/org/freedesktop/secrets")
	serviceFace    = "org.freedesktop.Secret.Service"
	collectionFace = "org.freedesktop.Secret.Collection"
	promptFace     = "org.freedesktop.Secret.Prompt"
	loginPath      = servicePath + "/collection/login"
	noPath         = dbus.ObjectPath("/")
)

// prepare sees to it that the keyring is there and open before the library is
// let near it, over a connection of its own. The library asks over the
// connection that the whole program shares: it cannot be cancelled there, takes
// any signal for its answer, takes a dismissal for success, and leaves a channel
// behind each time. With asking nil nobody is asked.
func prepare(ctx context.Context, asking func()) error {
	// NoAutoStartup: a bus that we would start ourselves has no keyring on it.
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return opora.KeyringMissing
	}
	defer func() { _ = conn.Close() }()
	// These two know no context. Later calls do, and the connection has to
	// outlive ctx by the one message that takes a prompt away.
	interrupted := context.AfterFunc(ctx, func() { _ = conn.Close() })
	if conn.Auth(nil) != nil || conn.Hello() != nil || !interrupted() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return opora.KeyringMissing
	}
	s := secretService{conn, conn.Object(serviceName, servicePath)}
	if err := s.present(ctx); err != nil {
		return err
	}
	collection, err := s.collection(ctx)
	if err != nil {
		return err
	}
	// Without a display there is nobody who could answer.
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		asking = nil
	}
	if collection == noPath {
		return s.create(ctx, asking)
	}
	locked, err := property(ctx, conn.Object(serviceName, collection), collectionFace, "Locked")
	if err != nil {
		return err
	}
	if locked == false {
		return nil
	}
	return s.unlock(ctx, collection, asking)
}

type secretService struct {
	conn   *dbus.Conn
	object dbus.BusObject
}

// present starts the keyring's service when it is installed and does not run.
func (s secretService) present(ctx context.Context) error {
	bus := s.conn.BusObject()
	var running bool
	if err := bus.CallWithContext(ctx, busName+".NameHasOwner", 0, serviceName).Store(&running); err != nil {
		return fault(ctx, err)
	}
	if running {
		return nil
	}
	var names []string
	if err := bus.CallWithContext(ctx, busName+".ListActivatableNames", 0).Store(&names); err != nil {
		return fault(ctx, err)
	}
	if !slices.Contains(names, serviceName) {
		return opora.KeyringMissing
	}
	var started uint32
	if err := bus.CallWithContext(ctx, busName+".StartServiceByName", 0, serviceName, uint32(0)).Store(&started); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return opora.KeyringMissing
	}
	return nil
}

// collection finds the one that the library will use: "login", or else the
// default one; [noPath] when there is none yet.
func (s secretService) collection(ctx context.Context) (dbus.ObjectPath, error) {
	all, err := property(ctx, s.object, serviceFace, "Collections")
	if err != nil {
		return "", err
	}
	if paths, ok := all.([]dbus.ObjectPath); ok && slices.Contains(paths, loginPath) {
		return loginPath, nil
	}
	var path dbus.ObjectPath
	if err := s.object.CallWithContext(ctx, serviceFace+".ReadAlias", 0, "default").Store(&path); err != nil {
		return "", fault(ctx, err)
	}
	return path, nil
}

func property(ctx context.Context, object dbus.BusObject, face, name string) (any, error) {
	var value dbus.Variant
	if err := object.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, face, name).Store(&value); err != nil {
		return nil, fault(ctx, err)
	}
	return value.Value(), nil
}

func (s secretService) unlock(ctx context.Context, collection dbus.ObjectPath, asking func()) error {
	if asking == nil {
		return opora.KeyringLocked
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := s.object.CallWithContext(ctx, serviceFace+".Unlock", 0, []dbus.ObjectPath{collection}).Store(&unlocked, &prompt)
	switch {
	case err != nil:
		return fault(ctx, err)
	case prompt != noPath:
		return s.ask(ctx, prompt, asking)
	case len(unlocked) == 0:
		return opora.KeyringLocked
	}
	return nil
}

// create makes the default collection, as other programs do when they are the
// first to keep something; the operator chooses its password.
func (s secretService) create(ctx context.Context, asking func()) error {
	if asking == nil {
		return opora.KeyringLocked
	}
	properties := map[string]dbus.Variant{collectionFace + ".Label": dbus.MakeVariant("Default")}
	var collection, prompt dbus.ObjectPath
	err := s.object.CallWithContext(ctx, serviceFace+".CreateCollection", 0, properties, "default").Store(&collection, &prompt)
	if err != nil {
		return fault(ctx, err)
	}
	if prompt != noPath {
		return s.ask(ctx, prompt, asking)
	}
	return nil
}

// ask shows the keyring's own prompt and waits for the operator.
func (s secretService) ask(ctx context.Context, prompt dbus.ObjectPath, asking func()) error {
	signals := make(chan *dbus.Signal, 16)
	s.conn.Signal(signals)
	if err := errors.Join(
		s.conn.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(promptFace)),
		s.conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(busName), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, serviceName)),
	); err != nil {
		return fault(ctx, err)
	}
	asking()
	if err := s.conn.Object(serviceName, prompt).CallWithContext(ctx, promptFace+".Prompt", 0, "").Err; err != nil {
		return fault(ctx, err)
	}
	for {
		select {
		case <-ctx.Done():
			// Nobody waits for the answer: take the window away.
			s.conn.Object(serviceName, prompt).Call(promptFace+".Dismiss", dbus.FlagNoReplyExpected)
			return ctx.Err()
		case signal, open := <-signals:
			switch {
			case !open:
				return fault(ctx, dbus.ErrClosed)
			case strings.HasSuffix(signal.Name, ".NameOwnerChanged"):
				return opora.KeyringMissing
			case signal.Path != prompt || signal.Name != promptFace+".Completed":
				continue
			}
			if len(signal.Body) > 0 && signal.Body[0] == false {
				return nil
			}
			return opora.KeyringDismissed
		}
	}
}

// fault says why a question to the keyring has no answer.
func fault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("secret service: %w", systemCode(err))
}

// systemCode tells a keyring that went away or is locked from one that failed.
func systemCode(err error) opora.Code {
	var remote dbus.Error
	switch {
	case errors.Is(err, dbus.ErrClosed):
		return opora.KeyringMissing
	case errors.As(err, &remote):
		switch remote.Name {
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
			"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected":
			return opora.KeyringMissing
		case "org.freedesktop.Secret.Error.IsLocked":
			return opora.KeyringLocked
		}
	}
	return opora.KeyringFailed
}
