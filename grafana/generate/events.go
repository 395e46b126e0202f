package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// eventRows are the events for which a condition holds, the newest first, with the times around each.
func eventRows(condition string) string {
	return whose + `
from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "message" and ` + condition + `)
    |> map(
        fn: (r) => ({
            _time: r._time,
            severity: r.severity,
            kind: r.kind,
            message: r._value,
            host: r.host,
            whose: whose(r: r),
            from: string(v: int(v: r._time) / 1000000 - 180000),
            to: string(v: int(v: r._time) / 1000000 + 60000),
        }),
    )
    |> group()
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 500)
`
}

// eventColumns are those of eventRows.
var eventColumns = []field{
	{name: "_time", text: words.Text{En: "Time", Zh: "时间"}, properties: column("", words.Text{}, 180, property("unit", "dateTimeAsLocal")).properties, links: []link{toMoment}},
	{name: "severity", text: words.Text{En: "Severity", Zh: "级别"}, mappings: severities, properties: append(background(), property("custom.width", 90))},
	{name: "kind", text: words.Text{En: "What", Zh: "事件"}, mappings: eventKinds, properties: []dashboard.DynamicConfigValue{property("custom.width", 240)}},
	column("whose", words.Text{En: "Where", Zh: "位置"}, 200),
	column("message", words.Text{En: "In words", Zh: "原始信息"}, 0, wrapped()),
}
