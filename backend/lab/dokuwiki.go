package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DokuWiki is a running DokuWiki in Russian, behind nginx.
type DokuWiki struct {
	URL  string // of the start page, with the slash
	Addr string
	servers
}

// DokuWikiOptions choose what a wiki is like.
type DokuWikiOptions struct {
	Users  []User // the first one is an administrator
	Closed bool   // nobody reads without a login; otherwise the start page is public
}

const dokuwikiPreload = "<?php\nif (!defined('DOKU_CONF')) define('DOKU_CONF', getenv('OPORA_LAB') ?: $_SERVER['OPORA_LAB']);\n"

// StartDokuWiki serves a wiki with an access list.
func StartDokuWiki(ctx context.Context, dir string, options DokuWikiOptions) (_ *DokuWiki, err error) {
	root, err := unpack(ctx, dokuwikiBundle())
	if err != nil {
		return nil, err
	}
	pages := filepath.Join(root, "usr/share/dokuwiki")
	if err := write(filepath.Join(pages, "inc/preload.php"), dokuwikiPreload, 0o644); err != nil {
		return nil, err
	}
	settings, data := filepath.Join(dir, "conf"), filepath.Join(dir, "data")
	if err := os.CopyFS(settings, os.DirFS(filepath.Join(root, "etc/dokuwiki"))); err != nil {
		return nil, err
	}
	for _, folder := range strings.Fields("attic cache index locks log media media_attic media_meta meta pages tmp") {
		if err := os.MkdirAll(filepath.Join(data, folder), 0o755); err != nil {
			return nil, err
		}
	}
	if err := dokuwikiFiles(settings, data, options); err != nil {
		return nil, err
	}
	var parts servers
	defer func() {
		if err != nil {
			parts.Stop()
		}
	}()
	socket, workers, err := startPHP(ctx, dir)
	if err != nil {
		return nil, err
	}
	for _, worker := range workers {
		parts = append(parts, worker)
	}
	server, err := startNginx(ctx, dir, "location ~ ^/(conf|data|bin|inc|vendor)/ { deny all; }\n"+
		fastCGI(pages, socket, map[string]string{"OPORA_LAB": settings + "/"})+
		"location / { try_files $uri $uri/ @wiki; }\nlocation @wiki { rewrite ^/(.*)$ /doku.php?id=$1&$args last; }\n", false)
	if err != nil {
		return nil, err
	}
	parts = append(servers{server}, parts...)
	if err := ready(ctx, server.process, answers(server.URL+"doku.php?do=login")); err != nil {
		return nil, err
	}
	return &DokuWiki{URL: server.URL, Addr: server.Addr, servers: parts}, nil
}

func dokuwikiFiles(settings, data string, options DokuWikiOptions) error {
	var users strings.Builder
	users.WriteString("# users.auth.php\n# <?php exit()?>\n")
	superuser := ""
	for i, user := range options.Users {
		hash, err := crypted(user.Password)
		if err != nil {
			return err
		}
		groups := "user"
		if i == 0 {
			superuser, groups = user.Name, "user,admin"
		}
		// It looks every name up in lower case.
		name := strings.ToLower(user.Name)
		fmt.Fprintf(&users, "%s:%s:%s:%s@example.org:%s\n", name, hash, user.Name, name, groups)
	}
	public := "*\t@ALL\t1\n"
	if options.Closed {
		public = "*\t@ALL\t0\n"
	}
	local := fmt.Sprintf(`<?php
$conf['title'] = 'Вики';
$conf['lang'] = 'ru';
$conf['useacl'] = 1;
$conf['superuser'] = '%s';
$conf['savedir'] = '%s';
$conf['updatecheck'] = 0;
$conf['disableactions'] = 'register';
`, superuser, data)
	for path, text := range map[string]string{
		filepath.Join(settings, "local.php"):      local,
		filepath.Join(settings, "acl.auth.php"):   "# acl.auth.php\n# <?php exit()?>\n" + public + "*\t@user\t8\n",
		filepath.Join(settings, "users.auth.php"): users.String(),
		filepath.Join(data, "pages/start.txt"):    "====== Начало ======\nДобро пожаловать в [[wiki:правила|вики]].\n",
		filepath.Join(data, "pages/отчёты.txt"):   "====== Отчёты ======\nТолько для своих.\n",
	} {
		_ = os.Remove(path) // the package has links there
		if err := write(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
