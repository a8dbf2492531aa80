package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// overlay is a view of the machine's files in which a bundle of packages is
// installed, though the machine itself stays as it is: the bundle's /usr, /etc
// and /var lie over the machine's own, and what is written there goes to a
// folder of this one server. Programs find everything at the paths that their
// packages were made for. It needs root, and the right to mount.
type overlay struct {
	bundle string // what the packages brought
	upper  string // what is written
	holder *process
}

const overlayScript = `set -e
for part in usr etc var; do
	mount -t overlay -o "lowerdir=$1/$part:/$part,upperdir=$2/$part,workdir=$2/.work/$part" overlay "/$part"
done
: > "$2/.ready"
exec sleep infinity`

// lay makes the view, with its written part in dir.
func lay(ctx context.Context, dir string, b bundle) (*overlay, error) {
	unshare, err := program("unshare", "util-linux")
	if err != nil {
		return nil, err
	}
	if err := exec.CommandContext(ctx, unshare, "--mount", "true").Run(); err != nil {
		return nil, ErrPrivilege
	}
	root, err := unpack(ctx, b)
	if err != nil {
		return nil, err
	}
	o := &overlay{bundle: root, upper: filepath.Join(dir, "upper")}
	for _, part := range []string{"usr", "etc", "var"} {
		for _, folder := range []string{filepath.Join(root, part), filepath.Join(o.upper, part), filepath.Join(o.upper, ".work", part)} {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return nil, err
			}
		}
	}
	o.holder, err = start(ctx, dir, "overlay", exec.Command(unshare, "--mount", "sh", "-c", overlayScript, "sh", root, o.upper))
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, o.holder, func(context.Context) error {
		_, err := os.Stat(filepath.Join(o.upper, ".ready"))
		return err
	}); err != nil {
		o.holder.Stop()
		return nil, err
	}
	return o, nil
}

// inside makes a command run in the view; a nil overlay leaves it as it is.
func (o *overlay) inside(cmd *exec.Cmd) *exec.Cmd {
	if o == nil {
		return cmd
	}
	arguments := []string{fmt.Sprintf("--mount=/proc/%d/ns/mnt", o.holder.cmd.Process.Pid)}
	if cmd.Dir != "" {
		arguments = append(arguments, "--wdns="+cmd.Dir)
	}
	moved := exec.Command("nsenter", append(append(arguments, cmd.Path), cmd.Args[1:]...)...)
	moved.Env, moved.Stdin, moved.Stdout = cmd.Env, cmd.Stdin, cmd.Stdout
	return moved
}

// run runs a short program in the view to its end.
func (o *overlay) run(ctx context.Context, cmd *exec.Cmd) error {
	moved := o.inside(cmd)
	done := context.AfterFunc(ctx, func() {
		if moved.Process != nil {
			kill(moved)
		}
	})
	defer done()
	if err := isolate(moved); err != nil {
		return err
	}
	if output, err := moved.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, ends(output))
	}
	return nil
}

// write puts a file into the view. Only the paths below /usr, /etc and /var are
// in it.
func (o *overlay) write(ctx context.Context, path, text string) error {
	temporary := filepath.Join(o.upper, ".file")
	if err := write(temporary, text, 0o644); err != nil {
		return err
	}
	// The kernel wants all changes to come through the mounted view.
	return o.run(ctx, exec.Command("sh", "-c", `mkdir -p "$(dirname "$2")" && rm -f "$2" && cp "$1" "$2"`, "sh", temporary, path))
}

// ends is what stands at the beginning and at the end of a long output: some
// languages name the cause first, some last.
func ends(output []byte) string {
	const most = 700
	if len(output) <= 2*most {
		return string(output)
	}
	return string(output[:most]) + " … " + string(output[len(output)-most:])
}
