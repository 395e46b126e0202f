package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// stateNow is the state of each server at the end of the range.
func stateNow(s *scripts, width, height uint32) *panel {
	return word(panel{
		title: words.Text{En: "Servers at the end of the range", Zh: "服务状态（所选时间末）"},
		about: words.Text{
			En: "The last state of each server, of the two minutes before the end. Ready and busy are well; busy uses half a core or more.",
			Zh: "每个服务在结束前两分钟内的最后状态。就绪和忙碌为正常；忙碌指占用半个核以上。",
		},
		width: width, height: height, unit: units.String, mappings: states, name: whichServer,
		none: words.Text{En: "no server was seen for two minutes", Zh: "两分钟内没有看到服务"},
		queries: []string{s.plain(`from(bucket: raw.name)
    |> range(start: date.sub(d: 2m, from: until), stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "state" and ` + ofServers + `)
    |> last()
    |> group(columns: ["host", "instance"])
    |> sort(columns: ["_time"])
    |> last(column: "_time")
    |> keep(columns: ["_time", "_value", "host", "instance"])
`)},
	})
}

// availability is the share of the known time in which the servers were ready or busy.
func availability(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Ready", Zh: "可用率"},
		about: words.Text{
			En: "Share of the time of the range in which the servers answered, of the time of which something is known.",
			Zh: "所选时间内服务可响应的比例（只计有数据的时间）。",
		},
		width: width, height: 4, unit: units.Percent, decimals: cog.ToPtr(1.0),
		steps: []step{{lowest, red}, {95, orange}, {99, green}},
		queries: []string{s.windows(ofServers, `meanOf(of: "cosyvoice_service", known: borders(of: "cosyvoice_service"), field: "ready", by: [], name: "ready")
    |> map(fn: (r) => ({r with _value: 100.0 * r._value}))
`)},
	}, "mean")
}
