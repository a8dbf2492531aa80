package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"opora/app/desk"
	"opora/backend/opora"
)

// answerLine is the answer to one query (cli.md, «A search answer»).
type answerLine struct {
	Query string    `json:"query"`
	Read  string    `json:"read,omitempty"` // how it was understood, where not as it stands
	US    int64     `json:"us"`             // from reading the query to having the answer
	Total int       `json:"total"`
	Hits  []hitLine `json:"hits"`
}

type hitLine struct {
	In      opora.Set `json:"in"`
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Passage string    `json:"passage"`
	Heading string    `json:"heading,omitempty"`
	Anchor  string    `json:"anchor,omitempty"`
	Address string    `json:"address,omitempty"`
	Parent  int64     `json:"parent,omitempty"` // the source of an article, the customer of a note
}

func hitOf(h opora.Hit) hitLine {
	return hitLine{
		In: h.In, ID: strconv.FormatInt(h.ID, 10), Title: plainText(h.Title, "", ""), Passage: plainText(h.Passage, "<mark>", "</mark>"),
		Heading: h.Heading, Anchor: h.Anchor, Address: h.Address, Parent: h.Parent,
	}
}

func plainText(spans []opora.Span, before, behind string) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Mark {
			b.WriteString(before + s.Text + behind)
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// maxQuery is the longest query that is read, in bytes.
const maxQuery = 64 << 10

func find(e *env, flags *flag.FlagSet, args []string) error {
	limit := flags.Int("limit", 20, "how many hits at most, 1 to 100")
	sets := flags.String("in", "", "where: snippets,articles,notes,customers")
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if *limit < 1 || *limit > 100 {
		return &usageError{"--limit is 1 to 100"}
	}
	in, err := setsOf(*sets)
	if err != nil {
		return err
	}
	query := strings.Join(e.args, " ")
	if query == "" {
		return &usageError{"find takes a QUERY, or - for queries from standard input, a line each"}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	f := &finder{d, in, *limit, newResults(e.out)}
	// The index is opened before the first query is read: its time is the
	// program's, not the query's.
	if _, err := d.Library.Find(e.ctx, "", in, 1); err != nil {
		return err
	}
	if query != "-" {
		return f.answer(e.ctx, query, time.Now())
	}
	return f.stream(e)
}

func setsOf(names string) ([]opora.Set, error) {
	if names == "" {
		return nil, nil
	}
	var list []opora.Set
	for _, name := range strings.Split(names, ",") {
		set := opora.Set(strings.TrimSpace(name))
		if !slices.Contains(opora.Sets(), set) {
			return nil, &usageError{fmt.Sprintf("--in takes snippets, articles, notes and customers, not %q", name)}
		}
		list = append(list, set)
	}
	return list, nil
}

// finder answers queries.
type finder struct {
	desk  *desk.Desk
	in    []opora.Set
	limit int
	out   *results
}

func (f *finder) answer(ctx context.Context, query string, read time.Time) error {
	answer, err := f.desk.Library.Find(ctx, strings.ToValidUTF8(query, "\uFFFD"), f.in, f.limit)
	if err != nil {
		return err
	}
	line := answerLine{Query: answer.Query, Read: answer.Read, US: time.Since(read).Microseconds(), Total: answer.Total, Hits: []hitLine{}}
	for _, h := range answer.Hits {
		line.Hits = append(line.Hits, hitOf(h))
	}
	f.out.write(line) // straight to the system: whoever waits for it has it
	return f.out.err
}

// stream answers each line of standard input with a line, an empty one too. A
// line that is too long to be a query is reported and answered by nothing.
func (f *finder) stream(e *env) error {
	reader := bufio.NewReaderSize(e.in, maxQuery)
	var wrong *lineError
	for line := 1; ; line++ {
		text, err := readLine(reader)
		read := time.Now()
		last := errors.Is(err, io.EOF)
		switch {
		case errors.Is(err, errLong) || err == nil && len(text) > maxQuery:
			wrong = &lineError{line: line, what: wordsOf(e).Say(string(opora.TooLong))}
			_, _ = fmt.Fprintln(e.err, "opora: "+wrong.Error())
			continue
		case err != nil && !last:
			return fmt.Errorf("reading standard input: %w", err)
		}
		if !last || len(text) > 0 {
			if err := f.answer(e.ctx, string(bytes.TrimRight(text, "\r\n")), read); err != nil {
				return err
			}
		}
		if last {
			break
		}
	}
	if wrong != nil {
		return &usageError{} // it has been said
	}
	return nil
}
