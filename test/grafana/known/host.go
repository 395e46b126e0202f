package known

import (
	"cmp"
	"fmt"
	"maps"
	"time"
)

const total = 24 << 30 // memory of each card, in bytes

// tick is all that a host says at a time.
func (h Host) tick(at time.Time) []Point {
	points := []Point{h.system(at)}
	for i, uuid := range h.Cards {
		points = append(points, h.card(i, uuid, at))
	}
	for _, s := range h.Servers {
		points = append(points, h.server(s, at)...)
	}
	for _, collector := range []string{"plugin", "gpu", "process", "log"} {
		points = append(points, h.agent(collector, at))
	}
	return points
}

// of begins a point.
func (h Host) of(measurement string, at time.Time, tags map[string]string) (Point, figures) {
	p := Point{Measurement: measurement, Tags: map[string]string{"host": h.Name}, At: at, Fields: map[string]any{}}
	maps.Copy(p.Tags, tags)
	f := figures{fmt.Sprint(measurement, h.Name, tags["uuid"], tags["instance"], tags["role"], tags["model"], tags["collector"]), at, begin.Add(-24 * time.Hour), p.Fields}
	return p, f
}

func (h Host) version(at time.Time) string {
	switch {
	case h.Name != "alpha" || at.Before(upgraded):
		return "3.0.1"
	case at.Before(again):
		return "3.0.2"
	}
	return "3.0.3"
}

func (h Host) system(at time.Time) Point {
	p, f := h.of("system_metrics", at, map[string]string{"version": h.version(at)})
	f.readings(hostReadings)
	p.Fields["memory_total_mb"], p.Fields["gpu_memory_total_mb"], p.Fields["gpu_count"] = 64000.0, float64(total>>20), len(h.Cards)
	return p
}

func (h Host) card(i int, uuid string, at time.Time) Point {
	p, f := h.of("cosyvoice_gpu", at, map[string]string{"uuid": uuid, "name": h.Model})
	f.counts(cardCounts)
	p.Fields["index"], p.Fields["state"], p.Fields["xid_last"] = i, "ok", 31
	if uuid == "GPU-b1" && at.After(hungFrom) && at.Before(hungUntil) {
		p.Fields = map[string]any{"index": i, "state": "hung", "state_reason": "no answer for 30 s", "xids_total": p.Fields["xids_total"], "xid_last": 31}
		return p
	}
	f.readings(cardReadings)
	f.numbers(cardNumbers)
	f.counters(cardCounters)
	f.flags(cardFlags)
	p.Fields["memory_total_bytes"], p.Fields["power_limit_w"] = float64(total), 350.0
	p.Fields["throttle_reasons"] = 4*p.Fields["throttle_power"].(int) + 32*p.Fields["throttle_thermal"].(int)
	return p
}

// state is a server's, for five minutes.
func (h Host) state(s Server, at time.Time) string {
	switch {
	case h.Name == "alpha" && !at.Before(crashed) && at.Before(crashed.Add(3*time.Minute)),
		s.Instance == "50001" && !at.Before(deadSince):
		return "dead"
	case h.Name == "alpha" && !at.Before(crashed) && at.Before(crashed.Add(6*time.Minute)):
		return "starting"
	}
	x := share(h.Name+s.Instance, at.Truncate(5*time.Minute))
	switch {
	case x < 0.55:
		return "ready"
	case x < 0.92:
		return "busy"
	default:
		return "stuck"
	}
}

func (h Host) server(s Server, at time.Time) []Point {
	tags := map[string]string{"instance": s.Instance, "version": h.version(at)}
	p, f := h.of("cosyvoice_service", at, tags)
	state := h.state(s, at)
	p.Fields["state"], p.Fields["up"], p.Fields["ready"] = state, 1, 1
	f.readings(groupReadings)
	f.counters(groupCounters)
	f.counts(groupCounts)
	p.Fields["cgroup_memory_limit_bytes"], p.Fields["cgroup_cpu_limit_percent"] = 16e9, 800.0
	if state == "dead" {
		p.Fields["up"], p.Fields["ready"] = 0, 0
		return []Point{p}
	}
	if state != "ready" && state != "busy" {
		p.Fields["ready"] = 0
	}
	f.readings(serverReadings)
	since := begin
	if h.Name == "alpha" && at.After(crashed) {
		since = crashed.Add(3 * time.Minute)
	}
	p.Fields["uptime_seconds"], p.Fields["pid"], p.Fields["gpu_presumed"] = at.Sub(since).Seconds(), 1000+int(since.Unix()%1000), 0
	points := []Point{p}
	for _, role := range s.Roles {
		p, f := h.of("cosyvoice_process", at, map[string]string{"instance": s.Instance, "version": h.version(at), "role": role})
		f.since = since
		f.readings(roleReadings)
		f.counters(roleCounters)
		f.counts(roleCounts)
		p.Fields["pid"], p.Fields["start_time"] = 1000+int(since.Unix()%1000), int(since.Unix())
		points = append(points, p)
	}
	for _, model := range s.Models {
		p, f := h.of("cosyvoice_model", at, map[string]string{"instance": s.Instance, "version": h.version(at), "model": model})
		f.readings(modelReadings)
		f.counters(modelCounters)
		f.counts(modelCounts)
		points = append(points, p)
	}
	if state != "starting" && share("a synthesis"+h.Name+s.Instance, at) < 0.5 {
		if end := at.Add(time.Duration(10e9 * share("its end"+h.Name+s.Instance, at))); end.Before(Now) {
			points = append(points, h.synthesis(s, end))
		}
	}
	return points
}

func (h Host) agent(collector string, at time.Time) Point {
	p, f := h.of("cosyvoice_agent", at, map[string]string{"collector": collector})
	f.readings(agentReadings[collector])
	f.counters(agentCounters[collector])
	f.counts(agentCounts[collector])
	p.Fields["success"] = 1
	switch collector {
	case "plugin":
		p.Fields["uptime_seconds"] = at.Sub(f.since).Seconds()
	case "gpu":
		p.Fields["nvml_state"], p.Fields["driver_version"] = "ok", "570.86.15"
		if h.Name == "beta" && at.After(hungFrom) && at.Before(hungUntil) {
			p.Fields["nvml_state"], p.Fields["nvml_reason"], p.Fields["success"] = "hung", "no answer for 30 s", 0
		}
	}
	return p
}

// outcomes are how syntheses end, with the error and how often of a hundred times.
var outcomes = []struct {
	outcome, error string
	often          float64
}{
	{"error", "out_of_memory", 0.08}, {"error", "no_tokens", 0.04}, {"error", "", 0.03}, {"abandoned", "", 0.06}, {"stuck", "", 0.03}, {"ok", "bad_token", 0.02}, {"ok", "", 1},
}

// synthesis is one that ended.
func (h Host) synthesis(s Server, at time.Time) Point {
	name := func(of string) string { return "synthesis" + h.Name + s.Instance + of }
	x := share(name("outcome"), at)
	i := 0
	for ; x >= outcomes[i].often; i++ {
		x -= outcomes[i].often
	}
	mode := []string{"sft", "zero_shot", "cross_lingual", "instruct2", ""}[int(5*share(name("mode"), at))] // it is not always known
	streaming := share(name("streaming"), at) < 0.5
	p, f := h.of("cosyvoice_synthesis", at, map[string]string{
		"instance": s.Instance, "version": h.version(at), "mode": mode, "outcome": outcomes[i].outcome, "error": outcomes[i].error,
		"streaming": fmt.Sprint(streaming),
	})
	f.readings(synthesisReadings)
	f.numbers(synthesisNumbers)
	f.flags(synthesisFlags)
	rtf, audio, first := 0.1+2*share(name("rtf"), at), 1+20*share(name("audio"), at), 0.1+3*share(name("first"), at)
	switch extreme := share(name("extreme"), at); { // beyond the bins that are shown
	case extreme < 0.01:
		rtf, first = 0.02, 0.01
	case extreme > 0.99:
		rtf, first = 12, 40
	}
	duration := rtf*audio + 0.3
	maps.Copy(p.Fields, map[string]any{
		"request_id": fmt.Sprintf("log:%s:%d", s.Instance, at.UnixNano()), "grouping": "exact", "duration_seconds": duration, "compute_seconds": rtf * audio,
		"audio_seconds": audio, "rtf": rtf, "duration_bin": bin(duration), "rtf_bin": bin(rtf), "first_chunk_seconds": first, "first_chunk_bin": bin(first),
	})
	switch cmp.Or(outcomes[i].error, outcomes[i].outcome) {
	case "out_of_memory":
		p.Fields["cause"], p.Fields["oom_tried_bytes"], p.Fields["oom_free_bytes"] = "out_of_memory", 5e8, 1e8
		fallthrough
	case "no_tokens", "stuck":
		for _, unknown := range []string{"audio_seconds", "rtf", "rtf_bin", "first_chunk_seconds", "first_chunk_bin"} {
			delete(p.Fields, unknown)
		}
	}
	return p
}
