package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// setUp makes the machine able to do what scope stands for, or says precisely
// what it lacks. It changes nothing when nothing is missing.
func (p *program) setUp(ctx context.Context, upTo scope) error {
	p.useCachedNode(ctx)
	if runtime.GOOS != "linux" {
		return p.setUpElsewhere(ctx)
	}
	missing := p.missing(ctx, upTo)
	stale := upTo == forTest && noPackageLists()
	if len(missing) > 0 || stale {
		if err := p.install(ctx, missing); err != nil {
			return err
		}
	}
	if err := p.renewNode(ctx); err != nil {
		return err
	}
	if missing = p.missing(ctx, upTo); len(missing) > 0 {
		return fmt.Errorf("still missing after the installation:\n%s", described(missing))
	}
	return ctx.Err()
}

func (p *program) missing(ctx context.Context, upTo scope) []need {
	var found []need
	for _, n := range needs() {
		if n.scope <= upTo && !n.has(ctx, p) {
			found = append(found, n)
		}
	}
	return found
}

func described(missing []need) string {
	var lines []string
	for _, n := range missing {
		lines = append(lines, fmt.Sprintf("  %s (%s)", n.what, n.why))
	}
	return strings.Join(lines, "\n")
}

// noPackageLists tells whether apt would know no package at all, as in a fresh
// container. Tests fetch the files of some servers through it.
func noPackageLists() bool {
	if _, err := os.Stat("/usr/bin/apt-get"); err != nil {
		return false
	}
	lists, err := filepath.Glob("/var/lib/apt/lists/*_Packages*")
	return err == nil && len(lists) == 0
}

// manager is a package manager and how it is spoken to.
type manager struct {
	program string
	names   func(need) []string
	refresh string                // shell: learn what there is
	install string                // shell: install the packages that follow
	knows   func(string) []string // arguments that succeed when a package exists
}

func managers() []manager {
	return []manager{
		{
			program: "apt-get",
			names:   func(n need) []string { return n.apt },
			refresh: "apt-get -q -o Acquire::Retries=3 update",
			install: "apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 install",
			knows:   func(name string) []string { return []string{"apt-cache", "show", "--quiet=0", name} },
		},
		{
			program: "dnf",
			names:   func(n need) []string { return n.dnf },
			refresh: "true", // dnf learns by itself when what it knows is old
			install: "dnf -y --setopt=install_weak_deps=False install",
			knows:   func(name string) []string { return []string{"dnf", "-q", "info", name} },
		},
		{
			program: "pacman",
			names:   func(n need) []string { return n.pacman },
			refresh: "true", // Arch breaks when lists are newer than what is installed
			install: "pacman -S --noconfirm --needed",
			knows:   func(name string) []string { return []string{"pacman", "-Si", name} },
		},
	}
}

func (p *program) install(ctx context.Context, missing []need) error {
	if len(missing) > 0 {
		p.say("Opora needs from this system:\n%s", described(missing))
	}
	for _, m := range managers() {
		if _, found := p.look(m.program); found {
			return p.installWith(ctx, m, missing)
		}
	}
	return errors.New("no package manager that is known here (apt, dnf, pacman): please install these yourself")
}

func (p *program) installWith(ctx context.Context, m manager, missing []need) error {
	if err := p.asRoot(ctx, "learn which packages there are", m.refresh); err != nil {
		return err
	}
	var packages, units []string
	for _, n := range missing {
		for _, alternatives := range m.names(n) {
			packages = append(packages, p.pick(ctx, m, alternatives))
		}
		units = append(units, n.units...)
	}
	if len(packages) == 0 {
		return nil
	}
	brought := slices.DeleteFunc(units, func(unit string) bool { return p.hasUnit(ctx, unit) })
	slices.Sort(packages)
	list := strings.Join(slices.Compact(packages), " ")
	if err := p.asRoot(ctx, "install "+list, withoutStarting(m.install+" "+list)); err != nil {
		return err
	}
	return p.disable(ctx, brought)
}

// pick chooses the first of "a|b" that this system's release has. When none is
// known the first is tried anyway, so that the manager's own words explain.
func (p *program) pick(ctx context.Context, m manager, alternatives string) string {
	list := strings.Split(alternatives, "|")
	if len(list) == 1 {
		return list[0]
	}
	for _, name := range list {
		if _, err := p.ask(ctx, m.knows(name)...); err == nil {
			return name
		}
	}
	return list[0]
}

// withoutStarting wraps an installation so that Debian's packages do not start
// the servers they bring: those are for tests, which start their own.
func withoutStarting(install string) string {
	return `policy=/usr/sbin/policy-rc.d
if [ -d /etc/dpkg ] && [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
` + install
}

// asRoot runs a shell line with the rights to change the system, says what it
// is about to do, and shows the output only when it went wrong.
func (p *program) asRoot(ctx context.Context, purpose, script string) error {
	if script == "true" {
		return nil
	}
	args := []string{"sh", "-c", script}
	with := ""
	if os.Geteuid() != 0 {
		if _, found := p.look("sudo"); !found {
			return fmt.Errorf("to %s, root's rights are needed and there is no sudo: run this as root:\n%s", purpose, script)
		}
		args = append([]string{"sudo"}, args...)
		with = " with sudo"
	}
	p.say("  now%s: %s", with, purpose)
	var said bytes.Buffer
	cmd := p.command(ctx, job{args: args, in: os.Stdin, out: &said})
	// sudo asks for the password on the terminal, which only the
	// foreground group may read from.
	shareGroup(cmd)
	if err := cmd.Run(); err != nil {
		p.say("%s", said.String())
		return fmt.Errorf("%s: %w", purpose, err)
	}
	return nil
}

func (p *program) hasUnit(ctx context.Context, unit string) bool {
	_, err := p.ask(ctx, "systemctl", "cat", unit)
	return err == nil
}

// disable keeps the services that have just come with packages from starting
// with the machine. Services that were there before are left alone.
func (p *program) disable(ctx context.Context, brought []string) error {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil
	}
	here := slices.DeleteFunc(slices.Clone(brought), func(unit string) bool { return !p.hasUnit(ctx, unit) })
	if len(here) == 0 {
		return nil
	}
	list := strings.Join(here, " ")
	return p.asRoot(ctx, "keep from starting "+list, "systemctl disable --now "+list)
}

// setUpElsewhere names what is missing where nothing can be installed from
// here.
func (p *program) setUpElsewhere(ctx context.Context) error {
	var missing []string
	if !hasNode(ctx, p) || !p.nodeFits(ctx) {
		missing = append(missing, "  Node.js 20.19, 22.12 or newer, with npm: https://nodejs.org")
	}
	if _, err := p.ask(ctx, "xcode-select", "-p"); runtime.GOOS == "darwin" && err != nil {
		missing = append(missing, "  Apple's compilers: run xcode-select --install")
	}
	if runtime.GOOS == "windows" && !hasWebView2() {
		missing = append(missing, "  the WebView2 runtime: https://developer.microsoft.com/microsoft-edge/webview2/")
	}
	if len(missing) > 0 {
		return fmt.Errorf("please install, then start this again:\n%s", strings.Join(missing, "\n"))
	}
	return nil
}

// hasWebView2 looks where Microsoft's installer puts the runtime, for all
// users or for this one.
func hasWebView2() bool {
	for _, base := range []string{os.Getenv("ProgramFiles(x86)"), os.Getenv("ProgramFiles"), os.Getenv("LOCALAPPDATA")} {
		found, err := filepath.Glob(filepath.Join(base, "Microsoft", "EdgeWebView", "Application", "*", "msedgewebview2.exe"))
		if base != "" && err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
