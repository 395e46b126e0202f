package report

import (
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
)

// Status is the verdict on the present, in one word of CSS.
func (p *page) Status() string { return p.Health.Status }

// Verdict is the same in one sentence.
func (p *page) Verdict() string { return p.Health.Sentence(p.language) }

// Then names the time.
func (p *page) Then() string { return p.say("then", p.span(p.To.Sub(p.From))) }

// ThenStatus is the verdict on the time, in one word of CSS.
func (p *page) ThenStatus() string {
	switch {
	case slices.ContainsFunc(p.Summary.Periods, func(found diagnosis.Period) bool { return found.Severity == "error" }):
		return "error"
	case len(p.problems()) > 0 || p.failed() > 0:
		return "warning"
	case max(p.silent(), p.Unjudged) > p.To.Sub(p.From)/10 || len(p.Servers) == 0:
		return "unknown"
	}
	return "ok"
}

// Worst is the worse of the two verdicts.
func (p *page) Worst() string {
	for _, status := range []string{"error", "warning", "unknown"} {
		if p.Status() == status || p.ThenStatus() == status {
			return status
		}
	}
	return "ok"
}

// Sum is what became of the time, in one sentence or two.
func (p *page) Sum() string {
	problems, failed, all := len(p.problems()), p.failed(), p.syntheses()
	var sum string
	switch {
	case all == 0 && failed == 0:
		sum = p.say("sum_none", problems)
	case problems == 0 && failed == 0:
		sum = p.say("sum_well", all)
	default:
		sum = p.say("sum", problems, failed, max(all, failed))
	}
	if silent := p.silent(); silent >= time.Minute {
		sum += p.say("sum_unknown", p.span(silent.Round(time.Minute)))
	}
	if p.Unjudged > p.silent()+p.Span.Window { // a time without data is known to the window
		sum += p.say("sum_unjudged", p.span(p.Unjudged))
	}
	return sum
}

// problems are the codes of what was found, without what is only worth to know.
func (p *page) problems() (codes []string) {
	for _, period := range p.Summary.Periods {
		if period.Severity != "info" && !slices.Contains(codes, period.Code) {
			codes = append(codes, period.Code)
		}
	}
	return codes
}

// syntheses is how many ended, in whatever way.
func (p *page) syntheses() (number int64) {
	for _, server := range p.Servers {
		for _, n := range server.Syntheses {
			number += int64(n)
		}
	}
	return number
}

// clientLeft tells those that are no failures of the server.
func clientLeft(f diagnosis.Failures) bool {
	return f.Outcome == "abandoned" || f.Error == "client_gone"
}

func (p *page) failed() (number int64) {
	for _, f := range p.Summary.Failures {
		if !clientLeft(f) {
			number += f.Number
		}
	}
	return number
}

func (p *page) left() (number int64) {
	for _, f := range p.Summary.Failures {
		if clientLeft(f) {
			number += f.Number
		}
	}
	return number
}
