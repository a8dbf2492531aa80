package bridge

import (
	"strings"

	"opora/backend/access"
	"opora/backend/opora"
)

// Named is one value of an enumeration and its name in TypeScript.
type Named[T ~string] struct {
	Value  T
	TSName string
}

// Enums lists the enumerations that the page knows by type.
func Enums() []any {
	return []any{
		named(opora.Verdicts()), named(opora.Reasons()), named(opora.Kinds()), named(opora.Codes()),
		named(opora.HintCodes()), named(opora.StepCodes()), named(access.States()),
		named(opora.NodeKinds()), named(opora.Sets()), named(opora.SourceKinds()),
	}
}

func named[T ~string](values []T) []Named[T] {
	list := make([]Named[T], len(values))
	for i, v := range values {
		list[i] = Named[T]{v, camel(strings.TrimPrefix(string(v), "error_"))}
	}
	return list
}

// camel turns "bad_credentials" into "BadCredentials".
func camel(name string) string {
	var b strings.Builder
	for _, part := range strings.Split(name, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
