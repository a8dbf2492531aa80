package web

import "strings"

// A sign betrays a product; path is where its accounts sign in. Products make
// a check surer and its note clearer; no verdict needs one.
type sign struct {
	product string
	marks   []string // any of them, in the lower-case source
	path    string   // relative to the product's base; empty when its page has the form itself
	base    string   // a mark in the source that stands right behind the base path
}

var signs = []sign{
	{"WordPress", []string{"/wp-content/", "/wp-includes/", `content="wordpress`}, "wp-login.php", "wp-content/"},
	{"DokuWiki", []string{"dokuwiki"}, "doku.php?do=login", "lib/exe/"},
	{"MediaWiki", []string{`content="mediawiki`, "mediawiki.page"}, "index.php?title=Special:UserLogin", "load.php"},
	{"Joomla", []string{`content="joomla`, "/media/system/js/", "com_content"}, "administrator/", "media/system/"},
	{"Drupal", []string{`content="drupal`, "drupal-settings-json", "/sites/default/files"}, "user/login", "sites/default/"},
	{"1C-Bitrix", []string{"/bitrix/"}, "bitrix/admin/", "bitrix/"},
	{"OpenCart", []string{"catalog/view/", "index.php?route=common"}, "admin/", "catalog/view/"},
	{"MODX", []string{"/assets/components/", "modx"}, "manager/", "assets/components/"},
	{"PrestaShop", []string{`content="prestashop`, "var prestashop"}, "login", ""},
	{"phpMyAdmin", []string{"phpmyadmin", "pma_username"}, "", ""},
	{"Roundcube", []string{"roundcube", "rcmloginuser"}, "", ""},
	{"Adminer", []string{"adminer"}, "", ""},
	{"Redmine", []string{`content="redmine`, "redmine"}, "login", ""},
	{"ISPmanager", []string{"ispmgr", "ispmanager"}, "", ""},
	{"cPanel", []string{"cpanel", "cpsess"}, "", ""},
	{"Plesk", []string{"plesk"}, "", ""},
	{"DirectAdmin", []string{"directadmin"}, "", ""},
	{"HestiaCP", []string{"hestia"}, "", ""},
	{"GitLab", []string{`content="gitlab`, "gitlab"}, "users/sign_in", ""},
	{"Gitea", []string{"gitea"}, "user/login", ""},
	{"Grafana", []string{"grafana"}, "login", ""},
	{"PocketBase", []string{`{"data":{},"message":"`, `the requested resource wasn't found.","`, "pocketbase"}, "_/", ""},
	{"Keitaro", []string{"keitaro"}, "admin/", ""},
}

// product names what a page says that it is. The marks of a product may stand
// in any text (an article about WordPress), so the name is only a name.
func product(p *page) string {
	if s := betrayed(p); s != nil {
		return s.product
	}
	return ""
}

func betrayed(p *page) *sign {
	for i, s := range signs {
		for _, mark := range s.marks {
			if strings.Contains(p.source, mark) {
				return &signs[i]
			}
		}
	}
	return nil
}
