package command

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"opora/app/desk"
	"opora/app/words"
	"opora/backend/opora"
)

// wordsOf speaks the system's language, for commands that need no data folder.
func wordsOf(*env) words.Words { return words.In(desk.SystemLanguage()) }

func secret(e *env, flags *flag.FlagSet, args []string) error {
	yes := flags.Bool("yes", false, "do not ask")
	part := flags.String("part", "", "secret, key or passphrase; by itself the key if there is one")
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if len(e.args) != 2 || e.args[0] != "show" && e.args[0] != "forget" {
		return &usageError{"secret takes show or forget, and the id of an access (`credential` in `opora notes`)"}
	}
	id, err := strconv.ParseInt(e.args[1], 10, 64)
	if err != nil || id < 1 {
		return &usageError{"the id of an access is a number (`credential` in `opora notes`)"}
	}
	if *part != "" && *part != "secret" && *part != "key" && *part != "passphrase" {
		return &usageError{"--part takes secret, key or passphrase"}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	credential, err := d.DB.Credential(e.ctx, id)
	if err != nil {
		return err
	}
	if !*yes {
		if err := e.confirm(e.args[0], credential); err != nil {
			return err
		}
	}
	if e.args[0] == "forget" {
		return d.Forget(e.ctx, id)
	}
	if *part == "" {
		*part = "secret"
		if credential.HasKey {
			*part = "key"
		}
	}
	text, err := d.Secret(e.ctx, id, *part, opora.ShownSecret)
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.out, strings.TrimSuffix(text.Reveal(), "\n")+"\n")
	return err
}

// confirm asks the person at the terminal. Where there is none, a script has
// to say --yes.
func (e *env) confirm(verb string, c opora.Credential) error {
	in, person := terminal(e.in)
	if !person {
		return &usageError{"secret " + verb + " asks first; a script says --yes"}
	}
	_, _ = fmt.Fprintf(e.err, "%s: %s %s %s [y/N] ", verb, c.Kind, opora.Visible(c.Address), opora.Visible(c.Login))
	answer, _ := bufio.NewReader(in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "д", "да":
		return nil
	}
	return &usageError{"nothing was done"}
}
