package desk

import (
	"errors"
	"testing"

	"opora/backend/opora"
)

func TestOutsideAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.org":                   "https://example.org",
		"HTTP://EXAMPLE.org:8080/a%20b?c=%22#d": "http://example.org:8080/a%20b?c=%22#d",
		"https://example.org:/x":                "https://example.org/x",
		"https://пример.рф/":                    "https://xn--e1afmkfd.xn--p1ai/",
		"https://аpple.com/":                    "https://xn--pple-43d.com/", // its first letter is Cyrillic
		"https://[::1]:8443/":                   "https://[::1]:8443/",
		"mailto:anna@example.org":               "mailto:anna@example.org",
		"MAILTO:anna@example.org?subject=a%20b&bcc=all@example.org&attach=/etc/passwd": "mailto:anna@example.org?subject=a%20b",
	} {
		if got, err := OutsideAddress(address); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", address, got, err, want)
		}
		if again, err := OutsideAddress(want); err != nil || again != want {
			t.Errorf("%s: read again as %q, %v", want, again, err)
		}
	}
}

func TestSiteAddress(t *testing.T) {
	for address, want := range map[string]string{
		" docs.example.org ":             "https://docs.example.org/",
		"http://Docs.example.org/a?b#c":  "http://docs.example.org/a?b",
		"https://справка.рф/sitemap.xml": "https://xn--80aaf6awgf.xn--p1ai/sitemap.xml",
	} {
		if got, err := SiteAddress(address); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", address, got, err, want)
		}
	}
	for address, want := range map[string]opora.Code{
		"": opora.AddressMissing, "ftp://example.org/": opora.AddressInvalid, "https://u:p@example.org/": opora.AddressInvalid, "mailto:a@example.org": opora.AddressInvalid,
		"https://": opora.AddressInvalid, "file:///etc/passwd": opora.AddressInvalid, "a b": opora.AddressInvalid,
	} {
		if got, err := SiteAddress(address); !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v; want %v", address, got, err, want)
		}
	}
}
