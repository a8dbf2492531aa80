package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"opora/app/desk"
	"opora/app/words"
	"opora/backend/opora"
	"opora/backend/snippet"
)

// tallyLine is what an import or export of snippets came to.
type tallyLine struct {
	Snippets int  `json:"snippets"`          // written, or new or changed
	Exported bool `json:"exported,omitzero"` // written
}

func snippets(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if len(e.args) != 2 || e.args[0] != "import" && e.args[0] != "export" {
		return &usageError{"snippets takes import FILE or export FILE, - for standard input and output"}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	l, file, export := d.Library, e.args[1], e.args[0] == "export"
	var count int
	switch {
	case export && file == "-":
		_, err := l.WriteSnippets(e.ctx, e.out)
		return err
	case export:
		count, err = l.ExportSnippets(e.ctx, file)
	case file == "-":
		count, err = l.ReadSnippets(e.ctx, e.in)
	default:
		count, err = l.ImportSnippets(e.ctx, file)
	}
	var wrong *snippet.Malformed
	if errors.As(err, &wrong) {
		line := lineError{line: wrong.Line, field: wrong.Field, what: wordsOf(e).Say(string(wrong.Code))}
		return &usageError{line.Error()}
	}
	if err != nil {
		return err
	}
	out := newResults(e.out)
	out.write(tallyLine{count, export})
	return errors.Join(out.err, l.Refresh(e.ctx, count))
}

// sourceLine is a source of the knowledge base.
type sourceLine struct {
	ID        string           `json:"id"`
	Kind      opora.SourceKind `json:"kind"`
	Title     string           `json:"title"`
	Location  string           `json:"location"`
	Articles  int              `json:"articles"`
	UpdatedAt *time.Time       `json:"updated_at,omitempty"`
	Unended   bool             `json:"unended,omitzero"`
	Report    *reportLine      `json:"report,omitempty"`
}

// reportLine is what an import came to.
type reportLine struct {
	Added     int           `json:"added"`
	Changed   int           `json:"changed"`
	Removed   int           `json:"removed"`
	Same      int           `json:"same"`
	Images    int           `json:"images"`
	Skipped   []skippedLine `json:"skipped"`
	SkippedOf int           `json:"skipped_of"`
	MS        int64         `json:"ms"`
}

type skippedLine struct {
	Path     string     `json:"path"`
	Why      opora.Code `json:"why"`
	Sentence string     `json:"sentence"`
}

func sourceOf(s opora.Source, say words.Words) sourceLine {
	line := sourceLine{ID: strconv.FormatInt(s.ID, 10), Kind: s.Kind, Title: s.Title, Location: s.Location, Articles: s.Articles, Unended: s.Unended}
	if s.UpdatedAt.IsZero() {
		return line
	}
	line.UpdatedAt = &s.UpdatedAt
	r := s.Report
	line.Report = &reportLine{r.Added, r.Changed, r.Removed, r.Same, r.Images, []skippedLine{}, r.SkippedOf, r.MS}
	for _, skipped := range r.Skipped {
		line.Report.Skipped = append(line.Report.Skipped, skippedLine{skipped.Path, skipped.Why, say.Say(string(skipped.Why))})
	}
	return line
}

func kb(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	wrong := &usageError{"kb takes import DIR|ZIP|URL|FILE.json, update [SOURCE], list, or remove SOURCE: an id or a location as the list shows it"}
	if len(e.args) == 0 {
		return wrong
	}
	var run func(*env, *desk.Desk, []string) error
	what, rest := e.args[0], e.args[1:]
	switch {
	case what == "import" && len(rest) == 1 && rest[0] != "":
		run = kbImport
	case what == "update" && len(rest) <= 1:
		run = kbUpdate
	case what == "list" && len(rest) == 0:
		run = kbList
	case what == "remove" && len(rest) == 1:
		run = kbRemove
	default:
		return wrong
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	return run(e, d, rest)
}

func kbImport(e *env, d *desk.Desk, args []string) error {
	source, err := d.Library.Recognise(e.ctx, args[0])
	if err != nil {
		return err
	}
	return e.bring(d, []opora.Source{source})
}

func kbUpdate(e *env, d *desk.Desk, args []string) error {
	if len(args) == 1 {
		source, err := named(e, d, args[0])
		if err != nil {
			return err
		}
		return e.bring(d, []opora.Source{source})
	}
	list, err := d.Library.Sources(e.ctx)
	if err != nil {
		return err
	}
	return e.bring(d, list)
}

// bring imports sources one after the other. One that fails does not keep the
// rest from being brought, unless the operator has ended it all.
func (e *env) bring(d *desk.Desk, sources []opora.Source) error {
	say := d.Words(e.ctx)
	out := newResults(e.out)
	var failed []error
	changed := 0
	for _, source := range sources {
		shown := newMeter(e.err)
		report, err := d.Library.RunImport(e.ctx, source, shown.show)
		shown.end()
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", source.Location, err))
			if len(sources) > 1 {
				_, _ = fmt.Fprintf(e.err, "opora: %s: %s\n", printable(source.Location), sentence(say, err))
			}
			if e.ctx.Err() != nil {
				break
			}
			continue
		}
		changed += report.Added + report.Changed + report.Removed
		kept, err := d.Library.Source(e.ctx, source.ID)
		if err != nil {
			return err
		}
		out.write(sourceOf(kept, say))
	}
	if e.ctx.Err() == nil {
		failed = append(failed, d.Library.Refresh(e.ctx, changed))
	}
	return errors.Join(append(failed, out.err)...)
}

func kbList(e *env, d *desk.Desk, _ []string) error {
	list, err := d.Library.Sources(e.ctx)
	if err != nil {
		return err
	}
	say := d.Words(e.ctx)
	out := newResults(e.out)
	for _, s := range list {
		out.write(sourceOf(s, say))
	}
	return out.err
}

func kbRemove(e *env, d *desk.Desk, args []string) error {
	source, err := named(e, d, args[0])
	if err != nil {
		return err
	}
	if err := d.Library.Remove(e.ctx, source.ID); err != nil {
		return err
	}
	return d.Library.Refresh(e.ctx, source.Articles)
}

// named finds a source by its id or its location.
func named(e *env, d *desk.Desk, name string) (opora.Source, error) {
	list, err := d.Library.Sources(e.ctx)
	if err != nil {
		return opora.Source{}, err
	}
	path, _ := filepath.Abs(name)
	for _, s := range list {
		if name == strconv.FormatInt(s.ID, 10) || name == s.Location || path == s.Location {
			return s, nil
		}
	}
	return opora.Source{}, opora.NotFound
}

// meter shows how far an import has come: one line that is written over on a
// terminal, a line every few seconds elsewhere.
type meter struct {
	out      io.Writer
	terminal bool
	told     time.Time
	shown    bool
}

const meterEvery = 3 * time.Second

func newMeter(out io.Writer) *meter {
	m := &meter{out: out, told: time.Now()}
	if file, ok := out.(*os.File); ok {
		_, m.terminal = terminal(file)
	}
	return m
}

func (m *meter) show(p opora.Progress) {
	if !m.terminal && time.Since(m.told) < meterEvery {
		return
	}
	m.told = time.Now()
	done := strconv.Itoa(p.Done)
	if p.Of > 0 {
		done += "/" + strconv.Itoa(p.Of)
	}
	line := fmt.Sprintf("opora: %s  %d/s  %s", done, p.Rate, printable(p.At))
	if m.terminal {
		m.shown = true
		_, _ = fmt.Fprint(m.out, "\r\x1b[K"+line)
	} else {
		_, _ = fmt.Fprintln(m.out, line)
	}
}

func (m *meter) end() {
	if m.shown {
		_, _ = fmt.Fprint(m.out, "\r\x1b[K")
	}
}

// printable takes from a name what could command a terminal, and cuts it.
func printable(name string) string {
	quoted := strconv.Quote(name)
	name = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if runes := []rune(name); len(runes) > 60 {
		return "…" + string(runes[len(runes)-59:])
	}
	return name
}
