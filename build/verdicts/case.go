package main

import (
	"context"
	"strings"

	"opora/backend/lab"
	"opora/backend/opora"
)

// system is a web application, and what is true about its logins.
type system struct {
	name  string
	what  string // what it is, for a reader
	quick bool   // starts within a second or two
	made  bool   // written for this table, because no real one behaves so on demand
	start func(ctx context.Context, dir string, users []lab.User) (*lab.Site, error)

	door string // path of the page with the login form
	deep string // path of another page, as somebody would copy it from their browser
	mail bool   // accounts are named by a mail address

	trims bool           // stray space around a password does no harm there
	right []opora.Reason // what the right password should get; none means ok
	wrong []opora.Reason // what a wrong one should get; none means bad_credentials
}

// users are the accounts of every system. WordPress puts slashes before quotes
// in passwords, and old hashes end at 72 bytes, so these have none and are short.
func users() []lab.User {
	return []lab.User{
		{Name: "ivan", Password: "Тайна&7<k+="},
		{Name: "olga", Password: "Kolos-2026 хлеб"},
		{Name: "pavel", Password: "p@ss:word/77%"},
		{Name: "Anna.K", Password: "Wq8#vN2!tRx"},
		{Name: "roman", Password: "батон-батон-9Z"},
		{Name: "vera", Password: "Zx5$Lp0^mQe7"},
	}
}

func (s system) login(user lab.User) string {
	if s.mail {
		return user.Name + "@example.org"
	}
	return user.Name
}

func (s system) at(site *lab.Site, path string) string {
	return site.URL + strings.TrimPrefix(path, "/")
}

// trial is one case: what somebody sent, and what the right answer is.
type trial struct {
	system   string
	made     bool
	kind     string // "right", "wrong", "twin", "nobody", "space"
	form     string // of the address
	address  string
	login    string
	password string
	want     []opora.Reason
}

func (t trial) name() string { return t.system + ", " + t.kind + ", " + t.form }

// cases are what a customer could send about the system, right and wrong.
func (s system) cases(site *lab.Site) []trial {
	addresses := []struct{ form, address string }{
		{"login page", s.at(site, s.door)},
		{"site root", strings.TrimSuffix(site.URL, "/")},
		{"deep page", s.at(site, s.deep)},
		{"no scheme", site.Addr},
		{"dot glued to it", s.at(site, s.door) + "."},
		{"in angle brackets", " <" + site.URL + ">, "},
	}
	right, wrong := s.right, s.wrong
	if right == nil {
		right = []opora.Reason{opora.OK}
	}
	if wrong == nil {
		wrong = []opora.Reason{opora.BadCredentials}
	}
	people := users()
	var list []trial
	if s.made { // what is odd about it is neither the address nor the sort of mistake
		door, root := addresses[0], addresses[1]
		return []trial{
			{s.name, s.made, "right", door.form, door.address, s.login(people[0]), people[0].Password, right},
			{s.name, s.made, "right", root.form, root.address, s.login(people[1]), people[1].Password, right},
			{s.name, s.made, "wrong", door.form, door.address, s.login(people[2]), "Неверно-1", wrong},
			{s.name, s.made, "nobody", root.form, root.address, s.login(lab.User{Name: "nikto77"}), people[0].Password, wrong},
		}
	}
	for i, a := range addresses {
		user := people[i%len(people)]
		list = append(list, trial{s.name, s.made, "right", a.form, a.address, s.login(user), user.Password, right})
	}
	for i, a := range addresses {
		user := people[i%len(people)]
		list = append(list, trial{s.name, s.made, "wrong", a.form, a.address, s.login(user), "Неверно-" + user.Name + "-1", wrong})
	}
	door, root := addresses[0], addresses[1]
	list = append(list,
		// The password of another account, and the right one with one letter in the other case.
		trial{s.name, s.made, "another's", door.form, door.address, s.login(people[1]), people[3].Password, wrong},
		trial{s.name, s.made, "twin", root.form, root.address, s.login(people[3]), "wQ8#vN2!tRx", wrong},
		trial{s.name, s.made, "nobody", door.form, door.address, s.login(lab.User{Name: "nikto77"}), people[0].Password, wrong},
	)
	spaced := wrong
	if s.trims {
		spaced = right
	}
	return append(list, trial{s.name, s.made, "space", door.form, door.address, s.login(people[5]), people[5].Password + " ", spaced})
}
