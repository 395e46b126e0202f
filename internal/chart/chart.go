// Package chart draws readings over time as SVG for a page. The libraries that were tried draw a missing
// value as zero, measure Chinese by a font without it, and fix colours and sizes; here a gap stays a
// gap, and colours and fonts are the page's, by class.
package chart

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"
)

// Series are the values of windows that follow each other; NaN where nothing is known.
type Series struct {
	Class  string // in the page's CSS
	Values []float64
}

// Chart is one picture. All series begin with the same window.
type Chart struct {
	Title  string // for those who cannot see it
	Start  time.Time
	Window time.Duration
	Number int // of windows

	Areas []Series // stacked, the first at the bottom
	Bars  []Series // likewise
	Lines []Series
	Limit float64 // a line across; 0 for none
	Top   float64 // the axis goes up to it at least
	Unit  string  // of the values

	Zone *time.Location // of the times below
}

// The size and its parts, in the units of the view box. It is small, so that its text can be read
// where a telephone shows it smaller still.
const (
	width, height            = 420.0, 190.0
	left, right, top, bottom = 38.0, 8.0, 18.0, 20.0
)

// Known tells whether there is a value at all.
func (c *Chart) Known() bool {
	for _, s := range slices.Concat(c.Areas, c.Bars, c.Lines) {
		if slices.ContainsFunc(s.Values, known) {
			return true
		}
	}
	return false
}

func known(v float64) bool { return !math.IsNaN(v) }

// SVG is the picture as an element of a page.
func (c *Chart) SVG() string {
	areas, bars := stack(c.Areas), stack(c.Bars)
	highest := max(c.Limit, c.Top)
	for _, s := range slices.Concat(areas, bars, c.Lines) {
		for _, v := range s.Values {
			if known(v) {
				highest = max(highest, v)
			}
		}
	}
	values := ticks(highest)
	p := painter{c: c, highest: values[len(values)-1]}
	fmt.Fprintf(&p.out, `<svg class="chart" viewBox="0 0 %g %g" role="img" aria-label="%s">`, width, height, html.EscapeString(c.Title))
	p.frame(values)
	for i, s := range slices.Backward(areas) {
		p.area(s, below(areas, i))
	}
	for i, s := range slices.Backward(bars) {
		p.bars(s, below(bars, i))
	}
	for _, s := range c.Lines {
		p.line(s)
	}
	if c.Limit > 0 {
		p.straight("limit", left, p.y(c.Limit), width-right, p.y(c.Limit))
	}
	p.out.WriteString("</svg>")
	return p.out.String()
}

// stack adds each series to those before it. What is known of none of them in a window is not known.
func stack(series []Series) []Series {
	stacked := make([]Series, len(series))
	for i, s := range series {
		stacked[i] = Series{s.Class, slices.Clone(s.Values)}
		if i == 0 {
			continue
		}
		for j, under := range stacked[i-1].Values {
			switch v := s.Values[j]; {
			case known(v) && known(under):
				stacked[i].Values[j] = v + under
			case known(under):
				stacked[i].Values[j] = under
			}
		}
	}
	return stacked
}

// below are the values on which a series stands, nil for the axis.
func below(stacked []Series, i int) []float64 {
	if i == 0 {
		return nil
	}
	return stacked[i-1].Values
}

// painter writes the parts.
type painter struct {
	c       *Chart
	highest float64
	out     strings.Builder
}

// x is the place of a window, or of a part of it.
func (p *painter) x(window float64) float64 {
	return left + window/float64(p.c.Number)*(width-left-right)
}

func (p *painter) y(v float64) float64 {
	return height - bottom - v/p.highest*(height-top-bottom)
}

// frame are the axes, with their values and times.
func (p *painter) frame(values []float64) {
	for _, v := range values {
		p.straight("grid", left, p.y(v), width-right, p.y(v))
		p.text(left-5, p.y(v)+4, "end", number(v, values[1]))
	}
	p.text(2, top-7, "start", p.c.Unit)
	end := p.c.Start.Add(time.Duration(p.c.Number) * p.c.Window)
	for _, t := range times(p.c.Start, end, p.c.Zone) {
		x := p.x(float64(t.at.Sub(p.c.Start)) / float64(p.c.Window))
		p.straight("grid", x, height-bottom, x, height-bottom+3)
		p.text(min(x, width-17), height-6, "middle", t.label)
	}
}

func (p *painter) straight(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&p.out, `<path class="%s" d="M%.1f %.1fL%.1f %.1f"/>`, class, x1, y1, x2, y2)
}

func (p *painter) text(x, y float64, anchor, text string) {
	fmt.Fprintf(&p.out, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(text))
}

// runs calls for each row of windows of which something is known.
func runs(values []float64, f func(from, to int)) {
	from := -1
	for i, v := range values {
		switch {
		case known(v) && from < 0:
			from = i
		case !known(v) && from >= 0:
			f(from, i)
			from = -1
		}
	}
	if from >= 0 {
		f(from, len(values))
	}
}

// line goes through the middles of the windows; one that stands alone is as wide as its window.
func (p *painter) line(s Series) {
	var d strings.Builder
	runs(s.Values, func(from, to int) {
		if to == from+1 {
			fmt.Fprintf(&d, "M%.1f %.1fH%.1f", p.x(float64(from)), p.y(s.Values[from]), p.x(float64(to)))
			return
		}
		for i := from; i < to; i++ {
			fmt.Fprintf(&d, "%s%.1f %.1f", command(i == from), p.x(float64(i)+0.5), p.y(s.Values[i]))
		}
	})
	fmt.Fprintf(&p.out, `<path class="line %s" d="%s"/>`, s.Class, d.String())
}

func command(first bool) string {
	if first {
		return "M"
	}
	return "L"
}

// area is filled in steps, down to what is below it, so that a window that is not known is empty.
func (p *painter) area(s Series, below []float64) {
	floor := func(i int) float64 {
		if below == nil || !known(below[i]) {
			return p.y(0)
		}
		return p.y(below[i])
	}
	var d strings.Builder
	runs(s.Values, func(from, to int) {
		fmt.Fprintf(&d, "M%.1f %.1f", p.x(float64(from)), floor(from))
		for i := from; i < to; i++ {
			fmt.Fprintf(&d, "V%.1fH%.1f", p.y(s.Values[i]), p.x(float64(i+1)))
		}
		for i := to - 1; i >= from; i-- {
			fmt.Fprintf(&d, "V%.1fH%.1f", floor(i), p.x(float64(i)))
		}
		d.WriteString("Z")
	})
	fmt.Fprintf(&p.out, `<path class="area %s" d="%s"/>`, s.Class, d.String())
}

// bars leave a little of each window free.
func (p *painter) bars(s Series, below []float64) {
	var d strings.Builder
	for i, v := range s.Values {
		if !known(v) {
			continue
		}
		floor := 0.0
		if below != nil && known(below[i]) {
			floor = below[i]
		}
		if v > floor {
			fmt.Fprintf(&d, "M%.1f %.1fV%.1fH%.1fV%.1fZ", p.x(float64(i)+0.1), p.y(floor), p.y(v), p.x(float64(i)+0.9), p.y(floor))
		}
	}
	fmt.Fprintf(&p.out, `<path class="area %s" d="%s"/>`, s.Class, d.String())
}
