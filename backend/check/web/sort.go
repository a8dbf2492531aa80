package web

import (
	"net/http"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"opora/backend/opora"
)

var (
	digits = regexp.MustCompile(`\d+`)
	// tokens are the long random words of a page that differ at every look.
	tokens = regexp.MustCompile(`[0-9a-zA-Z_\-]{20,}`)
	// hardFault means that the form was not judged at all.
	hardFault = words(`csrf`, `токен`, `invalid (?:security )?token`, `token (?:mismatch|expired|invalid|is )`, `security token`, `session (?:has )?(?:expired|timed|is invalid|not found)`,
		`expired session`, `(?:page|form) (?:has )?expired`, `сесси\S* (?:истек|устарел|недейств|не найден)`, `(?:страница|форма) устарела`, `cookies? (?:are|is|must|need)`, `enable (?:cookies|javascript)`,
		`включите (?:cookie|куки|javascript)`, `hijacking`, `javascript (?:is|must)`, `sitzung abgelaufen`, `session expirée`)
)

// normal is a text without what differs at every look.
func normal(text string) string {
	return digits.ReplaceAllString(tokens.ReplaceAllString(fold(text), "#"), "0")
}

// message is a text that a page did not have before.
type message struct {
	text  string
	alert bool // marked as a message
}

// texts joins what messages say.
func texts(list []message) string {
	var b strings.Builder
	for i, m := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(m.text)
	}
	return b.String()
}

// known is every text of the pages, without what differs at every look.
func known(pages ...*page) map[string]bool {
	set := map[string]bool{}
	for _, p := range pages {
		if p == nil {
			continue
		}
		for _, b := range p.blocks {
			set[normal(b.text)] = true
		}
	}
	return set
}

// fresh gives the messages of a page that none of the pages before had: those
// marked as messages, and those that stand near its login form. The login
// itself, given back, is no message.
func fresh(p *page, form *form, login string, before ...*page) []message {
	old := known(before...)
	old[normal(strings.TrimSpace(login))] = true
	var region *html.Node
	length := 0
	for _, b := range p.blocks {
		length += len(b.text)
	}
	if form != nil && length > 2500 {
		region = surroundings(form.node)
	}
	var list []message
	for _, b := range p.blocks {
		if !old[normal(b.text)] && (b.alert || region == nil && length <= 2500 || region != nil && isWithin(b.node, region)) {
			list = append(list, message{b.text, b.alert})
		}
	}
	return list
}

// surroundings is what a person sees as one with a form.
func surroundings(n *html.Node) *html.Node {
	for range 3 {
		if n.Parent == nil || n.Parent.DataAtom == atom.Body || n.Parent.DataAtom == atom.Html || n.Parent.Type != html.ElementNode {
			return n
		}
		n = n.Parent
	}
	return n
}

func isWithin(n, region *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == region {
			return true
		}
	}
	return false
}

// invalid reports whether a field is marked as wrong that was not so before.
func invalid(p, before *form) bool {
	marked := func(f *form) (n int) {
		if f == nil {
			return 0
		}
		for _, x := range f.fields {
			if attr(x.node, "aria-invalid") == "true" {
				n++
			}
		}
		return n
	}
	return marked(p) > marked(before)
}

// back reports whether a page is the door again.
func back(p *page, was *form) *form {
	now := p.login()
	if now == nil || was == nil {
		return nil
	}
	if len(now.passwords()) != len(was.passwords()) || (now.user() == nil) != (was.user() == nil) {
		return nil // asks for something else: a new password, a code
	}
	same := now.alike(was) || now.passwords()[0].name == was.passwords()[0].name && now.passwords()[0].name != ""
	if now.action != nil && was.action != nil && now.action.Path == was.action.Path {
		same = true
	}
	if !same {
		return nil
	}
	return now
}

// other recognises the pages that follow a right password, or that say nothing
// about it. It gives nil for any other page.
func other(p *page, said string) *opora.Finding {
	found := func(reason opora.Reason, hints ...opora.Hint) *opora.Finding {
		f := opora.Found(reason, hints...)
		return &f
	}
	text := p.text()
	for _, f := range p.forms {
		if f.orphan && len(p.forms) > 1 {
			continue
		}
		code, fresh, agree, people := false, 0, false, 0
		for _, x := range f.fields {
			if x.hidden {
				continue
			}
			switch x.kind {
			case "text", "tel", "number", "password", "email":
				people++
				code = code || x.auto == "one-time-code" || otpHints.in(x.hint) && !captchaHint.in(x.hint)
			case "checkbox":
				agree = agree || consentWords.in(x.hint)
			}
			if x.kind == "password" {
				fresh++
			}
		}
		switch {
		case fresh >= 2 && expiredWords.in(text):
			return found(opora.PasswordExpired, opora.Hint{Code: opora.HintPasswordCorrect})
		case code && people <= 8 && secondFactorWords.in(text) && f.user() != nil || code && people == 1 && secondFactorWords.in(text):
			return found(opora.SecondFactor, opora.Hint{Code: opora.HintPasswordCorrect})
		case f.hasCaptcha() && people <= 2 && captchaWords.in(text+p.source):
			return found(opora.Captcha)
		case agree && people == 0 && len(text) < 6000:
			return found(opora.Consent, opora.Hint{Code: opora.HintPasswordCorrect})
		}
	}
	if p.status == http.StatusForbidden || p.status == http.StatusNotAcceptable {
		if p.login() == nil && (firewallWords.in(text) || len(text) < 400 && !credentialWords.in(text)) {
			return found(opora.Blocked, opora.Hint{Code: opora.HintSaid, Detail: brief(said, p)})
		}
	}
	return nil
}

// sentenceEnd is where one sentence ends: a dot within a word is part of a name
// or an address.
var sentenceEnd = regexp.MustCompile(`[!?;\n]|\.(?:\s|$)`)

// refuses reports whether a text turns down what was sent: one sentence of it
// both speaks of a credential and says no, and names no other cause.
func refuses(text, login string) bool {
	login = fold(strings.TrimSpace(login))
	for _, sentence := range sentenceEnd.Split(text, -1) {
		about := credentialWords.in(sentence) || len(login) > 2 && hasWord(sentence, login)
		if about && refusalWords.in(sentence) && !otherCause.in(sentence) {
			return true
		}
	}
	return false
}

// bareStatus reports whether a text only repeats a status that refuses.
func bareStatus(text string) bool {
	rest := statusWords.ReplaceAllString(text, "")
	return len(text) < 200 && !strings.ContainsFunc(rest, unicode.IsLetter)
}

var statusWords = regexp.MustCompile(`\b(?:error|http|status|code|unauthori[sz]ed|request failed with)\b|ошибка|код`)

var alternative = regexp.MustCompile(`\s(?:or|или|либо|oder|ou|lub|veya)\s`)

// withoutAlternatives leaves out what a refusal names besides, to be polite:
// "wrong password, or the account is locked" is what everybody gets.
func withoutAlternatives(text, login string) string {
	var kept strings.Builder
	rest := text
	for rest != "" {
		sentence, end := rest, len(rest)
		if at := sentenceEnd.FindStringIndex(rest); at != nil {
			sentence, end = rest[:at[0]], at[1]
		}
		parts := alternative.Split(sentence, -1)
		if len(parts) > 1 && refuses(parts[0], login) {
			for _, part := range parts {
				if !throttleWords.in(part) && !lockedWords.in(part) && !disabledWords.in(part) && !placeWords.in(part) && !expiredWords.in(part) {
					kept.WriteString(part + " ")
				}
			}
		} else {
			kept.WriteString(sentence)
		}
		kept.WriteString("\n")
		rest = rest[end:]
	}
	return kept.String()
}

// refusal says what new messages at the door mean. A status that refuses does
// so when nothing is said against it. It gives nil when nothing is decided.
func refusal(said []message, login string, status bool) *opora.Finding {
	text := withoutAlternatives(fold(texts(said)), login)
	found := func(reason opora.Reason) *opora.Finding {
		f := opora.Found(reason)
		if len(said) > 0 {
			f.Hints = []opora.Hint{{Code: opora.HintSaid, Detail: texts(said)}}
		}
		return &f
	}
	credential := refuses(text, login)
	switch {
	case strings.TrimSpace(text) == "", status && bareStatus(text):
		if status {
			return found(opora.BadCredentials)
		}
		return nil
	case hardFault.in(text):
		return found(opora.Ambiguous)
	case attemptsLeft.in(text):
		return found(opora.BadCredentials)
	case throttleWords.in(text):
		return found(opora.RateLimited)
	case captchaWords.in(text):
		return found(opora.Captcha)
	case placeWords.in(text):
		return found(opora.Blocked)
	case expiredWords.in(text):
		return found(opora.PasswordExpired)
	case disabledWords.in(text):
		return found(opora.AccountDisabled)
	case lockedWords.in(text):
		return found(opora.AccountLocked)
	case permitWords.in(text):
		return found(opora.NotPermitted)
	case credential:
		return found(opora.BadCredentials)
	}
	return nil
}

// brief is what a page says, for a hint.
func brief(said string, p *page) string {
	if said != "" {
		return said
	}
	if p.title != "" {
		return p.title
	}
	var b strings.Builder
	for _, block := range p.blocks[:min(3, len(p.blocks))] {
		b.WriteString(block.text + " ")
	}
	return strings.TrimSpace(b.String())
}
