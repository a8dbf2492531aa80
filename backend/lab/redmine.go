package lab

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const redmineUsers = `
JSON.parse($stdin.read).each do |entry|
  user = User.new(firstname: entry["Name"], lastname: "Колосов", mail: entry["Name"] + "@example.org", language: "ru")
  user.login = entry["Name"]
  user.password = entry["Password"]
  user.password_confirmation = entry["Password"]
  user.save!
end
Setting.default_language = "ru"
Setting.autologin = "0"
`

// StartRedmine serves Redmine in Russian on SQLite. Everybody sees its start page.
func StartRedmine(ctx context.Context, dir string, users ...User) (*Site, error) {
	b := bundle{name: "redmine-1", packages: []string{"redmine", "redmine-sqlite", "puma"}, whole: true}
	o, err := lay(ctx, dir, b)
	if err != nil {
		return nil, err
	}
	site, err := redmine(ctx, o, dir, b.name, users)
	if err != nil {
		o.holder.Stop()
	}
	return site, err
}

func redmine(ctx context.Context, o *overlay, dir, name string, users []User) (*Site, error) {
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	if err := o.write(ctx, "/usr/share/redmine/instances/default/config/database.yml", "production:\n  adapter: sqlite3\n  database: "+filepath.Join(dir, "redmine.db")+"\n"); err != nil {
		return nil, err
	}
	if err := o.write(ctx, "/usr/share/redmine/instances/default/config/secret_key.txt", strings.Repeat("0123456789abcdef", 8)); err != nil {
		return nil, err
	}
	command := func(path string, arguments ...string) *exec.Cmd {
		cmd := exec.Command(path, arguments...)
		cmd.Dir = "/usr/share/redmine"
		cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8", "RAILS_ENV=production", "X_DEBIAN_SITEID=default", "REDMINE_LANG=ru",
			"RAILS_ETC=/usr/share/redmine/instances/default/config", "RAILS_LOG=" + dir, "RAILS_VAR=" + dir, "RAILS_CACHE=" + dir, "RAILS_TMP=" + dir, "SCHEMA=/dev/null"}
		return cmd
	}
	order, err := json.Marshal(users)
	if err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "users.rb")
	if err := write(script, redmineUsers, 0o600); err != nil {
		return nil, err
	}
	fill := command("/usr/bin/ruby", "bin/rails", "runner", script)
	fill.Stdin = strings.NewReader(string(order))
	if err := redmineTables(ctx, o, filepath.Join(dir, "redmine.db"), command("/usr/bin/rake", "db:migrate")); err != nil {
		return nil, err
	}
	if err := o.run(ctx, fill); err != nil {
		return nil, err
	}
	return o.serve(ctx, dir, name, addr, "login", command("/usr/bin/puma", "-b", "tcp://127.0.0.1:"+port, "-t", "4:4", "config.ru"))
}

// redmineTables makes an empty database at path. Its hundreds of migrations run
// once; from then on their result is copied.
func redmineTables(ctx context.Context, o *overlay, path string, migrate *exec.Cmd) error {
	made := filepath.Join(o.bundle, "redmine.db")
	if empty, err := os.ReadFile(made); err == nil {
		return os.WriteFile(path, empty, 0o600)
	}
	if err := o.run(ctx, migrate); err != nil {
		return err
	}
	empty, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".copy", empty, 0o600); err != nil {
		return err
	}
	return run(ctx, "", "mv", path+".copy", made) // at once, also between file systems
}
