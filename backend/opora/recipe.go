package opora

import "time"

// Word is what an operator says about a login that was handed over.
type Word string

// The words.
const (
	WordJudge    Word = "judge"    // "I am through: look now"
	WordWorks    Word = "works"    // "I am in"
	WordRejected Word = "rejected" // "it was turned down"
	WordStop     Word = "stop"     // "I leave it": the window closes, nothing is decided
)

// Words lists every word.
func Words() []Word { return []Word{WordJudge, WordWorks, WordRejected, WordStop} }

// Recipe is what an operator has shown or said about one site, so that the next
// check there looks in the right place. It holds no secret and no login.
type Recipe struct {
	Site          string    `json:"site"`          // origin: "https://example.org"
	Door          string    `json:"door"`          // path and query of the page with the login form
	UserField     string    `json:"userField"`     // name or id of the field for the login
	PasswordField string    `json:"passwordField"` // name or id of the field for the password
	Inside        string    `json:"inside"`        // path of a page that only an account sees
	UpdatedAt     time.Time `json:"updatedAt" ts_type:"string"`
}
