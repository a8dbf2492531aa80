package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"

	"opora/backend/opora"
)

// plain reports whether the form can be sent without running its scripts.
func (f *form) plain() bool {
	passwords := f.passwords()
	return !f.orphan && f.post && f.action != nil && len(passwords) > 0 && passwords[0].name != "" &&
		f.enctype != "text/plain" && (f.user() == nil || f.user().name != "")
}

// request fills the form in, with the password where there is a field for it,
// and makes the one request that submits it.
func (f *form) request(from *url.URL, login string, password opora.Secret) (*http.Request, error) {
	type pair struct{ name, value string }
	var pairs []pair
	user := f.user()
	var secret *field
	if passwords := f.passwords(); len(passwords) > 0 {
		secret = passwords[0]
	}
	for _, x := range f.fields {
		switch {
		case x == user:
			pairs = append(pairs, pair{x.name, login})
		case x == secret:
			pairs = append(pairs, pair{x.name, password.Reveal()})
		case x.name == "" || x.kind == "submit" || x.kind == "button" || x.kind == "image" || x.kind == "reset" || x.kind == "file":
		case (x.kind == "checkbox" || x.kind == "radio") && !x.checked:
		case x.kind == "password" && x.hidden: // a trap for robots, or for an older browser
			pairs = append(pairs, pair{x.name, x.value})
		default:
			pairs = append(pairs, pair{x.name, x.value})
		}
	}
	action := f.action
	if b := f.submit(); b != nil {
		if name := attr(b, "name"); name != "" && strings.ToLower(attr(b, "type")) != "image" {
			pairs = append(pairs, pair{name, attr(b, "value")})
		}
		if to := attr(b, "formaction"); to != "" {
			if resolved, err := from.Parse(to); err == nil {
				action = withoutFragment(resolved)
			}
		}
	}
	var body bytes.Buffer
	contentType := "application/x-www-form-urlencoded"
	if f.enctype == "multipart/form-data" {
		w := multipart.NewWriter(&body)
		for _, p := range pairs {
			_ = w.WriteField(f.encode(p.name), f.encode(p.value)) // a buffer does not fail
		}
		_ = w.Close()
		contentType = w.FormDataContentType()
	} else {
		for i, p := range pairs {
			if i > 0 {
				body.WriteByte('&')
			}
			body.WriteString(url.QueryEscape(f.encode(p.name)) + "=" + url.QueryEscape(f.encode(p.value)))
		}
	}
	request, err := http.NewRequest(http.MethodPost, action.String(), &body)
	if err != nil {
		return nil, err
	}
	request.GetBody = nil // a body that can be had again could be sent again
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Origin", from.Scheme+"://"+from.Host)
	request.Header.Set("Referer", (&url.URL{Scheme: from.Scheme, Host: from.Host, Path: from.Path, RawQuery: from.RawQuery}).String())
	return request, nil
}

// encode writes a value in the form's own character set; what that cannot say
// becomes a numeric reference, as browsers do (URL Standard, 5.1).
func (f *form) encode(value string) string {
	value = strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\n", "\r\n")
	if f.charset == nil || f.charset == encoding.Nop {
		return value
	}
	var b strings.Builder
	encoder := f.charset.NewEncoder()
	for _, r := range value {
		if text, err := encoder.String(string(r)); err == nil {
			b.WriteString(text)
		} else {
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		}
	}
	return b.String()
}
