package main

import (
	"context"
	"strings"

	"opora/backend/lab"
	"opora/backend/opora"
)

// madeSystems are the sites that behave oddly on demand, with what is true
// about each.
func madeSystems() []system {
	undecided := []opora.Reason{opora.Ambiguous, opora.NoLoginForm, opora.Blocked, opora.Unsupported}
	broken := []opora.Reason{opora.HTTPError, opora.Blocked, opora.RateLimited, opora.Ambiguous}
	// What is not named here lets the right password in and refuses others.
	right := map[string][]opora.Reason{
		"locked":             {opora.AccountLocked},
		"second-factor":      {opora.SecondFactor},
		"second-factor-push": {opora.SecondFactor},
		"spa-second-factor":  {opora.SecondFactor},
		"forced-change":      {opora.PasswordExpired},
		"consent":            {opora.Consent},
		"throttled-429":      {opora.RateLimited},
		"throttled-200":      {opora.RateLimited},
		"spa-throttled":      {opora.RateLimited},
		"firewall-403":       {opora.Blocked},
		"spa-firewall":       {opora.Blocked},
		"same-page":          undecided,
		"maintenance-503":    broken,
		"maintenance-200":    broken,
		"captcha":            {opora.Captcha},
		"captcha-after":      {opora.Captcha},
		"elsewhere":          {opora.SSO},
	}
	// Whatever the password, these say the same.
	blind := map[string]bool{"locked": true, "throttled-429": true, "throttled-200": true, "spa-throttled": true, "firewall-403": true,
		"spa-firewall": true, "same-page": true, "maintenance-503": true, "maintenance-200": true, "captcha": true, "captcha-after": true, "elsewhere": true}
	var list []system
	for _, odd := range lab.Odds() {
		s := system{name: odd.Name, what: odd.What, made: true, quick: !strings.HasPrefix(odd.Name, "spa-"), door: "login", deep: "orders/12",
			right: right[odd.Name],
			start: func(ctx context.Context, _ string, users []lab.User) (*lab.Site, error) {
				return lab.StartOdd(ctx, odd.Name, users...)
			}}
		if strings.HasPrefix(odd.Name, "spa-") {
			s.door, s.deep = "", "#/orders"
		}
		if blind[odd.Name] {
			s.wrong = s.right
		}
		list = append(list, s)
	}
	return list
}
