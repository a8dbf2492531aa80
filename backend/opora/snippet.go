package opora

import (
	"strings"
	"time"
)

// Snippet is a reply that the operator uses again and again.
type Snippet struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Tags      []string  `json:"tags"`
	Uses      int       `json:"uses"` // how often it was copied
	CreatedAt time.Time `json:"createdAt" ts_type:"string"`
	ChangedAt time.Time `json:"changedAt" ts_type:"string"`
}

// Limits of a snippet, in bytes and in tags.
const (
	MaxSnippet = 64 << 10
	MaxTags    = 20
)

// Validate says what keeps the snippet from being kept.
func (s Snippet) Validate() error {
	switch {
	case strings.TrimSpace(s.Title) == "":
		return &FieldError{"title", NameMissing}
	case len(s.Title) > MaxName:
		return &FieldError{"title", TooLong}
	case hasControl(s.Title):
		return &FieldError{"title", NameInvalid}
	case strings.TrimSpace(s.Body) == "":
		return &FieldError{"body", TextMissing}
	case len(s.Body) > MaxSnippet:
		return &FieldError{"body", TooLong}
	case len(s.Tags) > MaxTags:
		return &FieldError{"tags", TooLong}
	}
	for _, tag := range s.Tags {
		if strings.TrimSpace(tag) == "" || len(tag) > MaxName || hasControl(tag) {
			return &FieldError{"tags", NameInvalid}
		}
	}
	return nil
}
