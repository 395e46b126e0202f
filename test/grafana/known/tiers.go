package known

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// gap is the longest time between two points of which something is known.
const gap = 90 * time.Second

// Window is one of a series, which is written as in line protocol.
type Window struct {
	Series string
	At     time.Time
}

// Roll computes the windows of a tier from all the points, which are in the order of their times. It
// shares nothing with the tasks.
func Roll(points []Point, length time.Duration) map[Window]map[string]any {
	all := map[Window]map[string]any{}
	before := map[string]*Point{} // of a series
	for i := range points {
		p := &points[i]
		if !p.Rolled() {
			continue
		}
		series := p.Series
		w := all[Window{series, p.At.Truncate(length)}]
		if w == nil {
			w = map[string]any{}
			all[Window{series, p.At.Truncate(length)}] = w
		}
		if p.Fields[Mark(p.Measurement)] != nil {
			count(w, "points_count")
		}
		if p.Measurement != "cosyvoice_event" {
			p.roll(w, before[series])
		}
		before[series] = p
	}
	return all
}

// Mark is the field by which points are counted.
func Mark(measurement string) string {
	return map[string]string{
		"system_metrics": "load1", "cosyvoice_service": "up", "cosyvoice_process": "count", "cosyvoice_gpu": "index", "cosyvoice_model": "requests_success_total",
		"cosyvoice_agent": "success", "cosyvoice_synthesis": "request_id", "cosyvoice_event": "message",
	}[measurement]
}

func (p *Point) roll(w map[string]any, before *Point) {
	var passed time.Duration
	if before != nil {
		passed = p.At.Sub(before.At)
	}
	for name, v := range p.Fields {
		number, _ := p.Number(name)
		switch kind(p.Measurement, name) {
		case "reading":
			count(w, name+"_count")
			add(w, name+"_sum", number)
			if lowest, ok := w[name+"_min"]; !ok || number < lowest.(float64) {
				w[name+"_min"] = number
			}
			if highest, ok := w[name+"_max"]; !ok || number > highest.(float64) {
				w[name+"_max"] = number
			}
			if !p.Fact() {
				w[name+"_last"] = number
			}
		case "flag":
			count(w, name+"_count")
			add(w, name+"_sum", number)
		case "counter":
			if last, ok := before.number(name); ok && passed <= gap {
				if number < last {
					last = 0
				}
				add(w, name+"_increase", number-last)
			}
		case "state":
			if before != nil && before.Fields[name] != nil && passed <= gap {
				add(w, name+"_"+v.(string)+"_seconds", passed.Seconds())
			}
		case "bin":
			if p.Tags["outcome"] == "ok" {
				count(w, name+"_"+strconv.Itoa(v.(int))+"_count")
			}
		}
	}
}

func (p *Point) number(field string) (float64, bool) {
	if p == nil {
		return 0, false
	}
	return p.Number(field)
}

func count(w map[string]any, name string) {
	n, _ := w[name].(int)
	w[name] = n + 1
}

func add(w map[string]any, name string, v float64) {
	sum, _ := w[name].(float64)
	w[name] = sum + v
}

// kind is what a field is to time.
func kind(measurement, field string) string {
	_, throttle := cardFlags[field]
	_, synthesis := synthesisFlags[field]
	switch {
	case throttle, synthesis, field == "up", field == "ready", field == "gpu_presumed", field == "success":
		return "flag"
	case strings.HasSuffix(field, "_total"), field == "energy_joules":
		return "counter"
	case field == "state", field == "nvml_state":
		return "state"
	case strings.HasSuffix(field, "_bin"):
		return "bin"
	}
	switch field {
	case "index", "pid", "start_time", "xid_last", "throttle_reasons", "state_reason", "driver_version", "nvml_reason",
		"request_id", "grouping", "cause", "exception", "text":
		return ""
	}
	return "reading"
}

// bin is the index of a logarithmic histogram.
func bin(v float64) int { return int(math.Floor(24 * math.Log10(v))) }
