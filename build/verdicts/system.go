package main

import (
	"context"

	"opora/backend/lab"
)

// systems lists everything that is measured: real applications first, then what
// real ones do not do on demand.
func systems() []system { return append(realSystems(), madeSystems()...) }

func realSystems() []system {
	return []system{
		{name: "wordpress", what: "WordPress in Russian", trims: true, door: "wp-login.php", deep: "wp-admin/profile.php",
			start: func(ctx context.Context, dir string, users []lab.User) (*lab.Site, error) {
				site, err := lab.StartWordPress(ctx, dir, users[0], users[1:]...)
				if err != nil {
					return nil, err
				}
				return lab.Around(site.URL, site), nil
			}},
		{name: "dokuwiki", what: "DokuWiki in Russian, open to read", quick: true, door: "doku.php?id=start&do=login", deep: "doku.php?id=отчёты",
			start: dokuwiki(false)},
		{name: "dokuwiki-closed", what: "DokuWiki in Russian, closed", door: "doku.php?id=start&do=login", deep: "doku.php?id=отчёты",
			start: dokuwiki(true)},
		{name: "phpmyadmin", what: "phpMyAdmin in Russian", door: "index.php", deep: "index.php?route=/database/structure&db=bakery",
			start: php(lab.StartPHPMyAdmin)},
		{name: "adminer", what: "Adminer", door: "", deep: "?username=&db=bakery", start: php(lab.StartAdminer)},
		{name: "mediawiki", what: "MediaWiki in Russian, open to read", door: "index.php?title=Служебная:Вход", deep: "index.php?title=Служебная:Настройки",
			start: php(lab.StartMediaWiki)},
		{name: "roundcube", what: "Roundcube in Russian, before Dovecot", door: "", deep: "?_task=mail&_mbox=INBOX", start: php(lab.StartRoundcube)},
		{name: "django", what: "Django's administration in Russian, not linked from the start page", door: "admin/login/", deep: "admin/auth/user/",
			start: php(lab.StartDjango)},
		{name: "redmine", what: "Redmine in Russian, open start page", door: "login", deep: "my/page", start: php(lab.StartRedmine)},
		{name: "fossil", what: "Fossil, open to read", door: "login", deep: "setup", start: php(lab.StartFossil)},
		{name: "radicale", what: "Radicale, login by WebDAV from a script", door: ".web/", deep: ".web/#x", start: php(lab.StartRadicale)},
		{name: "verdaccio", what: "Verdaccio, open to read, login in a dialog", door: "", deep: "-/web/detail/bread", start: php(lab.StartVerdaccio)},
		{name: "node-red", what: "Node-RED", door: "", deep: "#flow/1", start: php(lab.StartNodeRED)},
		{name: "homebridge", what: "Homebridge's interface", door: "login", deep: "plugins", start: php(lab.StartHomebridgeUI)},
		{name: "pocketbase", what: "PocketBase", mail: true, door: "_/", deep: "_/#/collections", start: php(lab.StartPocketBase)},
	}
}

// php fits a function that takes the accounts one by one.
func php(start func(context.Context, string, ...lab.User) (*lab.Site, error)) func(context.Context, string, []lab.User) (*lab.Site, error) {
	return func(ctx context.Context, dir string, users []lab.User) (*lab.Site, error) {
		return start(ctx, dir, users...)
	}
}

func dokuwiki(closed bool) func(context.Context, string, []lab.User) (*lab.Site, error) {
	return func(ctx context.Context, dir string, users []lab.User) (*lab.Site, error) {
		site, err := lab.StartDokuWiki(ctx, dir, lab.DokuWikiOptions{Users: users, Closed: closed})
		if err != nil {
			return nil, err
		}
		return lab.Around(site.URL, site), nil
	}
}
