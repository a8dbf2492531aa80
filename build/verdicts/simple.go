package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"opora/backend/lab"
)

// The rules in common use, each in the plain form in which it is found in
// scripts, scanners and answers to the question how to test a login: one
// request for the form, one with the fields filled in, and a look at the answer.
const (
	ruleGone   = "the password field is gone"
	ruleCookie = "there is a new cookie"
	ruleMoved  = "the address has changed"
	ruleClean  = "status 200 and no word of an error"
	ruleHydra  = "hydra, told a text of the refusal"
)

func rules() []string { return []string{ruleGone, ruleCookie, ruleMoved, ruleClean, ruleHydra} }

// said is what one rule said about one trial: nothing, where it found no form.
type said struct {
	rule   string
	trial  trial
	spoken bool
	works  bool
}

// simple asks every rule about every trial of the system.
func (s system) simple(ctx context.Context, dir string, site *lab.Site) []said {
	var list []said
	trials := s.cases(site)
	for _, t := range trials {
		answers, found := attempt(ctx, t)
		for _, rule := range rules()[:4] {
			list = append(list, said{rule, t, found, answers[rule]})
		}
	}
	return append(list, askHydra(ctx, dir, s.at(site, s.door), trials)...)
}

// visit is a page as a script sees it.
type visit struct {
	at     *url.URL
	status int
	text   string
	page   *html.Node
}

var (
	errorWord  = regexp.MustCompile(`(?i)error|invalid|incorrect|wrong|failed|denied|ошибк|неверн|неправильн|отказано|не удалось`)
	signInWord = regexp.MustCompile(`(?i)log ?in|sign ?in|войти|вход|представиться`)
)

// attempt sends the trial once, and gives each rule's answer.
func attempt(ctx context.Context, t trial) (answers map[string]bool, found bool) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, false
	}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	address := strings.Trim(t.address, "()., ")
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	before, err := get(ctx, client, address)
	if err != nil {
		return nil, false
	}
	form := loginForm(before.page)
	if form == nil { // one step further, where a link says so
		if link := signInLink(before); link != "" {
			if before, err = get(ctx, client, link); err != nil {
				return nil, false
			}
			form = loginForm(before.page)
		}
	}
	if form == nil {
		return nil, false
	}
	action, method, values := fill(form, before.at, t.login, t.password)
	held := cookies(jar, before.at)
	var after visit
	if method == http.MethodPost {
		after, err = fetch(ctx, client, method, action, values)
	} else {
		after, err = get(ctx, client, action+"?"+values.Encode())
	}
	if err != nil {
		return nil, false
	}
	fresh := false
	for name, value := range cookies(jar, after.at) {
		fresh = fresh || held[name] != value
	}
	return map[string]bool{
		ruleGone:   loginForm(after.page) == nil,
		ruleCookie: fresh,
		ruleMoved:  after.at.Path != before.at.Path || after.at.RawQuery != before.at.RawQuery,
		ruleClean:  after.status == http.StatusOK && !errorWord.MatchString(after.text),
	}, true
}

func get(ctx context.Context, client *http.Client, address string) (visit, error) {
	return fetch(ctx, client, http.MethodGet, address, nil)
}

func fetch(ctx context.Context, client *http.Client, method, address string, values url.Values) (visit, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(values.Encode()))
	if err != nil {
		return visit{}, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	reply, err := client.Do(request)
	if err != nil {
		return visit{}, err
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(reply.Body, 4<<20))
	if err != nil {
		return visit{}, err
	}
	page, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		return visit{}, err
	}
	return visit{at: reply.Request.URL, status: reply.StatusCode, text: words(page), page: page}, nil
}

func cookies(jar http.CookieJar, at *url.URL) map[string]string {
	list := map[string]string{}
	for _, cookie := range jar.Cookies(at) {
		list[cookie.Name] = cookie.Value
	}
	return list
}

// loginForm is the first form with a password field.
func loginForm(page *html.Node) *html.Node {
	for node := range page.Descendants() {
		if node.Data != "form" {
			continue
		}
		for field := range node.Descendants() {
			if field.Data == "input" && attribute(field, "type") == "password" {
				return node
			}
		}
	}
	return nil
}

// fill gives the form with its hidden fields as they are, and the login in the
// last field for a text before the password.
func fill(form *html.Node, at *url.URL, login, password string) (action, method string, values url.Values) {
	values = url.Values{}
	name, done := "", false
	for field := range form.Descendants() {
		key := attribute(field, "name")
		switch kind := attribute(field, "type"); {
		case field.Data == "select" && key != "":
			for option := range field.Descendants() {
				if option.Data == "option" && (values.Get(key) == "" || has(option, "selected")) {
					values.Set(key, attribute(option, "value"))
				}
			}
		case field.Data != "input" && field.Data != "button" || key == "":
		case kind == "password":
			if !done {
				values.Set(key, password)
			}
			done = true
		case kind == "hidden", kind == "submit":
			values.Set(key, attribute(field, "value"))
		case (kind == "checkbox" || kind == "radio") && !has(field, "checked"):
		case !done && (kind == "" || kind == "text" || kind == "email") && field.Data == "input":
			name = key
			values.Set(key, attribute(field, "value"))
		}
	}
	if name != "" {
		values.Set(name, login)
	}
	target := at
	if to, err := at.Parse(attribute(form, "action")); err == nil && attribute(form, "action") != "" {
		target = to
	}
	method = http.MethodGet
	if strings.EqualFold(attribute(form, "method"), "post") {
		method = http.MethodPost
	}
	return target.String(), method, values
}

func signInLink(v visit) string {
	for node := range v.page.Descendants() {
		if node.Data == "a" && signInWord.MatchString(words(node)) {
			if to, err := v.at.Parse(attribute(node, "href")); err == nil && to.Host == v.at.Host {
				return to.String()
			}
		}
	}
	return ""
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, a := range node.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// words is the text that a reader sees, one piece a line.
func words(node *html.Node) string {
	var b strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" && n.Parent.Data != "noscript" {
			if text := strings.TrimSpace(n.Data); text != "" {
				b.WriteString(text + "\n")
			}
		}
	}
	return b.String()
}
