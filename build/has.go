package main

import (
	"context"
	"os"
	"strings"
)

type proof = func(context.Context, *program) bool

// onPath is proven by a program that can be started.
func onPath(name string) proof {
	return func(_ context.Context, p *program) bool {
		_, found := p.look(name)
		return found
	}
}

// hasBrowser looks for what both Opora and its tests can use.
func hasBrowser(ctx context.Context, p *program) bool {
	return anyOf(onPath("chromium"), onPath("chromium-browser"), onPath("google-chrome"), onPath("google-chrome-stable"),
		onPath("microsoft-edge"))(ctx, p)
}

// file is proven by something at an absolute path.
func file(path string) proof {
	return func(context.Context, *program) bool {
		_, err := os.Stat(path)
		return err == nil
	}
}

// library is proven by what pkg-config knows.
func library(name string) proof {
	return func(ctx context.Context, p *program) bool {
		_, err := p.ask(ctx, "pkg-config", "--exists", name)
		return err == nil
	}
}

// extension is proven by PHP's own list of what it has loaded.
func extension(name string) proof {
	return func(ctx context.Context, p *program) bool {
		list, err := p.ask(ctx, "php", "-m")
		return err == nil && strings.Contains("\n"+strings.ToLower(list)+"\n", "\n"+name+"\n")
	}
}

func hasFont(ctx context.Context, p *program) bool {
	list, err := p.ask(ctx, "fc-list", ":lang=ru")
	return err == nil && list != ""
}

func all(proofs ...proof) proof {
	return func(ctx context.Context, p *program) bool {
		for _, holds := range proofs {
			if !holds(ctx, p) {
				return false
			}
		}
		return true
	}
}

func anyOf(proofs ...proof) proof {
	return func(ctx context.Context, p *program) bool {
		for _, holds := range proofs {
			if holds(ctx, p) {
				return true
			}
		}
		return false
	}
}
