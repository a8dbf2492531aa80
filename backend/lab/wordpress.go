package lab

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// WordPress is a running WordPress in Russian, behind nginx, on MariaDB.
type WordPress struct {
	URL  string // of the start page, with the slash
	Addr string
	servers
}

// wordpressConfig replaces the packaged configuration, which looks for its
// settings in /etc.
const wordpressConfig = `<?php
require getenv('OPORA_LAB') ?: $_SERVER['OPORA_LAB'];
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`

const wordpressInstall = `<?php
$order = json_decode(stream_get_contents(STDIN), true);
$_SERVER['HTTP_HOST'] = $order['addr'];
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', 'root', '', '', 0, $order['socket']);
$db->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
require $order['root'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification() {}
wp_install('Пекарня «Колос»', $order['name'], 'ivan@example.org', true, '', $order['password'], 'ru_RU');
update_option('WPLANG', 'ru_RU');
foreach ($order['users'] as $user) {
	$id = wp_create_user($user['Name'], $user['Password'], $user['Name'] . '@example.org');
	if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_code()); exit(1); }
}
`

// StartWordPress installs WordPress with an administrator and, if any are
// given, subscribers, and serves it.
func StartWordPress(ctx context.Context, dir string, admin User, subscribers ...User) (_ *WordPress, err error) {
	root, err := unpack(ctx, wordpressBundle())
	if err != nil {
		return nil, err
	}
	php, err := program("php", "php-cli")
	if err != nil {
		return nil, err
	}
	pages := filepath.Join(root, "usr/share/wordpress")
	if err := write(filepath.Join(pages, "wp-config.php"), wordpressConfig, 0o644); err != nil {
		return nil, err
	}
	var parts servers
	defer func() {
		if err != nil {
			parts.Stop()
		}
	}()
	database, err := StartMariaDB(ctx, filepath.Join(dir, "mariadb"))
	if err != nil {
		return nil, err
	}
	parts = append(parts, database)

	settings := filepath.Join(dir, "settings.php")
	if err := write(settings, wordpressSettings(database.Socket), 0o600); err != nil {
		return nil, err
	}
	socket, workers, err := startPHP(ctx, dir)
	if err != nil {
		return nil, err
	}
	for _, worker := range workers {
		parts = append(parts, worker)
	}
	server, err := startNginx(ctx, dir, fastCGI(pages, socket, map[string]string{"OPORA_LAB": settings})+
		"location / { try_files $uri $uri/ /index.php?$args; }\n", false)
	if err != nil {
		return nil, err
	}
	parts = append(servers{server}, parts...)

	// The passwords travel through a pipe: an argument would be seen by all.
	order, err := json.Marshal(map[string]any{
		"addr": server.Addr, "socket": database.Socket, "root": pages, "name": admin.Name, "password": admin.Password,
		"users": append([]User{}, subscribers...),
	})
	if err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "install.php")
	if err := write(script, wordpressInstall, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, php, "-d", "display_errors=stderr", "-d", "memory_limit=256M", script)
	cmd.Env = []string{"OPORA_LAB=" + settings}
	cmd.Stdin = strings.NewReader(string(order))
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("install WordPress: %w: %s", err, output[max(0, len(output)-1000):])
	}
	if err := ready(ctx, server.process, answers(server.URL+"wp-login.php")); err != nil {
		return nil, err
	}
	return &WordPress{URL: server.URL, Addr: server.Addr, servers: parts}, nil
}

func wordpressSettings(socket string) string {
	var b strings.Builder
	b.WriteString("<?php\n")
	define := func(name, value string) { fmt.Fprintf(&b, "define('%s', '%s');\n", name, value) }
	define("DB_NAME", "wordpress")
	define("DB_USER", "root")
	define("DB_PASSWORD", "")
	define("DB_HOST", "localhost:"+socket)
	define("DB_CHARSET", "utf8mb4")
	for _, key := range []string{"AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"} {
		define(key+"_KEY", rand.Text())
		define(key+"_SALT", rand.Text())
	}
	// It must not look for updates on the net or call itself.
	b.WriteString("define('WP_HTTP_BLOCK_EXTERNAL', true);\ndefine('DISABLE_WP_CRON', true);\ndefine('AUTOMATIC_UPDATER_DISABLED', true);\n")
	return b.String()
}
