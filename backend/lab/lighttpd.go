package lab

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Lighttpd is a running lighttpd.
type Lighttpd struct {
	Addr string
	URL  string // of "/", with the slash
	*process
}

// LighttpdOptions choose what a server is like. Its pages are "/" and
// "/private/deep/page", all behind Digest authentication (RFC 7616) unless
// Public.
type LighttpdOptions struct {
	Users     []User
	Algorithm string // "MD5", "SHA-256" or both with "|" between; empty means MD5
	Public    bool   // "/" is for everyone, only "/private/" is not
}

const lighttpdRealm = "Private part"

// StartLighttpd runs lighttpd with Digest authentication.
func StartLighttpd(ctx context.Context, dir string, options LighttpdOptions) (*Lighttpd, error) {
	root, err := unpack(ctx, lighttpdBundle())
	if err != nil {
		return nil, err
	}
	modules, _ := filepath.Glob(filepath.Join(root, "usr/lib*/lighttpd"))
	libraries, _ := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-*"))
	if len(modules) == 0 || len(libraries) == 0 {
		return nil, &Missing{Thing: "modules of lighttpd", Package: "lighttpd"}
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	if options.Algorithm == "" {
		options.Algorithm = "MD5"
	}
	users := ""
	for _, user := range options.Users {
		text := user.Name + ":" + lighttpdRealm + ":" + user.Password
		// The file tells the two sorts of hash apart by their length.
		users += fmt.Sprintf("%s:%s:%x\n%s:%s:%x\n", user.Name, lighttpdRealm, md5.Sum([]byte(text)), user.Name, lighttpdRealm, sha256.Sum256([]byte(text)))
	}
	where := "/"
	if options.Public {
		where = "/private/"
	}
	config := fmt.Sprintf(`server.document-root = "%[1]s/www"
server.bind = "127.0.0.1"
server.port = %[2]s
server.modules = ("mod_auth", "mod_authn_file")
server.errorlog = "%[1]s/error.log"
server.upload-dirs = ("%[1]s")
index-file.names = ("index.html")
mimetype.assign = ("" => "text/html")
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "%[1]s/htdigest"
auth.require = ("%[3]s" => ("method" => "digest", "algorithm" => "%[4]s", "realm" => "%[5]s", "require" => "valid-user"))
`, dir, addr[len("127.0.0.1:"):], where, options.Algorithm, lighttpdRealm)
	for path, text := range map[string]string{
		"htdigest": users, "lighttpd.conf": config,
		"www/index.html": "<!doctype html><title>start</title>", "www/private/index.html": "<!doctype html><title>private</title>",
		"www/private/deep/page": "<!doctype html><title>deep</title>",
	} {
		if err := write(filepath.Join(dir, path), text, 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(filepath.Join(root, "usr/sbin/lighttpd"), "-D", "-m", modules[0], "-f", filepath.Join(dir, "lighttpd.conf"))
	cmd.Env = []string{"LD_LIBRARY_PATH=" + libraries[0]}
	p, err := start(ctx, dir, "lighttpd", cmd)
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, p, greets("tcp", addr, "")); err != nil {
		p.Stop()
		return nil, err
	}
	return &Lighttpd{Addr: addr, URL: "http://" + addr + "/", process: p}, nil
}
