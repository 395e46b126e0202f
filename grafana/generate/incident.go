package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// incident is what went on around an event, second by second where the black box tells it.
func incident(s *scripts) (*board, error) {
	evidence, err := evidence(s)
	if err != nil {
		return nil, err
	}
	return &board{
		name: "incident", from: "24h", annotations: changes(s),
		variables: append(s.variables(), variable{
			name: "event", label: words.Text{En: "Event", Zh: "事件"}, regex: `/(?<text>.*)\|(?<value>.*)/`, query: s.plain(recorded),
		}),
		title: words.Text{En: "CosyVoice: incident", Zh: "CosyVoice：事件回放"},
		about: words.Text{
			En: "What went on around an event: choose one above, or by its time in the table, which leads to the minutes around it.",
			Zh: "事件前后发生了什么：在上方选择事件，或点击表中的时间跳转到前后几分钟。",
		},
		sections: []section{
			{panels: []*panel{incidents(s)}},
			{title: words.Text{En: "Black box: second by second", Zh: "黑匣子：逐秒记录"}, panels: []*panel{
				flight(s, "gpu_memory_bytes", "GPU memory", "显存", units.BytesIEC), flight(s, "gpu_utilization_percent", "GPU utilisation", "GPU 利用率", units.Percent),
				flight(s, "in_flight", "Syntheses in flight", "进行中的合成", units.Short), flight(s, "cpu_percent", "CPU of the server", "服务 CPU", units.Percent),
				flight(s, "memory_rss_bytes", "Memory of the server", "服务内存", units.BytesIEC), flight(s, "clock_sm_hz", "SM clock", "SM 频率", units.Hertz),
			}},
			{title: words.Text{En: "Readings around it", Zh: "前后读数"}, panels: []*panel{
				serverStatesOver(s), memoryByOwner(s, 12, ""), inFlight(s, 12),
			}},
			{title: words.Text{En: "What was found, and what was spoken", Zh: "发现的问题与当时的合成"}, panels: []*panel{periods(s), evidence, lastSyntheses(s)}},
		},
	}, nil
}

// recorded are the events of which there is a black box, as they are chosen.
const recorded = `from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "event_id" and ` + ofServers + `)
    |> group()
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 200)
    |> map(fn: (r) => ({_value: string(v: date.truncate(t: r._time, unit: 1s)) + " " + r.kind + " " + r.host + " " + r.instance + "|" + r._value}))
`

// incidents are the events of the range that are faults.
func incidents(s *scripts) *panel {
	p := rows(panel{
		title: words.Text{En: "Events: click on a time", Zh: "事件：点击时间"},
		about: words.Text{
			En: "Warnings and errors of the range, the newest first; the time leads to the three minutes before and the one after.",
			Zh: "所选时间内严重和警告级别的事件，最新的在前；点击时间跳转到前三分钟和后一分钟。",
		},
		width: 24, height: 8, none: words.Text{En: "no warnings or errors are known", Zh: "没有严重或警告级别的事件"},
		columns: []string{"_time", "severity", "kind", "whose", "message"}, hidden: []string{"host", "from", "to"}, fields: eventColumns,
		queries: []string{s.plain(eventRows(`r.severity != "info" and ` + ofHosts))},
	})
	return p
}

// flight is a reading of the black box.
func flight(s *scripts, reading, english, chinese, unit string) *panel {
	return lines(panel{
		title: words.Text{En: english, Zh: chinese},
		about: words.Text{
			En: "Of the two minutes before a server's end, or before it ran out of memory or got stuck, a point a second. At other times there is none.",
			Zh: "服务退出、显存不足或卡住之前两分钟的逐秒记录，其他时间没有。",
		},
		width: 8, unit: unit, min: cog.ToPtr(0.0), interval: "1s", points: 1000, name: whichServer,
		none: words.Text{En: "no black box in the range", Zh: "所选时间内没有黑匣子记录"},
		queries: []string{s.plain(fmt.Sprintf(`from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_flight" and (r._field == %[1]q or r._field == "event_id") and %[2]s)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => exists r.%[1]s and r.event_id =~ /^${event:regex}$/)
    |> rename(columns: {%[1]s: "_value"})
    |> group(columns: ["host", "instance"])
    |> range(start: since, stop: until)
    |> aggregateWindow(every: v.windowPeriod, fn: mean, timeSrc: "_start")
    |> keep(columns: ["_time", "_value", "host", "instance"])
`, reading, ofServers))},
	})
}

// periods are from when to when each cause was found.
func periods(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Causes that were found", Zh: "发现的问题"},
		about: words.Text{
			En: "What the tasks found in the range, from when to when, the worst first.",
			Zh: "任务在所选时间内发现的问题及其起止时间，最严重的在前。",
		},
		width: 24, height: 8, none: noFindings,
		columns: []string{"severity", "code", "whose", "first", "last"}, hidden: []string{"place"},
		fields: []field{
			{name: "severity", text: words.Text{En: "Severity", Zh: "级别"}, mappings: severities, properties: append(background(), property("custom.width", 90))},
			{name: "code", text: words.Text{En: "What", Zh: "问题"}, mappings: plainly(ofCauses(causeTitle)), properties: column("", words.Text{}, 410).properties},
			column("whose", words.Text{En: "Where", Zh: "位置"}, 200),
			column("first", words.Text{En: "From", Zh: "开始"}, 170, property("unit", "dateTimeAsLocal")),
			column("last", words.Text{En: "Found last", Zh: "最后发现"}, 170, property("unit", "dateTimeAsLocal")),
		},
		queries: []string{s.plain(rank() + whose + `
from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and ` + ofAny + `)
    |> map(fn: (r) => ({r with whose: whose(r: r)}))
    |> group(columns: ["code", "severity", "whose"])
    |> reduce(
        identity: {first: 1000000000000.0, last: 0},
        fn: (r, accumulator) => ({
            first: if r._value < accumulator.first then r._value else accumulator.first,
            last: if int(v: r._time) > accumulator.last then int(v: r._time) else accumulator.last,
        }),
    )
    |> group()
    |> map(fn: (r) => ({r with first: time(v: int(v: r.first) * 1000000000), last: time(v: r.last), place: place(code: r.code)}))
    |> sort(columns: ["place", "last"])
`)},
	})
}
