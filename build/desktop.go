package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// marker is set in the environment of everything that is started in a virtual
// desktop, so that what a service started by itself can be found at the end.
const marker = "OPORA_VIRTUAL_DESKTOP"

const screenWidth, screenHeight = 1280, 860

// desktop is a display in memory with a session bus, a keyring and a window
// manager of its own. Nothing of the user's session is reachable from it.
type desktop struct {
	p       *program
	dir     string // sockets and the picture of the screen; removed at the end
	env     []string
	mark    string
	started []*exec.Cmd
	windows []*window
}

// startDesktop makes a desktop whose programs have home as their HOME. The
// keyring lies there too, so home must not be the user's own.
func (p *program) startDesktop(ctx context.Context, home string) (_ *desktop, err error) {
	// A short path: a socket's name must fit in a hundred letters.
	dir, err := os.MkdirTemp("", "opora")
	if err != nil {
		return nil, err
	}
	d := &desktop{p: p, dir: dir, mark: marker + "=" + filepath.Base(dir)}
	defer func() {
		if err != nil {
			d.stop()
		}
	}()
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	d.env = []string{
		d.mark, "HOME=" + home, "XDG_RUNTIME_DIR=" + dir, "TMPDIR=" + os.TempDir(),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_DATA_HOME=" + filepath.Join(home, ".local", "share"),
		"XDG_CACHE_HOME=" + filepath.Join(home, ".cache"), "XDG_STATE_HOME=" + filepath.Join(home, ".local", "state"),
		"WAYLAND_DISPLAY=", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1",
	}
	if p.getenv("LANG") == "" {
		d.env = append(d.env, "LANG=C.UTF-8")
	}
	for _, start := range []func(context.Context) error{d.startDisplay, d.startBus, d.startKeyring, d.startManager} {
		if err := start(ctx); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// start runs a program of the desktop until the desktop is stopped.
func (d *desktop) start(ctx context.Context, j job) (*exec.Cmd, error) {
	j.env = append(append([]string{}, d.env...), j.env...)
	if j.out == nil {
		log, err := os.Create(filepath.Join(d.dir, filepath.Base(j.args[0])+".log"))
		if err != nil {
			return nil, err
		}
		defer log.Close()
		j.out = log
	}
	cmd := d.p.command(ctx, j)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", j.args[0], err)
	}
	d.started = append(d.started, cmd)
	return cmd, nil
}

// startDisplay lets Xvfb choose a free number, which it tells through a pipe,
// and keep the screen in a file, so that a picture needs no further program.
func (d *desktop) startDisplay(ctx context.Context) error {
	cookie := filepath.Join(d.dir, "cookie")
	if err := os.WriteFile(cookie, xauthority(), 0o600); err != nil {
		return err
	}
	told, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	defer told.Close()
	cmd := d.p.command(ctx, job{args: []string{"Xvfb", "-displayfd", "3", "-auth", cookie, "-nolisten", "tcp", "-noreset", "-nocursor",
		"-screen", "0", fmt.Sprintf("%dx%dx24", screenWidth, screenHeight), "-fbdir", d.dir}})
	log, err := os.Create(filepath.Join(d.dir, "Xvfb.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(cmd.Env, d.env...)
	cmd.ExtraFiles = []*os.File{tell}
	err = cmd.Start()
	tell.Close()
	if err != nil {
		return fmt.Errorf("start Xvfb: %w", err)
	}
	d.started = append(d.started, cmd)

	if err := told.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	line, err := bufio.NewReader(told).ReadString('\n')
	number := strings.TrimSpace(line)
	if err == nil && number == "" {
		err = errors.New("no number")
	}
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("no display from Xvfb: %w: %s", err, said)
	}
	d.env = append(d.env, "DISPLAY=:"+number, "XAUTHORITY="+cookie)
	return nil
}

// xauthority makes a key to the display. Without one, every user of the
// machine could look at it.
func xauthority() []byte {
	const anyAddress = 0xffff
	key := make([]byte, 16)
	rand.Read(key)
	text := binary.BigEndian.AppendUint16(nil, anyAddress)
	for _, field := range []string{"", "", "MIT-MAGIC-COOKIE-1", string(key)} {
		text = binary.BigEndian.AppendUint16(text, uint16(len(field)))
		text = append(text, field...)
	}
	return text
}

func (d *desktop) startBus(ctx context.Context) error {
	address := "unix:path=" + filepath.Join(d.dir, "bus")
	if _, err := d.start(ctx, job{args: []string{"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address}}); err != nil {
		return err
	}
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+address)
	return poll(ctx, 10*time.Second, "the session bus", func() (bool, error) {
		_, err := os.Stat(filepath.Join(d.dir, "bus"))
		return err == nil, nil
	})
}

// startKeyring unlocks the keyring with an empty password: a line feed and
// not nothing, which would leave it locked.
func (d *desktop) startKeyring(ctx context.Context) error {
	_, err := d.start(ctx, job{in: strings.NewReader("\n"),
		args: []string{"gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"}})
	if err != nil {
		return err
	}
	return poll(ctx, 10*time.Second, "the keyring", func() (bool, error) {
		owner := d.p.command(ctx, job{env: d.env, args: []string{"dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
			"org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"}})
		owner.Stdout, owner.Stderr = nil, nil
		return owner.Run() == nil, nil
	})
}

// openboxConfig leaves windows without a frame: xdotool counts a frame twice
// when it tells where a window is.
const openboxConfig = `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <theme><keepBorder>no</keepBorder></theme>
  <applications><application class="*"><decor>no</decor><focus>yes</focus></application></applications>
</openbox_config>
`

func (d *desktop) startManager(ctx context.Context) error {
	if _, found := d.p.look("openbox"); !found {
		return nil
	}
	config := filepath.Join(d.dir, "openbox.xml")
	if err := os.WriteFile(config, []byte(openboxConfig), 0o600); err != nil {
		return err
	}
	_, err := d.start(ctx, job{args: []string{"openbox", "--config-file", config}})
	return err
}

// ask runs one of the X tools in the desktop.
func (d *desktop) ask(ctx context.Context, args ...string) (string, error) {
	cmd := d.p.command(ctx, job{env: d.env, args: args})
	cmd.Stdout, cmd.Stderr = nil, nil
	said, err := cmd.Output()
	return strings.TrimSpace(string(said)), err
}

// stop ends all that was started, in the opposite order, and what those
// programs started by themselves.
func (d *desktop) stop() {
	for _, w := range d.windows {
		w.kill()
	}
	for i := len(d.started) - 1; i >= 0; i-- {
		// What does not end by itself is killed, and no more can be done.
		_ = endWithin(d.started[i], 3*time.Second)
	}
	for _, pid := range marked(d.mark) {
		if process, err := os.FindProcess(pid); err == nil {
			_ = process.Kill()
		}
	}
	os.RemoveAll(d.dir)
}

// endWithin asks a process group to end and makes sure that it did.
func endWithin(cmd *exec.Cmd, limit time.Duration) error {
	if cmd.ProcessState != nil {
		return nil
	}
	_ = endGroup(cmd)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		killGroup(cmd)
		return errors.Join(fmt.Errorf("%s did not end within %s", filepath.Base(cmd.Path), limit), <-done)
	}
}

// marked lists the processes with this line in their environment.
func marked(line string) []int {
	entries, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []int
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err != nil || !strings.Contains("\x00"+string(text)+"\x00", "\x00"+line+"\x00") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(entry))); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// poll asks again until something holds.
func poll(ctx context.Context, limit time.Duration, what string, holds func() (bool, error)) error {
	deadline := time.Now().Add(limit)
	for {
		ok, err := holds()
		if ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not ready within %s", what, limit)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
