package rollup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// point is one raw point of the test's hosts: what it says, and when InfluxDB gets it.
type point struct {
	measurement, host, tags string
	at, arrives             time.Time
	gauges                  map[string]float64
	flags                   map[string]int
	counters                map[string]float64 // by kind of the field: integers are written as such
	states                  map[string]string
	bins                    map[string]int
}

// line is the point in line protocol.
func (p *point) line() string {
	var fields string
	add := func(name, value string) { fields += "," + name + "=" + value }
	for name, v := range p.gauges {
		if name == "processes" || name == "characters" {
			add(name, strconv.Itoa(int(v))+"i")
			continue
		}
		add(name, strconv.FormatFloat(v, 'g', -1, 64))
	}
	for name, v := range p.flags {
		add(name, strconv.Itoa(v)+"i")
	}
	for name, v := range p.counters {
		if v == math.Trunc(v) && name != "energy_joules" {
			add(name, strconv.Itoa(int(v))+"i")
			continue
		}
		add(name, strconv.FormatFloat(v, 'f', -1, 64))
	}
	for name, v := range p.states {
		add(name, strconv.Quote(v))
	}
	for name, v := range p.bins {
		add(name, strconv.Itoa(v)+"i")
	}
	return fmt.Sprintf("%s,host=%s,service=cosyvoice3%s %s %d", p.measurement, p.host, p.tags, fields[1:], p.at.UnixNano())
}

// history makes all that one host says between two times: ticks with gaps and resets of its
// counters, and syntheses. Some of it arrives late: a moment, or after a time in which its
// Telegraf could not reach InfluxDB.
func history(r *rand.Rand, host string, from, to time.Time) []*point {
	points := append(ticks(r, host, from, to), syntheses(r, host, from, to)...)
	for _, p := range points {
		p.arrives = p.at.Add(time.Second)
		if r.IntN(20) == 0 {
			p.arrives = p.at.Add(time.Duration(r.IntN(400)) * time.Second)
		}
	}
	for range r.IntN(3) {
		begin := from.Add(time.Duration(r.Int64N(int64(to.Sub(from)))))
		end := begin.Add(time.Duration(r.Int64N(int64(3 * time.Hour))))
		for _, p := range points {
			if p.arrives.After(begin) && p.arrives.Before(end) {
				p.arrives = end
			}
		}
	}
	return points
}

func ticks(r *rand.Rand, host string, from, to time.Time) []*point {
	var points []*point
	interval := []time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second}[r.IntN(3)]
	kills, joules := 0.0, r.Float64()*1e6
	for at := from.Add(time.Duration(r.IntN(10000)) * time.Millisecond); ; at = at.Add(interval) {
		switch r.IntN(200) {
		case 0: // the host is off
			at = at.Add(time.Duration(r.IntN(4000)) * time.Second)
		case 1: // points are lost
			at = at.Add(time.Duration(r.IntN(200)) * time.Second)
		case 2: // what counts begins anew
			kills, joules = 0, 0
		}
		if !at.Before(to) {
			return points
		}
		kills += float64(r.IntN(3))
		joules += float64(r.IntN(100)) + 0.5
		points = append(points, &point{
			measurement: "cosyvoice_service", host: host, tags: ",instance=50000", at: at,
			gauges:   map[string]float64{"cpu_percent": r.NormFloat64() * 100},
			flags:    map[string]int{"up": r.IntN(2)},
			counters: map[string]float64{"cgroup_oom_kills_total": kills},
			states:   map[string]string{"state": []string{"ready", "busy", "stuck"}[r.IntN(3)]},
		})
		gpu := &point{
			measurement: "cosyvoice_gpu", host: host, tags: ",uuid=GPU-1", at: at,
			flags: map[string]int{}, bins: map[string]int{"index": 0},
			states: map[string]string{"state": "ok"},
		}
		if r.IntN(30) == 0 { // it gives no readings
			gpu.states["state"] = "hung"
		} else {
			gpu.gauges = map[string]float64{"memory_used_bytes": float64(r.IntN(1 << 30)), "temperature_c": float64(30 + r.IntN(60)), "processes": float64(r.IntN(5))}
			gpu.counters = map[string]float64{"energy_joules": joules}
			gpu.flags["throttle_thermal"] = r.IntN(2)
		}
		points = append(points, gpu)
	}
}

func syntheses(r *rand.Rand, host string, from, to time.Time) []*point {
	var points []*point
	for at := from; ; at = at.Add(time.Duration(1+r.IntN(120_000)) * time.Millisecond) {
		if !at.Before(to) {
			return points
		}
		mode := []string{"", ",mode=sft", ",mode=zero_shot"}[r.IntN(3)]
		p := &point{
			measurement: "cosyvoice_synthesis", host: host, at: at, tags: mode + ",outcome=error,error=" + []string{"oom", "no_tokens"}[r.IntN(2)],
			gauges: map[string]float64{"duration_seconds": math.Exp(r.NormFloat64()), "rtf": math.Exp(r.NormFloat64()), "characters": float64(r.IntN(500))},
			flags:  map[string]int{"warm_up": r.IntN(2)},
			states: map[string]string{"request_id": fmt.Sprintf("log:%d", at.UnixNano())},
			bins:   map[string]int{},
		}
		if r.IntN(5) > 0 {
			p.tags = mode + ",outcome=ok"
		}
		p.bins["rtf_bin"] = int(math.Floor(24 * math.Log10(p.gauges["rtf"])))
		p.bins["duration_bin"] = int(math.Floor(24 * math.Log10(p.gauges["duration_seconds"])))
		points = append(points, p)
		if r.IntN(4) == 0 {
			points = append(points, &point{
				measurement: "cosyvoice_event", host: host, at: at, tags: ",instance=50000,kind=oom,severity=error",
				states: map[string]string{"message": "out of memory"},
			})
		}
	}
}
