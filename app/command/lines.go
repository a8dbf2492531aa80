package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"

	"opora/app/words"
	checking "opora/backend/check"
	"opora/backend/opora"
)

// accessLine is an access as it comes in (cli.md, «An access»). Secrets are
// plain strings here and nowhere else: this is the edge where they come in.
type accessLine struct {
	ID         string        `json:"id"`
	Kind       opora.Kind    `json:"kind"`
	Address    string        `json:"address"`
	Login      string        `json:"login"`
	Secret     string        `json:"secret,omitempty"`
	Key        string        `json:"key,omitempty"`
	Passphrase string        `json:"passphrase,omitempty"`
	Options    opora.Options `json:"options,omitzero"`
}

func (a accessLine) credential() opora.Credential {
	kind := a.Kind
	if kind == "" {
		kind = opora.GuessKind(a.Address, a.Key != "")
	}
	return opora.Credential{Kind: kind, Address: a.Address, Login: a.Login, Options: a.Options, HasKey: a.Key != ""}
}

func (a accessLine) secrets() opora.Secrets {
	return opora.Secrets{Password: opora.NewSecret(a.Secret), Key: opora.NewSecret(a.Key), Passphrase: opora.NewSecret(a.Passphrase)}
}

// maxLine is the longest line that is read: three secrets of the longest sort,
// escaped, with room to spare.
const maxLine = 2 << 20

// lineError says which line and which field of the input is wrong. It never
// quotes the line: there is a secret in it.
type lineError struct {
	line  int
	field string
	what  string
}

func (e *lineError) Error() string {
	if e.field == "" {
		return fmt.Sprintf("line %d: %s", e.line, e.what)
	}
	return fmt.Sprintf("line %d, field %q: %s", e.line, e.field, e.what)
}

// eachLine reads accesses line by line and hands on what is well-formed, with
// its line number. What is not is reported, and the rest still answered.
func eachLine(in io.Reader, say words.Words, do func(line int, a accessLine), bad func(error)) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	for line := 1; ; line++ {
		text, err := readLine(reader)
		if errors.Is(err, errLong) {
			bad(&lineError{line: line, what: say.Say(string(opora.TooLong))})
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading standard input: %w", err)
		}
		if trimmed := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))); len(trimmed) > 0 {
			a, wrong := parseLine(trimmed, say)
			if wrong != nil {
				wrong.line = line
				bad(wrong)
			} else {
				do(line, a)
			}
		}
		if err != nil {
			return nil
		}
	}
}

var errLong = errors.New("line too long")

// readLine reads one line; of one that is too long it drops the rest.
func readLine(r *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(text)+len(part) > maxLine {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
			if err != nil {
				return nil, err
			}
			return nil, errLong
		}
		text = append(text, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
	}
}

func parseLine(text []byte, say words.Words) (accessLine, *lineError) {
	var a accessLine
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(text, &a); {
	case errors.As(err, &kind):
		field := kind.Field
		if field == "" {
			return a, &lineError{what: "a JSON object is needed, not " + kind.Value}
		}
		return a, &lineError{field: field, what: needed(kind.Type) + " is needed, not " + kind.Value}
	case errors.As(err, &syntax):
		return a, &lineError{what: fmt.Sprintf("not JSON at byte %d", syntax.Offset)}
	case err != nil:
		return a, &lineError{what: "not JSON"}
	}
	err := a.credential().Validate()
	if err == nil {
		err = a.secrets().Validate()
	}
	if err == nil {
		if _, wrong := checking.ParseTarget(a.credential().Kind, a.Address); wrong != nil {
			err = &opora.FieldError{Field: "address", Code: opora.AddressInvalid}
		}
	}
	var field *opora.FieldError
	if errors.As(err, &field) {
		return a, &lineError{field: field.Field, what: say.Say(string(field.Code))}
	}
	return a, nil
}

// needed names a type as JSON does.
func needed(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Struct:
		return "an object"
	}
	return "a " + t.Kind().String()
}

// results writes JSON lines; it may be used by several goroutines.
type results struct {
	mu  sync.Mutex
	out *json.Encoder
	err error
}

func newResults(w io.Writer) *results {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &results{out: encoder}
}

func (r *results) write(v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.out.Encode(v); err != nil && r.err == nil {
		r.err = err
	}
}
