package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// overview is the one picture: how is it, what is wrong, and what was it like?
func overview(s *scripts) (*board, error) {
	b := &board{
		name: "overview", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: overview", Zh: "CosyVoice：总览"},
		about: words.Text{
			En: "Is it healthy, what is wrong, and what was it like? The one picture of all servers that are chosen above.",
			Zh: "是否健康、出了什么问题、过去情况如何？所选全部服务的一张总图。",
		},
	}
	rtf, err := s.quantiles("rtf", list("host", "instance"))
	if err != nil {
		return nil, err
	}
	first, err := s.quantiles("first_chunk", list("host", "instance"))
	if err != nil {
		return nil, err
	}
	b.sections = []section{
		{panels: []*panel{verdict(s), stateNow(s, 6, 4), availability(s, 3), rtfOver(s, 4), firstOver(s, 4), failedOver(s, 4), numberOver(s, 3)}},
		{panels: []*panel{activeFindings(s)}},
		{title: words.Text{En: "Speech", Zh: "语音合成"}, panels: []*panel{
			quantileLines("Real-time factor", "实时率 RTF", units.NoUnit, rtf, 8, step{1, red}),
			quantileLines("First chunk", "首包延迟", units.Seconds, first, 8),
			requests(s, 8),
		}},
		{title: words.Text{En: "GPU and host", Zh: "GPU 与主机"}, panels: []*panel{
			inFlight(s, 8), memoryByOwner(s, 16, ""), temperature(s, 8), utilisation(s, 8), hostCPU(s, 8),
		}},
	}
	return b, nil
}

// quantiles are p50, p95 and p99 of the syntheses that went well in each window, null where there were none.
func (s *scripts) quantiles(quantity, by string) (string, error) {
	return s.file("quantiles.flux", map[string]string{
		"quantity": fmt.Sprintf("%q", quantity), "by": by, "only": chosen(ofServers),
		"start": "v.timeRangeStart", "stop": "v.timeRangeStop", "window": "v.windowPeriod",
	}, `
    |> drop(columns: ["count"])
    |> experimental.unpivot(otherColumns: ["_time"])
    |> range(start: begin, stop: end)
    |> aggregateWindow(every: every, fn: sum, timeSrc: "_start")
    |> drop(columns: ["_start", "_stop"])
    |> group(columns: by)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
`)
}

// seldom is over how long a line of syntheses goes on, in ms: there may be none for a while.
const seldom = 3_600_000

// unjudged is how it is where no task looked.
var unjudged = mapping{value: "unjudged", color: purple, text: words.Text{
	En: fmt.Sprintf("Nothing is known: the tasks in InfluxDB have not run well for %v minutes. Look with: cosyvoicectl tasks", causes.Unjudged.Minutes()),
	Zh: fmt.Sprintf("无法判断：InfluxDB 中的任务已有 %v 分钟没有成功运行。请查看：cosyvoicectl tasks", causes.Unjudged.Minutes()),
}}

// judged are the hosts of which something could be found: of which tasks made windows of late, at least
// every 15 minutes, if the task that judges these went well too. Of another one, that nothing is found
// says nothing. It comes after atEnd.
var judged = fmt.Sprintf(`
lately = (bucket, within, only) => from(bucket: bucket) |> range(start: date.sub(d: within, from: until), stop: until) |> filter(fn: only)
runs =
    lately(bucket: events, within: %[1]vm, only: (r) => r._measurement == "cosyvoice_judgement" and r.group == "minutes" and r._field == "findings")
        |> group()
        |> last()
        |> findColumn(fn: (key) => true, column: "_value")
windows =
    lately(bucket: if newest.isRaw then minutes.name else newest.name, within: if newest.name == hours.name then newest.within else %[1]vm, only: (r) => r._measurement == "cosyvoice_agent" and r._field == "points_count")
        |> group(columns: ["host"])
        |> last()
        |> group()
        |> findColumn(fn: (key) => true, column: "host")
judged = if length(arr: runs) > 0 then windows else []
`, causes.Unjudged.Minutes())

// verdict is the sentence of the worst that is found.
func verdict(s *scripts) *panel {
	unheard := words.HealthUnknown.With(words.Span(120))
	mappings := append([]mapping{
		{value: "ok", text: words.HealthOK, color: green},
		{value: "unknown", text: words.Text{En: unheard.In(words.English), Zh: unheard.In(words.Chinese)}, color: purple},
		unjudged,
	}, ofCauses(causeAnswer)...)
	p := word(panel{
		title: words.Text{En: "Health at the end of the range", Zh: "健康状况（所选时间末）"},
		about: words.Text{
			En: "The worst of what is found, in a sentence; green where nothing is. Purple: nothing is known, since no plugin was heard or no task ran.",
			Zh: "一句话说明最严重的问题；没有发现问题时为绿色。紫色表示没有收到插件数据或任务没有运行，情况未知。",
		},
		width: 24, height: 4, unit: units.String, mappings: mappings,
		queries: []string{s.plain(active(ofAny) + atEnd + judged + `
heard =
    ended(of: "cosyvoice_agent", inRaw: /^success$/, inTier: /^points_count$/)
        |> filter(fn: (r) => r.collector == "plugin" and ` + ofHosts + `)
        |> last()
        |> group()
        |> map(fn: (r) => if contains(value: r.host, set: judged) then {r with place: 250, code: "ok"} else {r with place: 249, code: "unjudged"})
        |> keep(columns: ["place", "code"])

union(tables: [active |> map(fn: (r) => ({place: if r.severity == "info" then 260 else r.place, code: r.code})), heard, array.from(rows: [{place: 255, code: "unknown"}])])
    |> sort(columns: ["place"])
    |> limit(n: 1)
    |> keep(columns: ["code"])
`)},
	})
	p.options.(*stat.Options).Text = &common.VizTextDisplayOptions{ValueSize: cog.ToPtr(22.0)}
	return p
}
