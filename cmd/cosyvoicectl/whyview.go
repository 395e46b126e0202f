package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// whyView lays an answer out for people.
type whyView struct {
	*diagnosis.Answer
	language words.Language
	out      io.Writer
}

func (v whyView) show() {
	fmt.Fprintln(v.out, v.Sentence(v.language))
	if v.Cause != nil {
		cause := causes.Find(v.Cause.Code)
		fmt.Fprintf(v.out, "  %s\n", words.WhyCause.With(cause.In(v.language).Title, cause.Code, words.SureTexts[string(v.Sure)]).In(v.language))
		v.block(words.WhyEvidence, v.figures(v.Cause))
	}
	if v.Direct != nil {
		direct := causes.Find(v.Direct.Code)
		v.block(words.WhyDirectly.With(), words.CauseNamed.With(direct.In(v.language).Title, direct.Code).In(v.language), v.figures(v.Direct))
	}
	if minutes := len(v.Timeline); minutes > 0 {
		v.block(words.WhyTimeline.With(words.Clock(v.Timeline[0].At), words.Clock(v.Timeline[minutes-1].At.Add(time.Minute))), v.timeline())
	}
	v.block(words.WhyEvents.With(), v.events())
	if len(v.Flight) > 0 {
		v.block(words.WhyBlackBox.With(len(v.Flight), words.Clock(v.At)), v.flight())
	}
	if v.Cause != nil {
		texts := causes.Find(v.Cause.Code).In(v.language)
		v.block(words.CauseNow.With(), texts.Now)
		v.block(words.CauseLasting.With(), texts.Lasting)
	}
	v.block(words.WhyAlso.With(), v.others())
	v.block(words.WhyRuledOut.With(), v.titles(v.RuledOut))
	v.block(words.WhyMissing.With(), v.missing())
	if v.Cause != nil {
		fmt.Fprintf(v.out, "\n%s\n", words.WhyMoreAbout.With(v.Cause.Code).In(v.language))
	}
}

// block prints a heading and what stands below it, unless that is nothing.
func (v whyView) block(heading interface {
	In(words.Language) string
}, parts ...string) {
	text := strings.Trim(strings.Join(parts, "\n"), "\n")
	if text == "" {
		return
	}
	fmt.Fprintf(v.out, "\n%s\n  %s\n", heading.In(v.language), strings.ReplaceAll(text, "\n", "\n  "))
}

// figures are what proves a finding, a line each.
func (v whyView) figures(f *diagnosis.Finding) string {
	rows := newTable()
	for _, name := range causes.Find(f.Code).Evidence {
		value, known := f.Evidence[name]
		figure, _ := causes.FigureOf(name)
		if known {
			rows.AppendRow(table.Row{figure.In(v.language), figure.Format(value, v.language)})
		}
	}
	if f.Since.Before(f.At.Add(-time.Minute)) {
		rows.AppendRow(table.Row{words.WhySince.With(words.Clock(f.Since)).In(v.language), words.Span(f.At.Sub(f.Since).Seconds()).In(v.language)})
	}
	return rows.Render()
}

// timeline is a line for each reading, from the half hour before to now.
func (v whyView) timeline() string {
	lines := []reading{
		{words.MomentGPUMemory, "bytes", nil}, {words.MomentGPU, "percent", nil}, {words.MomentCPU, "percent", nil},
		{words.MomentInFlight, "number", nil}, {words.MomentRTF, "number", nil},
	}
	for _, m := range v.Timeline {
		for i, value := range []*float64{m.GPUMemory, m.GPUUtilization, m.HostCPU, m.InFlight, m.RTF} {
			lines[i].values = append(lines[i].values, value)
		}
	}
	return v.sparks(lines)
}

func (v whyView) flight() string {
	lines := []reading{
		{words.MomentGPUMemory, "bytes", nil}, {words.MomentGPU, "percent", nil}, {words.MomentCPU, "percent", nil}, {words.MomentInFlight, "number", nil},
	}
	// Of two minutes every other second fits a line.
	for i, s := range v.Flight {
		if i%2 != len(v.Flight)%2 {
			for i, value := range []*float64{s.GPUMemory, s.GPUUtilization, s.HostCPU, s.InFlight} {
				lines[i].values = append(lines[i].values, value)
			}
		}
	}
	return v.sparks(lines)
}

// reading is one that changes.
type reading struct {
	name   words.Text
	unit   string
	values []*float64
}

func (v whyView) sparks(lines []reading) string {
	rows := newTable()
	for _, line := range lines {
		var known []float64
		for _, value := range line.values {
			if value != nil {
				known = append(known, *value)
			}
		}
		if len(known) == 0 {
			continue
		}
		figure := causes.Figure{Unit: line.unit}
		rows.AppendRow(table.Row{line.name.In(v.language), sparkline(line.values), figure.Format(known[0], v.language) + " → " + figure.Format(known[len(known)-1], v.language)})
	}
	return rows.Render()
}

// sparkline draws values from the least to the greatest; one that is not known is a space.
func sparkline(values []*float64) string {
	const bars = "▁▂▃▄▅▆▇█"
	levels := []rune(bars)
	low, high, any := 0.0, 0.0, false
	for _, value := range values {
		if value == nil {
			continue
		}
		if !any || *value < low {
			low = *value
		}
		if !any || *value > high {
			high = *value
		}
		any = true
	}
	// What hardly changes is a flat line.
	low = min(low, 0.7*high)
	var line strings.Builder
	for _, value := range values {
		switch {
		case value == nil:
			line.WriteByte(' ')
		case high == low:
			line.WriteRune(levels[0])
		default:
			line.WriteRune(levels[int((*value-low)/(high-low)*float64(len(levels)-1)+0.5)])
		}
	}
	return line.String()
}

func (v whyView) events() string {
	var lines []string
	for _, e := range v.Events {
		lines = append(lines, fmt.Sprintf("%s  %-18s %s", words.Clock(e.At), e.Kind, words.OneLine(e.Message)))
	}
	// The last are the nearest to what is explained.
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

func (v whyView) others() string {
	var lines []string
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Code != v.Cause.Code && (v.Direct == nil || f.Code != v.Direct.Code) {
			lines = append(lines, words.CauseNamed.With(causes.Find(f.Code).In(v.language).Title, f.Code).In(v.language))
		}
	}
	return strings.Join(lines, "\n")
}

func (v whyView) titles(codes []string) string {
	titles := make([]string, len(codes))
	for i, code := range codes {
		titles[i] = causes.Find(code).In(v.language).Title
	}
	return strings.Join(titles, words.ListComma.In(v.language))
}

func (v whyView) missing() string {
	var lines []string
	for _, gap := range v.Missing {
		lines = append(lines, words.GapTexts[string(gap)].In(v.language))
	}
	return strings.Join(lines, "\n")
}

func (t *tool) showSummary(s *diagnosis.Summary) {
	if len(s.Periods) == 0 && len(s.Failures) == 0 {
		t.say(words.SinceNothing, words.Clock(s.From))
		return
	}
	if len(s.Periods) > 0 {
		t.say(words.SinceFound, words.Clock(s.From))
		rows := newTable()
		for _, p := range s.Periods {
			rows.AppendRow(table.Row{"  " + causes.Find(p.Code).In(t.language).Title, p.Code, p.Host, cmp.Or(p.Instance, p.UUID), words.SincePeriod.With(words.Clock(p.From), words.Clock(p.To)).In(t.language)})
		}
		fmt.Fprintln(t.stdout, rows.Render())
	}
	if len(s.Failures) > 0 {
		t.say(words.SinceFailed)
		rows := newTable()
		for _, f := range s.Failures {
			rows.AppendRow(table.Row{"  " + diagnosis.FailureName(f.Outcome, f.Error, t.language), f.Host, words.SinceFailures.With(f.Number, words.Clock(f.Last)).In(t.language)})
		}
		fmt.Fprintln(t.stdout, rows.Render())
	}
}
