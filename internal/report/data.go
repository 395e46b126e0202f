package report

import (
	"cmp"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

var gapTexts = map[history.Kind]words.Text{history.Off: words.GapOff, history.Lost: words.GapLost, history.Silent: words.GapSilent}

// GapRow is a time of which something is missing.
type GapRow struct{ When, Length, What string }

// silences are the gaps in which a host was not heard.
func (r *Report) silences() (gaps []history.Gap) {
	for _, gap := range r.Gaps {
		if gap.Kind != history.NotRolledUp {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}

// GapRows are the first of them.
func (p *page) GapRows() (rows []GapRow) {
	for _, gap := range first(p.silences(), mostGaps) {
		rows = append(rows, GapRow{p.say("finding_time", p.when(gap.From), p.when(gap.To)), p.span(gap.To.Sub(gap.From)), gapTexts[gap.Kind].In(p.language)})
	}
	return rows
}

// first are so many of them, or all if there are not as many.
func first[T any](all []T, number int) []T { return all[:min(len(all), number)] }

// GapsSince is from when on gaps are told.
func (p *page) GapsSince() time.Time { return later(p.GapsFrom, p.heard()) }

// MoreGaps is how many are left out, in a sentence.
func (p *page) MoreGaps() string {
	if more := len(p.silences()) - mostGaps; more > 0 {
		return p.say("data_more", more)
	}
	return ""
}

// Known are sentences on what is not known, beside the gaps.
func (p *page) Known() (sentences []string) {
	if heard := p.heard(); heard.After(p.From.Add(p.Span.Window)) {
		sentences = append(sentences, p.say("data_first", p.when(heard)))
	}
	if p.GapsFrom.After(p.From) {
		sentences = append(sentences, p.say("data_before"))
	}
	if unrolled := len(p.Gaps) - len(p.silences()); unrolled > 0 {
		sentences = append(sentences, p.say("data_unrolled", unrolled))
	}
	var missing []string
	for _, picture := range p.Pictures() {
		if picture.SVG == "" {
			missing = append(missing, picture.Title)
		}
	}
	if len(missing) > 0 {
		sentences = append(sentences, p.say("data_missing", strings.Join(missing, words.ListComma.In(p.language))))
	}
	return sentences
}

// VersionRow is of something that ran.
type VersionRow struct{ Name, Text, Last string }

// VersionRows are all that are known.
func (p *page) VersionRows() []VersionRow {
	rows := []VersionRow{{"cosyvoicectl", p.tool, ""}}
	if p.InfluxDB != "" {
		rows = append(rows, VersionRow{"InfluxDB", p.InfluxDB, ""})
	}
	for _, v := range p.Versions {
		name := p.say("driver")
		if v.What != "" {
			name = p.say("cosyvoice", v.What)
		}
		rows = append(rows, VersionRow{name, v.Text, p.when(v.Last)})
	}
	for _, card := range p.Cards {
		rows = append(rows, VersionRow{"GPU", cmp.Or(card.Name, card.UUID), ""})
	}
	return rows
}

// Made is when the report was made.
func (p *page) Made() string { return p.To.In(p.zone).Format(time.DateTime) }
