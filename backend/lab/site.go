package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
)

// Site is a running web application.
type Site struct {
	URL  string // of the start page, with the slash
	Addr string
	servers
}

// phpSite is what the applications written in PHP have in common.
type phpSite struct {
	bundle   bundle
	pages    string   // folder of the pages, in the overlay
	settings []string // of PHP
	server   string   // more lines for the server block of nginx
	first    string   // path of a page that answers when everything stands; "" for "/"

	// install runs between the start of the servers and the first request.
	install func(o *overlay, site *Site) error
}

// start serves the application; before are the servers that it stands on.
func (p phpSite) start(ctx context.Context, dir string, before ...interface{ Stop() }) (_ *Site, err error) {
	site := &Site{servers: before}
	defer func() {
		if err != nil {
			site.Stop()
		}
	}()
	o, err := lay(ctx, dir, p.bundle)
	if err != nil {
		return nil, err
	}
	site.servers = append(servers{o.holder}, site.servers...)
	socket, workers, err := startPHPIn(ctx, o, dir, p.settings...)
	if err != nil {
		return nil, err
	}
	for _, worker := range workers {
		site.servers = append(servers{worker}, site.servers...)
	}
	server, err := startNginxIn(ctx, o, dir, fastCGI(p.pages, socket, nil)+p.server, false)
	if err != nil {
		return nil, err
	}
	site.servers = append(servers{server}, site.servers...)
	site.URL, site.Addr = server.URL, server.Addr
	if p.install != nil {
		if err := p.install(o, site); err != nil {
			return nil, err
		}
	}
	if err := ready(ctx, server.process, answers(site.URL+p.first)); err != nil {
		return nil, err
	}
	return site, nil
}

// script runs PHP in the overlay. The order reaches it through a pipe, as JSON
// in $order: what it holds must not be seen in the list of processes.
func (o *overlay) script(ctx context.Context, dir, text string, order any, settings ...string) error {
	php, err := program("php", "php-cli")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "order.php")
	if err := write(path, "<?php $order = json_decode(stream_get_contents(STDIN), true);\n"+text, 0o600); err != nil {
		return err
	}
	encoded, err := json.Marshal(order)
	if err != nil {
		return err
	}
	arguments := []string{"-d", "display_errors=stderr", "-d", "memory_limit=512M"}
	for _, setting := range settings {
		arguments = append(arguments, "-d", setting)
	}
	cmd := exec.Command(php, append(arguments, path)...)
	cmd.Stdin = strings.NewReader(string(encoded))
	if err := o.run(ctx, cmd); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	return nil
}

// quoted is a PHP string.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// Around gives a running server the form of a Site.
func Around(address string, server interface{ Stop() }) *Site {
	site := &Site{URL: address, servers: servers{server}}
	if at, err := url.Parse(address); err == nil {
		site.Addr = at.Host
	}
	return site
}
