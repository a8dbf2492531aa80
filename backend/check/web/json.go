package web

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var messageKeys = words(`error`, `message`, `\bmsg\b`, `detail`, `reason`, `description`, `title`, `fault`, `ошибк`)

// negative is a field by which an answer says no without a word.
var negative = regexp.MustCompile(`(?i)"(?:success|ok|valid|authenticated|authorized|result|status|state)"\s*:\s*(?:false|0|-\d+|"(?:error|err|fail|failed|failure|false|no|denied|invalid)")`)

// grants reports whether a JSON answer has something in it and nothing in it
// says no.
func grants(body []byte) bool {
	said, ok := jsonSays(body)
	return ok && len(said) == 0 && len(body) > 2 && !negative.Match(body) && string(body) != "null" && string(body) != "false"
}

// jsonSays gives the messages in a JSON answer: the texts under the usual names
// of errors. It gives false for what is no JSON.
func jsonSays(body []byte) ([]message, bool) {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil, false
	}
	var list []message
	var walk func(key string, v any, depth int)
	walk = func(key string, v any, depth int) {
		switch x := v.(type) {
		case string:
			if (depth == 0 || messageKeys.in(strings.ToLower(key))) && x != "" && len(x) < 300 && len(list) < 10 {
				list = append(list, message{strings.ReplaceAll(x, "_", " "), true})
			}
		case map[string]any:
			if depth < 5 {
				for _, k := range slices.Sorted(maps.Keys(x)) {
					name := k
					if messageKeys.in(strings.ToLower(key)) {
						name = key // {"errors":{"login":"…"}}
					}
					walk(name, x[k], depth+1)
				}
			}
		case []any:
			for _, item := range x[:min(len(x), 10)] {
				walk(key, item, depth+1)
			}
		}
	}
	walk("", value, 0)
	return list, true
}
