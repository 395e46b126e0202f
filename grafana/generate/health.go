package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// dataHealth is the monitoring itself: is the data whole, and what does it cost?
func dataHealth(s *scripts) (*board, error) {
	return &board{
		name: "data-health", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: data health", Zh: "CosyVoice：数据健康"},
		about: words.Text{
			En: "Can the other dashboards be believed: when was each host heard, what is missing, do the tasks keep up, and what does the monitoring cost?",
			Zh: "其他仪表板是否可信：各主机最近何时有数据、缺少什么、任务是否跟上，以及监控自身的开销。",
		},
		sections: []section{
			{panels: []*panel{heardNow(s), monitoringFindings(s)}},
			{title: words.Text{En: "Is it whole?", Zh: "数据是否完整"}, panels: []*panel{heardOver(s), tiersLate(s), judging(s), cardinality(s)}},
			{title: words.Text{En: "What the plugin could not do", Zh: "插件的异常"}, panels: []*panel{collectors(s), driverStates(s), dropped(s)}},
			{title: words.Text{En: "Reading the log", Zh: "日志读取"}, panels: []*panel{understood(s), lag(s), inferred(s)}},
			{title: words.Text{En: "What it costs", Zh: "监控开销"}, panels: []*panel{agentCPU(s), agentMemory(s), agentSeconds(s)}},
		},
	}, nil
}

// heardNow is a row for each host: since when it was not heard, and how its plugin is.
func heardNow(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "When each host was heard", Zh: "各主机最近数据"},
		about: words.Text{
			En: "How long before the end of the range each host of the last 30 days was heard last, for how long its plugin has run, and of how much of the range something is known. Yellow after 60 s of silence and red after 300 s; orange below 99 % of the range and red below 90 %.",
			Zh: "最近 30 天内每台主机在所选时间末之前多久有数据、插件已运行多久，以及所选时间内有数据的时间比例。无数据 60 秒起为黄色，300 秒起为红色；有数据的时间低于 99% 为橙色，低于 90% 为红色。",
		},
		width: 14, height: 7, none: words.Text{En: "no host was heard", Zh: "没有收到任何主机的数据"},
		columns: []string{"host", "age", "heard", "uptime", "points"},
		fields: []field{
			column("host", words.Text{En: "Host", Zh: "主机"}, 180),
			graded("age", words.Text{En: "Silent for", Zh: "无数据时长"}, 130, "dtdurations", 0, step{lowest, green}, step{60, yellow}, step{300, red}),
			column("heard", words.Text{En: "Last heard", Zh: "最近数据"}, 180, property("unit", "dateTimeAsLocal")),
			column("uptime", words.Text{En: "Plugin runs for", Zh: "插件已运行"}, 150, property("unit", "dtdurations"), property("decimals", 0)),
			graded("points", words.Text{En: "Known of the range", Zh: "有数据的时间"}, 0, units.Percent, 1, step{lowest, red}, step{90, orange}, step{99, green}),
		},
		queries: []string{s.counted(ofHosts, atEnd+heardLast+`
figure = (tables=<-, name) => tables |> map(fn: (r) => ({host: r.host, name: name, _value: float(v: r._value)})) |> group(columns: ["host", "name"])
`+share+`
union(
    tables: [
        heard |> figure(name: "heard"),
        ended(of: "cosyvoice_agent", inRaw: /^uptime_seconds$/, inTier: /^uptime_seconds_last$/)
            |> filter(fn: only)
            |> last()
            |> figure(name: "uptime"),
        heardShare |> group(columns: ["host"]) |> mean() |> figure(name: "points"),
    ],
)
    |> group(columns: ["host", "name"])
    |> max()
    |> group()
    |> pivot(rowKey: ["host"], columnKey: ["name"], valueColumn: "_value")
    |> map(fn: (r) => ({host: r.host, age: float(v: int(v: until) - int(v: r.heard)) / 1000000000.0, heard: time(v: int(v: r.heard)), uptime: r.uptime, points: r.points}))
    |> sort(columns: ["age"], desc: true)
`)},
	})
}

// share is the part of each window of which something is known of each host: each tick tells of the time
// since the one before, as it does of states, whatever the pace. It begins where the host was heard first,
// unless that was before the range; the window that is still open is left out.
const share = `known = exactBorders(of: "cosyvoice_agent")
told =
    union(
        tables: [
            over(
                of: "cosyvoice_agent",
                borders: known,
                read: (tables=<-, isRaw) => {
                    fields = if isRaw then /^none$/ else /^nvml_state_.*_seconds$/

                    return
                        tables
                            |> filter(fn: (r) => r._field =~ fields)
                            |> group(columns: ["host"])
                            |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start")
                },
            ),
            from(bucket: raw.name)
                |> range(start: date.sub(d: gap, from: known.minutes), stop: end)
                |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "nvml_state")
                |> filter(fn: only)
                |> elapsed(unit: 1ns)
                |> filter(fn: (r) => r._time >= known.minutes and r.elapsed <= int(v: gap))
                |> map(fn: (r) => ({r with _value: float(v: r.elapsed) / 1000000000.0}))
                |> drop(columns: ["elapsed"])
                |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start"),
            // Those that were heard before.
            from(bucket: hours.name)
                |> range(start: date.sub(d: 30d, from: since), stop: since)
                |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "points_count")
                |> filter(fn: only)
                |> last()
                |> map(fn: (r) => ({_time: begin, host: r.host, _value: 0.0})),
        ],
    )
        |> set(key: "_field", value: "known")
        |> merged(by: ["host"])
heardShare =
    told
        |> map(fn: (r) => ({_time: r._time, host: r.host, _value: if exists r._value then r._value else 0.0, heard: if exists r._value then 1 else 0}))
        |> group(columns: ["host"])
        |> cumulativeSum(columns: ["heard"])
        |> filter(fn: (r) => r.heard > 0 and date.add(d: every, to: r._time) <= until and r._time >= since)
        |> map(
            fn: (r) => {
                percent = 100.0 * r._value * 1000000000.0 / float(v: int(v: every))

                return {_time: r._time, host: r.host, _value: if percent > 100.0 then 100.0 else percent}
            },
        )
        |> group(columns: ["host"])
`

func heardOver(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Time of which something is known", Zh: "有数据的时间比例"},
		about: words.Text{
			En: "Share of each window of which each host told something: a tick tells of the time since the one before, of 90 s at the most. 0: the host was off, or its points are lost; cosyvoicectl gaps says which.",
			Zh: "每个窗口内每台主机有数据的时间比例：一次采样代表距上一次的时间，最多 90 秒。0 表示主机关闭或数据丢失，cosyvoicectl gaps 可区分。",
		},
		width: 12, unit: units.Percent, min: cog.ToPtr(0.0), max: cog.ToPtr(100.0), name: "${__field.labels.host}", interval: "1m", points: 300,
		queries: []string{s.counted(ofHosts, share+"\nheardShare\n")},
	})
}

// monitoringFindings is what the tasks found to be wrong with the monitoring itself.
func monitoringFindings(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Faults of the monitoring in the range", Zh: "监控自身的问题"},
		about: words.Text{
			En: "What the tasks found in the range: silent hosts, failing tasks, a log that is not read, a clock that is wrong. cosyvoicectl tasks shows each task and the text of its error.",
			Zh: "任务在所选时间内发现的问题：没有数据的主机、失败的任务、未读取的日志、不准的时钟。cosyvoicectl tasks 可查看每个任务及其错误信息。",
		},
		width: 10, height: 7, none: words.Text{En: "no findings; the tables below say whether tasks run", Zh: "没有发现问题；任务是否在运行，见下方表格"},
		columns: []string{"severity", "code", "host", "_time"},
		fields: []field{
			{name: "severity", text: words.Text{En: "Severity", Zh: "级别"}, mappings: severities, properties: append(background(), property("custom.width", 90))},
			{name: "code", text: words.Text{En: "What", Zh: "问题"}, mappings: plainly(of(causes.Monitoring, causeTitle)), properties: column("", words.Text{}, 240).properties},
			column("host", words.Text{En: "Host", Zh: "主机"}, 140),
			column("_time", words.Text{En: "Found last", Zh: "最后发现"}, 0, property("unit", "dateTimeAsLocal")),
		},
		queries: []string{s.plain(`from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and r.code =~ ` + pattern(ofGroup(causes.Monitoring)) + ` and ` + ofHosts + `)
    |> last()
    |> group()
    |> keep(columns: ["_time", "severity", "code", "host"])
    |> sort(columns: ["_time"], desc: true)
`)},
	})
}

// tiersLate is how far the windows of each measurement are behind its points.
func tiersLate(s *scripts) *panel {
	behind := func(name, english, chinese string, steps ...step) field {
		return graded(name, words.Text{En: english, Zh: chinese}, 130, "dtdurations", 0, steps...)
	}
	return rows(panel{
		title: words.Text{En: "How far the tasks are behind", Zh: "任务滞后情况"},
		about: words.Text{
			En: "The age of the newest points at the end of the range, and by how much the windows of a minute and of an hour are behind them. Minutes should be behind by less than 15 minutes, hours by less than 1 h 15 min (75 minutes): else they are orange.",
			Zh: "所选时间末最新数据点距所选时间末的时长，以及分钟、小时窗口落后于它们的时间。分钟窗口应小于 15 分钟，小时窗口应小于 75 分钟；否则为橙色。",
		},
		width:   12,
		columns: []string{"measurement", "age", "minutes", "hours"},
		fields: []field{
			column("measurement", words.Text{En: "Measurement", Zh: "测量"}, 170),
			behind("age", "Newest point", "最新数据点"),
			behind("minutes", "Minutes behind", "分钟窗口滞后", step{lowest, green}, step{900, orange}),
			behind("hours", "Hours behind", "小时窗口滞后", step{lowest, green}, step{4500, orange}),
		},
		queries: []string{s.plain(fmt.Sprintf(`newest = (bucket, condition, of, end) =>
    from(bucket: bucket)
        |> range(start: date.sub(d: 2d, from: until), stop: until)
        |> filter(fn: condition)
        |> last()
        |> map(fn: (r) => ({measurement: r._measurement, of: of, _value: float(v: int(v: until) - int(v: r._time) - int(v: end)) / 1000000000.0}))
marks = (r) => %s
behind = (tier, point) => if tier > point then tier - point else 0.0
windows = (r) => r._field == "points_count"

union(
    tables: [
        newest(bucket: raw.name, condition: marks, of: "point", end: 0s),
        newest(bucket: events, condition: marks, of: "point", end: 0s),
        newest(bucket: minutes.name, condition: windows, of: "minute", end: 1m),
        newest(bucket: hours.name, condition: windows, of: "hour", end: 1h),
    ],
)
    |> group(columns: ["measurement", "of"])
    |> min()
    |> group()
    |> pivot(rowKey: ["measurement"], columnKey: ["of"], valueColumn: "_value")
    |> map(
        fn: (r) => ({
            measurement: r.measurement,
            age: r.point,
            minutes: if exists r.minute and exists r.point then behind(tier: r.minute, point: r.point) else r.minute,
            hours: if exists r.hour and exists r.point then behind(tier: r.hour, point: r.point) else r.hour,
        }),
    )
    |> sort(columns: ["measurement"])
`, marks()))},
	})
}

// judging is a row for each task that looks for causes.
func judging(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Tasks that look for causes", Zh: "查找问题的任务"},
		about: words.Text{
			En: "When each task that looks for causes went well last, before the end of the range, and how many it found. After 20 minutes it is orange: that nothing is found then says nothing. cosyvoicectl tasks has its error.",
			Zh: "每个查找问题的任务在所选时间末之前最近一次成功运行的时间，以及发现的问题数。超过 20 分钟为橙色：此时没有发现问题不代表正常。错误信息见 cosyvoicectl tasks。",
		},
		width: 12, height: 5, none: words.Text{En: "no task has looked for two days: see cosyvoicectl tasks", Zh: "两天内没有任务运行：请查看 cosyvoicectl tasks"},
		columns: []string{"group", "age", "ran", "findings"},
		fields: []field{
			{name: "group", text: words.Text{En: "It judges", Zh: "判断依据"}, mappings: []mapping{
				{value: "minutes", text: words.Text{En: "the last minutes", Zh: "最近几分钟"}},
				{value: "trends", text: words.Text{En: "trends of hours", Zh: "数小时的趋势"}},
			}, properties: column("", words.Text{}, 150).properties},
			graded("age", words.Text{En: "Before", Zh: "距今"}, 120, "dtdurations", 0, step{lowest, green}, step{causes.Unjudged.Seconds(), orange}),
			column("ran", words.Text{En: "Ran last", Zh: "最近运行"}, 180, property("unit", "dateTimeAsLocal")),
			column("findings", words.Text{En: "It found", Zh: "发现的问题"}, 0, property("unit", units.Short), property("decimals", 0)),
		},
		queries: []string{s.plain(`from(bucket: events)
    |> range(start: date.sub(d: 2d, from: until), stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_judgement" and r._field == "findings")
    |> last()
    |> group()
    |> map(fn: (r) => ({group: r.group, age: float(v: int(v: until) - int(v: r._time)) / 1000000000.0, ran: r._time, findings: r._value}))
    |> sort(columns: ["group"])
`)},
	})
}

// cardinality is the number of series in each bucket.
func cardinality(s *scripts) *panel {
	return figure(panel{
		title: words.Text{En: "Series of the last day", Zh: "最近一天的序列数"},
		about: words.Text{
			En: "How many series each bucket got points of in the day before the end of the range. A few hundred a host are usual; a number that doubles within a week is a tag that changes.",
			Zh: "所选时间末之前一天内各存储桶有数据的序列数。每台主机几百个属正常；一周内翻倍说明有标签值在不断变化。",
		},
		width: 12, height: 5, unit: units.Short, decimals: cog.ToPtr(0.0), name: "${__field.labels.bucket}",
		queries: []string{s.plain(`series = (name, in) =>
    influxdb.cardinality(bucket: in, start: date.sub(d: 1d, from: until), stop: until)
        |> map(fn: (r) => ({_time: until, bucket: name, _value: r._value}))

union(
    tables: [
        series(name: "raw", in: raw.name),
        series(name: "1m", in: minutes.name),
        series(name: "1h", in: hours.name),
        series(name: "events", in: events),
    ],
)
    |> group(columns: ["bucket"])
`)},
	}, "lastNotNull")
}
