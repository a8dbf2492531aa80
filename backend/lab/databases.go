package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

const databaseUsers = `<?php
$order = json_decode(stream_get_contents(STDIN), true);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', 'root', '', '', 0, $order['socket']);
$db->set_charset('utf8mb4');
$db->query('CREATE DATABASE bakery CHARACTER SET utf8mb4');
foreach ($order['users'] as $user) {
	$account = "'" . $db->real_escape_string($user['Name']) . "'@'localhost'";
	$db->query("CREATE USER $account IDENTIFIED BY '" . $db->real_escape_string($user['Password']) . "'");
	$db->query("GRANT ALL ON bakery.* TO $account");
}
`

// startDatabase runs MariaDB with accounts that may use one database.
func startDatabase(ctx context.Context, dir string, users []User) (*MariaDB, error) {
	database, err := StartMariaDB(ctx, filepath.Join(dir, "mariadb"))
	if err != nil {
		return nil, err
	}
	php, err := program("php", "php-cli")
	if err == nil {
		var order []byte
		order, err = json.Marshal(map[string]any{"socket": database.Socket, "users": append([]User{}, users...)})
		if err == nil {
			cmd := exec.CommandContext(ctx, php, "-d", "display_errors=stderr", "-r", strings.TrimPrefix(databaseUsers, "<?php"))
			cmd.Stdin = strings.NewReader(string(order))
			if output, failed := cmd.CombinedOutput(); failed != nil {
				err = fmt.Errorf("users of the database: %w: %s", failed, output[max(0, len(output)-1000):])
			}
		}
	}
	if err != nil {
		database.Stop()
		return nil, err
	}
	return database, nil
}

// StartPHPMyAdmin serves phpMyAdmin in Russian. Its accounts are those of a
// MariaDB server behind it.
func StartPHPMyAdmin(ctx context.Context, dir string, users ...User) (*Site, error) {
	database, err := startDatabase(ctx, dir, users)
	if err != nil {
		return nil, err
	}
	site := phpSite{
		bundle: bundle{name: "phpmyadmin-2", packages: []string{"phpmyadmin", "php-mysql", "php-mbstring", "php-xml"}, whole: true},
		pages:  "/usr/share/phpmyadmin",
		server: "location ~ ^/(templates|libraries)/ { deny all; }\n",
		first:  "index.php",
		install: func(o *overlay, _ *Site) error {
			return o.write(ctx, "/etc/phpmyadmin/config.inc.php", fmt.Sprintf(`<?php
$cfg['blowfish_secret'] = 'opora-lab-opora-lab-opora-lab-32';
$cfg['TempDir'] = %s;
$cfg['DefaultLang'] = 'ru';
$cfg['Lang'] = 'ru';
$cfg['VersionCheck'] = false;
$cfg['Servers'][1] = ['auth_type' => 'cookie', 'host' => 'localhost', 'socket' => %s, 'AllowNoPassword' => false];
`, quoted(dir), quoted(database.Socket)))
		},
	}
	return site.start(ctx, dir, database)
}

// StartAdminer serves Adminer, whose accounts are those of a MariaDB server.
func StartAdminer(ctx context.Context, dir string, users ...User) (*Site, error) {
	database, err := startDatabase(ctx, dir, users)
	if err != nil {
		return nil, err
	}
	site := phpSite{
		bundle:   bundle{name: "adminer-1", packages: []string{"adminer"}, whole: true},
		pages:    "/usr/share/adminer",
		settings: []string{"mysqli.default_socket=" + database.Socket, "upload_tmp_dir=" + dir},
		server:   "location = / { rewrite ^ /adminer.php last; }\n",
	}
	return site.start(ctx, dir, database)
}
