package lab

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// npmPackage gives the folder into which a package of npm was installed, and
// installs it on first use. No script of any package runs.
func npmPackage(ctx context.Context, name, version string) (string, error) {
	npm, err := program("npm", "npm")
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "npm", name+"-"+version)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	done := filepath.Join(dir, ".complete")
	if exists(done) {
		return dir, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	// Verdaccio asks for a tag of node-fetch, which not every registry carries.
	if err := write(filepath.Join(dir, "package.json"), `{"overrides": {"node-fetch": "2.6.7"}}`+"\n", 0o644); err != nil {
		return "", err
	}
	err = run(ctx, dir, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--save-exact", name+"@"+version)
	if err != nil {
		return "", &Missing{Thing: name, Package: "npm", Cause: err}
	}
	return dir, write(done, "", 0o644)
}

// startNode runs a program of a package of npm that listens at addr.
func startNode(ctx context.Context, dir, name, addr, script string, arguments ...string) (*Site, error) {
	node, err := program("node", "nodejs")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(node, append([]string{script}, arguments...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "NODE_ENV=production", "NO_UPDATE_NOTIFIER=1"}
	p, err := start(ctx, dir, name, cmd)
	if err != nil {
		return nil, err
	}
	site := Around("http://"+addr+"/", p)
	if err := ready(ctx, p, answers(site.URL)); err != nil {
		p.Stop()
		return nil, err
	}
	return site, nil
}

// StartVerdaccio serves a registry of packages: a page for everybody, with the
// login in a dialog and the token in the browser's storage.
func StartVerdaccio(ctx context.Context, dir string, users ...User) (*Site, error) {
	home, err := npmPackage(ctx, "verdaccio", "6.0.5")
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	if err := htpasswd(filepath.Join(dir, "htpasswd"), users); err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`storage: %[1]s/storage
listen: http://%[2]s
web: {title: Склад пакетов, rateLimit: {windowMs: 1000, max: 100000}}
userRateLimit: {windowMs: 1000, max: 100000}
auth: {htpasswd: {file: %[1]s/htpasswd, max_users: -1}}
uplinks: {}
packages: {'**': {access: $all, publish: $authenticated}}
log: {type: stdout, format: json, level: warn}
`, dir, addr)
	if err := write(filepath.Join(dir, "config.yaml"), config, 0o600); err != nil {
		return nil, err
	}
	return startNode(ctx, dir, "verdaccio", addr, filepath.Join(home, "node_modules/verdaccio/bin/verdaccio"), "--config", filepath.Join(dir, "config.yaml"))
}

// StartNodeRED serves the flow editor behind its login dialog.
func StartNodeRED(ctx context.Context, dir string, users ...User) (*Site, error) {
	home, err := npmPackage(ctx, "node-red", "4.1.8")
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	type account struct {
		Name        string `json:"username"`
		Password    string `json:"password"`
		Permissions string `json:"permissions"`
	}
	var accounts []account
	for _, user := range users {
		hash, err := crypted(user.Password)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account{user.Name, hash, "*"})
	}
	list, err := json.Marshal(accounts)
	if err != nil {
		return nil, err
	}
	settings := fmt.Sprintf(`module.exports = { uiHost: "127.0.0.1", uiPort: %s, userDir: %q, flowFile: "flows.json", credentialSecret: "lab",
adminAuth: { type: "credentials", users: %s },
externalModules: { palette: { allowInstall: false } }, editorTheme: { tours: false, projects: { enabled: false } }, telemetry: { enabled: false },
logging: { console: { level: "warn" } } };
`, port, dir, list)
	if err := write(filepath.Join(dir, "settings.js"), settings, 0o600); err != nil {
		return nil, err
	}
	return startNode(ctx, dir, "node-red", addr, filepath.Join(home, "node_modules/node-red/red.js"), "--settings", filepath.Join(dir, "settings.js"), "--userDir", dir)
}

// StartHomebridgeUI serves the interface of a home automation bridge, an
// Angular application with a JSON login.
func StartHomebridgeUI(ctx context.Context, dir string, users ...User) (*Site, error) {
	home, err := npmPackage(ctx, "homebridge-config-ui-x", "4.57.1")
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	type account struct {
		ID       int    `json:"id"`
		Login    string `json:"username"`
		Name     string `json:"name"`
		Password string `json:"hashedPassword"`
		Salt     string `json:"salt"`
		Admin    bool   `json:"admin"`
	}
	var accounts []account
	for i, user := range users {
		salt := rand.Text()
		key, err := pbkdf2.Key(sha512.New, user.Password, []byte(salt), 1000, 64)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account{i + 1, user.Name, user.Name, hex.EncodeToString(key), salt, true})
	}
	list, err := json.Marshal(accounts)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`{"bridge":{"name":"Lab","username":"0E:AA:BB:CC:DD:01","port":1,"pin":"031-45-154"},"accessories":[],
"platforms":[{"platform":"config","name":"Config","port":%s,"host":"127.0.0.1","auth":"form"}]}`, port)
	for name, text := range map[string]string{"config.json": config, "auth.json": string(list)} {
		if err := write(filepath.Join(dir, name), text, 0o600); err != nil {
			return nil, err
		}
	}
	return startNode(ctx, dir, "homebridge", addr, filepath.Join(home, "node_modules/homebridge-config-ui-x/dist/bin/standalone.js"), "-U", dir, "--stdout")
}
