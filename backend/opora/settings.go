package opora

import (
	"slices"
	"strings"
)

// Settings are the operator's choices. The zero value is a fresh start: follow
// the system in language and theme.
type Settings struct {
	Language   Language `json:"language"`
	Theme      Theme    `json:"theme"`
	Operator   string   `json:"operator"`   // signs notes; empty leaves them unsigned
	KeepOpen   bool     `json:"keepOpen"`   // closing the window ends Opora even where a tray exists
	Quiet      bool     `json:"quiet"`      // no notifications at all
	LimitShown bool     `json:"limitShown"` // the operator has read what the keyring cannot protect from
	DraftHours int      `json:"draftHours"` // how long an unproven draft lives, 1–72; 0 means 8
	Zoom       int      `json:"zoom"`       // of the page, percent, 80–150; 0 means 100
	Sets       string   `json:"sets"`       // what is searched from anywhere: names of [Set] with commas between; empty is all
}

// Language of the interface.
type Language string

// The languages; empty follows the system.
const (
	Russian Language = "ru"
	English Language = "en"
)

// Theme of the window.
type Theme string

// The themes; empty follows the system.
const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Validate says which setting cannot be.
func (s Settings) Validate() error {
	switch {
	case s.Language != "" && s.Language != Russian && s.Language != English:
		return &FieldError{"language", OptionInvalid}
	case s.Theme != "" && s.Theme != Light && s.Theme != Dark:
		return &FieldError{"theme", OptionInvalid}
	case s.DraftHours < 0 || s.DraftHours > 72:
		return &FieldError{"draftHours", OptionInvalid}
	case s.Zoom != 0 && (s.Zoom < 80 || s.Zoom > 150):
		return &FieldError{"zoom", OptionInvalid}
	case len(s.Operator) > MaxName || hasControl(s.Operator):
		return &FieldError{"operator", NameInvalid}
	}
	for name := range strings.SplitSeq(s.Sets, ",") {
		if s.Sets != "" && !slices.Contains(Sets(), Set(name)) {
			return &FieldError{"sets", OptionInvalid}
		}
	}
	return nil
}
