package past

import (
	"math"
	"time"
)

// processCounters are what the kernel counts of a process of the server.
type processCounters struct {
	wait              float64 // s
	switches, written int64
}

// service is the server at a tick.
func (s *simulation) service(r *reading) {
	box := s.plan.Box
	var f fields
	f.flag("up", r.up)
	f.flag("ready", r.serves)
	f.text("state", r.state)
	if r.up {
		now, most, _ := s.memory(r)
		cpu := s.serverCPU(r)
		f.integer("pid", s.life.pid)
		f.float("uptime_seconds", r.at.Sub(s.life.start).Seconds())
		f.float("cpu_percent", cpu)
		f.float("cpu_max_percent", max(cpu, math.Ceil(r.busy)*s.around(busyCPU, 0.05)))
		f.float("cpu_min_percent", cpu*r.busy)
		rss := s.rss(r)
		f.float("memory_rss_bytes", rss)
		f.float("memory_rss_max_bytes", max(rss, serverMemory+spokenMemory*float64(r.peak)))
		f.float("memory_rss_min_bytes", serverMemory)
		f.float("gpu_memory_bytes", now-driverBytes-r.other)
		f.float("gpu_memory_max_bytes", most-driverBytes-r.other)
		f.float("gpu_sm_percent", r.use)
		f.flag("gpu_presumed", false)
		f.float("connections", float64(r.running+s.random.IntN(2)))
		f.float("cgroup_memory_bytes", rss*1.3)
		f.integer("cgroup_oom_kills_total", 0)
		f.float("in_flight", float64(r.running))
		f.float("in_flight_stuck", 0)
		if r.running > 0 {
			f.float("oldest_in_flight_seconds", r.oldest.Seconds())
		}
		if r.serves {
			f.float("probe_seconds", s.around(0.004, 0.3)*r.slow)
		}
	}
	s.point("cosyvoice_service", r.at, f, "instance", box.Instance, "version", s.life.version)
}

// serverCPU is what the server takes, in percent of a core. Where the processors are full it waits.
func (s *simulation) serverCPU(r *reading) float64 {
	if !r.serves && r.up {
		return s.around(96, 0.02) // it loads the model
	}
	return 0.6 + s.around(busyCPU*r.busy, 0.06)
}

// role is the server's only process at a tick.
func (s *simulation) role(r *reading) {
	if !r.up {
		return
	}
	seconds := r.passed.Seconds()
	cpu := s.serverCPU(r)
	s.process.switches += int64(seconds*30 + seconds*140*r.busy)
	s.process.written += int64(seconds*200 + seconds*9000*r.busy)
	s.process.wait += seconds * r.busy * max(0.002, (r.hostCPU-70)/60)
	rss := s.rss(r)
	now, _, _ := s.memory(r)
	var f fields
	f.float("count", 1)
	f.integer("pid", s.life.pid)
	f.integer("start_time", s.life.start.Unix())
	f.float("cpu_percent", cpu)
	f.float("hottest_thread_percent", cpu*0.8)
	f.float("cpu_wait_seconds_total", s.process.wait)
	f.integer("context_switches_total", s.process.switches)
	f.float("threads", float64(8+r.running))
	f.float("fds", float64(15+r.running))
	f.float("memory_rss_bytes", rss)
	if r.at.Truncate(5*time.Minute) == r.at {
		f.float("memory_pss_bytes", rss*0.97)
	}
	f.float("gpu_memory_bytes", now-driverBytes-r.other)
	f.float("gpu_sm_percent", r.use)
	f.integer("io_read_bytes_total", 0)
	f.integer("io_write_bytes_total", s.process.written)
	s.point("cosyvoice_process", r.at, f, "instance", s.plan.Box.Instance, "version", s.life.version, "role", "main")
}
