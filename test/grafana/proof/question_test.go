//go:build e2e

package proof

import (
	"slices"
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
