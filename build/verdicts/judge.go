package main

import (
	"context"
	"slices"
	"time"

	"opora/app/desk"
	"opora/backend/check"
	"opora/backend/check/web"
	"opora/backend/opora"
)

// result is what Opora said about a trial. It holds no password.
type result struct {
	System   string         `json:"system"`
	Made     bool           `json:"made"`
	Kind     string         `json:"kind"`
	Form     string         `json:"form"`
	Address  string         `json:"address"`
	Login    string         `json:"login"`
	Want     []opora.Reason `json:"want"`
	Verdict  opora.Verdict  `json:"verdict"`
	Reason   opora.Reason   `json:"reason"`
	Engine   opora.Engine   `json:"engine"`
	MS       int64          `json:"ms"`
	Hints    []opora.Hint   `json:"hints"`
	Evidence []opora.Step   `json:"evidence"`
}

// expected reports whether the verdict is the right one. Another reason of the
// same verdict is right as well where it is a refusal: a system may lock an
// account and say so.
func (r result) expected() bool {
	return slices.ContainsFunc(r.Want, func(want opora.Reason) bool {
		return want == r.Reason || want.Verdict() == opora.Rejected && r.Verdict == opora.Rejected
	})
}

// decidable reports whether the question has an answer that needs no human.
func (r result) decidable() bool {
	return slices.ContainsFunc(r.Want, func(want opora.Reason) bool {
		return want.Verdict() == opora.Works || want.Verdict() == opora.Rejected
	})
}

// allows reports whether a verdict would be true.
func (r result) allows(verdict opora.Verdict) bool {
	return slices.ContainsFunc(r.Want, func(want opora.Reason) bool { return want.Verdict() == verdict })
}

// judge checks one trial as Opora does, with a memory that knows of no earlier
// one.
func judge(ctx context.Context, engine opora.Engine, t trial) result {
	checkers := desk.Checkers()
	if door, ok := checkers[opora.Web].(*web.Checker); ok {
		door.Engine = engine
	}
	memory := &check.Memory{}
	runner := check.Runner{Checkers: checkers, Ledger: memory, HostKeys: memory, Now: time.Now}
	got := runner.Check(ctx, opora.Credential{Kind: opora.Web, Address: t.address, Login: t.login},
		opora.Secrets{Password: opora.NewSecret(t.password)}, nil)
	return result{
		System: t.system, Made: t.made, Kind: t.kind, Form: t.form, Address: t.address, Login: t.login, Want: t.want,
		Verdict: got.Finding.Verdict, Reason: got.Finding.Reason, Engine: got.Finding.Engine, MS: got.MS,
		Hints: got.Finding.Hints, Evidence: got.Evidence,
	}
}
