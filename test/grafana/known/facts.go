package known

import (
	"strings"
	"time"
)

// event is a fact of a host.
func (h Host) event(at time.Time, kind, severity, instance, uuid, message string, more map[string]any) Point {
	p, _ := h.of("cosyvoice_event", at, map[string]string{"kind": kind, "severity": severity, "instance": instance, "uuid": uuid})
	p.Fields["message"] = message
	if instance != "" {
		p.Tags["version"] = h.version(at)
	}
	for name, v := range more {
		p.Fields[name] = v
	}
	return p
}

// The events of which there is a black box.
const (
	crash = "exit-1"  // of alpha's server
	stuck = "stuck-1" // of beta's first
)

// events are what happened to a host. Every third day its first server is started anew.
func (h Host) events() []Point {
	var points []Point
	own := time.Duration(1000*share(h.Name, time.Time{})) * time.Millisecond
	for at := begin.Add(7*time.Hour + own); at.Before(today); at = at.Add(3 * 24 * time.Hour) {
		points = append(points, h.restart(at, "stopped", nil)...)
	}
	switch h.Name {
	case "alpha":
		points = append(points, h.event(upgraded, "start", "info", "50000", "", "started with version 3.0.2", map[string]any{"pid": 77}),
			h.event(again, "start", "info", "50000", "", "started with version 3.0.3", map[string]any{"pid": 78}))
		points = append(points, h.restart(crashed, "oom_killed", map[string]any{"event_id": crash, "last_state": "busy", "signal": "SIGKILL"})...)
		points = append(points, h.event(crashed.Add(-time.Second), "oom", "error", "50000", "", "CUDA out of memory", map[string]any{"error": "out_of_memory", "oom_tried_bytes": 5e8}))
	case "beta":
		points = append(points, h.event(hungFrom, "gpu_hung", "error", "", "GPU-b1", "GPU-b1 does not answer", nil),
			h.event(hungUntil, "gpu_recovered", "info", "", "GPU-b1", "GPU-b1 answers again", nil),
			h.event(stuckAt, "stuck", "error", "50000", "", "no progress for 30 s", map[string]any{"event_id": stuck, "last_state": "busy"}),
			h.event(Now.Add(-9*time.Minute), "xid", "warning", "", "GPU-b0", "Xid 31", map[string]any{"code": 31}),
			h.event(deadSince, "exit", "error", "50001", "", "the server ended", map[string]any{"reason": "crashed", "last_state": "busy", "pid": 12}))
	}
	return points
}

func (h Host) restart(at time.Time, reason string, more map[string]any) []Point {
	severity := "error"
	if reason == "stopped" {
		severity = "info"
	}
	exit := h.event(at, "exit", severity, "50000", "", "the server ended", more)
	exit.Fields["reason"], exit.Fields["pid"] = reason, 1234
	return []Point{
		exit, h.event(at.Add(3*time.Minute), "start", "info", "50000", "", "a server started", map[string]any{"pid": 1235}),
		h.event(at.Add(6*time.Minute), "ready", "info", "50000", "", "the server is ready", nil),
	}
}

// flight is the black box of the two minutes before an event.
func (h Host) flight(event string, end time.Time) []Point {
	var points []Point
	for at := end.Add(-2 * time.Minute); at.Before(end); at = at.Add(time.Second) {
		p, f := h.of("cosyvoice_flight", at, map[string]string{"instance": "50000", "version": h.version(at)})
		f.readings(flightReadings)
		p.Fields["event_id"] = event
		points = append(points, p)
	}
	return points
}

// finding is what a task writes each minute while a cause is there.
type finding struct {
	host, code, severity, instance, uuid string
	from, to                             time.Time
	every                                time.Duration
	evidence                             []string
}

var findings = []finding{
	{"beta", "gpu_memory_high", "warning", "", "GPU-b0", Now.Add(-30 * time.Minute), Now, time.Minute, []string{"memory_used_bytes", "memory_total_bytes"}},
	{"beta", "stuck_dead_thread", "error", "50001", "", Now.Add(-12 * time.Minute), Now, time.Minute, []string{"oldest_in_flight_seconds", "in_flight_stuck", "gpu_utilization_percent"}},
	{"alpha", "clocks_lowered", "warning", "", "GPU-a0", Now.Add(-28 * time.Minute), Now.Add(-20 * time.Minute), time.Minute, []string{"clock_sm_hz"}},
	{"gamma", "no_data", "error", "", "", silent.Add(5 * time.Minute), Now, time.Minute, []string{"silent_seconds"}},
	{"alpha", "gpu_memory_leak", "warning", "50000", "GPU-a0", Now.Add(-6 * time.Hour), crashed, 5 * time.Minute, []string{"memory_used_bytes", "rise_bytes_per_synthesis", "syntheses", "fit", "seconds_to_full"}},
	{"alpha", "throttle_thermal", "warning", "", "GPU-a0", Now.AddDate(0, 0, -3), Now.AddDate(0, 0, -3).Add(time.Hour), time.Minute, []string{"temperature_c", "clock_sm_hz", "throttled_percent"}},
	{"gamma", "throttle_thermal", "warning", "", "GPU-c0", Now.AddDate(0, 0, -40), Now.AddDate(0, 0, -40).Add(time.Hour), time.Minute, []string{"temperature_c", "clock_sm_hz", "throttled_percent"}},
}

func (h Host) findings() []Point {
	var points []Point
	for _, found := range findings {
		if found.host != h.Name {
			continue
		}
		from := found.from.Truncate(found.every)
		for at := from; at.Before(found.to); at = at.Add(found.every) {
			p, _ := h.of("cosyvoice_diagnosis", at, map[string]string{"code": found.code, "severity": found.severity, "instance": found.instance, "uuid": found.uuid})
			p.Fields["since"], p.Fields["limit"] = float64(from.Unix()), 90.0
			for _, name := range append(found.evidence, "value") {
				p.Fields[name] = 90 + 100*share(found.code+name, at)
				if strings.HasSuffix(name, "_bytes") {
					p.Fields[name] = 1e10 * p.Fields[name].(float64)
				}
			}
			points = append(points, p)
		}
	}
	return points
}

// judgements are the runs of the task that found the newest of these.
func judgements() []Point {
	var points []Point
	for at := Now.Add(-15 * time.Minute).Truncate(time.Minute); at.Before(Now); at = at.Add(time.Minute) {
		points = append(points, Point{Measurement: "cosyvoice_judgement", Tags: map[string]string{"group": "minutes"}, At: at, Fields: map[string]any{"findings": 3}})
	}
	return points
}
