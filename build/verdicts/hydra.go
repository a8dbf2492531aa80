package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"opora/backend/lab"
)

// askHydra asks hydra about every trial. It has to be told the page, the fields
// and a text by which to know a refusal; all three are taken from the login page
// and from one login with a made-up name, as its users do. It knows nothing of
// one-time tokens: the page's own are sent as they were when it was looked at.
func askHydra(ctx context.Context, dir, door string, trials []trial) []said {
	var list []said
	for _, t := range trials {
		list = append(list, said{rule: ruleHydra, trial: t})
	}
	hydra, err := lab.Hydra(ctx)
	if err != nil {
		return list
	}
	module, server, found := hydraRule(ctx, door)
	if !found {
		return list
	}
	for i, t := range trials {
		works, err := crack(ctx, hydra, dir, server, module, t)
		list[i].spoken, list[i].works = err == nil, works
	}
	return list
}

// hydraRule is what a user of hydra would write down for this site.
func hydraRule(ctx context.Context, door string) (module string, server *url.URL, found bool) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", nil, false
	}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	before, err := get(ctx, client, door)
	if err != nil {
		return "", nil, false
	}
	form := loginForm(before.page)
	if form == nil {
		return "", nil, false
	}
	const user, password = "opora-made-up", "opora-made-up-too"
	action, method, values := fill(form, before.at, user, password)
	if method != http.MethodPost {
		return "", nil, false
	}
	after, err := fetch(ctx, client, method, action, values)
	if err != nil {
		return "", nil, false
	}
	refusal := ""
	for line := range strings.Lines(after.text) {
		line = strings.TrimSpace(line)
		// A text that the login page did not have, without what the module reads as its own signs.
		if !strings.Contains(before.text, line) && len(line) > 5 && !strings.Contains(line, user) && !strings.ContainsAny(line, `:^\"'<>&`) {
			refusal = line
			break
		}
	}
	server, err = url.Parse(action)
	if refusal == "" || err != nil {
		return "", nil, false
	}
	var fields []string
	for name := range values {
		value := values.Get(name)
		switch value {
		case user:
			value = "^USER^"
		case password:
			value = "^PASS^"
		default:
			value = url.QueryEscape(value)
		}
		fields = append(fields, url.QueryEscape(name)+"="+value)
	}
	text := strings.NewReplacer(":", `\:`)
	return text.Replace(server.RequestURI()) + ":" + text.Replace(strings.Join(fields, "&")) + ":F=" + refusal, server, true
}

// crack lets hydra try one name and one password, which it reads from files.
func crack(ctx context.Context, hydra lab.Program, dir string, server *url.URL, module string, t trial) (works bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	names, passwords := filepath.Join(dir, "hydra-names"), filepath.Join(dir, "hydra-passwords")
	for path, text := range map[string]string{names: t.login, passwords: t.password} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			return false, err
		}
	}
	output, err := hydra.Run(ctx, dir, "-I", "-t", "1", "-w", "10", "-L", names, "-P", passwords, "-s", server.Port(), server.Hostname(), "http-post-form", module)
	switch {
	case strings.Contains(output, "1 valid password found"):
		return true, nil
	case strings.Contains(output, "0 valid password"):
		return false, nil
	}
	return false, errors.Join(errors.New("hydra did not say"), err)
}
