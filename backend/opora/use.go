package opora

import "time"

// Use is one use of a kept secret: a line of the local log, never with the
// secret itself.
type Use struct {
	ID           int64     `json:"id"`
	CredentialID int64     `json:"credentialId"`
	At           time.Time `json:"at" ts_type:"string"`
	Action       Action    `json:"action"`
}

// Action is what a secret was used for.
type Action string

// The actions.
const (
	CopiedSecret Action = "copied"
	ShownSecret  Action = "shown"
	CheckedAgain Action = "checked"
	Forgot       Action = "forgot"
)

// Actions lists every action.
func Actions() []Action { return []Action{CopiedSecret, ShownSecret, CheckedAgain, Forgot} }
