package snippet

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"opora/backend/opora"
)

func TestWrittenIsRead(t *testing.T) {
	want := []opora.Snippet{
		{Title: "Алёна & <b>", Body: "строка\r\nещё\tодна \u2028 \x00 <script>", Tags: []string{"ё", "a b"}},
		{Title: "Без тегов", Body: "  пробелы остаются  \n", Tags: []string{}},
	}
	var file bytes.Buffer
	w := NewWriter(&file)
	for _, s := range want {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(file.Bytes()))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nof %s", got, err, file.String())
	}
	if lines := strings.Count(file.String(), "\n"); lines != 4 {
		t.Errorf("%d lines, want one for each snippet and two around", lines)
	}
	file.Reset()
	if err := NewWriter(&file).Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(&file); err != nil || len(got) != 0 {
		t.Errorf("an empty file: %v, %v", got, err)
	}
}

func TestMalformed(t *testing.T) {
	const head = `{"format":"opora.snippets","version":1,"snippets":[` + "\n"
	good := `{"title":"a","body":"b","tags":["c"]}`
	for _, test := range []struct {
		name, text string
		want       Malformed
	}{
		{"nothing", "", Malformed{1, "", opora.SourceUnreadable}},
		{"a list", "[]", Malformed{1, "", opora.SourceUnreadable}},
		{"another format", `{"format":"x","version":1,"snippets":[]}`, Malformed{1, "format", opora.SourceUnreadable}},
		{"a later version", `{"format":"opora.snippets","version":2,"snippets":[]}`, Malformed{1, "version", opora.SourceUnreadable}},
		{"no snippets", `{"format":"opora.snippets","version":1}`, Malformed{1, "snippets", opora.SourceUnreadable}},
		{"snippets of another kind", "{\"format\":\"opora.snippets\",\n\"snippets\":7}", Malformed{2, "snippets", opora.SourceUnreadable}},
		{"a number for a title", head + good + ",\n{\"body\":\"b\",\n\"title\":7}]}", Malformed{4, "title", opora.SourceUnreadable}},
		{"a number for a tag", head + "{\"body\":\"b\",\"title\":\"t\",\n\"tags\":[7]}]}", Malformed{3, "tags", opora.SourceUnreadable}},
		{"no title", head + good + ",\n" + `{"body":"b"}]}`, Malformed{3, "title", opora.NameMissing}},
		{"an empty body", head + "{\"title\":\"t\",\n\n\"body\":\" \"}]}", Malformed{4, "body", opora.TextMissing}},
		{"a long body", head + `{"title":"t","body":"` + strings.Repeat("x", opora.MaxSnippet+1) + `"}]}`, Malformed{2, "body", opora.TooLong}},
		{"a number for a snippet", head + "7]}", Malformed{2, "", opora.SourceUnreadable}},
		{"a comma at the end of many", head + strings.Repeat(good+",\n", 500) + "]}", Malformed{502, "", opora.SourceUnreadable}},
		{"a bad word after many", head + strings.Repeat(good+",\n", 500) + "{\n\"title\":\nx}]}", Malformed{504, "", opora.SourceUnreadable}},
		{"no comma after many", head + strings.Repeat(good+",\n", 500) + good + "\n" + good, Malformed{503, "", opora.SourceUnreadable}},
		{"a bad word in front", "{\"format\":\n\ntru}", Malformed{3, "", opora.SourceUnreadable}},
		{"cut short", head + good, Malformed{2, "", opora.SourceUnreadable}},
		{"cut within", head + good + ",\n" + `{"title":"a`, Malformed{3, "", opora.SourceUnreadable}},
		{"no comma", head + good + "\n" + good + "]}", Malformed{3, "", opora.SourceUnreadable}},
		{"more behind", head + good + "]}\n{}", Malformed{2, "", opora.SourceUnreadable}},
		{"not UTF-8", head + "\n\"\xff\"", Malformed{3, "", opora.SourceUnreadable}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(test.text))
			var wrong *Malformed
			if !errors.As(err, &wrong) || *wrong != test.want || got != nil {
				t.Errorf("got %v, %v; want %v", got, err, &test.want)
			}
		})
	}
}

// TestUnknownMembers: a file of a later Opora that says more is read as far as
// it is known.
func TestUnknownMembers(t *testing.T) {
	got, err := Read(strings.NewReader("\xef\xbb\xbf" + `{"more":{"a":[1]},"snippets":[{"title":"a","body":"b","uses":[{}]}],"version":1,"format":"opora.snippets"}`))
	if err != nil || len(got) != 1 || got[0].Body != "b" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestStarters(t *testing.T) {
	counts := map[opora.Language]int{}
	for _, language := range []opora.Language{opora.Russian, opora.English} {
		list, err := Starters(language)
		if err != nil {
			t.Fatal(err)
		}
		counts[language] = len(list)
		titles := map[string]bool{}
		for _, s := range list {
			cyrillic := strings.ContainsFunc(s.Title+s.Body, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
			if titles[s.Title] || len(s.Tags) == 0 || cyrillic != (language == opora.Russian) || strings.ContainsAny(s.Body, "—–") {
				t.Errorf("%s: %q", language, s.Title)
			}
			titles[s.Title] = true
		}
	}
	if counts[opora.Russian] != 30 || counts[opora.English] != 30 {
		t.Errorf("got %v", counts)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format":"opora.snippets","version":1,"snippets":[{"title":"a","body":"b","tags":["c"]}]}`))
	f.Add([]byte(`{"snippets":[{"title":{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := Read(bytes.NewReader(text))
		var wrong *Malformed
		if err != nil && (!errors.As(err, &wrong) || wrong.Line < 1 || wrong.Line > bytes.Count(text, []byte("\n"))+1) {
			t.Fatalf("got %v", err)
		}
		var again bytes.Buffer
		w := NewWriter(&again)
		for _, s := range list {
			if err := w.Write(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if back, err := Read(&again); err != nil || len(back) != len(list) {
			t.Fatalf("%d became %d, %v", len(list), len(back), err)
		}
	})
}
