//go:build e2e

package proof

import "github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"

var service = map[string]golden{
	"Servers at the end of the range": tabled(serversNow),
	"State of the servers": lines(func(q *question) values {
		return q.worst(ofServer, "state", []string{"dead", "stuck", "starting", "busy", "ready"})
	}),
	"CPU of the server": lines(func(q *question) values { return q.meanAndHighest(ofServer, "cpu_percent", "cpu_max_percent") }),
	"Hottest thread":    means(ofRole, 1, "mean", "hottest_thread_percent"),
	"CPU by role":       means(ofRole, 1, "mean", "cpu_percent"),
	"Memory of the server": lines(func(q *question) values {
		return q.meanAndHighest(ofServer, "memory_rss_bytes", "memory_rss_max_bytes")
	}),
	"Memory by role": means(ofRole, 1, "mean", "memory_rss_bytes"),
	"GPU memory of the server": lines(func(q *question) values {
		return q.meanAndHighest(ofServer, "gpu_memory_bytes", "gpu_memory_max_bytes")
	}),
	"Memory and its limit":           means(ofServer, 1, "memory", "cgroup_memory_bytes", "limit", "cgroup_memory_limit_bytes"),
	"Held back by the CPU limit":     rates(ofServer, 1, "throttled", "cgroup_cpu_throttled_seconds_total"),
	"Ended by the kernel for memory": growth(ofServer, "killed", "cgroup_oom_kills_total"),
	"Syntheses in flight":            overview["Syntheses in flight"],
	"Connections":                    both(ofServer, "connections"),
	"Time to answer a probe":         both(ofServer, "probe_seconds"),
	"Open files":                     means(ofRole, 1, "mean", "fds"),
	"Threads":                        means(ofRole, 1, "mean", "threads"),
	"Disk":                           rates(ofRole.kept("host", "instance"), 1, "read", "io_read_bytes_total", "write", "io_write_bytes_total"),
	"Processors of the host":         overview["Processors of the host"],
	"Memory of the host": lines(func(q *question) values {
		return q.stats(ofHost, "memory_used_mb", "Value", mean).times(100.0 / 64000)
	}),
	"Load of the host": means(ofHost, 1, "load1", "load1"),
	"Restarts and other events": tabled(func(q *question) []row {
		return q.events(servers, func(p *known.Point) bool { return p.Tags["instance"] != "" })
	}),
}

func serversNow(q *question) []row {
	var rows []row
	for _, p := range q.newest(ofServer) {
		r := row{"host": p.Tags["host"], "instance": p.Tags["instance"], "version": p.Tags["version"]}
		for _, field := range []string{"state", "uptime_seconds", "in_flight", "connections", "cpu_percent", "memory_rss_bytes", "gpu_memory_bytes", "pid"} {
			if v := q.value(p, field); v != nil {
				r[field] = v
			}
		}
		rows = append(rows, r)
	}
	return rows
}
