package report

import (
	"html/template"
	"math"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/chart"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/overview"
)

// Picture is a chart with its title and its legend, which stand beside it as text of the page.
type Picture struct {
	Title  string
	SVG    template.HTML // "" where nothing is known
	Legend []Entry
}

// Entry is what one line, area or bar is, and how much.
type Entry struct{ Class, Name, Note string }

// Window is how long a time a point stands for.
func (p *page) Window() string { return p.span(p.Span.Window) }

// Pictures are all charts.
func (p *page) Pictures() (pictures []Picture) {
	for _, card := range p.Cards {
		pictures = append(pictures, p.memory(card))
	}
	if len(p.Cards) == 0 {
		pictures = append(pictures, Picture{Title: p.say("chart_memory")})
	}
	gpu, celsius := values(p.GPU), values(p.Temperature)
	cpu := values(p.CPU)
	return append(pictures,
		p.speed(),
		p.plain("chart_first", "seconds", "s", 0, part{"line", "p50", "line_p50", p.FirstChunk.Quantiles(0.5)}, part{"line", "p95", "line_p95", p.FirstChunk.Quantiles(0.95)}),
		p.plain("chart_syntheses", "number", p.say("unit_each", p.Window()), 0, part{"bar", "well", "line_well", p.Outcomes.Well}, part{"bar", "gone", "line_left", p.Outcomes.Left}, part{"bar", "failed", "line_failed", p.Outcomes.Failed}),
		p.inFlight(),
		p.plain("chart_cpu", "percent", "%", 100, part{"line", "mean", "line_mean", cpu.Mean}, part{"line", "most", "line_max", cpu.Max}),
		p.plain("chart_gpu", "percent", "%", 100, part{"line", "mean", "line_mean", gpu.Mean}, part{"line", "most", "line_max", gpu.Max}),
		p.plain("chart_celsius", "celsius", "°C", 0, part{"line", "mean", "line_mean", celsius.Mean}, part{"line", "most", "line_max", celsius.Max}),
	)
}

// values are those of a reading, none where it is not known.
func values(r *overview.Reading) *overview.Reading {
	if r == nil {
		return &overview.Reading{}
	}
	return r
}

// part is one line, area or bar of a chart.
type part struct {
	kind, class, name string
	values            []float64
}

// plain draws parts in the unit that they are in.
func (p *page) plain(title, unit, axis string, top float64, parts ...part) Picture {
	c := p.chart(p.say(title), axis)
	c.Top = top
	return p.draw(c, unit, 1, parts...)
}

// chart is an empty one of the time.
func (p *page) chart(title, axis string) *chart.Chart {
	return &chart.Chart{Title: title, Start: p.Span.Start, Window: p.Span.Window, Number: p.Span.Number, Unit: axis, Zone: p.zone}
}

// draw draws parts, divided by the unit of the axis.
func (p *page) draw(c *chart.Chart, unit string, divisor float64, parts ...part) Picture {
	picture := Picture{Title: c.Title}
	for _, part := range parts {
		highest := overview.Highest(part.values)
		if math.IsNaN(highest) || highest == 0 && part.kind != "line" {
			continue // what never was would only be in the way
		}
		series := chart.Series{Class: part.class, Values: make([]float64, len(part.values))}
		for i, v := range part.values {
			series.Values[i] = v / divisor
		}
		switch part.kind {
		case "area":
			c.Areas = append(c.Areas, series)
		case "bar":
			c.Bars = append(c.Bars, series)
		default:
			c.Lines = append(c.Lines, series)
		}
		picture.Legend = append(picture.Legend, Entry{part.kind + " " + part.class, p.say(part.name), p.note(part, unit)})
	}
	if c.Known() {
		// The page's own text in it is escaped by the chart.
		picture.SVG = template.HTML(c.SVG())
	}
	return picture
}

// note is the highest value of a part, unless another part tells that.
func (p *page) note(part part, unit string) string {
	highest := p.amount(unit, overview.Highest(part.values))
	switch part.class {
	case "mean", "p50":
		return ""
	case "most":
		return highest
	}
	return p.say("chart_highest", highest)
}

const gib = 1 << 30

// memory is who holds the memory of a card, up to what it has.
func (p *page) memory(card *overview.Card) Picture {
	title := p.say("chart_memory")
	if len(p.Cards) > 1 {
		title += " – " + p.card(card)
	}
	c := p.chart(title, "GiB")
	if !math.IsNaN(card.Total) {
		c.Limit = card.Total / gib
	}
	var held []part
	for _, owner := range []string{"reserved", "service", "other", "unowned"} {
		held = append(held, part{"area", owner, "owner_" + owner, card.Held[owner]})
	}
	// The peak is counted without what the driver reserves, which lies below it.
	peak := make([]float64, len(card.Peak))
	for i, v := range card.Peak {
		peak[i] = v
		if reserved := card.Held["reserved"][i]; !math.IsNaN(reserved) {
			peak[i] += reserved
		}
	}
	picture := p.draw(c, "bytes", gib, append(held, part{"line", "peak", "line_peak", peak})...)
	if c.Limit > 0 && picture.SVG != "" {
		picture.Legend = append(picture.Legend, Entry{Class: "line limit", Name: p.say("line_card", p.amount("bytes", card.Total))})
	}
	return picture
}

// speed is the RTF, with the line above which a listener would wait.
func (p *page) speed() Picture {
	c := p.chart(p.say("chart_rtf"), "RTF")
	c.Limit = 1
	picture := p.draw(c, "number", 1, part{"line", "p50", "line_p50", p.RTF.Quantiles(0.5)}, part{"line", "p95", "line_p95", p.RTF.Quantiles(0.95)})
	if picture.SVG != "" {
		picture.Legend = append(picture.Legend, Entry{Class: "line limit", Name: p.say("line_real_time")})
	}
	return picture
}

// inFlight is how many syntheses were at work at once, of all servers together.
func (p *page) inFlight() Picture {
	var mean, most []float64
	for _, reading := range p.InFlight {
		mean, most = sum(mean, reading.Mean), sum(most, reading.Max)
	}
	return p.plain("chart_flight", "number", "", 0, part{"line", "mean", "line_mean", mean}, part{"line", "most", "line_max", most})
}

// sum adds what is known.
func sum(a, b []float64) []float64 {
	if a == nil {
		return b
	}
	added := make([]float64, len(a))
	for i := range a {
		switch {
		case math.IsNaN(a[i]):
			added[i] = b[i]
		case math.IsNaN(b[i]):
			added[i] = a[i]
		default:
			added[i] = a[i] + b[i]
		}
	}
	return added
}
