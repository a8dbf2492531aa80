package lab

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// goProgram builds a command of a Go module, once, outside of the project's own
// module, and gives its path.
func goProgram(ctx context.Context, command, version string) (string, error) {
	compiler, err := program("go", "golang-go")
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "go-"+version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	path := filepath.Join(dir, filepath.Base(command))
	if exists(path) {
		return path, nil
	}
	cmd := exec.CommandContext(ctx, compiler, "install", command+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "CGO_ENABLED=0", "GOFLAGS=", "GOOS=", "GOARCH=")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", &Missing{Thing: command, Package: "golang-go", Cause: fmt.Errorf("%w: %s", err, output[max(0, len(output)-1000):])}
	}
	return path, nil
}

// StartPocketBase serves PocketBase, whose administration is a Svelte
// application. Its accounts are named by mail addresses at example.org.
func StartPocketBase(ctx context.Context, dir string, users ...User) (*Site, error) {
	base, err := goProgram(ctx, "github.com/pocketbase/pocketbase/examples/base", "v0.36.0")
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	// The first account can only be named on the command line; it is nobody's.
	first := User{Name: "first@example.org", Password: rand.Text()}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, err
	}
	if err := run(ctx, dir, base, "--dir", data, "superuser", "upsert", first.Name, first.Password); err != nil {
		return nil, err
	}
	cmd := exec.Command(base, "--dir", data, "serve", "--http", addr)
	cmd.Dir = dir
	p, err := start(ctx, dir, "pocketbase", cmd)
	if err != nil {
		return nil, err
	}
	site := Around("http://"+addr+"/", p)
	if err := ready(ctx, p, answers(site.URL+"api/health")); err != nil {
		p.Stop()
		return nil, err
	}
	if err := pocketbaseUsers(ctx, site.URL+"api/collections/_superusers/", first, users); err != nil {
		p.Stop()
		return nil, err
	}
	return site, nil
}

func pocketbaseUsers(ctx context.Context, collection string, first User, users []User) error {
	var login struct{ Token string }
	if err := postJSON(ctx, collection+"auth-with-password", "", map[string]string{"identity": first.Name, "password": first.Password}, &login); err != nil {
		return err
	}
	for _, user := range users {
		record := map[string]string{"email": user.Name + "@example.org", "password": user.Password, "passwordConfirm": user.Password}
		if err := postJSON(ctx, collection+"records", login.Token, record, &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

func postJSON(ctx context.Context, address, token string, order, into any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(reply.Body, 1<<20))
	if err != nil {
		return err
	}
	if reply.StatusCode >= 300 {
		return fmt.Errorf("%s answers %s", address, reply.Status) // the body may quote what was sent
	}
	return json.Unmarshal(text, into)
}
