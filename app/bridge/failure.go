package bridge

import (
	"encoding/json"
	"errors"
	"log/slog"

	"opora/backend/opora"
)

// Failure is all that the page learns of an error: the code that names the
// sentence to show, and the field that it belongs to.
type Failure struct {
	Code  opora.Code `json:"code"`
	Field string     `json:"field"`
}

// Format turns an error into the text that the page's promise is rejected
// with: a [Failure] as JSON, because Wails wraps it in an Error object. Causes
// stay in the log.
func Format(err error) any {
	text, _ := json.Marshal(FailureOf(err))
	return string(text)
}

// FailureOf finds the code and the field in an error.
func FailureOf(err error) Failure {
	f := Failure{Code: opora.Unexpected}
	errors.As(err, &f.Code)
	var field *opora.FieldError
	if errors.As(err, &field) {
		f.Field = field.Field
	}
	if f.Code == opora.Unexpected {
		slog.Error("call failed", "err", err)
	}
	return f
}
