package lab

import (
	"context"
	"crypto/rand"
	"os/exec"
	"path/filepath"
)

// mediawikiUsers runs as one of MediaWiki's own maintenance scripts.
const mediawikiUsers = `
define('MW_CONFIG_FILE', '/etc/mediawiki/LocalSettings.php');
require_once '/usr/share/mediawiki/maintenance/Maintenance.php';
class Users extends Maintenance {
	public function execute() {
		global $order;
		foreach ($order as $entry) {
			$user = User::newFromName($entry['Name']);
			$status = $user->addToDatabase();
			if (!$status->isOK()) { $this->fatalError('not added'); }
			$user->changeAuthenticationData(['username' => $user->getName(), 'password' => $entry['Password'], 'retype' => $entry['Password']]);
			$user->saveSettings();
		}
	}
}
$maintClass = Users::class;
require_once RUN_MAINTENANCE_IF_MAIN;
`

// StartMediaWiki serves a wiki in Russian on SQLite. Everybody may read it.
func StartMediaWiki(ctx context.Context, dir string, users ...User) (*Site, error) {
	site := phpSite{
		bundle:   bundle{name: "mediawiki-1", packages: []string{"mediawiki", "php-sqlite3", "php-intl"}, whole: true},
		pages:    "/usr/share/mediawiki",
		settings: []string{"extension=intl"},
		server:   "location ~ ^/(maintenance|includes|vendor)/ { deny all; }\n",
		first:    "index.php?title=Special:UserLogin", // the first visit fills its caches
		install: func(o *overlay, site *Site) error {
			password := filepath.Join(dir, "password")
			if err := write(password, rand.Text(), 0o600); err != nil {
				return err
			}
			php, err := program("php", "php-cli")
			if err != nil {
				return err
			}
			install := exec.Command(php, "-d", "extension=intl", "/usr/share/mediawiki/maintenance/install.php", "--dbtype=sqlite", "--dbpath="+filepath.Join(dir, "db"),
				"--dbname=wiki", "--server="+site.URL[:len(site.URL)-1], "--scriptpath=", "--lang=ru", "--confpath="+dir, "--passfile="+password, "Вики пекарни", "Keeper")
			if err := o.run(ctx, install); err != nil {
				return err
			}
			// The real guard against guessing has a case of its own; here it would
			// only say how many cases came before.
			err = o.run(ctx, exec.Command("sh", "-c", `{ cat "$1/LocalSettings.php"; printf '%s\n' '$wgPasswordAttemptThrottle = false; $wgMainCacheType = CACHE_NONE; $wgJobRunRate = 0; $wgCacheDirectory = dirname( $wgSQLiteDataDir ) . "/cache";'; } > /etc/mediawiki/LocalSettings.php`, "sh", dir))
			if err != nil {
				return err
			}
			return o.script(ctx, dir, mediawikiUsers, users, "extension=intl")
		},
	}
	return site.start(ctx, dir)
}
