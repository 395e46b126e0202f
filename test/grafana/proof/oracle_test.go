//go:build e2e

package proof

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// cell is what points say in a window, or in the whole range.
type cell struct{ count, sum, max float64 }

// stats are those of a field, of which stat makes the values of a series of that name.
func (q *question) stats(h how, field, name string, stat func(*cell) float64) values {
	q.look(h.measurement, field)
	cells := map[string]map[int64]*cell{}
	q.each(h, func(p *known.Point, labels string, at int64) {
		v, ok := p.Number(field)
		if !ok {
			return
		}
		series := name + labels
		if cells[series] == nil {
			cells[series] = map[int64]*cell{}
		}
		c := cells[series][at]
		if c == nil {
			c = &cell{max: v}
			cells[series][at] = c
		}
		*c = cell{c.count + 1, c.sum + v, max(c.max, v)}
	})
	out := values{}
	for series, of := range cells {
		for at, c := range of {
			out.set(series, at, stat(c))
		}
	}
	return out
}

func mean(c *cell) float64    { return c.sum / c.count }
func sum(c *cell) float64     { return c.sum }
func number(c *cell) float64  { return c.count }
func highest(c *cell) float64 { return c.max }

// meanAndHighest are the two fields of most panels with lines.
func (q *question) meanAndHighest(h how, field, most string) values {
	return join(q.stats(h, field, "mean", mean), q.stats(h, most, "max", highest))
}

// gap is the longest time between two points of which something is known.
const gap = 90 * time.Second

// grown is by how much a counter grew. What grew between the points before and in the range counts.
func (q *question) grown(h how, field, name string) values {
	q.look(h.measurement, field)
	last := map[string]*known.Point{} // of a series
	out := values{}
	before := *q
	before.from = q.begin().Add(-gap)
	before.each(h, func(p *known.Point, labels string, at int64) {
		v, ok := p.Number(field)
		if !ok {
			return
		}
		earlier := last[p.Series]
		last[p.Series] = p
		if earlier == nil || p.At.Sub(earlier.At) > gap || p.At.Before(q.begin()) {
			return
		}
		from, _ := earlier.Number(field)
		if v < from {
			from = 0
		}
		series := name + labels
		out.set(series, at, out[series][at]+v-from)
	})
	return out
}

// bin is the index of a value in the histograms, and middle what stands for all values in it.
func bin(v float64) int { return int(math.Floor(24 * math.Log10(v))) }

func middle(bin int) float64 {
	a, b := math.Pow(10, float64(bin)/24), math.Pow(10, float64(bin+1)/24)
	return 2 * a * b / (a + b)
}

// quantile is the middle of the bin in which the smallest value is that the share q of all does not exceed:
// of the syntheses that went well.
func (q *question) quantile(h how, field, name string, share float64) values {
	h.measurement = "cosyvoice_synthesis"
	q.look(h.measurement, strings.TrimSuffix(field, "_seconds")+"_bin")
	all := map[string]map[int64][]float64{}
	q.each(h, func(p *known.Point, labels string, at int64) {
		v, ok := p.Number(field)
		if !ok || p.Tags["outcome"] != "ok" {
			return
		}
		series := name + labels
		if all[series] == nil {
			all[series] = map[int64][]float64{}
		}
		all[series][at] = append(all[series][at], v)
	})
	out := values{}
	for series, of := range all {
		for at, vs := range of {
			slices.Sort(vs)
			out.set(series, at, middle(bin(vs[int(math.Ceil(share*float64(len(vs))-1e-9))-1])))
		}
	}
	return out
}

// rate is by how much a counter grew in a second of each window, times so much.
func (q *question) rate(h how, field, name string, times float64) values {
	return q.grown(h, field, name).times(times / q.every.Seconds())
}

// number is how many points there are.
func (q *question) number(h how, name string) values {
	q.look(h.measurement, known.Mark(h.measurement))
	all := values{}
	q.each(h, func(_ *known.Point, labels string, at int64) {
		series := name + labels
		all.set(series, at, all[series][at]+1)
	})
	return all
}

// worst is the worst of the states in each window; from the worst. Windows that the tasks made tell only of
// a state that was held since the point before.
func (q *question) worst(h how, field string, states []string) values {
	q.look(h.measurement, field)
	found := map[string]map[int64]string{}
	last := map[string]time.Time{}
	before := *q
	before.from = q.begin().Add(-gap)
	before.each(h, func(p *known.Point, labels string, at int64) {
		state, ok := p.Fields[field].(string)
		if !ok {
			return
		}
		held := p.At.Sub(last[p.Series]) <= gap
		last[p.Series] = p.At
		if p.At.Before(q.begin()) || p.At.Before(q.rolled()) && !held {
			return
		}
		name := "state" + labels
		if found[name] == nil {
			found[name] = map[int64]string{}
		}
		if was, ok := found[name][at]; !ok || slices.Index(states, state) < slices.Index(states, was) {
			found[name][at] = state
		}
	})
	out := values{}
	for series, of := range found {
		for at := q.begin(); at.Before(known.Now); at = at.Add(q.every) {
			state, ok := of[at.UnixMilli()]
			if !ok {
				state = "none"
			}
			if ok || at.Add(q.every).Before(known.Now) {
				out.set(series+": "+state, at.UnixMilli(), 1)
			}
		}
	}
	return out
}

// newest are the last points of the two minutes before the end, by their tags.
func (q *question) newest(h how) []*known.Point {
	last := map[string]*known.Point{}
	for i := range q.points[h.measurement] {
		p := &q.points[h.measurement][i]
		if !p.At.Before(q.to.Add(-2*time.Minute)) && q.of(p, h.by...) && (h.keep == nil || h.keep(p)) {
			var key string
			for _, tag := range h.tags {
				key += p.Tags[tag] + "|"
			}
			last[key] = p
		}
	}
	var all []*known.Point
	for _, key := range slices.Sorted(maps.Keys(last)) {
		all = append(all, last[key])
	}
	return all
}

// within are the points of the range itself, the newest first.
func (q *question) within(h how) []*known.Point {
	var all []*known.Point
	for i := range q.points[h.measurement] {
		if p := &q.points[h.measurement][i]; !p.At.Before(q.from) && p.At.Before(q.to) && q.of(p, h.by...) && (h.keep == nil || h.keep(p)) {
			all = append(all, p)
		}
	}
	slices.Reverse(all)
	return all
}
