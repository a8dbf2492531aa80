// Package words says the program's sentences outside of the page: on the
// command line, in the tray and in replies to customers. They come from the
// same catalogues that the page is compiled from, so that nothing is worded twice.
package words

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"opora/backend/opora"
	"opora/frontend"
)

// Words speaks one language.
type Words struct{ catalogue map[string]string }

var (
	load       sync.Once
	catalogues map[opora.Language]Words
)

// In gives the words of a language; English stands in for one that is not there.
func In(language opora.Language) Words {
	load.Do(func() {
		catalogues = map[opora.Language]Words{}
		for _, l := range []opora.Language{opora.Russian, opora.English} {
			catalogues[l] = Words{read(frontend.Messages, string(l)+".json")}
		}
	})
	if w, found := catalogues[language]; found {
		return w
	}
	return catalogues[opora.English]
}

// read takes the plain sentences of a catalogue; those with plurals are the page's own.
func read(files fs.FS, name string) map[string]string {
	plain := map[string]string{}
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return plain
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return plain
	}
	for key, value := range all {
		var sentence string
		if json.Unmarshal(value, &sentence) == nil {
			plain[key] = sentence
		}
	}
	return plain
}

// Say gives a sentence with its gaps filled: name, value, name, value. A
// sentence that is missing gives its key, which a test keeps from happening.
func (w Words) Say(key string, gaps ...string) string {
	sentence, found := w.catalogue[key]
	if !found {
		return key
	}
	for i := 0; i+1 < len(gaps); i += 2 {
		gaps[i] = "{" + gaps[i] + "}"
	}
	return strings.NewReplacer(gaps...).Replace(sentence)
}

// Has reports whether there is such a sentence.
func (w Words) Has(key string) bool { return w.catalogue[key] != "" }

// Failure gives the sentence for an error, and the field that it belongs to in front.
func (w Words) Failure(code opora.Code, field string) string {
	if field == "" {
		return w.Say(string(code))
	}
	return field + ": " + w.Say(string(code))
}

// Finding gives the plain sentence of a finding: its reason's, then its hints'.
func (w Words) Finding(f opora.Finding) string {
	wantsBrowser := f.Reason == opora.Unsupported && slices.ContainsFunc(f.Hints, func(h opora.Hint) bool {
		return h.Code == opora.HintNeedsBrowser || h.Code == opora.HintNoBrowser || h.Code == opora.HintBrowserFault
	})
	reason := "reason_" + string(f.Reason)
	switch byWord := reason + "_by_word"; {
	case wantsBrowser:
		reason = "reason_needs_browser"
	case f.ByWord() && w.Has(byWord):
		reason = byWord
	}
	sentences := []string{w.Say(reason)}
	for _, hint := range f.Hints {
		if wantsBrowser && hint.Code == opora.HintNeedsBrowser {
			continue // the reason has said it
		}
		sentences = append(sentences, w.Say("hint_"+string(hint.Code), "detail", hint.Detail))
	}
	return strings.Join(sentences, " ")
}
