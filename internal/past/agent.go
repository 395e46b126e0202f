package past

// agentCounters are what the plugin counts of itself.
type agentCounters struct{ points, own, child float64 }

// logCounters are what the plugin counts of the server's log.
type logCounters struct {
	file                     uint32 // fingerprint, as in the ids of the requests
	offset                   int64
	bytes, lines, understood int64
	yields, inferred         int64
}

// tell counts the lines of a synthesis.
func (l *logCounters) tell(y *synthesis) {
	l.bytes += int64(160*(y.segments+y.chunks) + 3*y.characters + 90)
	l.lines += int64(y.segments + y.chunks + 2)
	l.understood += int64(y.segments + y.chunks + 1)
	l.yields += int64(y.chunks)
	if y.atOnce > 1 && y.chunks > 1 {
		l.inferred += int64(y.chunks - 1)
	}
}

// collectors are the plugin about itself at a tick.
func (s *simulation) collectors(r *reading) {
	ticks := r.passed / dense // the plugin's pace is that of its ticks whatever is kept of them
	a := &s.agent
	a.points += 9
	a.own += 0.0042 * float64(ticks)
	a.child += 0.0015 * float64(ticks)
	add := func(collector string, fill func(f *fields)) {
		var f fields
		fill(&f)
		s.point("cosyvoice_agent", r.at, f, "collector", collector)
	}
	add("plugin", func(f *fields) {
		f.flag("success", true)
		f.float("seconds", s.around(0.021, 0.15))
		f.float("uptime_seconds", r.at.Sub(s.plan.From.Add(-day)).Seconds())
		f.float("cpu_seconds_total", a.own)
		f.float("memory_rss_bytes", 15.4*mib)
		f.integer("points_written_total", int64(a.points))
		for _, none := range []string{"points_dropped_total", "points_invalid_total", "fields_invalid_total", "ticks_skipped_total"} {
			f.integer(none, 0)
		}
	})
	add("gpu", func(f *fields) {
		f.flag("success", !r.hung)
		f.float("seconds", s.around(0.014, 0.15))
		f.float("cpu_seconds_total", a.child)
		f.float("memory_rss_bytes", 11.8*mib)
		state, reason, stuck := "ok", "", 0.0
		if r.hung {
			state, reason, stuck = "hung", hungReason, s.stuckFor(r)
		}
		f.text("nvml_state", state)
		f.text("nvml_reason", reason)
		f.float("nvml_stuck_seconds", stuck)
		f.integer("nvml_restarts_total", 0)
		f.text("driver_version", s.plan.Box.Driver)
	})
	add("process", func(f *fields) {
		f.flag("success", true)
		f.float("seconds", s.around(0.006, 0.2))
		f.float("processes", 214+float64(s.random.IntN(9)))
		f.float("processes_examined", float64(2+s.random.IntN(5)))
	})
	add("log", s.logs)
}

// stuckFor is how long the driver has not answered, in seconds.
func (s *simulation) stuckFor(r *reading) float64 {
	for _, e := range s.story.episodes {
		if e.hangs && !r.at.Before(e.begin) && r.at.Before(e.end) {
			return r.at.Sub(e.begin).Seconds()
		}
	}
	return 0
}

func (s *simulation) logs(f *fields) {
	l := s.log
	f.flag("success", true)
	f.float("log_files", 1)
	f.float("log_lag_bytes", 0)
	f.integer("log_bytes_total", l.bytes)
	f.integer("log_lines_total", l.lines)
	f.integer("log_lines_understood_total", l.understood)
	f.integer("yields_total", l.yields)
	f.integer("yields_inferred_total", l.inferred)
	for _, none := range []string{
		"log_errors_dropped_total", "log_lines_suspicious_total", "log_rotations_total", "log_skipped_bytes_total", "outputs_invalid_total",
		"reports_invalid_total", "reports_lost_total", "reports_total", "yields_unseen_total",
	} {
		f.integer(none, 0)
	}
}
