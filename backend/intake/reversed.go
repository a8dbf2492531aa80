package intake

import "strings"

// inverted is a value whose label stands behind it: "admin - логин".
type inverted struct {
	event
	next int // where reading goes on
}

// inverted finds the values of a line like "admin - логин, Qwe123 - пароль". It
// takes both a login and a secret to tell this from a common dash.
func (r *reader) inverted(start, end int) []inverted {
	if text := r.s[start:end]; len(text) > 400 || !strings.Contains(text, " - ") && !strings.Contains(text, " — ") && !strings.Contains(text, " – ") {
		return nil
	}
	var list []inverted
	logins, secrets := 0, 0
	for at := start; at < end; {
		stop := end
		for _, sign := range []string{", ", "; "} {
			if cut := strings.Index(r.s[at:stop], sign); cut >= 0 {
				stop = at + cut
			}
		}
		v, f := r.labelBehind(at, stop)
		switch f {
		case login:
			logins++
		case secret:
			secrets++
		}
		if f != noField {
			list = append(list, v)
		}
		at = stop + 2
	}
	if logins == 0 || secrets == 0 {
		return nil
	}
	return list
}

// labelBehind reads "value - label" from i to end.
func (r *reader) labelBehind(i, end int) (inverted, field) {
	for _, dash := range []string{" - ", " — ", " – "} {
		left, right, found := strings.Cut(r.s[i:end], dash)
		if !found {
			continue
		}
		f := labels[folded(strings.Trim(right, " .!"))]
		start := i + strings.LastIndexByte(left, ' ') + 1
		text := r.s[start : i+len(left)]
		if text == "" || placeholder(text) || f == login && !loginLike(text) || f == secret && strength(text) == 0 {
			return inverted{}, noField
		}
		e := event{value: text, start: start, end: start + len(text), label: true, strong: true}
		switch f {
		case login:
			e.what = isLogin
		case secret:
			e.what = isSecret
		default:
			return inverted{}, noField
		}
		return inverted{e, end}, f
	}
	return inverted{}, noField
}
