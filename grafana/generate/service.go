package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// services are the servers, their processes, and the hosts that they run on.
func services(s *scripts) (*board, error) {
	return &board{
		name: "service", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: service and host", Zh: "CosyVoice：服务与主机"},
		about: words.Text{
			En: "Of each server: was it there, what do its processes take, what limits it; and how its host is.",
			Zh: "每个服务是否在线、各进程占用多少资源、受什么限制，以及主机情况。",
		},
		sections: []section{
			{panels: []*panel{serversNow(s), serverStatesOver(s)}},
			{title: words.Text{En: "Processor", Zh: "CPU"}, panels: []*panel{serverCPU(s), hottest(s), roleCPU(s)}},
			{title: words.Text{En: "Memory", Zh: "内存"}, panels: []*panel{serverMemory(s), roleMemory(s), serverGPUMemory(s)}},
			{title: words.Text{En: "Limits of its container or unit (cgroup)", Zh: "容器或 systemd 单元的限额（cgroup）"}, panels: []*panel{cgroupMemory(s), cgroupCPU(s), killed(s)}},
			{title: words.Text{En: "Requests and files", Zh: "请求与文件"}, panels: []*panel{
				inFlight(s, 8), connections(s), probe(s), descriptors(s), threads(s), inputOutput(s),
			}},
			{title: words.Text{En: "Host", Zh: "主机"}, panels: []*panel{hostCPU(s, 8), hostMemory(s), load(s), serverEvents(s)}},
		},
	}, nil
}

// serversNow is a row for each server, of the two minutes before the end of the range.
func serversNow(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Servers at the end of the range", Zh: "服务现状（所选时间末）"},
		about: words.Text{
			En: "The last readings of each server, of the two minutes before the end. The version is that of CosyVoice.",
			Zh: "每个服务在结束前两分钟内的最后读数。版本为 CosyVoice 的版本。",
		},
		width: 24, height: 6, none: words.Text{En: "no server was seen for two minutes", Zh: "两分钟内没有看到服务"},
		columns: []string{"host", "instance", "version", "state", "uptime_seconds", "in_flight", "connections", "cpu_percent", "memory_rss_bytes", "gpu_memory_bytes", "pid"},
		fields: []field{
			column("host", words.Text{En: "Host", Zh: "主机"}, 160),
			column("instance", words.Text{En: "Instance", Zh: "服务实例"}, 130),
			column("version", words.Text{En: "Version", Zh: "版本"}, 180),
			{name: "state", text: words.Text{En: "State", Zh: "状态"}, mappings: states, properties: append(background(), property("custom.width", 100))},
			column("uptime_seconds", words.Text{En: "Runs for", Zh: "已运行"}, 140, property("unit", "dtdurations"), property("decimals", 0)),
			column("in_flight", words.Text{En: "In flight", Zh: "进行中"}, 90, property("unit", units.Short), property("decimals", 0)),
			column("connections", words.Text{En: "Connections", Zh: "连接数"}, 110, property("unit", units.Short), property("decimals", 0)),
			column("cpu_percent", words.Text{En: "CPU (100 a core)", Zh: "CPU（单核为 100）"}, 150, property("unit", units.Percent), property("decimals", 0)),
			column("memory_rss_bytes", words.Text{En: "Memory", Zh: "内存"}, 100, property("unit", units.BytesIEC)),
			column("gpu_memory_bytes", words.Text{En: "GPU memory", Zh: "显存"}, 110, property("unit", units.BytesIEC)),
			column("pid", words.Text{En: "Process", Zh: "进程号"}, 0, property("unit", units.NoUnit), property("decimals", 0)),
		},
		queries: []string{s.plain(atEnd + "\n" + endOf("cosyvoice_service", "uptime_seconds|in_flight|connections|cpu_percent|memory_rss_bytes|gpu_memory_bytes", "state|pid") + `
    |> filter(fn: (r) => ` + ofServers + `)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
` + unlast + `    |> group(columns: ["host", "instance"])
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 1)
    |> keep(columns: ["host", "instance", "version", "state", "uptime_seconds", "in_flight", "connections", "cpu_percent", "memory_rss_bytes", "gpu_memory_bytes", "pid"])
    |> group()
    |> sort(columns: ["host", "instance"])
`)},
	})
}

// serverStatesOver is the worst state of each server in each window.
func serverStatesOver(s *scripts) *panel {
	return timeline(panel{
		title: words.Text{En: "State of the servers", Zh: "服务状态变化"},
		about: words.Text{
			En: "The worst state of each window: dead, stuck (three checks failed), starting; else busy or ready. Grey: nothing is known.",
			Zh: "每个窗口内最差的状态：已退出、卡住（连续三次检查失败）、启动中；否则为繁忙或就绪。灰色表示没有数据。",
		},
		width: 24, height: 6, unit: units.String, mappings: append([]mapping{unknown}, states...), name: whichServer, interval: "30s", points: 400,
		queries: []string{s.windows(ofServers, `worst(
    of: "cosyvoice_service",
    known: exactBorders(of: "cosyvoice_service"),
    field: "state",
    states: ["dead", "stuck", "starting", "busy", "ready"],
    by: ["host", "instance"],
    choose: (r) =>
        if exists r.dead then
            "dead"
        else if exists r.stuck then
            "stuck"
        else if exists r.starting then
            "starting"
        else if exists r.busy then
            "busy"
        else if exists r.ready then
            "ready"
        else
            "none",
)
`)},
	})
}

// serverLines are a reading of each server over time.
func serverLines(s *scripts, p panel, reading, highest string) *panel {
	p.min, p.name, p.fields, p.width = cog.ToPtr(0.0), "${__field.name} "+whichServer, meanAndMost, 8
	p.queries = []string{s.windows(ofServers, fmt.Sprintf(`meanAndHighest(of: "cosyvoice_service", known: borders(of: "cosyvoice_service"), field: %q, highest: %q, by: ["host", "instance"])
`, reading, highest))}
	return lines(p)
}

// whichRole is how a series of the processes of a role is called.
const whichRole = whichServer + " ${__field.labels.role}"

// roleLines are a reading of the processes of each role over time: their mean.
func roleLines(s *scripts, p panel, reading string) panel {
	p.min, p.name, p.width = cog.ToPtr(0.0), whichRole, 8
	p.queries = []string{s.windows(ofServers, fmt.Sprintf(`meanOf(of: "cosyvoice_process", known: exactBorders(of: "cosyvoice_process"), field: %q, by: ["host", "instance", "role"], name: "mean")
`, reading))}
	return p
}

func serverCPU(s *scripts) *panel {
	return serverLines(s, panel{
		title: words.Text{En: "CPU of the server", Zh: "服务 CPU"},
		about: words.Text{
			En: "All processes of the server, 100 for one core: the mean of each window and its highest second.",
			Zh: "服务全部进程的 CPU，单核为 100：每个窗口的平均值与最高一秒。",
		},
		unit: units.Percent,
	}, "cpu_percent", "cpu_max_percent")
}

func hottest(s *scripts) *panel {
	return lines(roleLines(s, panel{
		title: words.Text{En: "Hottest thread", Zh: "最忙的线程"},
		about: words.Text{
			En: "The busiest thread of each role, of one core. A thread that stays near 100, the line, holds the GPU up, however many cores are free.",
			Zh: "每种角色中最忙线程占单核的比例。长期接近 100（虚线）说明该线程拖慢了 GPU，其他核再空闲也没有用。",
		},
		unit: units.Percent, steps: []step{{100, red}},
	}, "hottest_thread_percent"))
}

func roleCPU(s *scripts) *panel {
	return stacked(roleLines(s, panel{
		title: words.Text{En: "CPU by role", Zh: "CPU（按角色）"},
		about: words.Text{
			En: "The processes of each role, 100 for one core: main, engine (vLLM and the like), stub (of Triton), worker, helper.",
			Zh: "每种角色的进程，单核为 100：main 主进程、engine 推理引擎、stub（Triton）、worker 工作进程、helper 辅助进程。",
		},
		unit: units.Percent,
	}, "cpu_percent"))
}

func serverMemory(s *scripts) *panel {
	return serverLines(s, panel{
		title: words.Text{En: "Memory of the server", Zh: "服务内存"},
		about: words.Text{
			En: "Resident memory of all its processes on the host: the mean of each window and its highest second. A steady rise is a leak.",
			Zh: "服务全部进程的常驻内存：每个窗口的平均值与最高一秒。持续上升说明存在泄漏。",
		},
		unit: units.BytesIEC,
	}, "memory_rss_bytes", "memory_rss_max_bytes")
}

func roleMemory(s *scripts) *panel {
	return stacked(roleLines(s, panel{
		title: words.Text{En: "Memory by role", Zh: "内存（按角色）"},
		about: words.Text{
			En: "Resident memory of the processes of each role; shared pages count once a process.",
			Zh: "每种角色进程的常驻内存；共享页在每个进程中各计一次。",
		},
		unit: units.BytesIEC,
	}, "memory_rss_bytes"))
}

func serverGPUMemory(s *scripts) *panel {
	return serverLines(s, panel{
		title: words.Text{En: "GPU memory of the server", Zh: "服务显存"},
		about: words.Text{
			En: "What the server holds over all GPUs: the mean of each window and its highest second.",
			Zh: "服务在全部 GPU 上占用的显存：每个窗口的平均值与最高一秒。",
		},
		unit: units.BytesIEC,
	}, "gpu_memory_bytes", "gpu_memory_max_bytes")
}

func connections(s *scripts) *panel {
	return serverLines(s, panel{
		title: words.Text{En: "Connections", Zh: "连接数"},
		about: words.Text{
			En: "Connections to the server's port: the mean of each window and the most at a tick.",
			Zh: "服务端口上已建立的连接：每个窗口的平均值与最大值。",
		},
		unit: units.Short,
	}, "connections", "connections")
}

func probe(s *scripts) *panel {
	return serverLines(s, panel{
		title: words.Text{En: "Time to answer a probe", Zh: "探测响应时间"},
		about: words.Text{
			En: "How long the server took to answer the plugin's probe; only where probes are on.",
			Zh: "服务响应插件探测的时间；仅在启用探测时有数据。",
		},
		unit: units.Seconds, none: words.Text{En: "no data, or not probed", Zh: "没有数据或未启用探测"},
	}, "probe_seconds", "probe_seconds")
}

func descriptors(s *scripts) *panel {
	return lines(roleLines(s, panel{
		title: words.Text{En: "Open files", Zh: "打开的文件"},
		about: words.Text{
			En: "Open files and sockets of the processes of each role. A steady rise ends at the limit, mostly 1024.",
			Zh: "每种角色进程打开的文件与套接字。持续上升将到达上限（通常为 1024）。",
		},
		unit: units.Short, none: words.Text{En: "no data, or another user's process", Zh: "没有数据，或进程属于其他用户"},
	}, "fds"))
}

func threads(s *scripts) *panel {
	return lines(roleLines(s, panel{
		title: words.Text{En: "Threads", Zh: "线程数"},
		about: words.Text{
			En: "Threads of the processes of each role. Threads that become ever more are requests that never end.",
			Zh: "每种角色进程的线程数。线程不断增多说明有永不结束的请求。",
		},
		unit: units.Short,
	}, "threads"))
}
