package ssh

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"opora/backend/check"
	"opora/backend/opora"
)

// The methods that this package can use (RFC 4252, RFC 4256).
const (
	publicKey   = "publickey"
	password    = "password"
	interactive = "keyboard-interactive"
)

// Limits of what a server may say before it lets anyone in.
const (
	maxRounds      = 8
	maxBannerBytes = 64 << 10
)

// dialogue is one login: which method comes next, and what the server's
// questions mean.
type dialogue struct {
	ctx      context.Context
	session  *check.Session
	kind     opora.Kind
	user     string
	password opora.Secret
	signer   ssh.Signer
	host     *hostKey

	product     string
	used        []string // methods, in the order in which they were used
	asked       bool     // a password went out, or a prompt for one was answered
	spent       bool
	sent        bool // something secret, or the key's public half, went out
	firstPrompt string
	rounds      int
	bannerBytes int
	decided     *opora.Finding
}

// errDecided ends a login whose finding is known.
var errDecided = errors.New("decided")

func (d *dialogue) decide(finding opora.Finding) error {
	if d.decided == nil {
		d.decided = &finding
	}
	return errDecided
}

// next chooses the method after the server's latest answer. Giving nothing ends
// the login with what the last method came to.
func (d *dialogue) next(state *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if d.decided != nil {
		return nil, errDecided
	}
	offered := state.AllowedMethods
	if len(d.used) == 0 {
		d.product = product(string(state.Metadata.ServerVersion()))
		d.session.Step(opora.StepBanner, string(state.Metadata.ServerVersion()))
		if len(offered) == 0 {
			return nil, nil // the server did not answer, or offers nothing at all
		}
		d.session.Step(opora.StepOffer, strings.Join(offered, ", "))
	}
	if len(d.used) > 0 {
		last := d.used[len(d.used)-1]
		if slices.Contains(state.PartialSuccessMethods, last) && !slices.Contains(state.TriedMethods, last) {
			return d.goOn(last, offered)
		}
	}
	switch {
	case d.signer != nil && !slices.Contains(d.used, publicKey) && slices.Contains(offered, publicKey):
		return d.withKey()
	case !d.password.Empty() && !d.asked && slices.Contains(offered, password):
		return d.withPassword()
	case !d.password.Empty() && len(d.used) == 0 && slices.Contains(offered, interactive):
		return d.withAnswers()
	case len(d.used) == 0:
		return nil, d.decide(opora.Found(opora.NotPermitted, opora.Hint{Code: opora.HintMethodsOffered, Detail: strings.Join(offered, ", ")}))
	}
	return nil, nil
}

// goOn follows a method that was right and not enough.
func (d *dialogue) goOn(right string, offered []string) (ssh.AuthMethod, error) {
	d.session.Step(opora.StepAnswer, right+" accepted, more needed: "+strings.Join(offered, ", "))
	if right == publicKey && !d.password.Empty() && !d.asked && slices.Contains(offered, password) {
		return d.withPassword()
	}
	finding := opora.Found(opora.SecondFactor, opora.Hint{Code: opora.HintMethodsOffered, Detail: strings.Join(offered, ", ")})
	if d.asked {
		finding.Hints = append(finding.Hints, opora.Hint{Code: opora.HintPasswordCorrect})
	}
	return nil, d.decide(finding)
}

func (d *dialogue) withKey() (ssh.AuthMethod, error) {
	if err := d.spend(publicKey); err != nil {
		return nil, err
	}
	return ssh.PublicKeys(d.signer), nil
}

func (d *dialogue) withPassword() (ssh.AuthMethod, error) {
	if err := d.spend(password); err != nil {
		return nil, err
	}
	d.asked = true
	return ssh.PasswordCallback(func() (string, error) { return d.password.Reveal(), nil }), nil
}

// withAnswers begins a conversation; the attempt is spent when a prompt for the
// password is answered.
func (d *dialogue) withAnswers() (ssh.AuthMethod, error) {
	d.used = append(d.used, interactive)
	return ssh.KeyboardInteractive(d.answer), nil
}

func (d *dialogue) spend(method string) error {
	if !d.spent {
		if finding, ok := d.session.Spend(d.ctx); !ok {
			return d.decide(finding)
		}
		d.spent = true
	}
	if !slices.Contains(d.used, method) {
		d.used = append(d.used, method)
	}
	d.sent = true
	d.session.Step(opora.StepSend, method)
	return nil
}

// answer replies to the server's questions: the password goes to exactly one
// hidden prompt, and nothing else is ever answered.
func (d *dialogue) answer(name, instruction string, questions []string, echos []bool) ([]string, error) {
	if d.rounds++; d.rounds > maxRounds {
		return nil, d.decide(opora.Found(opora.Ambiguous))
	}
	said := strings.TrimSpace(strings.Join(append([]string{name, instruction}, questions...), " "))
	if said != "" {
		d.session.Step(opora.StepText, said)
	}
	switch {
	case len(questions) == 0:
		return nil, nil
	case d.asked && expired(said):
		return nil, d.decide(opora.Found(opora.PasswordExpired, opora.Hint{Code: opora.HintPasswordCorrect}))
	case d.asked && len(questions) == 1 && questions[0] == d.firstPrompt:
		// Some servers ask again after a wrong password, others ask twice on purpose.
		return nil, d.decide(opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintSaid, Detail: said}))
	case d.asked:
		return nil, d.decide(opora.Found(opora.SecondFactor, opora.Hint{Code: opora.HintPasswordCorrect}))
	case len(questions) != 1 || len(echos) != 1 || echos[0] || codePrompt().MatchString(questions[0]):
		return nil, d.decide(opora.Found(opora.SecondFactor, opora.Hint{Code: opora.HintSaid, Detail: said}))
	}
	d.firstPrompt = questions[0]
	if err := d.spend(interactive); err != nil {
		return nil, err
	}
	d.asked = true
	return []string{d.password.Reveal()}, nil
}

func (d *dialogue) banner(message string) error {
	if d.bannerBytes += len(message); d.bannerBytes > maxBannerBytes {
		return d.decide(opora.Found(opora.Reset))
	}
	d.session.Step(opora.StepText, message)
	return nil
}

// codePrompt recognises a hidden question that is for a one-time code.
func codePrompt() *regexp.Regexp {
	return regexp.MustCompile(`(?i)one[- ]?time|\botp\b|verification|\btoken\b|passcode|authenticator|\bcode\b|\bpin\b|одноразов|\bкод`)
}

// expired recognises the words with which systems demand a new password.
func expired(text string) bool {
	return regexp.MustCompile(`(?i)password[^.]{0,60}(has expired|expired|change required|must be changed)|(change|new) (your |unix |\(current\) )*password|` +
		`парол[^.]{0,60}(ист[её]к|устарел|просрочен|смен)|(смен|измен|нов)[^.]{0,30}парол`).MatchString(text)
}
