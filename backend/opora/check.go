package opora

import "time"

// Engine is what spoke to the far side.
type Engine string

// The engines.
const (
	EngineHTTP    Engine = "http"
	EngineBrowser Engine = "browser"
	EngineSSH     Engine = "ssh"
	EngineNone    Engine = "none" // nothing was sent at all
)

// Finding is what a checker says: a reason, from which the verdict follows, and
// what an operator would want to see. It never contains a secret, and its texts
// come from the far side: they are data, cleaned by [Visible], never markup.
type Finding struct {
	Verdict      Verdict `json:"verdict"`
	Reason       Reason  `json:"reason"`
	Hints        []Hint  `json:"hints"`
	Engine       Engine  `json:"engine"`
	FinalAddress string  `json:"finalAddress"`
	Title        string  `json:"title"`       // of the page the check ended on
	Product      string  `json:"product"`     // what the far side says it is: "WordPress", "OpenSSH_9.2"
	Fingerprint  string  `json:"fingerprint"` // "SHA256:…" of a host key or of a certificate's public key
}

// Found makes a finding whose verdict follows from its reason.
func Found(reason Reason, hints ...Hint) Finding {
	return Finding{Verdict: reason.Verdict(), Reason: reason, Hints: hints}
}

// Waits reports whether the ledger held the check back: nothing was sent, and
// nothing was learned.
func (f Finding) Waits() bool {
	for _, hint := range f.Hints {
		if f.Reason == RateLimited && hint.Code == HintWaitUntil {
			return true
		}
	}
	return false
}

// ByWord reports whether the verdict is the operator's word and not a proof.
func (f Finding) ByWord() bool {
	for _, hint := range f.Hints {
		if hint.Code == HintByOperator {
			return true
		}
	}
	return false
}

// Proven reports whether Opora itself has seen that the credential works.
func (f Finding) Proven() bool { return f.Verdict == Works && !f.ByWord() }

// Hint adds one sentence to a finding: its code names the sentence, its detail
// fills the gap in it.
type Hint struct {
	Code   HintCode `json:"code"`
	Detail string   `json:"detail"`
}

// HintCode names a sentence that may follow the reason's own.
type HintCode string

// The hints.
const (
	HintSpaceInPassword HintCode = "space_in_password" // the secret begins or ends with white space
	HintSpaceInLogin    HintCode = "space_in_login"
	HintMixedScript     HintCode = "mixed_script"     // Cyrillic look-alikes among Latin letters; detail: the field
	HintMethodsOffered  HintCode = "methods_offered"  // detail: what the server offers instead
	HintElsewhere       HintCode = "elsewhere"        // the login moved to another origin; detail: it
	HintSaid            HintCode = "said"             // detail: the far side's own words
	HintWaitUntil       HintCode = "wait_until"       // detail: RFC 3339 time before which Opora does not try again
	HintNeedsBrowser    HintCode = "needs_browser"    // the page is built by script
	HintPublic          HintCode = "public"           // anyone may see the page that the login leads to
	HintPlain           HintCode = "plain"            // the password went out unencrypted; detail: protocol
	HintHostKeyNew      HintCode = "host_key_new"     // first seen now; detail: fingerprint
	HintHostKeyWas      HintCode = "host_key_was"     // detail: the fingerprint seen before
	HintCertificate     HintCode = "certificate"      // detail: what is wrong with it
	HintPasswordCorrect HintCode = "password_correct" // the password was most likely accepted
	HintNotChecked      HintCode = "not_checked"      // no checker for this kind yet; detail: the kind
	HintOffline         HintCode = "offline"          // this machine has no network
	HintHTTPStatus      HintCode = "http_status"      // detail: the status line
	HintSecretMissing   HintCode = "secret_missing"   // nothing to check with
	HintNoShell         HintCode = "no_shell"         // the account may log in but gets no shell
	HintAddressUnclear  HintCode = "address_unclear"  // detail: the address as given
	HintNoBrowser       HintCode = "no_browser"       // the page needs a browser, and none is on this machine
	HintBrowserFault    HintCode = "browser_fault"    // a browser is there and did not start or broke off
	HintByOperator      HintCode = "by_operator"      // the verdict is the operator's word, given in the window handed over
	HintNotFinished     HintCode = "not_finished"     // the window handed over was closed before anything was decided
)

// HintCodes lists every hint.
func HintCodes() []HintCode {
	return []HintCode{
		HintSpaceInPassword, HintSpaceInLogin, HintMixedScript, HintMethodsOffered, HintElsewhere, HintSaid, HintWaitUntil,
		HintNeedsBrowser, HintPublic, HintPlain, HintHostKeyNew, HintHostKeyWas, HintCertificate, HintPasswordCorrect,
		HintNotChecked, HintOffline, HintHTTPStatus, HintSecretMissing, HintNoShell, HintAddressUnclear,
		HintNoBrowser, HintBrowserFault, HintByOperator, HintNotFinished,
	}
}

// Step is one line of a check's evidence: what was done or seen, and when.
type Step struct {
	AtMS   int64    `json:"at_ms"` // milliseconds since the check began
	Step   StepCode `json:"step"`
	Detail string   `json:"detail"` // data in no language: a status, a path, a title
}

// StepCode names what a step did.
type StepCode string

// The steps, in the order in which most checks take them.
const (
	StepStart    StepCode = "start"    // a fresh session; detail: address
	StepConnect  StepCode = "connect"  // connected; detail: address, protocol
	StepBanner   StepCode = "banner"   // what the server says it is
	StepHostKey  StepCode = "host_key" // detail: type and fingerprint
	StepTLS      StepCode = "tls"      // detail: version, issuer
	StepOpen     StepCode = "open"     // a page was fetched; detail: status and path
	StepFollow   StepCode = "follow"   // a link was followed to look for the door
	StepForm     StepCode = "form"     // the login form was found; detail: its action
	StepOffer    StepCode = "offer"    // what the server accepts; detail: methods or challenge
	StepAttempt  StepCode = "attempt"  // the attempt was entered in the ledger; detail: n of m
	StepSend     StepCode = "send"     // the credential was sent, once
	StepAnswer   StepCode = "answer"   // what came back; detail: status, path
	StepText     StepCode = "text"     // a new text near the form
	StepReplay   StepCode = "replay"   // the page again with and without the session; detail: how they differ
	StepSignOut  StepCode = "sign_out" // the session was ended
	StepRefusal  StepCode = "refusal"  // the far side said no; detail: its words
	StepFault    StepCode = "fault"    // something failed that is nobody's refusal; detail: what
	StepDecision StepCode = "decision" // what decided; detail: the sign
	StepBrowser  StepCode = "browser"  // a throw-away browser was started; detail: its name and version
	StepHandOver StepCode = "handover" // the window was handed to the operator
	StepWord     StepCode = "word"     // the operator's word; detail: it
)

// StepCodes lists every step.
func StepCodes() []StepCode {
	return []StepCode{
		StepStart, StepConnect, StepBanner, StepHostKey, StepTLS, StepOpen, StepFollow, StepForm, StepOffer, StepAttempt,
		StepSend, StepAnswer, StepText, StepReplay, StepSignOut, StepRefusal, StepFault, StepDecision, StepBrowser, StepHandOver, StepWord,
	}
}

// Check is one try of one credential in one fresh session, finished.
type Check struct {
	ID        string    `json:"id"` // unique; a note is written at most once per check
	StartedAt time.Time `json:"startedAt" ts_type:"string"`
	MS        int64     `json:"ms"` // how long it took, in milliseconds
	Finding   Finding   `json:"finding"`
	Evidence  []Step    `json:"evidence"`

	// Picture is a small picture of the page that a browser check ended on (JPEG,
	// at most 640 pixels wide), without what stood in password fields. It lives
	// in memory while the card is open and is never stored or sent on.
	Picture []byte `json:"-"`
}
