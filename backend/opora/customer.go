package opora

import (
	"strings"
	"time"
)

// Customer is a person or firm that the operators help.
type Customer struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Accesses  int       `json:"accesses"` // how many credentials are kept; counted, not stored
	CreatedAt time.Time `json:"createdAt" ts_type:"string"`
	ChangedAt time.Time `json:"changedAt" ts_type:"string"` // the latest note or credential
}

// Validate says what keeps the customer from being kept.
func (c Customer) Validate() error {
	switch name := strings.TrimSpace(c.Name); {
	case name == "":
		return &FieldError{"name", NameMissing}
	case len(name) > MaxName:
		return &FieldError{"name", TooLong}
	case hasControl(name):
		return &FieldError{"name", NameInvalid}
	}
	return nil
}
