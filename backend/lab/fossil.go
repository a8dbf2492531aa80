package lab

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
)

// StartFossil serves a repository that everybody may read, with a form to log
// in and another one for anonymous visitors.
func StartFossil(ctx context.Context, dir string, users ...User) (*Site, error) {
	b := bundle{name: "fossil-1", packages: []string{"fossil"}, whole: true}
	o, err := lay(ctx, dir, b)
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		o.holder.Stop()
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	repository := filepath.Join(dir, "bakery.fossil")
	command := func(arguments ...string) *exec.Cmd {
		cmd := exec.Command("/usr/bin/fossil", arguments...)
		cmd.Env = []string{"HOME=" + dir, "USER=keeper", "PATH=/usr/bin:/bin"}
		return cmd
	}
	// What it does behind the scenes after a request would outlive it.
	list := "INSERT INTO config(name,value,mtime) VALUES('backoffice-disable','1',0);\nUPDATE config SET value='Пекарня' WHERE name='project-name';\n"
	for _, user := range users {
		text := strings.NewReplacer("'", "''")
		list += "INSERT INTO user(login,pw,cap,info) VALUES('" + text.Replace(user.Name) + "','" + text.Replace(user.Password) + "','dei','');\n"
	}
	fill := command("sql", "-R", repository)
	fill.Stdin = strings.NewReader(list)
	for _, cmd := range []*exec.Cmd{command("init", "--admin-user", "keeper", repository), fill} {
		if err := o.run(ctx, cmd); err != nil {
			o.holder.Stop()
			return nil, err
		}
	}
	return o.serve(ctx, dir, b.name, addr, "", command("server", "--localhost", "--nojail", "--port", port, repository))
}
