package knowledge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
)

const centreExport = `{
 "articles": [
  {"id": 11, "title": "Смена DNS", "html_url": "https://help.example.org/hc/ru/articles/11-dns", "locale": "ru", "section_id": 5, "label_names": ["dns", "домен"],
   "updated_at": "2025-03-04T05:06:07Z", "body": "<h2>Шаги</h2><p>См. <a href=\"https://help.example.org/hc/ru/articles/12\">почту</a> и <a href=\"/hc/ru/articles/99\">другое</a></p><pre>dig\tNS\n</pre>"},
  {"id": 12, "title": "Почта", "html_url": "https://help.example.org/hc/ru/articles/12", "locale": "ru", "section_id": 5, "body": "<p>MX</p>"},
  {"id": 13, "title": "Черновик", "draft": true, "locale": "ru", "body": "<p>нет</p>"}
 ],
 "sections": [{"id": 5, "name": "Домены", "category_id": 7}],
 "categories": [{"id": 7, "name": "Хостинг"}]
}`

func checkCentre(t *testing.T, shelf *memory, report opora.Report, err error) {
	t.Helper()
	if err != nil || report.Added != 2 || len(shelf.Pages) != 2 {
		t.Fatalf("got %+v, %v", report, err)
	}
	first := shelf.Pages["ru/articles/11"]
	if first.Title != "Смена DNS" || first.Section != "Хостинг › Домены" || strings.Join(first.Tags, ",") != "dns,домен" || first.Code != "dig\tNS\n" ||
		!first.ChangedAt.Equal(time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC)) || !strings.HasSuffix(first.Address, "/hc/ru/articles/11-dns") {
		t.Errorf("got %+v", first)
	}
	if got := sketch(first.Nodes[1:2]); !strings.HasPrefix(got, `p("См. " a=page:ru/articles/12("почту") " и " a=http`) || !strings.HasSuffix(got, `/hc/ru/articles/99("другое"))`) {
		t.Errorf("got %s", got)
	}
}

func TestZendeskExport(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "all/export.json", centreExport)
	var parts struct{ Articles, Sections, Categories json.RawMessage }
	if err := json.Unmarshal([]byte(centreExport), &parts); err != nil {
		t.Fatal(err)
	}
	for name, location := range map[string]string{
		"one file": filepath.Join(dir, "all", "export.json"), "a folder": filepath.Join(dir, "all"), "an archive": packed(t, "x/export.json", centreExport),
		"lists": packed(t, "articles.json", string(parts.Articles), "sections.json", `{"sections":`+string(parts.Sections)+`}`, "categories.json", `{"categories":`+string(parts.Categories)+`}`),
	} {
		t.Run(name, func(t *testing.T) {
			shelf := &memory{}
			report, err := importOf(t, shelf, opora.SourceZendesk, location)
			checkCentre(t, shelf, report, err)
			if report, err = importOf(t, shelf, opora.SourceZendesk, location); err != nil || report.Same != 2 || shelf.Puts != 2 {
				t.Errorf("again: %+v, %v", report, err)
			}
		})
	}
	for name, text := range map[string]string{"not JSON": "<html>", "another thing": `{"tickets": []}`, "a number": "7", "nothing": "", "half": centreExport[:200], "deep": strings.Repeat(`{"articles":[`, 20000)} {
		write(t, dir, "bad.json", text)
		if _, err := importOf(t, &memory{}, opora.SourceZendesk, filepath.Join(dir, "bad.json")); !errors.Is(err, opora.SourceUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// centreSite answers as the API does, by cursor or by number of page.
func centreSite(t *testing.T, cursor bool) *testSite {
	site := newSite(t)
	var all struct{ Articles, Sections, Categories []json.RawMessage }
	if err := json.Unmarshal([]byte(centreExport), &all); err != nil {
		t.Fatal(err)
	}
	limited := false
	for kind, list := range map[string][]json.RawMessage{"articles": all.Articles, "sections": all.Sections, "categories": all.Categories} {
		path := "/api/v2/help_center/ru/" + kind + ".json"
		site.other[path] = func(w http.ResponseWriter, r *http.Request) {
			if !limited {
				limited = true
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(429)
				return
			}
			at := 0
			_, _ = fmt.Sscan(r.URL.Query().Get("at"), &at)
			next := fmt.Sprintf("%s%s?at=%d", site.URL, path, at+1)
			more := at+1 < len(list)
			part := map[string]any{kind: list[at : at+1]}
			if cursor {
				part["meta"], part["links"] = map[string]any{"has_more": more}, map[string]any{"next": next}
			} else if more {
				part["next_page"] = next
			} else {
				part["next_page"] = nil
			}
			text, _ := json.Marshal(part)
			_, _ = w.Write([]byte(strings.ReplaceAll(string(text), "https://help.example.org", site.URL)))
		}
	}
	return site
}

func TestZendeskAPI(t *testing.T) {
	for name, cursor := range map[string]bool{"by cursor": true, "by number": false} {
		t.Run(name, func(t *testing.T) {
			site := centreSite(t, cursor)
			shelf := &memory{}
			importer := &Importer{Shelf: shelf, pause: time.Millisecond}
			source := opora.Source{ID: 1, Kind: opora.SourceZendesk, Location: site.URL + "/hc/ru"}
			report, err := importer.Import(t.Context(), source)
			checkCentre(t, shelf, report, err)
			if report, err = importer.Import(t.Context(), source); err != nil || report.Same != 2 || shelf.Puts != 2 {
				t.Errorf("again: %+v, %v", report, err)
			}
		})
	}
	site := centreSite(t, true)
	site.other["/api/v2/help_center/ru/articles.json"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"articles":[]}`)) }
	site.pages["/hc/ru"] = `<title>Помощь</title><meta property="og:site_name" content="Справка Колоса">`
	if kind, title, err := Recognise(t.Context(), site.URL+"/hc/ru"); kind != opora.SourceZendesk || title != "Справка Колоса" || err != nil {
		t.Errorf("recognised as %s %q, %v", kind, title, err)
	}
	plain := newSite(t)
	plain.pages["/"] = page("Docs", "x")
	if kind, title, err := Recognise(t.Context(), plain.URL); kind != opora.SourceSite || title != "Docs | Help" || err != nil {
		t.Errorf("recognised as %s %q, %v", kind, title, err)
	}
}

func TestHostileZendesk(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		want   opora.Code
	}{
		"a circle":      {`{"articles":[],"next_page":"/api/v2/help_center/articles.json?page[size]=100"}`, opora.SourceHostile},
		"another host":  {`{"articles":[],"next_page":"http://127.0.0.1:9/api/v2/help_center/articles.json"}`, opora.SourceHostile},
		"another place": {`{"articles":[],"next_page":"/api/v2/users.json"}`, opora.SourceHostile},
		"not JSON":      {`<html>`, opora.SourceUnreadable},
	} {
		site := newSite(t)
		site.other["/api/v2/help_center/articles.json"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(test.answer)) }
		shelf := &memory{Pages: map[string]opora.Page{"before": {}}}
		_, err := (&Importer{Shelf: shelf, pause: time.Millisecond}).Import(t.Context(), opora.Source{ID: 1, Kind: opora.SourceZendesk, Location: site.URL})
		if !errors.Is(err, test.want) || len(shelf.Pages) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
