package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"opora/backend/opora"
)

// table is everything that was measured.
type table struct {
	engine  opora.Engine
	rules   bool
	results []result
	simple  []said
	absent  []string // systems that could not be started here, and why
}

// figures are the numbers of some results.
type figures struct {
	trials             int
	works, worksTrue   int // said, and true
	refused, refusedOK int
	decidable, open    int // could be decided, and was not
	astray             int // not as expected
	times              map[opora.Engine][]int64
}

func count(results []result) figures {
	f := figures{trials: len(results), times: map[opora.Engine][]int64{}}
	for _, r := range results {
		f.times[r.Engine] = append(f.times[r.Engine], r.MS)
		if !r.expected() {
			f.astray++
		}
		switch r.Verdict {
		case opora.Works:
			f.works++
			if r.allows(opora.Works) {
				f.worksTrue++
			}
		case opora.Rejected:
			f.refused++
			if r.allows(opora.Rejected) {
				f.refusedOK++
			}
		}
		if r.decidable() {
			f.decidable++
			if r.Verdict != opora.Works && r.Verdict != opora.Rejected {
				f.open++
			}
		}
	}
	return f
}

// of is a share as a reader wants it: both numbers, not only their ratio.
func of(part, whole int) string { return fmt.Sprintf("%d/%d", part, whole) }

func percent(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// quantile is the time below which the given share of checks ended.
func quantile(times []int64, share float64) string {
	if len(times) == 0 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(times))
	return fmt.Sprintf("%.2f s", float64(sorted[int(share*float64(len(sorted)-1))])/1000)
}

// rows gives one row for each system, then those for the real ones and for all.
func (t *table) rows() [][]string {
	head := []string{"system", "cases", "`works` true", "`rejected` true", "open", "not as expected", "plain: median, p95", "browser: median, p95"}
	rows := [][]string{head}
	row := func(name string, results []result) {
		f := count(results)
		times := func(engine opora.Engine) string {
			if len(f.times[engine]) == 0 {
				return ""
			}
			return quantile(f.times[engine], 0.5) + ", " + quantile(f.times[engine], 0.95)
		}
		rows = append(rows, []string{name, fmt.Sprint(f.trials), of(f.worksTrue, f.works), of(f.refusedOK, f.refused),
			of(f.open, f.decidable), fmt.Sprint(f.astray), times(opora.EngineHTTP), times(opora.EngineBrowser)})
	}
	var names []string
	bySystem := map[string][]result{}
	var real []result
	for _, r := range t.results {
		if bySystem[r.System] == nil {
			names = append(names, r.System)
		}
		bySystem[r.System] = append(bySystem[r.System], r)
		if !r.Made {
			real = append(real, r)
		}
	}
	for _, name := range names {
		row(name, bySystem[name])
	}
	if len(real) > 0 && len(real) < len(t.results) {
		row("real applications", real)
	}
	row("all", t.results)
	return rows
}

// ruleRows compares Opora with the rules in common use on the same cases: those
// that have an answer. A refusal of a right password is a wrong one.
func (t *table) ruleRows() [][]string {
	rows := [][]string{{"who says it", "`works` true", "`rejected` true", "no answer"}}
	f := count(t.results)
	rows = append(rows, []string{"Opora", of(f.worksTrue, f.works), of(f.refusedOK, f.refused), of(f.open, f.decidable)})
	for _, rule := range rules() {
		var yes, yesTrue, no, noTrue, silent, all int
		for _, s := range t.simple {
			if s.rule != rule {
				continue
			}
			right := result{Want: s.trial.want}
			if right.decidable() {
				all++
			}
			switch {
			case !s.spoken:
				if right.decidable() {
					silent++
				}
			case s.works:
				yes++
				if right.allows(opora.Works) {
					yesTrue++
				}
			default:
				no++
				if right.allows(opora.Rejected) {
					noTrue++
				}
			}
		}
		rows = append(rows, []string{rule, of(yesTrue, yes), of(noTrue, no), of(silent, all)})
	}
	return rows
}

func (t *table) summary() string {
	f := count(t.results)
	return fmt.Sprintf("%d cases: precision of works %s (%s), of rejected %s (%s), open though decidable %s (%s), not as expected %d",
		f.trials, percent(f.worksTrue, f.works), of(f.worksTrue, f.works), percent(f.refusedOK, f.refused), of(f.refusedOK, f.refused),
		percent(f.open, f.decidable), of(f.open, f.decidable), f.astray)
}

// astray tells of every case that was not as expected what was seen.
func (t *table) astray() string {
	var b strings.Builder
	for _, r := range t.results {
		if r.expected() {
			continue
		}
		var want []string
		for _, reason := range r.Want {
			want = append(want, string(reason))
		}
		fmt.Fprintf(&b, "%s, %s, %s: %s/%s instead of %s\n    %s as %s\n", r.System, r.Kind, r.Form, r.Verdict, r.Reason, strings.Join(want, " or "), r.Address, r.Login)
		for _, hint := range r.Hints {
			fmt.Fprintf(&b, "    hint %s: %s\n", hint.Code, hint.Detail)
		}
		for _, step := range r.Evidence {
			fmt.Fprintf(&b, "    %6d %-9s %s\n", step.AtMS, step.Step, step.Detail)
		}
	}
	return b.String()
}

func (t *table) text(out io.Writer) error {
	var b strings.Builder
	for _, rows := range t.parts() {
		widths := make([]int, len(rows[0]))
		for _, row := range rows {
			for i, cell := range row {
				widths[i] = max(widths[i], len([]rune(cell)))
			}
		}
		for _, row := range rows {
			for i, cell := range row {
				fmt.Fprintf(&b, "%-*s  ", widths[i], cell)
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	if list := t.astray(); list != "" {
		b.WriteString("not as expected:\n" + list + "\n")
	}
	for _, line := range t.absent {
		b.WriteString("not started: " + line + "\n")
	}
	b.WriteString(t.summary() + "\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func (t *table) markdown(out io.Writer) error {
	var b strings.Builder
	for _, rows := range t.parts() {
		for i, row := range rows {
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
			}
		}
		b.WriteString("\n")
	}
	if list := t.astray(); list != "" {
		b.WriteString("Not as expected:\n\n```\n" + list + "```\n\n")
	}
	for _, line := range t.absent {
		b.WriteString("Not started: " + line + "\n")
	}
	b.WriteString(t.summary() + "\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func (t *table) parts() [][][]string {
	parts := [][][]string{t.rows()}
	if t.rules {
		parts = append(parts, t.ruleRows())
	}
	return parts
}
