package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Step is something to do.
type Step struct{ Title, When, Text string }

// Todo are what to do: now about what is wrong now, and for good about what was.
// What something else that was found is behind is done with that.
func (p *page) Todo() (steps []Step) {
	var now []string
	for _, f := range p.Health.Findings {
		if f.Severity != "info" && !slices.Contains(now, f.Code) {
			now = append(now, f.Code)
		}
	}
	found := slices.Concat(now, p.problems())
	for i, code := range found {
		cause := causes.Find(code)
		isBehind := func(other string) bool { return slices.Contains(cause.Behind, other) }
		switch texts := cause.In(p.language); {
		case slices.Contains(found[:i], code) || slices.ContainsFunc(found, isBehind):
		case i < len(now):
			steps = append(steps, Step{texts.Title, p.say("todo_now"), texts.Now})
		default:
			steps = append(steps, Step{texts.Title, p.say("todo_lasting"), texts.Lasting})
		}
	}
	return first(steps, mostExplained)
}

// Otherwise is what to do where nothing that was found says it.
func (p *page) Otherwise() string {
	switch {
	case !p.Health.Heard:
		return p.say("todo_unknown")
	case len(p.Servers) == 0:
		return words.NoServer.With("cosyvoice.conf").In(p.language)
	}
	return p.say("todo_nothing")
}

// Row is a figure with its name.
type Row struct{ Name, Value string }

// Finding is one card.
type Finding struct {
	diagnosis.Period
	*causes.Texts
	When, Whose string
	Lasts       bool // it is still there
	Figures     []Row
}

// Findings are the worst.
func (p *page) Findings() (findings []Finding) {
	for _, period := range first(p.Summary.Periods, mostFindings) {
		f := Finding{Period: period, Texts: causes.Find(period.Code).In(p.language), Whose: cmp.Or(period.Instance, period.UUID)}
		f.When = p.say("finding_time", p.when(period.From), p.when(period.To))
		if slices.ContainsFunc(p.Health.Findings, func(now diagnosis.Finding) bool {
			return now.Code == period.Code && now.Instance == period.Instance && now.UUID == period.UUID
		}) {
			f.When, f.Lasts = p.say("finding_lasts", p.when(period.From)), true
		}
		f.Figures = p.figures(period.Code, period.Evidence)
		findings = append(findings, f)
	}
	return findings
}

func (p *page) figures(code string, evidence map[string]float64) (rows []Row) {
	for _, name := range causes.Find(code).Evidence {
		value, known := evidence[name]
		figure, _ := causes.FigureOf(name)
		if known {
			rows = append(rows, Row{figure.In(p.language), figure.Format(value, p.language)})
		}
	}
	return rows
}

// MoreFindings is how many are left out, in a sentence.
func (p *page) MoreFindings() string {
	if more := len(p.Summary.Periods) - mostFindings; more > 0 {
		return p.say("finding_more", more, p.To.Sub(p.From).Round(time.Minute))
	}
	return ""
}
