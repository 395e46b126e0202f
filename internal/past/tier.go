package past

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

// tier makes the windows of one length, as the tasks would, of points that come in the order
// of their windows.
type tier struct {
	length, gap time.Duration
	write       func(*point)

	start  time.Time // of the window that is open
	series map[string]*windows
	order  []*windows // in which they came first
}

// windows are those of one series.
type windows struct {
	measurement *schema.Measurement
	source      rollup.Source
	tags        []tag
	points      int64 // in the window that is open
	most        int   // fields that a window had
	fields      map[string]*statistic
	order       []*statistic
}

func newTier(length, gap time.Duration, write func(*point)) *tier {
	return &tier{length: length, gap: gap, write: write, series: map[string]*windows{}}
}

func (t *tier) add(p *point, source rollup.Source) {
	if start := p.at.Truncate(t.length); start.After(t.start) {
		t.close()
		t.start = start
	}
	key := p.series()
	w := t.series[key]
	if w == nil {
		w = &windows{measurement: schema.Find(p.measurement), source: source, tags: p.tags, fields: map[string]*statistic{}}
		t.series[key] = w
		t.order = append(t.order, w)
	}
	w.points++
	if source.Counted {
		return
	}
	good := p.tag("outcome") == "ok"
	for _, f := range p.fields {
		s := w.statistic(f.name)
		if s.kind != schema.Bin || good { // the histograms are of what went well
			s.add(f.value, p.at, t.gap)
		}
	}
}

func (w *windows) statistic(name string) *statistic {
	s := w.fields[name]
	if s == nil {
		s = newStatistic(w.measurement.Field(name), w.source.Facts)
		w.fields[name] = s
		w.order = append(w.order, s)
	}
	return s
}

// close writes the windows that are open.
func (t *tier) close() {
	for _, w := range t.order {
		if w.points == 0 {
			continue
		}
		p := &point{measurement: w.measurement.Name, tags: w.tags, at: t.start, fields: make(fields, 0, w.most+1)}
		for _, s := range w.order {
			s.close(&p.fields)
		}
		p.fields.integer("points_count", w.points)
		w.points, w.most = 0, max(w.most, len(p.fields))
		t.write(p)
	}
}

// end writes the windows that are open where they are over at a time.
func (t *tier) end(at time.Time) {
	if !t.start.Add(t.length).After(at) {
		t.close()
	}
}
