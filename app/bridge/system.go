package bridge

import (
	"context"
	"runtime"

	"opora/app/desk"
	"opora/backend/access"
	"opora/backend/opora"
)

// System is the program itself: its state on this machine and its settings.
type System struct{ app *App }

// State is what the page needs to know of the machine.
type State struct {
	Version    string         `json:"version"`
	System     string         `json:"system"` // "linux", "windows", "darwin"
	DataFolder string         `json:"dataFolder"`
	Failure    opora.Code     `json:"failure"` // why the data cannot be opened; empty when all is well
	Moved      string         `json:"moved"`   // where a damaged data file was moved to
	Keyring    opora.Code     `json:"keyring"` // empty when open
	Online     bool           `json:"online"`
	Tray       bool           `json:"tray"`
	Browser    bool           `json:"browser"`  // one was found that checks can use
	Language   opora.Language `json:"language"` // the system's own, for the setting "as the system"
}

// State gives the state as it is now. It opens no prompt.
func (s *System) State() (State, error) {
	state := State{Version: s.app.Version, System: runtime.GOOS, Online: access.HasNetwork(), Language: desk.SystemLanguage()}
	d, err := s.app.Desk()
	state.Tray, state.Browser = s.app.tray, desk.HasBrowser()
	if err != nil {
		state.Failure = FailureOf(err).Code
		return state, nil
	}
	state.DataFolder, state.Moved = d.Dir, d.DB.Moved
	state.Keyring = d.KeyringState(context.Background())
	return state, nil
}

// Doctor says what of this machine Opora can use. It may open the keyring's prompt.
func (s *System) Doctor() ([]desk.Line, error) {
	d, err := s.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.Doctor(context.Background()), nil
}

// Settings gives the operator's choices.
func (s *System) Settings() (opora.Settings, error) {
	d, err := s.app.Desk()
	if err != nil {
		return opora.Settings{}, err
	}
	return d.DB.Settings(context.Background())
}

// SaveSettings keeps the operator's choices.
func (s *System) SaveSettings(settings opora.Settings) error {
	d, err := s.app.Desk()
	if err != nil {
		return err
	}
	return s.app.changed(d.SaveSettings(context.Background(), settings), "settings")
}
