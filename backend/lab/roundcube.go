package lab

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
)

// StartRoundcube serves Roundcube in Russian, on SQLite, before a Dovecot that
// knows the accounts.
func StartRoundcube(ctx context.Context, dir string, users ...User) (*Site, error) {
	imap, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(imap)
	var mail *process
	site := phpSite{
		bundle:   bundle{name: "roundcube-2", packages: []string{"roundcube-core", "roundcube-sqlite3", "php-intl", "dovecot-imapd"}, whole: true},
		pages:    "/var/lib/roundcube/public_html",
		settings: []string{"extension=intl"},
		install: func(o *overlay, _ *Site) error {
			if mail, err = startDovecot(ctx, o, dir, host, port, users); err != nil {
				return err
			}
			if err := ready(ctx, mail, greets("tcp", imap, "* OK")); err != nil {
				mail.Stop()
				return err
			}
			if err := o.write(ctx, "/etc/roundcube/config.inc.php", fmt.Sprintf(`<?php
$config['db_dsnw'] = 'sqlite:///%[1]s/roundcube.db?mode=0600';
$config['imap_host'] = '%[2]s';
$config['smtp_host'] = 'localhost:9';
$config['des_key'] = 'opora-lab-opora-lab-1234';
$config['product_name'] = 'Почта пекарни';
$config['language'] = 'ru_RU';
$config['plugins'] = [];
$config['skin'] = 'elastic';
$config['log_dir'] = '%[1]s';
$config['temp_dir'] = '%[1]s';
`, dir, imap)); err != nil {
				return err
			}
			return o.script(ctx, dir, `$db = new PDO('sqlite:' . $order . '/roundcube.db');
$db->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$db->exec(file_get_contents('/usr/share/roundcube/SQL/sqlite.initial.sql'));`, dir)
		},
	}
	running, err := site.start(ctx, dir)
	if err != nil {
		if mail != nil {
			mail.Stop()
		}
		return nil, err
	}
	running.servers = append(running.servers, mail)
	return running, nil
}

// startDovecot runs an IMAP server whose accounts stand in a file of its own.
func startDovecot(ctx context.Context, o *overlay, dir, host, port string, users []User) (*process, error) {
	list := ""
	for _, user := range users {
		hash, err := crypted(user.Password)
		if err != nil {
			return nil, err
		}
		list += strings.ToLower(user.Name) + ":{BLF-CRYPT}" + hash + "\n" // both ask for names in lower case
	}
	config := fmt.Sprintf(`base_dir = %[1]s/dovecot-run
state_dir = %[1]s/dovecot-run
log_path = /dev/stderr
protocols = imap
listen = %[2]s
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
auth_failure_delay = 0
mail_location = maildir:%[1]s/mail/%%u
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=BLF-CRYPT username_format=%%u %[1]s/dovecot-users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=%[1]s/mail/%%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[3]s
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  user = root
}
service stats {
  chroot =
}
`, dir, host, port)
	if err := write(filepath.Join(dir, "dovecot.conf"), config, 0o644); err != nil {
		return nil, err
	}
	if err := write(filepath.Join(dir, "dovecot-users"), list, 0o644); err != nil {
		return nil, err
	}
	// The mail belongs to nobody, who must come this far.
	folders := exec.Command("sh", "-c", `mkdir -p "$1/mail" && chown 65534:65534 "$1/mail" && d=$1 && while [ "$d" != / ]; do chmod a+x "$d"; d=$(dirname "$d"); done`, "sh", dir)
	if err := o.run(ctx, folders); err != nil {
		return nil, err
	}
	return start(ctx, dir, "dovecot", o.inside(exec.Command("/usr/sbin/dovecot", "-F", "-c", filepath.Join(dir, "dovecot.conf"))))
}
