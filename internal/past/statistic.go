package past

import (
	"strconv"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

// statistic is what a window says of one field of a series, by the arithmetic of the tasks
// (internal/rollup/shared.flux.tmpl).
type statistic struct {
	field *schema.Field
	kind  schema.Kind
	names names
	last  bool // the newest reading is kept

	// Of the window that is open.
	count                  int64
	sum, low, high, newest float64
	increased              bool
	increase               float64
	parts                  []part // of a state its seconds, of a bin its numbers

	// Of the point before, whichever window it was in.
	before   float64
	beforeAt time.Time
}

// names are the fields of a window.
type names struct{ sum, count, low, high, newest, increase string }

// part is how much of a window has one value.
type part struct {
	name   string
	amount float64
}

func newStatistic(f *schema.Field, facts bool) *statistic {
	n := f.Name
	return &statistic{
		field: f, kind: f.Kind(), last: !facts,
		names: names{sum: n + "_sum", count: n + "_count", low: n + "_min", high: n + "_max", newest: n + "_last", increase: n + "_increase"},
	}
}

// add takes in a value. Of a longer time than gap between two points nothing is known.
func (s *statistic) add(value lineprotocol.Value, at time.Time, gap time.Duration) {
	near := at.Sub(s.beforeAt) <= gap // the first has none before it
	switch s.kind {
	case schema.Gauge, schema.Flag:
		s.reading(number(value))
	case schema.Counter:
		v := number(value)
		if near {
			grown := v - s.before
			if grown < 0 {
				grown = v // it began anew at zero
			}
			s.increase += grown
			s.increased = true
		}
		s.before = v
	case schema.State:
		if near {
			s.part(value.StringV(), at.Sub(s.beforeAt).Seconds())
		}
	case schema.Bin:
		s.part(strconv.FormatInt(value.IntV(), 10), 1)
	}
	s.beforeAt = at
}

func (s *statistic) reading(v float64) {
	if s.count == 0 || v < s.low {
		s.low = v
	}
	if s.count == 0 || v > s.high {
		s.high = v
	}
	s.count++
	s.sum += v
	s.newest = v
}

func (s *statistic) part(name string, amount float64) {
	for i := range s.parts {
		if s.parts[i].name == name {
			s.parts[i].amount += amount
			return
		}
	}
	s.parts = append(s.parts, part{name, amount})
}

// close hands out the fields of the window, and begins the next.
func (s *statistic) close(out *fields) {
	switch {
	case s.count > 0:
		out.float(s.names.sum, s.sum)
		out.integer(s.names.count, s.count)
		if s.kind == schema.Flag {
			break
		}
		out.float(s.names.low, s.low)
		out.float(s.names.high, s.high)
		if s.last {
			out.float(s.names.newest, s.newest)
		}
	case s.increased:
		out.float(s.names.increase, s.increase)
	}
	for _, p := range s.parts {
		if s.kind == schema.State {
			out.float(s.field.Name+"_"+p.name+"_seconds", p.amount)
		} else {
			out.integer(s.field.Name+"_"+p.name+"_count", int64(p.amount))
		}
	}
	s.count, s.sum, s.increased, s.increase, s.parts = 0, 0, false, 0, s.parts[:0]
}

func number(v lineprotocol.Value) float64 {
	if v.Kind() == lineprotocol.Int {
		return float64(v.IntV())
	}
	return v.FloatV()
}
