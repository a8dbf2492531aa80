package opora

// Verdict is what a check found out. Works and Rejected are facts about the
// credential; the other three say that the question stayed open, and why.
type Verdict string

// The five verdicts.
const (
	Works       Verdict = "works"
	Rejected    Verdict = "rejected"
	Unreachable Verdict = "unreachable"
	NeedsHuman  Verdict = "needs_human"
	Unknown     Verdict = "unknown"
)

// Verdicts lists the five.
func Verdicts() []Verdict { return []Verdict{Works, Rejected, Unreachable, NeedsHuman, Unknown} }

// Reason says why a verdict was given. Each belongs to exactly one verdict, so
// that a reason alone decides ([Reason.Verdict]).
type Reason string

// The reasons, grouped by their verdict.
const (
	OK Reason = "ok"

	BadCredentials  Reason = "bad_credentials"
	AccountLocked   Reason = "account_locked"
	AccountDisabled Reason = "account_disabled"
	BadKey          Reason = "bad_key"
	WrongPassphrase Reason = "wrong_passphrase"
	NotPermitted    Reason = "not_permitted"
	NotPublic       Reason = "not_public"
	BrokenLink      Reason = "broken_link"

	DNSFailed Reason = "dns"
	Refused   Reason = "refused"
	Timeout   Reason = "timeout"
	Reset     Reason = "reset"
	TLSFailed Reason = "tls_failed"
	HTTPError Reason = "http_error"

	SecondFactor    Reason = "second_factor"
	Captcha         Reason = "captcha"
	Consent         Reason = "consent"
	PasswordExpired Reason = "password_expired"
	Passkey         Reason = "passkey"
	TLSUntrusted    Reason = "tls_untrusted"
	HostKeyChanged  Reason = "host_key_changed"
	SSO             Reason = "sso"

	NoLoginForm Reason = "no_login_form"
	Ambiguous   Reason = "ambiguous"
	Blocked     Reason = "blocked"
	RateLimited Reason = "rate_limited"
	Unsupported Reason = "unsupported"
)

var reasons = map[Verdict][]Reason{
	Works:       {OK},
	Rejected:    {BadCredentials, AccountLocked, AccountDisabled, BadKey, WrongPassphrase, NotPermitted, NotPublic, BrokenLink},
	Unreachable: {DNSFailed, Refused, Timeout, Reset, TLSFailed, HTTPError},
	NeedsHuman:  {SecondFactor, Captcha, Consent, PasswordExpired, Passkey, TLSUntrusted, HostKeyChanged, SSO},
	Unknown:     {NoLoginForm, Ambiguous, Blocked, RateLimited, Unsupported},
}

// Reasons lists every reason, verdict by verdict.
func Reasons() []Reason {
	var all []Reason
	for _, v := range Verdicts() {
		all = append(all, reasons[v]...)
	}
	return all
}

// Verdict is the verdict that the reason belongs to; an unheard-of reason
// decides nothing and gives [Unknown].
func (r Reason) Verdict() Verdict {
	for verdict, list := range reasons {
		for _, reason := range list {
			if r == reason {
				return verdict
			}
		}
	}
	return Unknown
}
