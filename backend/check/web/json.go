package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

var messageKeys = words(`error`, `message`, `\bmsg\b`, `detail`, `reason`, `description`, `title`, `fault`, `ошибк`)

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
