package basic

import (
	"net/http"
	"strings"
)

// challenge is one offer of a WWW-Authenticate field (RFC 9110, 11.6.1).
type challenge struct {
	scheme     string            // lower case
	parameters map[string]string // names in lower case
}

// maxChallenges is more than any real server offers.
const maxChallenges = 16

// challenges reads every offer of an answer. Several may share one field, and
// commas separate both offers and their parameters; what is not understood is
// left out.
func challenges(header http.Header) []challenge {
	var list []challenge
	for _, field := range header.Values("WWW-Authenticate") {
		rest := field
		for rest = strings.TrimLeft(rest, " \t,"); rest != "" && len(list) < maxChallenges; rest = strings.TrimLeft(rest, " \t,") {
			word := token(rest)
			if word == "" {
				break // neither a scheme nor a name: the rest of the field cannot be told apart
			}
			rest = rest[len(word):]
			after := strings.TrimLeft(rest, " \t")
			if strings.HasPrefix(after, "=") && len(list) > 0 {
				var value string
				value, rest = parameter(strings.TrimLeft(after[1:], " \t"))
				if name := strings.ToLower(word); list[len(list)-1].parameters[name] == "" {
					list[len(list)-1].parameters[name] = value
				}
				continue
			}
			list = append(list, challenge{strings.ToLower(word), map[string]string{}})
			rest = after
			if ticket := token68(rest); ticket != "" {
				rest = rest[len(ticket):]
			}
		}
	}
	return list
}

// token is the RFC 9110 token at the beginning of text.
func token(text string) string {
	for i, r := range text {
		if r > '~' || r <= ' ' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return text[:i]
		}
	}
	return text
}

// token68 is the opaque text that some schemes have instead of parameters.
func token68(text string) string {
	rest := strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/")
	rest = strings.TrimLeft(rest, "=")
	if following := strings.TrimLeft(rest, " \t"); following != "" && following[0] != ',' {
		return "" // the name of a parameter
	}
	return text[:len(text)-len(rest)]
}

// parameter is the value at the beginning of text, unquoted, and what follows.
func parameter(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		value = token(text)
		if value == "" { // not allowed, and it happens: a bare value with a slash
			value, _, _ = strings.Cut(text, ",")
		}
		return strings.TrimSpace(value), text[len(value):]
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), "" // it never ends
}
