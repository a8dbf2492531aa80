package main

import (
	"context"
	"runtime"
)

// scope says which commands need a thing.
type scope int

const (
	forWindow  scope = iota // to build the window and start it
	forDesktop              // to start it where there is no display
	forTest                 // to run all tests
	forBench                // to measure beside what others use
)

// need is something of the system that Opora is built, started or tested with.
// A package name may list alternatives, best first, as "a|b": distributions
// rename packages between releases.
type need struct {
	what   string
	why    string
	scope  scope
	has    func(context.Context, *program) bool
	apt    []string
	dnf    []string
	pacman []string
	// units are the services that the packages start by themselves. A machine
	// that did not run them before must not run them afterwards.
	units []string
}

func needs() []need {
	return []need{
		{what: "a C compiler", why: "the window and the race detector are linked with C",
			scope: forWindow, has: all(onPath("gcc"), file("/usr/include/stdlib.h")),
			apt: names("gcc", "libc6-dev"), dnf: names("gcc", "glibc-devel"), pacman: names("gcc")},
		{what: "pkg-config", why: "tells the compiler where GTK is",
			scope: forWindow, has: onPath("pkg-config"),
			apt: names("pkg-config"), dnf: names("pkgconf-pkg-config"), pacman: names("pkgconf")},
		{what: "GTK 3 for developers", why: "draws the window",
			scope: forWindow, has: library("gtk+-3.0"),
			apt: names("libgtk-3-dev"), dnf: names("gtk3-devel"), pacman: names("gtk3")},
		{what: "WebKitGTK for developers", why: "shows the page in the window",
			scope: forWindow, has: anyOf(library("webkit2gtk-4.1"), library("webkit2gtk-4.0")),
			apt: names("libwebkit2gtk-4.1-dev|libwebkit2gtk-4.0-dev"), dnf: names("webkit2gtk4.1-devel|webkit2gtk3-devel"),
			pacman: names("webkit2gtk-4.1|webkit2gtk")},
		{what: "Node.js and npm", why: "build the page",
			scope: forWindow, has: hasNode,
			apt: names("nodejs", "npm"), dnf: names("nodejs", "nodejs-npm|npm"), pacman: names("nodejs", "npm")},

		{what: "Xvfb", why: "a display in memory, where there is no other",
			scope: forDesktop, has: onPath("Xvfb"),
			apt: names("xvfb"), dnf: names("xorg-x11-server-Xvfb"), pacman: names("xorg-server-xvfb")},
		{what: "xdotool", why: "finds the window and presses keys in it",
			scope: forDesktop, has: onPath("xdotool"),
			apt: names("xdotool"), dnf: names("xdotool"), pacman: names("xdotool")},
		{what: "Openbox", why: "gives windows their place and the keyboard",
			scope: forDesktop, has: onPath("openbox"),
			apt: names("openbox"), dnf: names("openbox"), pacman: names("openbox")},
		{what: "D-Bus", why: "the way to keyring, tray and notifications",
			scope: forDesktop, has: all(onPath("dbus-daemon"), onPath("dbus-run-session"), onPath("dbus-monitor")),
			apt: names("dbus", "dbus-bin|dbus"), dnf: names("dbus-daemon", "dbus-tools"), pacman: names("dbus")},
		{what: "GNOME Keyring", why: "the keyring that secrets are kept in",
			scope: forDesktop, has: onPath("gnome-keyring-daemon"),
			apt: names("gnome-keyring"), dnf: names("gnome-keyring"), pacman: names("gnome-keyring")},
		{what: "a font with Latin and Cyrillic", why: "the page is written with it",
			scope: forDesktop, has: hasFont,
			apt: names("fontconfig", "fonts-dejavu-core"), dnf: names("fontconfig", "dejavu-sans-fonts"), pacman: names("fontconfig", "ttf-dejavu")},

		{what: "a browser", why: "checks of pages that scripts build run in it, and so do end-to-end tests",
			scope: forTest, has: hasBrowser,
			apt: names("chromium|chromium-browser"), dnf: names("chromium"), pacman: names("chromium")},
		{what: "dunst", why: "a notification service for the tests of notifications",
			scope: forTest, has: onPath("dunst"),
			apt: names("dunst"), dnf: names("dunst"), pacman: names("dunst")},
		{what: "xclip", why: "reads the clipboard in tests",
			scope: forTest, has: onPath("xclip"),
			apt: names("xclip"), dnf: names("xclip"), pacman: names("xclip")},
		{what: "nginx", why: "a web server to check accesses against",
			scope: forTest, has: onPath("nginx"), units: names("nginx.service"),
			apt: names("nginx-light|nginx"), dnf: names("nginx"), pacman: names("nginx")},
		{what: "OpenSSH", why: "a server to check accesses against, and its key maker",
			scope: forTest, has: all(onPath("sshd"), onPath("ssh-keygen"), onPath("ssh")), units: names("ssh.service", "ssh.socket", "sshd.service"),
			apt: names("openssh-server", "openssh-client"), dnf: names("openssh-server", "openssh-clients"), pacman: names("openssh")},
		{what: "MariaDB's server", why: "WordPress in the tests keeps its data there",
			scope: forTest, has: onPath("mariadbd"), units: names("mariadb.service"),
			apt: names("mariadb-server-core|mariadb-server-core-10.6|mariadb-server-core-10.5"),
			dnf: names("mariadb-server"), pacman: names("mariadb")},
		{what: "PHP", why: "WordPress and DokuWiki in the tests are written in it",
			scope: forTest, has: all(onPath("php"), onPath("php-cgi"), extension("mysqli"), extension("xml"), extension("mbstring")),
			apt: names("php-cli", "php-cgi", "php-mysql", "php-xml", "php-mbstring"),
			dnf: names("php-cli", "php-mysqlnd", "php-xml", "php-mbstring"), pacman: names("php", "php-cgi")},

		{what: "hydra", why: "the verdict table asks it the same questions",
			scope: forBench, has: onPath("hydra"),
			apt: names("hydra"), dnf: names("hydra"), pacman: names("hydra")},
		{what: "ripgrep", why: "searches the same documents beside Opora",
			scope: forBench, has: onPath("rg"),
			apt: names("ripgrep"), dnf: names("ripgrep"), pacman: names("ripgrep")},
	}
}

// adviseBrowser says what Opora cannot do without a browser. It installs none: an
// operator has one, and which one is theirs to choose.
func (p *program) adviseBrowser(ctx context.Context) {
	if runtime.GOOS == "linux" && !hasBrowser(ctx, p) {
		p.say("There is no browser here: logins that scripts build will be answered \"unknown\".")
		p.say("Recommended: Chromium, Chrome, Edge, Brave or Yandex Browser, as a package of the system.")
	}
}

func names(list ...string) []string { return list }
