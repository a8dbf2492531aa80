// Command verdicts measures what a verdict on a web login is worth. It starts
// real web applications on loopback (see [opora/backend/lab]), sends right and
// wrong credentials with the addresses that people send, lets Opora judge each
// in a fresh session, and writes the table: how often "works" and "rejected"
// were true, how often the question stayed open, and how long it took.
//
// On the same cases, in the same run, it asks the rules that are in common use,
// and hydra, so that a reader sees what the proof by replay is worth.
//
// Usage:
//
//	go run ./build/verdicts [-quick] [-only names] [-engine auto|http|browser]
//	                        [-rules=false] [-md] [-json file]
//	go run ./build/verdicts -list
//	go run ./build/verdicts -serve name
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"opora/backend/browser"
	"opora/backend/lab"
	"opora/backend/opora"
)

func main() {
	if ran, status := browser.Guard(os.Args[1:]); ran {
		os.Exit(status)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "verdicts:", err)
		os.Exit(1)
	}
}

// order is what the command line asks for.
type order struct {
	quick, rules, markdown, list, verbose bool
	only, serve, json                     string
	engine                                opora.Engine
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	var o order
	engine := ""
	flags := flag.NewFlagSet("verdicts", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "only the systems that start within a second or two")
	flags.BoolVar(&o.rules, "rules", true, "ask the rules in common use and hydra as well")
	flags.BoolVar(&o.markdown, "md", false, "write the table as Markdown")
	flags.BoolVar(&o.list, "list", false, "list the systems")
	flags.BoolVar(&o.verbose, "v", false, "write every case as it ends")
	flags.StringVar(&o.only, "only", "", "only systems whose `names`, with commas between, are these")
	flags.StringVar(&o.serve, "serve", "", "start the system of that `name`, and wait")
	flags.StringVar(&o.json, "json", "", "write every case to `file`, one JSON object a line")
	flags.StringVar(&engine, "engine", "auto", "auto, http or browser")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	switch engine {
	case "auto":
	case "http", "browser":
		o.engine = opora.Engine(engine)
	default:
		return fmt.Errorf("there is no engine %q", engine)
	}
	slog.SetLogLoggerLevel(slog.LevelError)

	dir, err := os.MkdirTemp("", "verdicts")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // nothing of a system outlives the folder that it lies in

	switch {
	case o.list:
		for _, s := range systems() {
			fmt.Fprintf(out, "%-22s %s\n", s.name, s.what)
		}
		return nil
	case o.serve != "":
		return serve(ctx, o.serve, dir, out)
	}
	// A run that is broken off still shows what it has measured.
	table, broken := measure(ctx, o, dir, out)
	if len(table.results) == 0 && len(table.absent) == 0 {
		return broken
	}
	if o.json != "" {
		if err := writeJSON(o.json, table.results); err != nil {
			return err
		}
	}
	if o.markdown {
		return errors.Join(broken, table.markdown(out))
	}
	return errors.Join(broken, table.text(out))
}

// serve starts one system and stays.
func serve(ctx context.Context, name, dir string, out io.Writer) error {
	for _, s := range systems() {
		if s.name != name {
			continue
		}
		site, err := s.start(ctx, filepath.Join(dir, name), users())
		if err != nil {
			return err
		}
		defer site.Stop()
		fmt.Fprintf(out, "%s: %s\nstart page: %s\nlogin page: %s\ndeep page:  %s\n", s.name, s.what, site.URL, s.at(site, s.door), s.at(site, s.deep))
		for _, user := range users() {
			fmt.Fprintf(out, "account:    %s  %s\n", s.login(user), user.Password)
		}
		<-ctx.Done()
		return nil
	}
	return fmt.Errorf("there is no system %q; -list names them", name)
}

// measure runs every case at every chosen system, one after the other.
func measure(ctx context.Context, o order, dir string, out io.Writer) (*table, error) {
	chosen := map[string]bool{}
	for _, name := range strings.FieldsFunc(o.only, func(r rune) bool { return r == ',' }) {
		chosen[name] = true
	}
	t := &table{engine: o.engine, rules: o.rules}
	for _, s := range systems() {
		if o.quick && !s.quick || len(chosen) > 0 && !chosen[s.name] {
			continue
		}
		if err := t.add(ctx, o, s, filepath.Join(dir, s.name), out); err != nil {
			return t, err
		}
	}
	if len(t.results) == 0 && len(t.absent) == 0 {
		return t, errors.New("no such system; -list names them")
	}
	return t, nil
}

// add runs the cases of one system. One that cannot be started is named in the
// table: it must not look as if it had been judged.
func (t *table) add(ctx context.Context, o order, s system, dir string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	started := time.Now()
	site, err := s.start(ctx, dir, users())
	var missing *lab.Missing
	switch {
	case errors.Is(err, lab.ErrPrivilege), errors.Is(err, lab.ErrSystem), errors.As(err, &missing):
		t.absent = append(t.absent, s.name+": "+err.Error())
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", s.name, err)
	}
	defer site.Stop()
	if o.verbose {
		fmt.Fprintf(out, "%s at %s, ready after %.1f s\n", s.name, site.URL, time.Since(started).Seconds())
	}
	for _, c := range s.cases(site) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := judge(ctx, o.engine, c)
		if ctx.Err() != nil {
			return ctx.Err() // broken off in the middle: no verdict of Opora's
		}
		t.results = append(t.results, r)
		if o.verbose {
			fmt.Fprintf(out, "  %-60s %s/%s %s %d ms\n", c.name(), r.Verdict, r.Reason, r.Engine, r.MS)
		}
	}
	if o.rules {
		if s.made { // what it has seen so far must not weigh on the others
			if site, err = s.start(ctx, dir, users()); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			defer site.Stop()
		}
		t.simple = append(t.simple, s.simple(ctx, dir, site)...)
	}
	return ctx.Err()
}

func writeJSON(path string, results []result) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	for _, r := range results {
		if err := encoder.Encode(r); err != nil {
			_ = file.Close()
			return err
		}
	}
	return file.Close()
}
