package command

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"opora/app/desk"
	"opora/backend/access"
	"opora/backend/intake"
	"opora/backend/opora"
)

// takenLine is an access found in a message: the fields that check takes, with
// their sources and what is doubtful.
type takenLine struct {
	accessLine
	From     map[string]string `json:"from"`
	Warnings []warningLine     `json:"warnings"`
}

type warningLine struct {
	Code     intake.WarningCode `json:"code"`
	Field    string             `json:"field"`
	Sentence string             `json:"sentence"`
}

func take(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if err := e.none(); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(e.in, access.MaxMessage+1))
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	if len(body) > access.MaxMessage {
		return &usageError{"the message is longer than 8 MiB"}
	}
	message := string(body)
	say := wordsOf(e)
	out := newResults(e.out)
	for i, found := range intake.Read(message) {
		c, s := found.Credential, found.Secrets
		line := takenLine{
			accessLine: accessLine{
				ID: "a" + strconv.Itoa(i+1), Kind: c.Kind, Address: c.Address, Login: c.Login, Options: c.Options,
				Secret: s.Password.Reveal(), Key: s.Key.Reveal(), Passphrase: s.Passphrase.Reveal(),
			},
			From: map[string]string{}, Warnings: []warningLine{},
		}
		for _, source := range found.Sources {
			line.From[source.Field] = message[source.Start:source.End]
		}
		for _, w := range found.Warnings {
			line.Warnings = append(line.Warnings, warningLine{w.Code, w.Field, say.Say("warning_"+string(w.Code), "detail", w.Detail)})
		}
		out.write(line)
	}
	return out.err
}

type customerLine struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Accesses  int       `json:"accesses"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
}

func customers(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	list, err := d.DB.Customers(e.ctx, strings.Join(e.args, " "))
	if err != nil {
		return err
	}
	out := newResults(e.out)
	for _, c := range list {
		out.write(customerLine(c))
	}
	return out.err
}

// owner is the customer that a flag names; the zero customer stands for all.
func (e *env) owner(d *desk.Desk, nameOrID string) (opora.Customer, error) {
	if nameOrID == "" {
		return opora.Customer{}, nil
	}
	return d.DB.CustomerNamed(e.ctx, nameOrID)
}

type noteLine struct {
	ID         int64         `json:"id"`
	CustomerID int64         `json:"customer_id"`
	Customer   string        `json:"customer"`
	At         time.Time     `json:"at"`
	Author     string        `json:"author,omitempty"`
	Text       string        `json:"text,omitempty"`
	Credential int64         `json:"credential,omitempty"`
	Kind       opora.Kind    `json:"kind,omitempty"`
	Address    string        `json:"address,omitempty"`
	Login      string        `json:"login,omitempty"`
	Proven     *bool         `json:"proven,omitempty"`
	Verdict    opora.Verdict `json:"verdict,omitempty"`
	Reason     opora.Reason  `json:"reason,omitempty"`
	Sentence   string        `json:"sentence,omitempty"`
	CheckedAt  *time.Time    `json:"checked_at,omitempty"`
	Engine     opora.Engine  `json:"engine,omitempty"`
	Evidence   []opora.Step  `json:"evidence,omitempty"`
}

func notes(e *env, flags *flag.FlagSet, args []string) error {
	name := flags.String("customer", "", "whose notes: name or id")
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if err := e.none(); err != nil {
		return err
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	customer, err := e.owner(d, *name)
	if err != nil {
		return err
	}
	list, err := d.DB.Notes(e.ctx, customer.ID)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	say := d.Words(e.ctx)
	out := newResults(e.out)
	for _, n := range list {
		if _, known := names[n.CustomerID]; !known {
			owner, err := d.DB.Customer(e.ctx, n.CustomerID)
			if err != nil {
				return err
			}
			names[n.CustomerID] = owner.Name
		}
		line := noteLine{
			ID: n.ID, CustomerID: n.CustomerID, Customer: names[n.CustomerID], At: n.At, Author: n.Author, Text: n.Text,
			Credential: n.CredentialID, Kind: n.Kind, Address: n.Address, Login: n.Login,
		}
		if n.Check.ID != "" {
			line.Proven, line.Verdict, line.Reason = &n.Proven, n.Check.Finding.Verdict, n.Check.Finding.Reason
			line.Sentence, line.CheckedAt = say.Finding(n.Check.Finding), &n.Check.StartedAt
			line.Engine, line.Evidence = n.Check.Finding.Engine, n.Check.Evidence
		}
		out.write(line)
	}
	return out.err
}

func recheck(e *env, flags *flag.FlagSet, args []string) error {
	name := flags.String("customer", "", "whose accesses: name or id")
	all := flags.Bool("all", false, "of every customer")
	anyway := flags.Bool("fresh-ledger", false, "ignore earlier attempts, by your own word")
	if err := e.parse(flags, args); err != nil {
		return err
	}
	if err := e.none(); err != nil {
		return err
	}
	if *all == (*name != "") {
		return &usageError{"recheck takes --customer NAME|ID or --all"}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	customer, err := e.owner(d, *name)
	if err != nil {
		return err
	}
	list, err := d.DB.Credentials(e.ctx, customer.ID)
	if err != nil {
		return err
	}
	say := d.Words(e.ctx)
	out := newResults(e.out)
	var failed error
	for _, c := range list {
		if c.Forgotten {
			continue
		}
		checked, err := d.Recheck(e.ctx, c.ID, *anyway)
		if err != nil {
			failed = errors.Join(failed, err)
			_, _ = fmt.Fprintf(e.err, "opora: %d: %s\n", c.ID, sentence(say, err))
			continue
		}
		out.write(resultOf(strconv.FormatInt(c.ID, 10), c.Kind, checked.Check, say))
	}
	return errors.Join(out.err, failed)
}

// doctorLine is what the doctor says of one part.
type doctorLine struct {
	Name     string      `json:"name"`
	State    desk.Health `json:"state"`
	Sentence string      `json:"sentence"`
}

func doctor(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	d, err := e.open()
	if err != nil {
		// The data folder is the one part without which nothing else is tried.
		say := wordsOf(e)
		line, _ := json.Marshal(doctorLine{"data", desk.Broken, sentence(say, err)})
		_, _ = fmt.Fprintln(e.out, string(line))
		return err
	}
	defer d.Close()
	say := d.Words(e.ctx)
	out := newResults(e.out)
	for _, l := range d.Doctor(e.ctx) {
		key := "doctor_" + l.Name
		if l.State != desk.Good {
			key += "_" + string(l.State)
		}
		sentence := strings.TrimSpace(say.Say(key, "detail", l.Detail))
		if l.State == desk.Broken && l.Code != "" {
			sentence += " " + say.Say(string(l.Code))
		}
		out.write(doctorLine{l.Name, l.State, sentence})
	}
	return out.err
}
