// Package command is the command line: the same use cases, data and keyring as
// the window, for scripts and for machines without a display. JSON goes in and
// out as one object a line; diagnoses go to standard error.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"opora/app/desk"
	"opora/app/words"
	"opora/backend/opora"
)

// The exit statuses (cli.md).
const (
	exitDone  = 0 // the command did its work, whatever the verdicts
	exitUnfit = 1 // it could not work
	exitUsage = 2 // wrong usage or malformed input
)

// usage is shown for help and for an unknown command.
const usage = `opora                                  the window
opora check   [--parallel N] [--timeout D] [--engine auto|http|browser] [--fresh-ledger]
                                       checks accesses from standard input, a JSON object a line
opora save    --customer NAME|ID [--unproven] [the options of check]
                                       the same, and keeps what works
opora take                             finds the accesses in a message from standard input
opora customers                        lists the customers
opora notes   [--customer NAME|ID]     lists the notes
opora recheck --customer NAME|ID | --all [--fresh-ledger]
                                       checks kept accesses again
opora secret  show|forget ID [--part secret|key|passphrase] [--yes]
opora find    [--limit 20] [--in snippets,articles,notes,customers] QUERY|-
                                       searches; with - answers queries from standard input, a line each
opora snippets import|export FILE|-    takes replies from a file, or writes all of them
opora kb      import DIR|ZIP|URL|FILE.json
                                       takes articles in
opora kb      update [SOURCE]          brings all sources, or one, up to date
opora kb      list | remove SOURCE     lists the sources, or removes one with its articles
opora recipes [forget SITE]            lists what is remembered about sites, or forgets one
opora doctor                           says what of this machine Opora can use
opora version

Every command takes --data DIR (or OPORA_DATA): the data folder.
`

// env is what a command works with.
type env struct {
	ctx  context.Context
	dir  string
	in   io.Reader
	out  io.Writer
	err  io.Writer
	args []string // after the flags
}

// usageError is wrong usage: what is wrong and what to do.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// commands lists what can be asked for, with the flags of each.
var commands = map[string]func(e *env, flags *flag.FlagSet, args []string) error{
	"check": check, "save": save, "take": take, "customers": customers, "notes": notes, "recheck": recheck,
	"secret": secret, "find": find, "snippets": snippets, "kb": kb, "recipes": recipes, "doctor": doctor, "version": version,
}

// Run runs one command and gives the exit status. Args begin with the command.
func Run(ctx context.Context, args []string, in io.Reader, out, diagnoses io.Writer) int {
	args = commandFirst(args)
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		_, _ = io.WriteString(out, usage)
		return exitDone
	}
	run := commands[args[0]]
	if run == nil {
		_, _ = fmt.Fprintf(diagnoses, "opora: there is no command %q\n\n%s", args[0], usage)
		return exitUsage
	}
	e := &env{ctx: ctx, in: in, out: out, err: diagnoses}
	flags := flag.NewFlagSet("opora "+args[0], flag.ContinueOnError)
	flags.SetOutput(diagnoses)
	flags.Usage = func() { _, _ = io.WriteString(diagnoses, usage) }
	flags.StringVar(&e.dir, "data", "", "the data folder")
	err := run(e, flags, args[1:])
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &wrong):
		if wrong.text != "" {
			_, _ = fmt.Fprintln(diagnoses, "opora: "+wrong.text)
		}
		return exitUsage
	}
	_, _ = fmt.Fprintln(diagnoses, "opora: "+sentence(words.In(desk.SystemLanguage()), err))
	return exitUnfit
}

// commandFirst moves a --data that stands before the command behind it.
func commandFirst(args []string) []string {
	switch {
	case len(args) > 2 && (args[0] == "--data" || args[0] == "-data"):
		return append([]string{args[2], args[0], args[1]}, args[3:]...)
	case len(args) > 1 && (strings.HasPrefix(args[0], "--data=") || strings.HasPrefix(args[0], "-data=")):
		return append([]string{args[1], args[0]}, args[2:]...)
	}
	return args
}

// parse reads the flags wherever they stand, as people type them, and leaves
// the rest in e.args.
func (e *env) parse(flags *flag.FlagSet, args []string) error {
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return &usageError{} // the flag package has said what is wrong
		}
		if flags.NArg() == 0 {
			return nil
		}
		e.args = append(e.args, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// none refuses arguments of a command that takes none.
func (e *env) none() error {
	if len(e.args) > 0 {
		return &usageError{fmt.Sprintf("unexpected %q: accesses and messages come on standard input", e.args[0])}
	}
	return nil
}

// open opens the desk on the data folder.
func (e *env) open() (*desk.Desk, error) {
	d, err := desk.Open(e.ctx, desk.Folder(e.dir), desk.Events{})
	if err == nil && d.DB.Moved != "" {
		_, _ = fmt.Fprintf(e.err, "opora: %s (%s)\n", d.Words(e.ctx).Say(string(opora.DataDamaged)), d.DB.Moved)
	}
	return d, err
}

// sentence words an error for a person.
func sentence(say words.Words, err error) string {
	code := opora.Unexpected
	errors.As(err, &code)
	text := say.Say(string(code))
	if code == opora.Unexpected {
		text += " (" + strings.ToValidUTF8(err.Error(), "?") + ")"
	}
	var field *opora.FieldError
	if errors.As(err, &field) {
		return field.Field + ": " + text
	}
	return text
}

func version(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(e.out, "opora "+desk.Version)
	return err
}

// terminal gives the file behind a reader when a person sits at it.
func terminal(r io.Reader) (*os.File, bool) {
	f, ok := r.(*os.File)
	if !ok {
		return nil, false
	}
	info, err := f.Stat()
	return f, err == nil && info.Mode()&os.ModeCharDevice != 0
}
