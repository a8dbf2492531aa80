package knowledge

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// head is what a page says of itself before it begins. All of it is untrusted.
type head struct {
	title    string
	section  string // what it stands under, where the page says so
	tags     []string
	address  string // canonical
	base     string
	site     string // what the site is called
	redirect bool   // it only leads elsewhere
}

// headOf reads the head of an HTML page.
func headOf(text string) head {
	var h head
	tokens := html.NewTokenizer(strings.NewReader(text[:min(len(text), 256<<10)]))
	tokens.SetMaxBuf(256 << 10)
	const bar = 60 // elements in which a bar for turning pages ends
	for inBody := 0; inBody < bar; {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return h
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if inBody > 0 {
			inBody++
		}
		token := tokens.Token()
		get := func(key string) string {
			for _, a := range token.Attr {
				if a.Key == key {
					return a.Val
				}
			}
			return ""
		}
		switch token.Data {
		case "body":
			if inBody = 1; h.section != "" {
				return h
			}
		case "a": // DocBook's way up
			if h.section == "" && get("accesskey") == "u" {
				h.section = short(inert(get("title")), maxTitle)
			}
		case "title":
			if h.title == "" && tokens.Next() == html.TextToken {
				h.title = inert(tokens.Token().Data)
			}
		case "base":
			h.base = get("href")
		case "link":
			switch strings.ToLower(get("rel")) {
			case "canonical":
				h.address = absolute(get("href"))
			case "up":
				h.section = short(inert(get("title")), maxTitle)
			}
		case "meta":
			content := get("content")
			switch strings.ToLower(get("name")) {
			case "keywords":
				h.tags = strings.Split(content, ",")
			}
			if strings.EqualFold(get("property"), "og:site_name") {
				h.site = short(inert(content), maxTitle)
			}
			if strings.EqualFold(get("http-equiv"), "refresh") && strings.Contains(strings.ToLower(content), "url=") {
				h.redirect = true
			}
		}
	}
	return h
}

// absolute tidies a public http or https address, empty when it is none.
func absolute(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return opened(u)
}
