package opora_test

import (
	"errors"
	"testing"

	"opora/backend/opora"
)

func TestSettingsKeepOnlySetsThatAreThere(t *testing.T) {
	for _, good := range []string{"", "snippets", "articles,customers", "snippets,articles,notes,customers"} {
		if err := (opora.Settings{Sets: good}).Validate(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{",", "secrets", "articles,", "articles, notes"} {
		if err := (opora.Settings{Sets: bad}).Validate(); !errors.Is(err, opora.OptionInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
