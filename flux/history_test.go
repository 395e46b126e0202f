package flux

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// point is one raw point.
type point struct {
	measurement string
	tags        map[string]string
	at          time.Time
	fields      map[string]any // float64, int or string
}

func (p *point) series() string {
	names := make([]string, 0, len(p.tags))
	for name := range p.tags {
		names = append(names, name)
	}
	slices.Sort(names)
	var s strings.Builder
	for _, name := range names {
		s.WriteString("," + name + "=" + p.tags[name])
	}
	return s.String()
}

// line is the point in line protocol.
func (p *point) line() string {
	var fields string
	for name, v := range p.fields {
		switch v := v.(type) {
		case float64:
			fields += "," + name + "=" + strconv.FormatFloat(v, 'g', -1, 64)
		case int:
			fields += "," + name + "=" + strconv.Itoa(v) + "i"
		case string:
			fields += "," + name + "=" + strconv.Quote(v)
		}
	}
	return fmt.Sprintf("%s,service=cosyvoice3%s %s %d", p.measurement, p.series(), fields[1:], p.at.UnixNano())
}

// number is the value of a field, if the point has it.
func (p *point) number(field string) (float64, bool) {
	switch v := p.fields[field].(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// history is what two hosts say between two times: host a has one GPU and one server, which got
// another version at upgrade, host b two of each.
func history(r *rand.Rand, from, to, upgrade time.Time) []point {
	var points []point
	for _, host := range []string{"a", "b"} {
		var version string
		states := map[string]string{}
		for at := from.Add(time.Duration(r.IntN(10000)) * time.Millisecond); at.Before(to); at = at.Add(10 * time.Second) {
			if r.IntN(150) == 0 { // it is off, or points are lost
				at = at.Add(time.Duration(r.IntN(300)) * time.Second)
			}
			if version = "3.0"; at.After(upgrade) {
				version = "3.1"
			}
			points = append(points, point{"system_metrics", map[string]string{"host": host}, at, map[string]any{
				"load1": r.Float64(), "gpu_memory_used_mb": float64(4000 + r.IntN(1000)),
			}})
			cards, servers := []string{"GPU-1"}, []string{"50000"}
			if host == "b" {
				cards, servers = []string{"GPU-1", "GPU-2"}, []string{"50000", "50001"}
			}
			for _, uuid := range cards {
				points = append(points, gpu(r, host, uuid, at))
			}
			for _, instance := range servers {
				if states[instance] == "" || r.IntN(20) == 0 {
					states[instance] = []string{"ready", "ready", "busy", "stuck", "dead"}[r.IntN(5)]
				}
				if instance == "50001" {
					states[instance] = "dead"
				}
				points = append(points, service(r, host, instance, version, states[instance], at))
				if states[instance] == "busy" && r.IntN(2) == 0 {
					points = append(points, synthesis(r, host, instance, at.Add(time.Duration(r.IntN(1e10)))))
				}
			}
		}
	}
	return slices.DeleteFunc(points, func(p point) bool { return !p.at.Before(to) })
}

func gpu(r *rand.Rand, host, uuid string, at time.Time) point {
	p := point{"cosyvoice_gpu", map[string]string{"host": host, "uuid": uuid}, at, map[string]any{"index": 0, "state": "ok"}}
	if r.IntN(30) == 0 { // it gives no readings
		p.fields["state"] = "hung"
		return p
	}
	p.fields["temperature_c"] = 60 + 12*math.Sin(float64(at.Unix())/9000) + 3*r.NormFloat64()
	p.fields["processes"] = r.IntN(9)
	p.fields["memory_service_bytes"] = float64(r.IntN(1 << 32))
	p.fields["memory_other_bytes"] = float64(r.IntN(1 << 30))
	p.fields["memory_unowned_bytes"] = float64(r.IntN(1 << 20))
	p.fields["memory_reserved_bytes"] = 3e8
	return p
}

func service(r *rand.Rand, host, instance, version, state string, at time.Time) point {
	p := point{
		"cosyvoice_service", map[string]string{"host": host, "instance": instance, "version": version}, at,
		map[string]any{"up": 1, "ready": 1, "state": state, "cpu_percent": 100 * r.Float64(), "gpu_memory_bytes": float64(r.IntN(1 << 30))},
	}
	if state == "dead" {
		p.fields = map[string]any{"up": 0, "ready": 0, "state": state}
	} else if host == "a" {
		p.fields["gpu_memory_max_bytes"] = p.fields["gpu_memory_bytes"].(float64) + float64(r.IntN(1<<30))
	}
	return p
}

func synthesis(r *rand.Rand, host, instance string, at time.Time) point {
	rtf, audio := 0.3*math.Exp(0.5*r.NormFloat64()), 1+20*r.Float64()
	p := point{
		"cosyvoice_synthesis", map[string]string{"host": host, "instance": instance, "mode": "sft", "outcome": "ok", "streaming": "false"}, at,
		map[string]any{
			"request_id": fmt.Sprintf("log:%d", at.UnixNano()), "rtf": rtf, "rtf_bin": bin(rtf), "characters": r.IntN(300),
			"audio_seconds": audio, "compute_seconds": rtf * audio, "duration_seconds": 2 * rtf * audio, "duration_bin": bin(2 * rtf * audio),
		},
	}
	switch r.IntN(8) {
	case 0:
		p.tags["outcome"], p.tags["error"] = "error", "out_of_memory"
		delete(p.fields, "audio_seconds")
	case 1:
		p.tags["outcome"] = "abandoned"
	case 2, 3:
		p.tags["mode"], p.tags["streaming"] = "zero_shot", "true"
		p.fields["first_chunk_seconds"] = rtf
		p.fields["first_chunk_bin"] = bin(rtf)
	case 4:
		delete(p.tags, "mode") // it is not always known
	}
	return p
}

// bin is what the schema says of the fields whose names end so.
func bin(v float64) int { return int(math.Floor(24 * math.Log10(v))) }
