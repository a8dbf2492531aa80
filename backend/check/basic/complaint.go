package basic

import (
	"regexp"
	"strings"

	"opora/backend/check"
)

// A server that guards by HTTP authentication says what it thinks by its
// status. Some applications do it by the page: with a status of 200 they say
// that the password is wrong, or with 401 that there were too many attempts.
var (
	wrongWords = regexp.MustCompile(`(?:wrong|invalid|incorrect|bad)\s+(?:\S+\s+){0,3}(?:password|login|user ?name|credentials)|(?:password|login|credentials)\s+(?:\S+\s+){0,2}(?:wrong|invalid|incorrect)|` +
		`(?:неверн|неправильн)\S*\s+(?:\S+\s+){0,3}(?:парол|логин|имя|данны)`)
	busyWords = regexp.MustCompile(`too many|temporarily (?:blocked|locked|banned)|rate limit|try again (?:later|in)|слишком много|временно (?:заблок|огранич)|попробуйте позже|повторите (?:попытку )?позже`)
)

// says reports whether an answer has words that the stranger's door had not.
func says(words *regexp.Regexp, answer, door *check.Reply) bool {
	const enough = 64 << 10
	text := func(r *check.Reply) string { return strings.ToLower(string(r.Body[:min(len(r.Body), enough)])) }
	return words.MatchString(text(answer)) && !words.MatchString(text(door))
}
