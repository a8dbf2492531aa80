package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// run builds Opora and starts it: in the user's session where there is one, in
// a virtual desktop otherwise. What follows "--" is handed to Opora.
func run(ctx context.Context, p *program, args []string) error {
	var rest []string
	if at := slices.Index(args, "--"); at >= 0 {
		args, rest = args[:at], args[at+1:]
	}
	once := os.Getenv("CI") == "true"
	for _, arg := range args {
		if arg != "--once" {
			return fmt.Errorf("run: unknown argument %q; what is meant for Opora goes after --", arg)
		}
		once = true
	}
	virtual := runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == ""
	upTo := forWindow
	if virtual {
		upTo = forDesktop
	}
	if err := p.setUp(ctx, upTo); err != nil {
		return err
	}
	p.adviseBrowser(ctx)
	if err := p.page(ctx); err != nil {
		return err
	}
	p.say("compiling Opora (the first time takes minutes)")
	if err := p.binary(ctx, p.binaryPath()); err != nil {
		return err
	}
	if !virtual {
		return p.do(ctx, job{args: append([]string{p.binaryPath()}, rest...)})
	}
	return p.runVirtual(ctx, once, rest)
}

// runVirtual starts Opora where nobody can see it and leaves a picture.
func (p *program) runVirtual(ctx context.Context, once bool, rest []string) (err error) {
	home := p.path("build", "cache", "desktop")
	p.say("There is no display here: starting Opora in a virtual one, with a D-Bus session")
	p.say("and a keyring of its own. Its data and its keyring stay in %s", home)
	d, err := p.startDesktop(ctx, home)
	if err != nil {
		return err
	}
	defer d.stop()

	w, err := d.open(ctx, job{out: p.out, args: append([]string{p.binaryPath()}, rest...)})
	if err != nil {
		return err
	}
	img, err := w.wait(ctx)
	if err != nil {
		return err
	}
	picture := p.path("build", "bin", "opora.png")
	if err := savePNG(picture, img); err != nil {
		return err
	}
	p.say("The window is painted; its picture: %s", picture)
	if once {
		return w.close(5 * time.Second)
	}
	p.say("Opora goes on running. Ctrl+C ends it.")
	select {
	case <-ctx.Done():
		return nil
	case err := <-w.ended:
		return err
	}
}

// window is a program started in a virtual desktop, and its window there.
type window struct {
	d     *desktop
	cmd   *exec.Cmd
	since time.Time
	ended chan error
	id    string
}

func (d *desktop) open(ctx context.Context, j job) (*window, error) {
	j.env = append(append([]string{}, d.env...), j.env...)
	// Not bound to ctx: the window is closed by stop or close, which look at
	// how it ends.
	cmd := d.p.command(context.WithoutCancel(ctx), j)
	w := &window{d: d, cmd: cmd, since: time.Now(), ended: make(chan error, 1)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { w.ended <- cmd.Wait() }()
	d.windows = append(d.windows, w)
	return w, nil
}

// wait returns the picture of the window as soon as a page has been painted in
// it and has stopped changing.
func (w *window) wait(ctx context.Context) (*image.NRGBA, error) {
	var last *image.NRGBA
	err := poll(ctx, 60*time.Second, "the window", func() (bool, error) {
		select {
		case err := <-w.ended:
			w.ended <- err
			return false, errors.Join(errors.New("opora ended before its window was painted"), err)
		default:
		}
		img, err := w.picture(ctx)
		if err != nil {
			return false, nil // not there yet, or just changing its size
		}
		settled := difference(last, img) < 0.001
		last = img
		if !settled {
			time.Sleep(150 * time.Millisecond)
		}
		return settled && painted(img), nil
	})
	if err != nil && last != nil {
		name := w.d.p.path("build", "bin", "failed.png")
		err = errors.Join(fmt.Errorf("%w; its picture: %s", err, name), savePNG(name, last))
	}
	return last, err
}

// picture is what the window shows now.
func (w *window) picture(ctx context.Context) (*image.NRGBA, error) {
	area, err := w.area(ctx)
	if err != nil {
		return nil, err
	}
	img, err := w.d.screen()
	if err != nil {
		return nil, err
	}
	return img.SubImage(area.Intersect(img.Bounds())).(*image.NRGBA), nil
}

// area is where the window is; an error means that there is none to be seen.
func (w *window) area(ctx context.Context) (image.Rectangle, error) {
	if w.id == "" {
		ids, err := w.d.ask(ctx, "xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(w.cmd.Process.Pid))
		if err != nil || ids == "" {
			return image.Rectangle{}, errors.New("no window")
		}
		w.id, _, _ = strings.Cut(ids, "\n")
	}
	text, err := w.d.ask(ctx, "xdotool", "getwindowgeometry", "--shell", w.id)
	if err != nil {
		return image.Rectangle{}, err
	}
	return geometry(text)
}

// geometry reads what xdotool says of a window's place.
func geometry(text string) (image.Rectangle, error) {
	values := map[string]int{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if number, err := strconv.Atoi(value); err == nil {
			values[key] = number
		}
	}
	area := image.Rect(0, 0, values["WIDTH"], values["HEIGHT"]).Add(image.Pt(values["X"], values["Y"]))
	if area.Empty() {
		return area, fmt.Errorf("a window without a size: %q", text)
	}
	return area, nil
}

// close asks the window's program to end, as a session does at its end.
func (w *window) close(limit time.Duration) error {
	// An error here means that it has ended already.
	_ = endGroup(w.cmd)
	select {
	case err := <-w.ended:
		w.ended <- err
		return err
	case <-time.After(limit):
		return fmt.Errorf("opora did not end within %s of being asked to", limit)
	}
}

// kill ends what close did not.
func (w *window) kill() {
	_ = w.close(3 * time.Second)
	killGroup(w.cmd)
}
