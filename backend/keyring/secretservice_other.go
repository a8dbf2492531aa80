//go:build !linux

package keyring

import (
	"context"
	"time"

	"opora/backend/opora"
)

// writeLimit includes the time for a person: the system may ask one, and we do
// not learn of it.
const writeLimit = 2 * time.Minute

// prepare has nothing to do where the keyring opens with the session.
func prepare(context.Context, func()) error { return nil }

func systemCode(error) opora.Code { return opora.KeyringFailed }
