package access

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"github.com/gofrs/flock"
)

// Recover settles what earlier runs announced and did not finish, however they
// ended. It is called at every start, after which the program can run whatever
// is returned: with a keyring that is missing or locked the intents wait for the
// next start. While another process is changing something there is nothing that
// could safely be called unfinished, and nothing is done. Recover may be called
// again at any time, and may itself be killed at any point.
func (k *Keeper) Recover(ctx context.Context) error {
	refs, err := k.Store.Pending(ctx)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if len(refs) == 0 {
		return nil
	}
	lock := flock.New(k.Lock, flock.SetPermissions(0o600))
	alone, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("recover: lock: %w", err)
	}
	defer func() { _ = lock.Close() }()
	if !alone {
		slog.Info("recovery left for later: another process is saving")
		return nil
	}
	// Read again: what was announced before may be done by now.
	if refs, err = k.Store.Pending(ctx); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	var failed error
	for _, ref := range refs {
		if err := k.settle(ctx, ref); err != nil {
			failed = cmp.Or(failed, err) // the others fail alike
			continue
		}
		slog.Info("unfinished save or removal settled")
	}
	if failed != nil {
		return fmt.Errorf("recover: %w", failed)
	}
	return nil
}
