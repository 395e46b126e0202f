//go:build e2e

package proof

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// question is what a panel asks, put to the points themselves.
type question struct {
	points   map[string][]known.Point // by the measurement
	chosen   map[string][]string      // by the variable; all where it has none
	from, to time.Time                // of the range
	window   time.Duration            // that the panel asks for
	unit     time.Duration            // of the bucket's windows; a second for none
	every    time.Duration            // width of a window
	// reads are the fields that were looked at.
	reads map[known.Field]bool
}

// ask is the question of a panel that reads windows: those of the bucket that suits the range, whole.
func (v *view) ask(points map[string][]known.Point, p *grafana.Panel) *question {
	q := &question{points: points, reads: map[known.Field]bool{}, chosen: choices[v.choice], from: known.Now.Add(-v.span), to: known.Now, window: v.window(p)}
	switch {
	case v.span > 7*day:
		q.unit = time.Hour
	case v.span > 6*time.Hour:
		q.unit = time.Minute
	default:
		q.unit = time.Second
	}
	return q.wide()
}

// wide makes the windows whole ones of the bucket.
func (q *question) wide() *question {
	q.every = (q.window + q.unit - 1) / q.unit * q.unit
	return q
}

// counted is the same of a panel that reads windows of a minute of the shortest range too.
func (q *question) counted() *question {
	c := *q
	c.unit = max(q.unit, time.Minute)
	return c.wide()
}

// rolled is up to when windows are read that the tasks made.
func (q *question) rolled() time.Time {
	if q.unit == time.Second {
		return q.begin()
	}
	return floor(known.Now.Truncate(time.Minute), q.every)
}

// look notes that a field is read.
func (q *question) look(measurement, field string) {
	if q.reads != nil {
		q.reads[known.Field{Measurement: measurement, Name: field}] = true
	}
}

// value is that of a field, nil where the point has none.
func (q *question) value(p *known.Point, field string) any {
	q.look(p.Measurement, field)
	return p.Fields[field]
}

// begin is that of the first window.
func (q *question) begin() time.Time { return floor(q.from, q.every) }

func floor(t time.Time, d time.Duration) time.Time {
	return t.Add(-time.Duration(t.UnixNano() % int64(d)))
}

// of tells whether a point is of what is chosen by the variables.
func (q *question) of(p *known.Point, variables ...string) bool {
	for _, name := range variables {
		tag := map[string]string{"gpu": "uuid"}[name]
		if tag == "" {
			tag = name
		}
		if chosen := q.chosen[name]; name != "service" && chosen != nil && !slices.Contains(chosen, p.Tags[tag]) {
			return false
		}
	}
	return true
}

// The variables by which panels choose.
var (
	hosts   = []string{"host"}
	servers = []string{"host", "service", "instance"}
	cards   = []string{"host", "gpu"}
)

// values are numbers by their series and time; the time is 0 of what is a single figure.
type values map[string]map[int64]float64

// named is the name of a series: its field and its labels.
func named(field string, labels map[string]string) string {
	var all []string
	for name, v := range labels {
		all = append(all, name+"="+v)
	}
	slices.Sort(all)
	return strings.Join(append([]string{field}, all...), " ")
}

func (v values) set(series string, at int64, value float64) {
	if v[series] == nil {
		v[series] = map[int64]float64{}
	}
	v[series][at] = value
}

// times multiplies each.
func (v values) times(factor float64) values {
	for _, series := range v {
		for at := range series {
			series[at] *= factor
		}
	}
	return v
}

// over divides by others; where these are 0, nothing is known.
func (v values) over(others values) values {
	out := values{}
	for series, of := range v {
		for at, value := range of {
			if by := others[series][at]; by > 0 {
				out.set(series, at, value/by)
			}
		}
	}
	return out
}

func join(all ...values) values {
	one := values{}
	for _, v := range all {
		for series, of := range v {
			for at, value := range of {
				one.set(series, at, value)
			}
		}
	}
	return one
}

// cell is what points say in a window, or in the whole range.
type cell struct{ count, sum, min, max, last float64 }

// how tells what becomes of the points: the measurement, what chooses them, and the tags that are kept.
type how struct {
	measurement string
	by          []string // variables
	tags        []string
	keep        func(*known.Point) bool // nil for all
	labels      func(map[string]string) // changes what a series is called
	once        bool                    // one figure of the whole range
}

// each calls with the points of the windows, with the labels of the series and the window that each is in.
func (q *question) each(h how, do func(p *known.Point, labels string, at int64)) {
	seen := map[string]string{} // labels by the series, of those that are chosen
	begin := q.begin()
	if h.once {
		begin = floor(q.from, q.unit)
	}
	for i := range q.points[h.measurement] {
		p := &q.points[h.measurement][i]
		if p.At.Before(begin) {
			continue
		}
		labels, ok := seen[p.Series]
		if !ok {
			labels = "not chosen"
			if q.of(p, h.by...) {
				labels = h.called(p)
			}
			seen[p.Series] = labels
		}
		if labels == "not chosen" || h.keep != nil && !h.keep(p) {
			continue
		}
		at := int64(0)
		if !h.once {
			at = floor(p.At, q.every).UnixMilli()
		}
		do(p, labels, at)
	}
}

// called is how a series is called after the name of its field.
func (h how) called(p *known.Point) string {
	labels := map[string]string{}
	for _, tag := range h.tags {
		if v := p.Tags[tag]; v != "" {
			labels[tag] = v
		}
	}
	if h.labels != nil {
		h.labels(labels)
	}
	return named("", labels)
}

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
			c = &cell{min: v, max: v}
			cells[series][at] = c
		}
		*c = cell{c.count + 1, c.sum + v, math.Min(c.min, v), math.Max(c.max, v), v}
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
func lowest(c *cell) float64  { return c.min }

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
