package desk

import "opora/backend/clipboard"

func newClipboard() Clipboard { return &clipboard.Clipboard{} }
