//go:build smoke

package window

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"opora/backend/clipboard/displaytest"
)

// screen is a display in memory, as seen by one who sits before it.
type screen struct {
	conn *xgb.Conn
	root xproto.Window
}

func startScreen(t testing.TB) *screen {
	t.Helper()
	displaytest.Start(t)
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConn()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return &screen{conn, xproto.Setup(conn).DefaultScreen(conn).Root}
}

// compile builds a program as operators get it, or takes the one in OPORA_BINARY
// for Opora itself.
func compile(t testing.TB, pkg string) string {
	t.Helper()
	if ready := os.Getenv("OPORA_BINARY"); ready != "" && pkg == "opora/app" {
		return ready
	}
	path := filepath.Join(t.TempDir(), filepath.Base(pkg))
	build := exec.Command("go", "build", "-tags", gtkTags(), "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, pkg)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s (Debian packages gcc, pkg-config, libgtk-3-dev, libwebkit2gtk-4.1-dev): %v: %s", pkg, err, out)
	}
	return path
}

// gtkTags are the build tags of the window on this machine.
func gtkTags() string {
	if exec.Command("pkg-config", "--exists", "webkit2gtk-4.1").Run() == nil {
		return "desktop,production,webkit2_41"
	}
	return "desktop,production"
}

// own gives the test a home where Opora never was.
func own(t testing.TB) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(name, filepath.Join(home, name))
	}
	runtime := filepath.Join(home, "run")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"XDG_RUNTIME_DIR": runtime, "NO_AT_BRIDGE": "1", "GDK_BACKEND": "x11", "LANG": "C.UTF-8",
		"OPORA_DATA": filepath.Join(home, "data"),
	} {
		t.Setenv(name, value)
	}
	return home
}
