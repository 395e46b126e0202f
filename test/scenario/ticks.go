package scenario

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// Recorder writes a box tick by tick, as the plugin hands it to Telegraf.
type Recorder struct {
	box    Box
	onset  time.Time
	random *rand.Rand
	totals map[string]float64 // of the counters, by series and field
	events int
}

// Record begins to write a box of which the trouble begins at the onset.
func (b Box) Record(onset time.Time) *Recorder {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(b.Name))
	return &Recorder{box: b, onset: onset, random: rand.New(rand.NewPCG(seed.Sum64(), 2)), totals: map[string]float64{}}
}

// Lines are line protocol of the ticks from a time to another, so far apart, with the syntheses and
// the events of that time. What is asked for later has to be later.
func (rec *Recorder) Lines(from, to time.Time, step time.Duration) (lines []string) {
	for at := from; at.Before(to); at = at.Add(step) {
		t := rec.box.At(at.Sub(rec.onset))
		var points []*point
		rec.box.tick(func(format string, args ...any) readings {
			p := &point{series: fmt.Sprintf(format, args...), totals: rec.totals}
			points = append(points, p)
			return p
		}, rec.random, t, step)
		for _, p := range points {
			lines = append(lines, p.line(at))
		}
		for range t.ending(rec.random, step) {
			// The log tells of one once it has ended.
			rec.box.synthesis(windows{}, rec.random, t, at.Add(-time.Duration(rec.random.Int64N(int64(step)))), 1, &lines)
		}
	}
	for _, e := range rec.box.Events {
		if at := rec.onset.Add(e.At); !at.Before(from) && at.Before(to) {
			lines = append(lines, rec.box.event(e, rec.onset, rec.events))
			rec.events++
		}
	}
	return lines
}

// point is one of a series at a tick.
type point struct {
	series string
	fields []string
	totals map[string]float64
}

func (p *point) gauge(name string, value float64) {
	p.fields = append(p.fields, fmt.Sprintf("%s=%g", name, value))
}

func (p *point) flag(name string, set bool) {
	value := 0
	if set {
		value = 1
	}
	p.fields = append(p.fields, fmt.Sprintf("%s=%di", name, value))
}

// counter adds to the total since the first tick. Counters of seconds are floats.
func (p *point) counter(name string, grew float64) {
	key := p.series + " " + name
	p.totals[key] += grew
	if strings.HasSuffix(name, "_seconds_total") {
		p.gauge(name, p.totals[key])
		return
	}
	p.fields = append(p.fields, fmt.Sprintf("%s=%di", name, int64(p.totals[key])))
}

func (p *point) state(name, value string, _ time.Duration) {
	p.fields = append(p.fields, fmt.Sprintf("%s=%q", name, value))
}

// marks are fields that each point of a measurement has, and of which a box tells nothing else.
var marks = map[string]string{"system_metrics": "load1=1", "cosyvoice_gpu": "index=0i", "cosyvoice_process": "count=1"}

func (p *point) line(at time.Time) string {
	measurement, _, _ := strings.Cut(p.series, ",")
	if mark := marks[measurement]; mark != "" {
		p.fields = append(p.fields, mark)
	}
	return fmt.Sprintf("%s %s %d", p.series, strings.Join(p.fields, ","), at.UnixNano())
}
