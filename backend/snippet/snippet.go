// Package snippet reads and writes snippets as files, and brings those that an
// operator can begin with.
package snippet

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"opora/backend/opora"
)

const (
	format  = "opora.snippets"
	version = 1

	// maxFile is the largest file that is read: it lies in memory while it is.
	maxFile = 256 << 20
)

// Malformed says where a file is not what it should be. It never quotes the
// file.
type Malformed struct {
	Line  int
	Field string // empty where the form itself is broken
	Code  opora.Code
}

func (m *Malformed) Error() string {
	if m.Field == "" {
		return fmt.Sprintf("line %d: %s", m.Line, m.Code)
	}
	return fmt.Sprintf("line %d, field %q: %s", m.Line, m.Field, m.Code)
}

// Unwrap gives the code and the field as the page understands them.
func (m *Malformed) Unwrap() error {
	if m.Field == "" {
		return m.Code
	}
	return &opora.FieldError{Field: m.Field, Code: m.Code}
}

// Read reads a file of our own JSON, all of it or, where something is wrong,
// nothing; it then fails with a [Malformed].
func Read(r io.Reader) ([]opora.Snippet, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading snippets: %w", err)
	}
	if len(text) > maxFile {
		return nil, opora.SourceTooLarge
	}
	f := &file{text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))}
	return f.read()
}

// file is a file that is being read. The standard decoder does the parsing; it
// goes member by member, so that an error has a line and a field.
type file struct{ text []byte }

func (f *file) bad(offset int64, field string, code opora.Code) error {
	at := min(int(offset), len(f.text))
	return &Malformed{Line: bytes.Count(f.text[:at], []byte("\n")) + 1, Field: field, Code: code}
}

func (f *file) read() ([]opora.Snippet, error) {
	if !utf8.Valid(f.text) {
		return nil, f.bad(int64(firstInvalid(f.text)), "", opora.SourceUnreadable)
	}
	var head struct {
		format  string
		version int
		listed  bool
	}
	snippets := []opora.Snippet{}
	d := json.NewDecoder(bytes.NewReader(f.text))
	err := f.members(d, 0, func(name string, at int64) error {
		switch name {
		case "format":
			return f.value(d, at, name, &head.format)
		case "version":
			return f.value(d, at, name, &head.version)
		case "snippets":
			head.listed = true
			return f.list(d, at, &snippets)
		}
		var other json.RawMessage // of a later version of the form
		return f.value(d, at, name, &other)
	})
	if err != nil {
		return nil, err
	}
	end := d.InputOffset()
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, f.bad(end, "", opora.SourceUnreadable)
	}
	switch {
	case head.format != format:
		return nil, f.bad(0, "format", opora.SourceUnreadable)
	case head.version != version:
		return nil, f.bad(0, "version", opora.SourceUnreadable)
	case !head.listed:
		return nil, f.bad(0, "snippets", opora.SourceUnreadable)
	}
	return snippets, nil
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		letter, size := utf8.DecodeRune(text[i:])
		if letter == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// members reads an object that begins next.
func (f *file) members(d *json.Decoder, base int64, each func(name string, at int64) error) error {
	begin, err := d.Token()
	if err != nil || begin != json.Delim('{') {
		return f.broken(d, base, err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return f.broken(d, base, err)
		}
		if err := each(name.(string), base+d.InputOffset()); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return f.broken(d, base, err)
	}
	return nil
}

func (f *file) list(d *json.Decoder, at int64, into *[]opora.Snippet) error {
	begin, err := d.Token()
	if err != nil {
		return f.broken(d, 0, err)
	}
	if begin != json.Delim('[') {
		return f.bad(at, "snippets", opora.SourceUnreadable)
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return f.broken(d, 0, err)
		}
		s, err := f.snippet(raw, d.InputOffset()-int64(len(raw)))
		if err != nil {
			return err
		}
		*into = append(*into, s)
	}
	if _, err := d.Token(); err != nil {
		return f.broken(d, 0, err)
	}
	return nil
}

// snippet reads one entry, which begins at base.
func (f *file) snippet(raw []byte, base int64) (opora.Snippet, error) {
	var s opora.Snippet
	// What is well-formed needs no places: read at once it takes a third of the time.
	var quick struct {
		Title, Body string
		Tags        []string
	}
	if json.Unmarshal(raw, &quick) == nil {
		s = opora.Snippet{Title: quick.Title, Body: quick.Body, Tags: quick.Tags}
		if s.Validate() == nil {
			return s, nil
		}
	}
	s = opora.Snippet{}
	lines := map[string]int64{}
	d := json.NewDecoder(bytes.NewReader(raw))
	err := f.members(d, base, func(name string, at int64) error {
		lines[name] = at
		switch name {
		case "title":
			return f.value(d, at, name, &s.Title)
		case "body":
			return f.value(d, at, name, &s.Body)
		case "tags":
			return f.value(d, at, name, &s.Tags)
		}
		var other json.RawMessage
		return f.value(d, at, name, &other)
	})
	if err != nil {
		return s, err
	}
	var wrong *opora.FieldError
	if errors.As(s.Validate(), &wrong) {
		at, given := lines[wrong.Field]
		if !given {
			at = base
		}
		return s, f.bad(at, wrong.Field, wrong.Code)
	}
	return s, nil
}

// value reads the value of a member whose name ends at a place.
func (f *file) value(d *json.Decoder, at int64, name string, into any) error {
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return f.bad(at, name, opora.SourceUnreadable)
	}
	if err != nil {
		return f.broken(d, 0, err) // a part is well-formed as a whole: this is the file's own decoder
	}
	return nil
}

// broken says where the decoder stopped. The offset in its own error counts from
// different places; from where it stands the broken value is read once more.
func (f *file) broken(d *json.Decoder, base int64, err error) error {
	at := min(base+d.InputOffset(), int64(len(f.text)))
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		at = int64(len(f.text))
	case errors.As(err, &syntax):
		var raw json.RawMessage
		if errors.As(json.NewDecoder(bytes.NewReader(f.text[at:])).Decode(&raw), &syntax) {
			at += syntax.Offset - 1
		}
	}
	return f.bad(at, "", opora.SourceUnreadable)
}

// Writer writes snippets one after the other, a line each, in the form that
// [Read] reads.
type Writer struct {
	out  *bufio.Writer
	some bool
	err  error
}

// NewWriter begins a file.
func NewWriter(w io.Writer) *Writer {
	out := bufio.NewWriter(w)
	_, err := fmt.Fprintf(out, `{"format":%q,"version":%d,"snippets":[`+"\n", format, version)
	return &Writer{out: out, err: err}
}

// Write writes one.
func (w *Writer) Write(s opora.Snippet) error {
	if w.err != nil {
		return w.err
	}
	if s.Tags == nil {
		s.Tags = []string{}
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	w.err = encoder.Encode(struct {
		Title string   `json:"title"`
		Body  string   `json:"body"`
		Tags  []string `json:"tags"`
	}{s.Title, s.Body, s.Tags})
	if w.err == nil && w.some {
		_, w.err = w.out.WriteString(",\n")
	}
	if w.err == nil {
		_, w.err = w.out.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
	}
	w.some = true
	return w.err
}

// Close ends the file; without it there is none.
func (w *Writer) Close() error {
	end := "]}\n"
	if w.some {
		end = "\n" + end
	}
	if w.err == nil {
		_, w.err = w.out.WriteString(end)
	}
	return errors.Join(w.err, w.out.Flush())
}

//go:embed starters/*.json
var starters embed.FS

// Starters gives the snippets that Opora brings in a language.
func Starters(language opora.Language) ([]opora.Snippet, error) {
	if language != opora.Russian {
		language = opora.English
	}
	file, err := starters.Open("starters/" + string(language) + ".json")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return Read(file)
}
