package top

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// remembered is how far back trails and syntheses go.
	remembered = 30 * time.Minute
	// fresh is how much older than the newest reading of a host one may be: what it speaks of is
	// gone then.
	fresh = 35 * time.Second
)

// trails are the fields whose course is kept.
var trails = map[string][]string{
	"system_metrics":    {"cpu_usage_percent"},
	"cosyvoice_gpu":     {"memory_used_bytes", "memory_used_max_bytes"},
	"cosyvoice_service": {"in_flight"},
}

// recorder keeps of the points what is shown.
type recorder struct {
	newest map[subject]Point
	course map[subject]map[string]Trail // by field
	ended  map[ending]Point             // syntheses and events
}

// ending tells points apart that are told once.
type ending struct {
	subject
	at   int64 // in nanoseconds
	what string
}

func newRecorder() *recorder {
	return &recorder{newest: map[subject]Point{}, course: map[subject]map[string]Trail{}, ended: map[ending]Point{}}
}

// add takes a point; one that is known already changes nothing.
func (r *recorder) add(p Point) {
	who := p.subject()
	switch p.Measurement {
	case "cosyvoice_synthesis":
		r.ended[ending{who, p.Time.UnixNano(), p.Tags["mode"] + p.Tags["outcome"] + p.Tags["error"] + p.Tags["streaming"]}] = p
		return
	case "cosyvoice_event":
		r.ended[ending{who, p.Time.UnixNano(), p.Tags["kind"]}] = p
		return
	}
	if last, known := r.newest[who]; !known || !p.Time.Before(last.Time) {
		r.newest[who] = p
	}
	for _, field := range trails[p.Measurement] {
		if value := p.number(field); value != nil {
			if r.course[who] == nil {
				r.course[who] = map[string]Trail{}
			}
			r.course[who][field] = r.course[who][field].add(p.Time, *value)
		}
	}
}

// hosts are those that were heard, in the order of their names.
func (r *recorder) hosts() []string {
	heard := map[string]bool{}
	for who := range r.newest {
		heard[who.host] = true
	}
	return slices.Sorted(maps.Keys(heard))
}

// lastHeard is the time of a host's newest reading, zero if there is none.
func (r *recorder) lastHeard(host string) (at time.Time) {
	for who, p := range r.newest {
		if who.host == host && p.Time.After(at) {
			at = p.Time
		}
	}
	return at
}

// of are a host's newest readings of a measurement, in the order of their names.
func (r *recorder) of(measurement, host string) []Point {
	var found []Point
	since := r.lastHeard(host).Add(-fresh)
	for who, p := range r.newest {
		if who.measurement == measurement && who.host == host && !p.Time.Before(since) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Point) int {
		return cmp.Or(strings.Compare(a.Tags["instance"], b.Tags["instance"]), strings.Compare(a.Tags["uuid"], b.Tags["uuid"]))
	})
	return found
}

// told are a host's syntheses or events, the newest first.
func (r *recorder) told(measurement, host string) []Point {
	var found []Point
	for what, p := range r.ended {
		if what.measurement == measurement && what.host == host {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Point) int {
		return cmp.Or(b.Time.Compare(a.Time), strings.Compare(a.text("request_id"), b.text("request_id")))
	})
	return found
}

// forget drops what is too old to be shown.
func (r *recorder) forget(now time.Time) {
	since := now.Add(-remembered)
	maps.DeleteFunc(r.ended, func(_ ending, p Point) bool { return p.Time.Before(since) })
	maps.DeleteFunc(r.newest, func(_ subject, p Point) bool { return p.Time.Before(since) })
	for who, fields := range r.course {
		for field, trail := range fields {
			fields[field] = trail.after(since)
		}
		if _, heard := r.newest[who]; !heard {
			delete(r.course, who)
		}
	}
}
