package knowledge

import (
	"context"

	"opora/backend/opora"
)

// Import imports a source, or brings it up to date: both are the same. Only
// what changed is converted. It fails with [opora.Cancelled] when ctx ends; what
// was done by then is kept for going on.
func (i *Importer) Import(ctx context.Context, source opora.Source) (opora.Report, error) {
	return opora.Report{}, opora.Unexpected
}
