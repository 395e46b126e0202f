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
			Zh: "每个服务在结束前两分钟内的最后状态。就绪和繁忙为正常；繁忙指占用半个核以上。",
		},
		width: width, height: height, unit: units.String, mappings: states, name: whichServer,
		none: words.Text{En: "no server was seen for two minutes", Zh: "两分钟内没有看到服务"},
		queries: []string{s.plain(atEnd + `
ended(of: "cosyvoice_service", inRaw: /^state$/, inTier: /^state_.*_seconds$/)
    |> filter(fn: (r) => ` + ofServers + `)
    |> last()
    |> map(
        fn: (r) => ({
            _time: r._time,
            host: r.host,
            instance: r.instance,
            held: if newest.isRaw then 1.0 else float(v: r._value),
            _value: if newest.isRaw then string(v: r._value) else strings.trimSuffix(v: strings.trimPrefix(v: r._field, prefix: "state_"), suffix: "_seconds"),
        }),
    )
    |> group(columns: ["host", "instance"])
    |> sort(columns: ["_time", "held"])
    |> last(column: "_time")
    |> keep(columns: ["_value", "host", "instance"])
`)},
	})
}

// availability is the share of the ticks at which the servers answered.
func availability(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Ready", Zh: "可用率"},
		about: words.Text{
			En: "Share of the ticks of the range at which the servers answered, of those of which something is known. Green from 99 % on, orange from 95 %.",
			Zh: "所选时间内服务可响应的采样比例（只计有数据的采样）。99% 以上为绿色，95% 以上为橙色。",
		},
		width: width, height: 4, unit: units.Percent, decimals: cog.ToPtr(1.0),
		steps: []step{{lowest, red}, {95, orange}, {99, green}},
		queries: []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_service")
ticks = (inTier, ofRaw, name) => sumOver(of: "cosyvoice_service", known: known, inRaw: "ready", inTier: inTier, ofRaw: ofRaw, by: [], name: name)

union(tables: [ticks(inTier: "ready_sum", ofRaw: sum, name: "ready"), ticks(inTier: "ready_count", ofRaw: count, name: "all")])
    |> group()
    |> pivot(rowKey: [], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({_value: 100.0 * r.ready / r.all}))
`)},
	}, "lastNotNull")
}
