package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

var noLimit = words.Text{En: "no limit, or no data", Zh: "没有限额或没有数据"}

// cgroupMemory is what the cgroup of a server holds, under its limit.
func cgroupMemory(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Memory and its limit", Zh: "内存与限额"},
		about: words.Text{
			En: "Memory of the server's cgroup, and the limit at which the kernel ends the server.",
			Zh: "服务所在 cgroup 的内存，以及内核会结束服务的上限。",
		},
		width: 8, unit: units.BytesIEC, min: cog.ToPtr(0.0), name: "${__field.name} " + whichServer,
		fields: []field{
			{name: "memory", text: words.Text{En: "memory " + whichServer, Zh: "内存 " + whichServer}},
			dashed("limit", words.Text{En: "limit " + whichServer, Zh: "限额 " + whichServer}, red),
		},
		queries: []string{s.windows(ofServers, `known = exactBorders(of: "cosyvoice_service")
bytes = (field, name) => meanOf(of: "cosyvoice_service", known: known, field: field, by: ["host", "instance"], name: name)

union(tables: [bytes(field: "cgroup_memory_bytes", name: "memory"), bytes(field: "cgroup_memory_limit_bytes", name: "limit")])
`)},
	})
}

// cgroupCPU is how long a server was held back by the limit of its cgroup.
func cgroupCPU(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Held back by the CPU limit", Zh: "CPU 限流（cgroup）"},
		about: words.Text{
			En: "Seconds a second in which the server was held back by the CPU limit of its cgroup, over all CPUs. Anything above 0 makes syntheses slower.",
			Zh: "每秒内服务因 cgroup CPU 限额而被限流的秒数（所有 CPU 合计）。大于 0 就会拖慢合成。",
		},
		width: 8, unit: units.PercentUnit, min: cog.ToPtr(0.0), name: whichServer, interval: "1m", none: noLimit,
		queries: []string{s.counted(ofServers, `grown(of: "cosyvoice_service", known: exactBorders(of: "cosyvoice_service"), field: "cgroup_cpu_throttled_seconds_total", by: ["host", "instance"], name: "throttled") |> rate(times: 1.0)
`)},
	})
}

// killed is how often the kernel ended processes of the cgroup.
func killed(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Ended by the kernel for memory", Zh: "因内存不足被内核终止（OOM）"},
		about: words.Text{
			En: "How many processes of the server's cgroup the kernel ended in each window for lack of memory.",
			Zh: "每个窗口内，cgroup 中因内存不足被内核结束的进程数。",
		},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), name: whichServer, interval: "1m",
		queries: []string{s.counted(ofServers, `grown(of: "cosyvoice_service", known: exactBorders(of: "cosyvoice_service"), field: "cgroup_oom_kills_total", by: ["host", "instance"], name: "killed")
`)},
	})
}

// inputOutput is what the server's processes read from and wrote to disks.
func inputOutput(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Disk", Zh: "磁盘读写"},
		about: words.Text{
			En: "What the server's processes read from and wrote to disks, by the second.",
			Zh: "服务进程每秒读写磁盘的数据量。",
		},
		width: 8, unit: units.BytesPerSecondIEC, min: cog.ToPtr(0.0), name: "${__field.name} " + whichServer, interval: "1m",
		none: words.Text{En: "no data, or another user's process", Zh: "没有数据，或进程属于其他用户"},
		fields: []field{
			{name: "read", text: words.Text{En: "read " + whichServer, Zh: "读 " + whichServer}},
			{name: "write", text: words.Text{En: "written " + whichServer, Zh: "写 " + whichServer}},
		},
		queries: []string{s.counted(ofServers, `known = exactBorders(of: "cosyvoice_process")
way = (name) =>
    grown(of: "cosyvoice_process", known: known, field: "io_" + name + "_bytes_total", by: ["host", "instance"], name: name) |> rate(times: 1.0)

union(tables: [way(name: "read"), way(name: "write")])
`)},
	})
}

// hostMemory is the share of the host's memory that is in use.
func hostMemory(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Memory of the host", Zh: "主机内存"},
		about: words.Text{
			En: "Share of the host's memory that is not available any more. The dashed line is 95 %; near 100 % the kernel ends a process, mostly the largest: the server.",
			Zh: "主机内存中不可再用的比例。虚线为 95%；接近 100% 时内核会结束进程，通常是最大的服务进程。",
		},
		width: 8, unit: units.Percent, min: cog.ToPtr(0.0), max: cog.ToPtr(100.0), name: "${__field.labels.host}", steps: []step{{95, red}},
		queries: []string{s.windows(ofHosts, `known = exactBorders(of: "system_metrics")
amount = (field, name) => meanOf(of: "system_metrics", known: known, field: field, by: ["host"], name: name)

union(tables: [amount(field: "memory_used_mb", name: "used"), amount(field: "memory_total_mb", name: "total")])
    |> group(columns: ["host"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({r with _value: 100.0 * r.used / r.total}))
    |> drop(columns: ["used", "total"])
`)},
	})
}

func load(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Load of the host", Zh: "主机负载"},
		about: words.Text{
			En: "Processes that run or wait for a processor or a disk, the average of one minute. More than there are cores: they wait.",
			Zh: "正在运行或等待 CPU、磁盘的进程数（1 分钟平均）。超过核数说明有进程在等待。",
		},
		width: 8, unit: units.Short, min: cog.ToPtr(0.0), name: "${__field.labels.host}",
		queries: []string{s.windows(ofHosts, `meanOf(of: "system_metrics", known: exactBorders(of: "system_metrics"), field: "load1", by: ["host"], name: "load1")
`)},
	})
}

func serverEvents(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Restarts and other events", Zh: "重启与其他事件"},
		about: words.Text{
			En: "What happened to the servers in the range, the newest first; the time leads to what went on then.",
			Zh: "所选时间内服务发生的事件，最新的在前；点击时间查看当时情况。",
		},
		width: 24, height: 9, none: words.Text{En: "no events are known", Zh: "没有已知的事件"},
		columns: []string{"_time", "severity", "kind", "whose", "message"}, hidden: []string{"host", "from", "to"}, fields: eventColumns,
		queries: []string{s.plain(eventRows(ofServers + " and r.instance =~ /./"))},
	})
}
