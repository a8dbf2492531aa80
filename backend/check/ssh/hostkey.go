package ssh

import (
	"context"
	"errors"

	"golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/opora"
)

// hostKey judges the key that a host shows on one connection.
type hostKey struct {
	ctx      context.Context
	session  *check.Session
	address  string
	accepted string // the operator's word for one fingerprint

	known       string // the fingerprint noted before
	fingerprint string // the one shown now
	algorithm   string
	seen        bool
	isNew       bool
	changed     bool
	trusted     bool
	fault       bool // the notes could not be read or written
}

var (
	errHostKeyChanged = errors.New("host key changed")
	errHostKeyNotes   = errors.New("host keys are not at hand")
)

// judge notes a first key, lets a noted one pass and stops at any other.
func (h *hostKey) judge(key ssh.PublicKey) error {
	if h.trusted {
		// A second exchange of keys in the same connection may not bring another key.
		if ssh.FingerprintSHA256(key) != h.fingerprint {
			h.changed, h.trusted = true, false
			return errHostKeyChanged
		}
		return nil
	}
	h.seen, h.fingerprint, h.algorithm = true, ssh.FingerprintSHA256(key), key.Type()
	h.session.Step(opora.StepHostKey, h.algorithm+" "+h.fingerprint)
	known, err := h.session.HostKey(h.ctx, h.address)
	if err != nil {
		h.fault = true
		return errHostKeyNotes // without the notes a changed key would pass as new
	}
	h.known = known
	switch {
	case h.fingerprint == known:
	case h.accepted != "" && h.fingerprint != h.accepted:
		h.known, h.changed = h.accepted, true
		return errHostKeyChanged
	case h.accepted == "" && known != "":
		h.changed = true
		return errHostKeyChanged
	default:
		h.isNew = known == ""
		if err := h.session.NoteHostKey(h.ctx, h.address, h.fingerprint); err != nil {
			h.fault = true
			return errHostKeyNotes
		}
	}
	h.trusted = true
	return nil
}
