package cosyvoice

import (
	"time"

	"github.com/influxdata/telegraf"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

const (
	serviceName = "cosyvoice3"
	mebibyte    = 1 << 20
)

// tick collects the points of one gather. A nil pointer as a field's value means
// unknown, and the field is left out.
type tick struct {
	acc telegraf.Accumulator
	now time.Time
}

func (t *tick) add(measurement string, tags map[string]string, fields map[string]any) {
	tags["service"] = serviceName
	t.acc.AddFields(measurement, fields, tags, t.now)
}

// system adds system_metrics, for people: of the GPUs shown, the fullest for memory
// and the highest for the rest.
func (t *tick) system(version string, count int, shown []gpu.GPU, report *process.Report) {
	if report == nil && count == 0 {
		return // nothing is known of the host
	}
	fields := map[string]any{}
	if report != nil {
		fields["cpu_usage_percent"] = report.Host.CPUUsagePercent
		fields["memory_used_mb"] = report.Host.MemoryUsedMiB
		fields["memory_total_mb"] = report.Host.MemoryTotalMiB
		fields["load1"] = report.Host.Load1
	}
	if count > 0 {
		fields["gpu_count"] = int64(count)
	}
	var fullest float64
	var utilization, temperature *float64
	for _, g := range shown {
		utilization = highest(utilization, g.UtilizationPercent)
		temperature = highest(temperature, g.TemperatureC)
		if g.MemoryUsedBytes == nil {
			continue
		}
		percent := 0.0
		if g.MemoryTotalBytes != nil && *g.MemoryTotalBytes > 0 {
			percent = 100 * *g.MemoryUsedBytes / *g.MemoryTotalBytes
		}
		if _, any := fields["gpu_memory_used_mb"]; any && percent <= fullest {
			continue
		}
		fullest = percent
		fields["gpu_memory_used_mb"] = *g.MemoryUsedBytes / mebibyte
		fields["gpu_memory_used_max_mb"] = scaled(g.MemoryUsedMaxBytes, 1.0/mebibyte)
		fields["gpu_memory_total_mb"] = scaled(g.MemoryTotalBytes, 1.0/mebibyte)
		if g.MemoryTotalBytes != nil {
			fields["gpu_memory_used_percent"] = percent
		}
	}
	fields["gpu_utilization_percent"], fields["gpu_temperature_c"] = utilization, temperature
	t.add("system_metrics", map[string]string{"version": version}, fields)
}

func (t *tick) services(services []process.Service, use gpuUse, live map[string]synthesis.Live) {
	running := 0
	for _, s := range services {
		if s.Up {
			running++
		}
	}
	for _, s := range services {
		tags := func() map[string]string {
			return map[string]string{"instance": s.Instance, "version": s.Version}
		}
		fields := map[string]any{
			"up":                        asFlag(s.Up),
			"state":                     string(s.State),
			"uptime_seconds":            s.UptimeSeconds,
			"cpu_percent":               s.CPUPercent,
			"cpu_max_percent":           s.CPUMaxPercent,
			"cpu_min_percent":           s.CPUMinPercent,
			"memory_rss_bytes":          float(s.RSSBytes),
			"memory_rss_max_bytes":      float(s.RSSMaxBytes),
			"memory_rss_min_bytes":      float(s.RSSMinBytes),
			"probe_seconds":             s.ProbeSeconds,
			"cgroup_memory_bytes":       float(s.CgroupMemoryBytes),
			"cgroup_memory_limit_bytes": float(s.CgroupMemoryLimitBytes),
			"cgroup_oom_kills_total":    s.CgroupOOMKills,

			"cgroup_cpu_limit_percent":           s.CgroupCPULimitPercent,
			"cgroup_cpu_throttled_seconds_total": s.CgroupCPUThrottledSeconds,
		}
		if s.Ready != nil {
			fields["ready"] = asFlag(*s.Ready)
		}
		if s.Connections != nil {
			fields["connections"] = float64(*s.Connections)
		}
		if s.Up {
			fields["pid"] = int64(s.PID)
			fields["gpu_sm_percent"] = use.smOf(s.PIDs)
			if use.complete {
				fields["gpu_presumed"] = asFlag(use.presumed[s.PID])
			}
			fields["gpu_memory_bytes"] = use.memoryOf(s.PIDs)
			fields["gpu_memory_max_bytes"] = use.memoryPeakOf(s.PIDs, running)
		}
		if l, ok := live[s.Instance]; ok && s.Up {
			fields["state"] = string(stateOf(s.State, l))
			fields["in_flight"] = float64(l.InFlight)
			fields["in_flight_stuck"] = float64(l.Stuck)
			fields["oldest_in_flight_seconds"] = l.OldestSeconds
		}
		t.add("cosyvoice_service", tags(), fields)
		for _, r := range s.Roles {
			t.role(r, tags(), use)
		}
	}
}

// stateOf refines a server's state by what its log tells: it is busy with what is in
// flight, and stuck when nothing of that gets ahead.
func stateOf(state process.State, live synthesis.Live) process.State {
	switch {
	case state != process.StateReady && state != process.StateBusy:
		return state
	case live.InFlight > 0 && live.Stuck == live.InFlight:
		return process.StateStuck
	case live.InFlight > 0:
		return process.StateBusy
	}
	return state
}

func (t *tick) role(r process.Role, tags map[string]string, use gpuUse) {
	tags["role"] = string(r.Name)
	fields := map[string]any{
		"count":                  float64(r.Count),
		"pid":                    int64(r.PID),
		"cpu_percent":            r.CPUPercent,
		"hottest_thread_percent": r.HottestThreadPercent,
		"cpu_wait_seconds_total": r.CPUWaitSecondsTotal,
		"context_switches_total": r.ContextSwitchesTotal,
		"memory_rss_bytes":       float(r.RSSBytes),
		"memory_pss_bytes":       float(r.PSSBytes),
		"gpu_memory_bytes":       use.memoryOf(r.PIDs),
		"gpu_sm_percent":         use.smOf(r.PIDs),
		"io_read_bytes_total":    r.IOReadBytesTotal,
		"io_write_bytes_total":   r.IOWriteBytesTotal,
	}
	if !r.StartTime.IsZero() {
		fields["start_time"] = r.StartTime.Unix()
	}
	if r.Threads != nil {
		fields["threads"] = float64(*r.Threads)
	}
	if r.FDs != nil {
		fields["fds"] = float64(*r.FDs)
	}
	t.add("cosyvoice_process", tags, fields)
}

// versionOf is the version of the first server that has one.
func versionOf(services []process.Service) string {
	for _, s := range services {
		if s.Version != "" {
			return s.Version
		}
	}
	return ""
}

func asFlag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func float(v *uint64) *float64 {
	if v == nil {
		return nil
	}
	f := float64(*v)
	return &f
}

func scaled(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	f := *v * factor
	return &f
}

func highest(a, b *float64) *float64 {
	if a == nil || (b != nil && *b > *a) {
		return b
	}
	return a
}
