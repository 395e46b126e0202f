package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// ofGroup are the codes of a group of causes.
func ofGroup(group string) []string {
	var codes []string
	all := causes.All()
	for i := range all {
		if all[i].Group == group {
			codes = append(codes, all[i].Code)
		}
	}
	return codes
}

// marks is a condition for a field that each point has, by its measurement.
func marks() string {
	var text string
	for i, source := range rollup.Sources {
		if i > 0 {
			text += " or "
		}
		text += fmt.Sprintf("(r._measurement == %q and r._field == %q)", source.Measurement, source.Mark)
	}
	return text
}

// whichCollector is how a series of a part of the plugin is called.
const whichCollector = "${__field.labels.host} ${__field.labels.collector}"

// agentLines is a reading of the plugin over time.
func agentLines(s *scripts, p panel, only, body string) *panel {
	p.width = 8
	if p.name == "" {
		p.name = "${__field.labels.host}"
	}
	p.min = cog.ToPtr(0.0)
	p.queries = []string{s.counted(ofHosts+only, "known = exactBorders(of: \"cosyvoice_agent\")\n\n"+body)}
	return lines(p)
}

func collectors(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Collectors that gave readings", Zh: "采集成功率"},
		about: words.Text{
			En: "Share of the ticks of each window at which each part of the plugin gave readings: the GPU, the processes, the log.",
			Zh: "每个窗口内插件各部分（GPU、进程、日志）成功给出读数的比例。",
		},
		unit: units.Percent, max: cog.ToPtr(100.0), name: whichCollector, interval: "1m", points: 300,
	}, "", `meanOf(of: "cosyvoice_agent", known: known, field: "success", by: ["host", "collector"], name: "success")
    |> map(fn: (r) => ({r with _value: 100.0 * r._value}))
`)
}

// driverStates is the worst state of the driver in each window, as the plugin met it.
func driverStates(s *scripts) *panel {
	return timeline(panel{
		title: words.Text{En: "Driver (NVML)", Zh: "驱动（NVML）"},
		about: words.Text{
			En: "The worst state of each window: hangs, no permission, library and kernel module differ, fails, no driver. Grey: nothing is known.",
			Zh: "每个窗口内最差的状态：无响应、无权限、库与内核模块不一致、出错、没有驱动。灰色表示没有数据。",
		},
		width: 8, unit: units.String, name: "${__field.labels.host}", interval: "1m", points: 300,
		mappings: []mapping{
			unknown,
			{value: "ok", text: words.Text{En: "ok", Zh: "正常"}, color: green},
			{value: "starting", text: words.Text{En: "starting", Zh: "启动中"}, color: yellow},
			{value: "absent", text: words.Text{En: "no driver", Zh: "没有驱动"}, color: purple},
			{value: "denied", text: words.Text{En: "no permission", Zh: "无权限"}, color: orange},
			{value: "mismatch", text: words.Text{En: "versions differ", Zh: "版本不一致"}, color: orange},
			{value: "failed", text: words.Text{En: "fails", Zh: "出错"}, color: red},
			{value: "hung", text: words.Text{En: "hangs", Zh: "无响应"}, color: red},
		},
		queries: []string{s.counted(ofHosts+` and r.collector == "gpu"`, `worst(
    of: "cosyvoice_agent",
    field: "nvml_state",
    known: exactBorders(of: "cosyvoice_agent"),
    states: ["hung", "failed", "mismatch", "denied", "absent", "starting", "ok"],
    by: ["host"],
    choose: (r) =>
        if exists r.hung then
            "hung"
        else if exists r.failed then
            "failed"
        else if exists r.mismatch then
            "mismatch"
        else if exists r.denied then
            "denied"
        else if exists r.absent then
            "absent"
        else if exists r.starting then
            "starting"
        else if exists r.ok then
            "ok"
        else
            "none",
)
`)},
	})
}

// dropped are points and fields that were not written.
func dropped(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Points given up", Zh: "丢弃的数据点"},
		about: words.Text{
			En: "Points that Telegraf did not read in time, points that line protocol cannot hold, and ticks that came while one was still gathered.",
			Zh: "Telegraf 未及时读取的数据点、无法写成行协议的数据点，以及上一次采集未完成时到来的采样。",
		},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), name: "${__field.labels.host} ${__field.name}", interval: "1m",
		fields: []field{
			{name: "dropped", text: words.Text{En: "${__field.labels.host} not read", Zh: "${__field.labels.host} 未读取"}},
			{name: "invalid", text: words.Text{En: "${__field.labels.host} invalid", Zh: "${__field.labels.host} 无效"}},
			{name: "skipped", text: words.Text{En: "${__field.labels.host} ticks skipped", Zh: "${__field.labels.host} 跳过的采样"}},
		},
		queries: []string{s.counted(ofHosts+` and r.collector == "plugin"`, `known = exactBorders(of: "cosyvoice_agent")
lost = (field, name) => grown(of: "cosyvoice_agent", known: known, field: field, by: ["host"], name: name)

union(
    tables: [
        lost(field: "points_dropped_total", name: "dropped"),
        lost(field: "points_invalid_total", name: "invalid"),
        lost(field: "ticks_skipped_total", name: "skipped"),
    ],
)
`)},
	})
}

// ratio is one counter's growth as a percentage of another's.
const ratio = `ratio = (of, to) =>
    union(
        tables: [
            grown(of: "cosyvoice_agent", known: known, field: of, by: ["host"], name: "of"),
            grown(of: "cosyvoice_agent", known: known, field: to, by: ["host"], name: "to"),
        ],
    )
        |> group(columns: ["host"])
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> filter(fn: (r) => not exists r.to or r.to > 0.0)
        |> map(fn: (r) => ({r with _value: 100.0 * r.of / r.to}))
        |> drop(columns: ["of", "to"])
`

func understood(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Lines of the log that tell something", Zh: "可识别的日志行"},
		about: words.Text{
			En: "Share of the lines read that told something. It depends on how much the server logs; a fall to 0 is a log of an unknown form.",
			Zh: "读取的日志行中能识别的比例，取决于服务输出的日志量；降到 0 说明日志格式无法识别。",
		},
		unit: units.Percent, max: cog.ToPtr(100.0), interval: "1m", points: 300, none: words.Text{En: "no log was read", Zh: "没有读取日志"},
	}, ` and r.collector == "log"`, ratio+`
ratio(of: "log_lines_understood_total", to: "log_lines_total")
`)
}

func lag(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Log not yet read", Zh: "未读取的日志"},
		about: words.Text{
			En: "What the server had written to its log and the plugin had not read yet at a tick: the mean of each window.",
			Zh: "采样时服务已写入而插件尚未读取的日志量：每个窗口的平均值。",
		},
		unit: units.BytesIEC, none: words.Text{En: "no log was read", Zh: "没有读取日志"},
	}, ` and r.collector == "log"`, `meanOf(of: "cosyvoice_agent", known: known, field: "log_lag_bytes", by: ["host"], name: "lag")
`)
}

func inferred(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Audio that fits several requests", Zh: "归属不唯一的音频"},
		about: words.Text{
			En: "Share of the audio handed out that fits more than one request in the log, so that its record is inferred. The Python file of deploy/python makes it exact.",
			Zh: "日志中可归属于多个请求（因而记录为推断）的音频比例。使用 deploy/python 中的文件可得到精确记录。",
		},
		unit: units.Percent, max: cog.ToPtr(100.0), interval: "1m", points: 300, none: words.Text{En: "no audio in the log", Zh: "日志中没有音频"},
	}, ` and r.collector == "log"`, ratio+`
ratio(of: "yields_inferred_total", to: "yields_total")
`)
}

func agentCPU(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "CPU of the plugin", Zh: "插件 CPU"},
		about: words.Text{
			En: "Of the plugin and of its NVML child, 100 for one core.",
			Zh: "插件及其 NVML 子进程的 CPU，单核为 100。",
		},
		unit: units.Percent, name: whichCollector, interval: "1m", points: 300,
	}, "", `grown(of: "cosyvoice_agent", known: known, field: "cpu_seconds_total", by: ["host", "collector"], name: "cpu") |> rate(times: 100.0)
`)
}

func agentMemory(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Memory of the plugin", Zh: "插件内存"},
		about: words.Text{
			En: "Resident memory of the plugin and of its NVML child: the mean of each window.",
			Zh: "插件及其 NVML 子进程的常驻内存：每个窗口的平均值。",
		},
		unit: units.BytesIEC, name: whichCollector,
	}, "", `meanOf(of: "cosyvoice_agent", known: known, field: "memory_rss_bytes", by: ["host", "collector"], name: "memory")
`)
}

func agentSeconds(s *scripts) *panel {
	return agentLines(s, panel{
		title: words.Text{En: "Time of a tick", Zh: "单次采集耗时"},
		about: words.Text{
			En: "How long each part of the plugin took at a tick: the mean of each window. Ticks come every 10 s.",
			Zh: "插件各部分每次采集的耗时：每个窗口的平均值。每 10 秒采集一次。",
		},
		unit: units.Seconds, name: whichCollector,
	}, "", `meanOf(of: "cosyvoice_agent", known: known, field: "seconds", by: ["host", "collector"], name: "seconds")
`)
}
