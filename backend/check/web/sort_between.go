package web

import (
	"slices"
	"strconv"
	"strings"

	"opora/backend/opora"
)

// between sorts a small page behind the door that is not the inside yet. It
// gives nil when the page says nothing of the kind.
func between(p, door *page, login string) *opora.Finding {
	text := p.text()
	if !p.small(door) || refuses(text, login) {
		return nil
	}
	reason := opora.Reason("")
	switch {
	case expiredWords.in(text):
		reason = opora.PasswordExpired
	case captchaWords.in(text):
		reason = opora.Captcha
	case secondFactorWords.in(text):
		reason = opora.SecondFactor
	case consentWords.in(text) && len(p.forms) > 0:
		reason = opora.Consent
	default:
		return nil
	}
	f := opora.Found(reason)
	if reason != opora.Captcha {
		f.Hints = []opora.Hint{{Code: opora.HintPasswordCorrect}}
	}
	return &f
}

// step sorts a small page that only the session is shown, and that asks for one
// thing more, by the shape of what it asks for: a short code, or a new password.
// It gives nil for any other.
func step(p, door *page) *opora.Finding {
	if !p.small(door) || p.status >= 400 {
		return nil
	}
	for _, f := range p.forms {
		single, code, renewed, others := 0, 0, 0, 0
		for _, x := range f.fields {
			if x.hidden {
				continue
			}
			length, _ := strconv.Atoi(attr(x.node, "maxlength")) // 0 where there is none
			short := length >= 3 && length <= 8 || attr(x.node, "inputmode") == "numeric" || x.kind == "number" || x.auto == "one-time-code"
			switch {
			case x.kind == "password" && (strings.Contains(x.auto, "new-password") || newPasswordHints.in(x.hint)):
				renewed++
			case (x.kind == "text" || x.kind == "tel" || x.kind == "number" || x.kind == "password") && length == 1:
				single++
			case (x.kind == "text" || x.kind == "tel" || x.kind == "number" || x.kind == "password") && short:
				code++
			case slices.Contains([]string{"text", "email", "tel", "password", "textarea", "number"}, x.kind):
				others++
			}
		}
		reason := opora.Reason("")
		switch {
		case renewed > 0 && others <= 1 && code+single == 0:
			reason = opora.PasswordExpired
		case others == 0 && renewed == 0 && (code == 1 && single == 0 || single >= 4 && code == 0):
			reason = opora.SecondFactor
		default:
			continue
		}
		finding := opora.Found(reason, opora.Hint{Code: opora.HintPasswordCorrect})
		return &finding
	}
	return nil
}

// searchHints belong to a field that looks something up: every page may have one.
var searchHints = words(`search`, `filter`, `find`, `поиск`, `искать`, `найти`, `фильтр`, `suche`, `recherch`, `buscar`, `cerca`, `szukaj`)

var newPasswordHints = words(`\bnew`, `repeat`, `confirm`, `again`, `нов`, `повтор`, `подтвержд`, `еще раз`, `neues`, `nouveau`, `nueva`, `nuova`, `nowe`)

// small reports whether a page has little of its own: few links that the door
// has not, and little text. The inside of an application is rarely so.
func (p *page) small(door *page) bool {
	length := 0
	for _, b := range p.blocks {
		length += len(b.text)
	}
	return length < 1200 && p.ways(door) < 4
}

// ways counts the links of a page that the door has not, the way out aside.
func (p *page) ways(door *page) int {
	seen := map[string]bool{}
	key := func(l link) string {
		if p.live && l.post {
			return l.text // it is pressed, and leads where scripts say
		}
		return l.to.String()
	}
	for _, l := range door.links {
		seen[key(l)] = true
	}
	seen[p.url.String()] = true
	n := 0
	for _, l := range p.links {
		if k := key(l); !seen[k] && !l.out() {
			seen[k] = true
			n++
		}
	}
	return n
}

// gate reports whether a page still asks for something before it lets anybody
// in: a small page with a short form, or with the words of such pages.
// What a stranger reads on the same page is no gate.
func (p *page) gate(door, strangers *page) bool {
	if !p.small(door) {
		return false
	}
	for _, f := range p.forms {
		if strangers != nil && slices.ContainsFunc(strangers.forms, f.alike) {
			continue
		}
		asks := 0
		for _, x := range f.fields {
			switch x.kind {
			case "text", "tel", "number", "password", "email":
				if !x.hidden && !searchHints.in(x.hint) {
					asks++
				}
			}
		}
		if asks > 0 && (f.post || f.orphan || len(f.passwords()) > 0) {
			return true
		}
		if asks == 0 && f.post && f.action != nil && f.button() != "" && !signOutWords.in(f.button()) && !signOutPath.in(strings.ToLower(f.action.RequestURI())) {
			return true // a page whose only act is to go on
		}
	}
	public := known(strangers)
	var own strings.Builder
	for _, block := range p.blocks {
		if !public[normal(block.text)] {
			own.WriteString(block.text + "\n")
		}
	}
	text := fold(own.String())
	return gateWords.in(text) || secondFactorWords.in(text) || expiredWords.in(text) || captchaWords.in(text) || consentWords.in(text) && len(p.forms) > 0 ||
		faultWords.in(text) || throttleWords.in(text) || refuses(text, "")
}
