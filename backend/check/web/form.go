package web

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// form is a form as a browser would submit it.
type form struct {
	node    *html.Node
	orphan  bool // fields that stand in no form: scripts send them
	action  *url.URL
	post    bool
	enctype string
	charset encoding.Encoding
	fields  []*field
	scripts bool   // an onsubmit of its own
	picked  *field // for the login, by an operator's word
	words   string
}

type field struct {
	node    *html.Node
	name    string
	kind    string // the input's type, "select" or "textarea"
	value   string
	checked bool
	hint    string // name, id, label, placeholder, autocomplete: what it seems to be, folded
	auto    string // autocomplete
	hidden  bool   // not for people
}

func newForm(p *page, n *html.Node) *form {
	f := &form{node: n, charset: p.charset}
	f.action = p.resolve(attr(n, "action"))
	if strings.TrimSpace(attr(n, "action")) == "" {
		f.action = withoutFragment(p.url)
	}
	f.post = strings.EqualFold(attr(n, "method"), "post")
	f.enctype = strings.ToLower(attr(n, "enctype"))
	f.scripts = has(n, "onsubmit")
	if named, err := htmlindex.Get(strings.TrimSpace(attr(n, "accept-charset"))); err == nil {
		f.charset = named
	}
	return f
}

func withoutFragment(u *url.URL) *url.URL {
	to := *u
	to.Fragment = ""
	return &to
}

func (f *form) addField(n *html.Node) {
	x := &field{node: n, name: attr(n, "name"), value: attr(n, "value"), auto: strings.ToLower(attr(n, "autocomplete"))}
	switch n.DataAtom {
	case atom.Select:
		x.kind = "select"
		x.value = selected(n)
	case atom.Textarea:
		x.kind, x.value = "textarea", textOf(n)
	default:
		x.kind = strings.ToLower(attr(n, "type"))
		if !inputTypes[x.kind] {
			x.kind = "text" // so do browsers (HTML, 4.10.5)
		}
		if has(n, "data-masked") {
			x.kind = "password" // shown as dots by a style, on a live page
		}
		x.checked = has(n, "checked")
		if (x.kind == "checkbox" || x.kind == "radio") && !has(n, "value") {
			x.value = "on"
		}
	}
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	x.hidden = x.kind == "hidden" || has(n, "hidden") || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
	if has(n, "disabled") {
		return
	}
	f.fields = append(f.fields, x)
}

var inputTypes = map[string]bool{
	"hidden": true, "text": true, "search": true, "tel": true, "url": true, "email": true, "password": true, "date": true, "month": true, "week": true,
	"time": true, "datetime-local": true, "number": true, "range": true, "color": true, "checkbox": true, "radio": true, "file": true, "submit": true,
	"image": true, "reset": true, "button": true,
}

func selected(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		if o.DataAtom != atom.Option {
			continue
		}
		value := attr(o, "value")
		if !has(o, "value") {
			value = textOf(o)
		}
		if has(o, "selected") {
			return value
		}
		if !found && !has(o, "disabled") {
			first, found = value, true
		}
	}
	return first
}

// finish looks at the words around the fields once the whole page is known.
func (f *form) finish(p *page) {
	labels := map[string]string{}
	for n := range f.node.Descendants() {
		if n.DataAtom == atom.Label && attr(n, "for") != "" {
			labels[attr(n, "for")] = textOf(n)
		}
	}
	for _, x := range f.fields {
		label := labels[attr(x.node, "id")]
		if l := ancestor(x.node, atom.Label); l != nil {
			label += " " + textOf(l)
		}
		x.hint = fold(strings.Join([]string{x.name, attr(x.node, "id"), attr(x.node, "placeholder"), attr(x.node, "aria-label"), x.auto, label}, " "))
	}
	if f.orphan {
		f.words = p.text()
		return
	}
	action := ""
	if f.action != nil {
		action = f.action.Path
	}
	f.words = fold(strings.Join([]string{attr(f.node, "id"), attr(f.node, "class"), attr(f.node, "name"), action, textOf(f.node)}, " "))
}

func (f *form) passwords() []*field {
	var list []*field
	for _, x := range f.fields {
		if x.kind == "password" && !x.hidden {
			list = append(list, x)
		}
	}
	return list
}

var (
	loginHints    = words(`user`, `login`, `log\b`, `логин`, `email`, `e-mail`, `mail`, `почт`, `имя`, `пользоват`, `account`, `аккаунт`, `name`, `phone`, `телефон`, `benutzer`, `utilisateur`, `usuario`, `utente`, `uzytkownik`, `gebruiker`, `kullanici`, `nick`, `uname`, `usr`)
	otpHints      = words(`otp`, `totp`, `2fa`, `mfa`, `one-time-code`, `one_time`, `twofactor`, `two_factor`, `auth_?code`, `verif`, `\bcode\b`, `\bcode`, `\bpin\b`, `код`)
	captchaHint   = words(`captcha`, `капч`, `securimage`, `код с картинки`, `security_?code`, `символы`)
	signUpButton  = words(`регистрац`, `зарегистр`, `regist`, `sign ?up`, `create (?:an )?account`)
	captchaWidget = words(`g-recaptcha`, `h-captcha`, `cf-turnstile`, `smart-captcha`)
	otherSubmit   = words(`cancel`, `отмена`, `reset`, `сброс`, `regist`, `регистр`, `forgot`, `забыли`, `google`, `facebook`, `vk\b`, `яндекс`, `yandex`, `github`, `sso`, `saml`, `oauth`, `passkey`)
)

// user is the field for the login: the one that says so, or else the last
// text before the password.
func (f *form) user() *field {
	if f.picked != nil {
		return f.picked
	}
	password := slices.IndexFunc(f.fields, func(x *field) bool { return x.kind == "password" && !x.hidden })
	var before, named *field
	for i, x := range f.fields {
		if x.hidden || !slices.Contains([]string{"text", "email", "tel"}, x.kind) {
			continue
		}
		if x.auto == "username" || strings.Contains(x.auto, "username") {
			return x
		}
		if captchaHint.in(x.hint) || x.auto == "one-time-code" {
			continue
		}
		if password < 0 || i < password {
			before = x
			if loginHints.in(x.hint) {
				named = x
			}
		}
	}
	if named != nil {
		return named
	}
	return before
}

// pick takes the field of a recipe for the login, where the form has it.
func (f *form) pick(name string) {
	for _, x := range f.fields {
		if name != "" && x.known() == name && x.kind != "password" && !x.hidden {
			f.picked = x
		}
	}
}

// score says how much a form looks like the login: below 1 it is none.
func (f *form) score() int {
	passwords := f.passwords()
	if len(passwords) == 0 {
		return 0
	}
	score := 10
	if len(passwords) > 1 {
		score -= 8 // registration, profile, change of password
	}
	if f.user() != nil {
		score += 4
	}
	for _, x := range f.fields {
		switch {
		case strings.Contains(x.auto, "new-password"):
			score -= 8
		case strings.Contains(x.auto, "current-password"):
			score += 4
		case x.kind == "file" || x.kind == "textarea":
			score -= 4
		}
	}
	visible := 0
	for _, x := range f.fields {
		if !x.hidden && slices.Contains([]string{"text", "email", "tel", "number", "date", "url"}, x.kind) {
			visible++
		}
	}
	score -= 2 * max(0, visible-2)
	marks := f.words
	if f.orphan {
		marks = ""
	}
	// The form's own name and button say more than a "forgot password?" inside.
	if signInWords.in(marks) || signInPath.in(marks) {
		score += 3
	}
	if signUpButton.in(f.button()) {
		score -= 8
	}
	if f.orphan {
		score -= 2
	}
	return score
}

// button is what the submit button is called.
func (f *form) button() string {
	if b := f.submit(); b != nil {
		return fold(labelOf(b) + " " + attr(b, "name"))
	}
	return ""
}

// submit is the button that a person would press, the default one unless it
// says that it does something else.
func (f *form) submit() *html.Node {
	var first *html.Node
	for n := range f.node.Descendants() {
		kind := strings.ToLower(attr(n, "type"))
		isButton := n.DataAtom == atom.Button && (kind == "" || kind == "submit") ||
			n.DataAtom == atom.Input && (kind == "submit" || kind == "image")
		if !isButton || has(n, "disabled") {
			continue
		}
		if first == nil {
			first = n
		}
		if !otherSubmit.in(fold(labelOf(n) + " " + attr(n, "name") + " " + attr(n, "value"))) {
			return n
		}
	}
	return first
}

// login picks the form to log in with, nil when the page has none.
func (p *page) login() *form {
	var best *form
	top := 0
	for _, f := range p.forms {
		if s := f.score(); s > top {
			best, top = f, s
		}
	}
	return best
}

// nameFirst finds the form of a page that asks for the login alone, as the
// first of two steps.
func (p *page) nameFirst() *form {
	for _, f := range p.forms {
		people := 0
		for _, x := range f.fields {
			if !x.hidden && slices.Contains([]string{"text", "email", "tel", "search", "password", "number", "textarea"}, x.kind) {
				people++
			}
		}
		user := f.user()
		if f.orphan || people != 1 || user == nil || user.name == "" || !f.post || f.action == nil || f.hasCaptcha() {
			continue
		}
		reads := strings.Join([]string{fold(p.title), f.words, f.button(), strings.ToLower(p.url.Path)}, " ")
		if loginHints.in(user.hint) && (signInWords.in(reads) || signInPath.in(reads)) && !notSignIn.in(f.button()+" "+strings.ToLower(f.action.Path)) {
			return f
		}
	}
	return nil
}

// rivals reports whether a page has another form to log in with that leads
// elsewhere.
func (p *page) rivals(chosen *form) bool {
	for _, f := range p.forms {
		if f != chosen && f.score() > 0 && len(f.passwords()) == 1 && f.user() != nil && f.action != nil && f.action.String() != chosen.action.String() {
			return true
		}
	}
	return false
}

// alike reports whether two forms are the same one: their fields for people
// have the same names.
func (f *form) alike(other *form) bool {
	if f == nil || other == nil {
		return false
	}
	return slices.Equal(f.shape(), other.shape())
}

func (f *form) shape() []string {
	var names []string
	for _, x := range f.fields {
		if !x.hidden && x.kind != "submit" && x.kind != "button" && x.kind != "image" {
			names = append(names, x.kind+" "+x.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// hasCaptcha reports whether people must solve something to submit the form.
func (f *form) hasCaptcha() bool {
	for _, x := range f.fields {
		if !x.hidden && x.kind != "checkbox" && captchaHint.in(x.hint) {
			return true
		}
	}
	for n := range f.node.Descendants() {
		class := strings.ToLower(attr(n, "class"))
		if has(n, "data-sitekey") && attr(n, "data-size") != "invisible" ||
			captchaWidget.in(class) {
			return true
		}
	}
	return false
}
