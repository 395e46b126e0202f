package past

import (
	"math"
	"time"
)

// reading is what a tick needs to know of the time since the one before.
type reading struct {
	conditions
	at      time.Time
	passed  time.Duration
	up      bool
	state   string
	serves  bool
	running int     // syntheses at this moment
	need    float64 // bytes of the card that they have
	most    float64 // bytes that any moment needed
	peak    int     // syntheses at once, of any moment
	busy    float64 // part of the time in which one ran, from 0 to 1
	oldest  time.Duration
	hostCPU float64
	use     float64 // percent of the card
}

// tick makes the points of a moment.
func (s *simulation) tick(last, at time.Time) {
	r := s.read(last, at)
	meanUse := r.busy * s.utilization(max(1, r.peak), r.conditions)
	watt := restWatt
	if r.busy > 0 {
		watt = (1-r.busy)*restWatt + r.busy*power(meanUse/r.busy)
	}
	s.card.pass(r.passed, watt, r.conditions)
	s.system(r)
	s.gpu(r)
	s.service(r)
	s.role(r)
	s.collectors(r)
}

func (s *simulation) read(last, at time.Time) *reading {
	r := &reading{conditions: s.story.at(at), at: at, passed: at.Sub(last), up: s.life.up(at), serves: s.life.serves(at)}
	var worked time.Duration
	together := 0
	for _, y := range s.syntheses {
		begin, end := later(y.start, last), y.end
		if end.After(at) {
			end = at
		}
		if !end.After(begin) {
			continue
		}
		worked += end.Sub(begin)
		together++
		r.most = max(r.most, y.need*y.atOnce)
		r.peak = max(r.peak, int(y.atOnce))
		if y.end.After(at) && r.serves {
			r.oldest = max(r.oldest, at.Sub(y.start))
		}
	}
	r.busy = min(1, worked.Seconds()/r.passed.Seconds())
	if r.serves {
		r.running, r.need = s.running(at)
	}
	r.use = s.utilization(r.running, r.conditions)
	r.hostCPU = s.hostCPU(r.conditions, r.busy)
	r.state = "ready"
	switch {
	case !r.up:
		r.state = "dead"
	case !r.serves:
		r.state = "starting"
	case r.running > 0:
		r.state = "busy"
	}
	return r
}

// memory is what is used of the card: now, and at the most and the least since the tick before.
func (s *simulation) memory(r *reading) (now, most, least float64) {
	if !r.serves { // the model is loaded into the host's memory first
		rest := driverBytes + r.other
		return rest, rest, rest
	}
	rest := s.used(r.conditions)
	full := s.plan.Box.usable()
	return min(full, rest+r.need), min(full, rest+r.most), rest
}

func (s *simulation) point(measurement string, at time.Time, f fields, pairs ...string) {
	tags := tagged(append([]string{"host", s.plan.Box.Host, "service", service}, pairs...)...)
	s.out(&point{measurement: measurement, tags: tags, fields: f, at: at})
}

func (s *simulation) system(r *reading) {
	box := s.plan.Box
	now, most, _ := s.memory(r)
	var f fields
	f.float("cpu_usage_percent", r.hostCPU)
	f.float("memory_used_mb", (box.MemoryUsed*s.around(1, 0.004)+s.rss(r))/mib)
	f.float("memory_total_mb", box.Memory/mib)
	f.float("load1", r.hostCPU/100*float64(box.Cores)*s.around(1, 0.1))
	if !r.hung {
		f.float("gpu_utilization_percent", r.use)
		f.float("gpu_temperature_c", math.Round(s.card.temperature))
		f.float("gpu_memory_used_mb", now/mib)
		f.float("gpu_memory_used_max_mb", most/mib)
		f.float("gpu_memory_total_mb", box.GPUTotal/mib)
		f.float("gpu_memory_used_percent", 100*now/box.GPUTotal)
		f.integer("gpu_count", 1)
	}
	s.point("system_metrics", r.at, f, "version", s.life.version)
}

// rss is what the server has resident in the host's memory.
func (s *simulation) rss(r *reading) float64 {
	if !r.up {
		return 0
	}
	return serverMemory + spokenMemory*float64(r.running)
}
