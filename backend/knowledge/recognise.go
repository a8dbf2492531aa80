package knowledge

import (
	"context"

	"opora/backend/opora"
)

// Recognise says what lies at a path or an address, and what it calls itself.
func Recognise(ctx context.Context, location string) (opora.SourceKind, string, error) {
	return "", "", opora.Unexpected
}
