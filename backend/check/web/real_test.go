package web

import (
	"context"
	"testing"
	"time"

	"opora/backend/check/checktest"
	"opora/backend/lab"
	"opora/backend/opora"
)

// Not in parallel: the contract looks for goroutines that are left behind.
// WordPress adds slashes to the quotes of a password before it hashes it, so the
// password here has none.

// TestWordPress and TestDokuWiki hold the checker to the contract at real
// applications: one whose landing page is closed, one whose landing page is open.

func TestWordPress(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	site, err := lab.StartWordPress(ctx, t.TempDir(), lab.User{Name: "ivan", Password: "Тайна&7<k+="})
	lab.Require(t, err)
	defer site.Stop()
	checktest.Run(t, &Checker{}, checktest.Door{
		Kind: opora.Web, Login: "ivan", SpaceAllowed: true, // WordPress trims the password itself
		OneByOne: true, // it keeps all sessions of a user in one row, which it reads and writes back
		Secrets:  opora.Secrets{Password: opora.NewSecret("Тайна&7<k+=")},
		Addresses: []string{
			"http://" + site.Addr, site.Addr, "http://" + site.Addr + "/wp-admin", "http://" + site.Addr + "/wp-login.php.",
			"http://" + site.Addr + "/2022/01/no-such-page/", " <http://" + site.Addr + "/wp-admin/profile.php> ",
		},
		At: func(hostPort string) string { return "http://" + hostPort + "/wp-login.php" },
	})
}

func TestDokuWiki(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	site, err := lab.StartDokuWiki(ctx, t.TempDir(), lab.DokuWikiOptions{Users: []lab.User{{Name: "olga", Password: "Слово+дело=1"}}})
	lab.Require(t, err)
	defer site.Stop()
	checktest.Run(t, &Checker{}, checktest.Door{
		Kind: opora.Web, Login: "olga", Secrets: opora.Secrets{Password: opora.NewSecret("Слово+дело=1")},
		Addresses: []string{"http://" + site.Addr, "http://" + site.Addr + "/doku.php?id=start&do=login", "http://" + site.Addr + "/doku.php?id=no:such:page"},
		At:        func(hostPort string) string { return "http://" + hostPort + "/doku.php?do=login" },
	})
}
