package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// fleet is all hosts side by side, the worst first.
func fleet(s *scripts) (*board, error) {
	rtf, err := s.quantiles("rtf", list("host"))
	if err != nil {
		return nil, err
	}
	return &board{
		name: "fleet", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: fleet", Zh: "CosyVoice：全部主机"},
		about: words.Text{
			En: "All hosts in one table, the worst first, and side by side.",
			Zh: "一张表看全部主机，最严重的在前，并列对比。",
		},
		sections: []section{
			{panels: []*panel{hosts(s)}},
			{title: words.Text{En: "Side by side", Zh: "并列对比"}, panels: []*panel{
				lines(panel{
					title: words.Text{En: "RTF p95 by host", Zh: "RTF p95（按主机）"},
					about: words.Text{En: "95 % of the syntheses of each host that went well were at or below this." + aboutOne.En, Zh: "每台主机成功的合成中有 95% 不超过此值。" + aboutOne.Zh},
					width: 8, unit: units.NoUnit, min: cog.ToPtr(0.0), name: "${__field.labels.host}", interval: "1m", points: 120, spans: seldom, none: noSyntheses, steps: []step{{1, red}},
					queries: []string{strings.TrimRight(rtf, "\n") + "\n    |> drop(columns: [\"p50\", \"p99\"])\n"},
				}),
				bars(panel{
					title: words.Text{En: "Syntheses by host", Zh: "合成次数（按主机）"},
					about: words.Text{En: "How many syntheses of each host ended in each window, however they ended.", Zh: "每个窗口内各主机结束的合成次数（无论结果）。"},
					width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), interval: "1m", name: "${__field.labels.host}", none: noSyntheses,
					queries: []string{s.windows(ofServers, `number(known: exactBorders(of: "cosyvoice_synthesis"), by: ["host"])
`)},
				}),
				bars(panel{
					title: words.Text{En: "Failures by host", Zh: "失败次数（按主机）"},
					about: words.Text{En: "How many syntheses of each host failed or got stuck in each window.", Zh: "每个窗口内各主机失败或卡住的合成次数。"},
					width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), interval: "1m", name: "${__field.labels.host}",
					none: words.Text{En: "no failures are known", Zh: "没有已知的失败"},
					queries: []string{s.windows(ofServers+` and r.outcome =~ /^(error|stuck)$/`, `number(known: exactBorders(of: "cosyvoice_synthesis"), by: ["host"])
`)},
				}),
				utilisation(s, 8), fullness(s), hostCPU(s, 8),
			}},
		},
	}, nil
}

// codes tells the code of a place in the order of the findings.
func codes() string {
	var pairs []string
	all := causes.All()
	for i := range all {
		pairs = append(pairs, fmt.Sprintf("{key: %d, value: %q}", place(&all[i], i), all[i].Code))
	}
	return "codes = dict.fromList(pairs: [" + strings.Join(pairs, ", ") + "])\n"
}

// hosts is a row for each host that was heard in the last 30 days.
func hosts(s *scripts) *panel {
	verdicts := append([]mapping{
		{value: "ok", text: words.Text{En: "well", Zh: "正常"}, color: green},
		{value: "unjudged", text: words.Text{En: "no task ran well", Zh: "任务没有成功运行"}, color: purple},
		{value: "unknown", text: words.Text{En: "not heard", Zh: "没有数据"}, color: purple},
	}, ofCauses(causeTitle)...)
	percent := func(name, english, chinese string, width int, steps ...step) field {
		return graded(name, words.Text{En: english, Zh: chinese}, width, units.Percent, 1, steps...)
	}
	return rows(panel{
		title: words.Text{En: "Hosts, the worst first", Zh: "主机，最严重的在前"},
		about: words.Text{
			En: "Each host of the last 30 days. RTF, failures and syntheses are of the range, the rest of its end; – is not known. Orange from an RTF of 0.7, failures of 1 %, a GPU memory or a CPU of 90 %, a GPU of 80 °C on; red from an RTF of 1, failures of 5 %, a memory of 95 %, a CPU of 97 %, a GPU of 85 °C on; yellow are failures above 0. The name leads to the overview of the host.",
			Zh: "最近 30 天内的每台主机。RTF、失败率与合成次数为所选时间内的统计，其余为所选时间末的值；“–”表示未知。橙色：RTF 0.7、失败率 1%、显存或 CPU 90%、GPU 80 °C 起；红色：RTF 1、失败率 5%、显存 95%、CPU 97%、GPU 85 °C 起；黄色：失败率大于 0。点击名称查看该主机总览。",
		},
		width: 24, height: 12, none: words.Text{En: "no host was heard", Zh: "没有收到任何主机的数据"},
		columns: []string{"host", "verdict", "heard", "up", "servers", "in_flight", "number", "rtf", "failed", "full", "temperature", "cpu"}, hidden: []string{"place"},
		fields: []field{
			{name: "host", text: words.Text{En: "Host", Zh: "主机"}, properties: column("", words.Text{}, 140).properties, links: []link{{
				text: words.Text{En: "Overview of the host", Zh: "查看主机总览"}, to: "overview", with: "var-host=${__data.fields.host}&${__url_time_range}&${service:queryparam}",
			}}},
			{name: "verdict", text: words.Text{En: "The worst that is found", Zh: "最严重的问题"}, mappings: verdicts, properties: append(background(), property("custom.width", 410))},
			column("heard", words.Text{En: "Last heard", Zh: "最近数据"}, 120, property("unit", "dateTimeFromNow")),
			column("up", words.Text{En: "Up", Zh: "在线"}, 60, property("unit", units.Short), property("decimals", 0)),
			column("servers", words.Text{En: "of", Zh: "共"}, 40, property("unit", units.Short), property("decimals", 0)),
			column("in_flight", words.Text{En: "In flight", Zh: "进行中"}, 80, property("unit", units.Short), property("decimals", 0)),
			column("number", words.Text{En: "Syntheses", Zh: "合成次数"}, 90, property("unit", units.Short), property("decimals", 0)),
			graded("rtf", words.Text{En: "RTF p95", Zh: "RTF p95"}, 80, units.NoUnit, 2, step{lowest, green}, step{0.7, orange}, step{1, red}),
			percent("failed", "Failed", "失败率", 75, step{lowest, green}, step{0.0001, yellow}, step{1, orange}, step{5, red}),
			percent("full", "GPU memory", "显存占用", 100, step{lowest, green}, step{90, orange}, step{95, red}),
			graded("temperature", words.Text{En: "GPU", Zh: "GPU 温度"}, 90, units.Celsius, 0, step{lowest, green}, step{80, orange}, step{85, red}),
			percent("cpu", "CPU", "CPU", 0, step{lowest, green}, step{90, orange}, step{97, red}),
		},
		queries: []string{s.whole(ofHosts, active(ofHosts)+codes()+atEnd+heardLast+judged+`
told = (tables=<-, name) =>
    tables
        |> toFloat()
        |> keep(columns: ["host", "_value"])
        |> map(fn: (r) => ({host: r.host, name: name, _value: r._value}))
        |> group(columns: ["host", "name"])
reading = (measurement, field, inTier) =>
    ended(of: measurement, inRaw: regexp.compile(v: "^" + field + "$"), inTier: regexp.compile(v: "^" + inTier + "$"))
        |> filter(fn: only)
        |> last()
        |> group(columns: ["host", "instance"]) // of a server that got another version there are two
        |> sort(columns: ["_time"])
        |> last()
        |> toFloat()
known = exactBorders(of: "cosyvoice_synthesis")
outcomes = sumOver(of: "cosyvoice_synthesis", known: known, inRaw: "request_id", inTier: "points_count", ofRaw: count, by: ["host", "outcome"], name: "number") |> filter(fn: (r) => exists r.outcome)

// There is always a row of each of the times, or they could not be compared.
times = array.from(rows: [{host: "", name: "heard", _value: 0.0}, {host: "", name: "forgotten", _value: 0.0}]) |> group(columns: ["host", "name"])

union(
    tables: [
        times,
        heard |> told(name: "heard") |> max(),
        from(bucket: events)
            |> range(start: date.sub(d: 30d, from: until), stop: until)
            |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.kind == "forgotten" and r._field == "message")
            |> filter(fn: only)
            |> last()
            |> map(fn: (r) => ({host: r.host, _value: int(v: r._time)}))
            |> told(name: "forgotten"),
        active |> map(fn: (r) => ({host: r.host, _value: r.place})) |> told(name: "place") |> min(),
        reading(measurement: "cosyvoice_service", field: "up", inTier: "up_sum") |> map(fn: (r) => ({host: r.host, _value: if r._value > 0.0 then 1.0 else 0.0})) |> told(name: "up") |> sum(),
        reading(measurement: "cosyvoice_service", field: "up", inTier: "up_sum") |> map(fn: (r) => ({host: r.host, _value: 1.0})) |> told(name: "servers") |> sum(),
        reading(measurement: "cosyvoice_service", field: "in_flight", inTier: "in_flight_last") |> told(name: "in_flight") |> sum(),
        outcomes |> told(name: "number") |> sum(),
        outcomes |> filter(fn: (r) => r.outcome =~ /^(error|stuck)$/) |> told(name: "failures") |> sum(),
        quantileOver(known: known, quantity: "rtf", q: 0.95, by: ["host"]) |> told(name: "rtf"),
        reading(measurement: "system_metrics", field: "gpu_memory_used_percent", inTier: "gpu_memory_used_percent_last") |> told(name: "full") |> max(),
        reading(measurement: "system_metrics", field: "gpu_temperature_c", inTier: "gpu_temperature_c_last") |> told(name: "temperature") |> max(),
        reading(measurement: "system_metrics", field: "cpu_usage_percent", inTier: "cpu_usage_percent_last") |> told(name: "cpu") |> max(),
    ],
)
    |> group(columns: ["host", "name"])
    |> max()
    |> group()
    |> pivot(rowKey: ["host"], columnKey: ["name"], valueColumn: "_value")
    |> filter(fn: (r) => not exists r.forgotten or r.heard > r.forgotten)
    |> map(
        fn: (r) => {
            silent = not exists r.heard or int(v: until) - int(v: r.heard) > int(v: newest.within)
            found = if exists r.place then int(v: r.place) else 255
            bad = found < 200

            return {
                host: r.host,
                place: if bad then found else if silent then 199 else if contains(value: r.host, set: judged) then 250 else 249,
                verdict: if bad then dict.get(dict: codes, key: found, default: "unknown") else if silent then "unknown" else if contains(value: r.host, set: judged) then "ok" else "unjudged",
                heard: time(v: int(v: r.heard)),
                up: r.up,
                servers: r.servers,
                in_flight: r.in_flight,
                number: r.number,
                rtf: r.rtf,
                failed: if exists r.failures then 100.0 * r.failures / r.number else if exists r.number then 0.0 else r.number,
                full: r.full,
                temperature: r.temperature,
                cpu: r.cpu,
            }
        },
    )
    |> sort(columns: ["place", "host"])
`)},
	})
}
