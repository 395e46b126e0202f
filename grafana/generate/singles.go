package main

import (
	"fmt"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// outcomeWords are how a synthesis ended.
var outcomeWords = []mapping{
	{value: "ok", text: words.Text{En: "went well", Zh: "成功"}, color: green},
	{value: "error", text: words.Text{En: "failed", Zh: "失败"}, color: red},
	{value: "abandoned", text: words.Text{En: "client left", Zh: "客户端中途断开"}, color: yellow},
	{value: "stuck", text: words.Text{En: "stuck", Zh: "卡住"}, color: orange},
}

// synthesisColumns are those of a table of syntheses.
var synthesisColumns = []field{
	{name: "_time", text: words.Text{En: "End", Zh: "结束时间"}, properties: column("", words.Text{}, 170, property("unit", "dateTimeAsLocal")).properties, links: []link{toMoment}},
	column("whose", words.Text{En: "Where", Zh: "位置"}, 140),
	column("mode", words.Text{En: "Mode", Zh: "模式"}, 110),
	{name: "outcome", text: words.Text{En: "Outcome", Zh: "结果"}, mappings: outcomeWords, properties: append(background(), property("custom.width", 120))},
	column("error", words.Text{En: "Error", Zh: "错误"}, 140),
	column("duration_seconds", words.Text{En: "Duration", Zh: "耗时"}, 90, property("unit", units.Seconds), property("decimals", 2)),
	column("rtf", words.Text{En: "RTF", Zh: "RTF"}, 80, property("unit", units.NoUnit), property("decimals", 3)),
	column("first_chunk_seconds", words.Text{En: "First chunk", Zh: "首包"}, 100, property("unit", units.Seconds), property("decimals", 2)),
	column("audio_seconds", words.Text{En: "Audio", Zh: "音频时长"}, 100, property("unit", units.Seconds), property("decimals", 1)),
	column("characters", words.Text{En: "Characters", Zh: "字数"}, 100, property("unit", units.Short), property("decimals", 0)),
	column("concurrency_mean", words.Text{En: "At once", Zh: "并发数"}, 80, property("unit", units.NoUnit), property("decimals", 1)),
	column("request_id", words.Text{En: "Request", Zh: "请求编号"}, 0),
}

// told are the fields of a synthesis that a row shows.
var told = []string{"duration_seconds", "rtf", "first_chunk_seconds", "audio_seconds", "characters", "concurrency_mean", "request_id"}

var synthesisOrder = slices.Concat([]string{"_time", "whose", "mode", "outcome", "error"}, told)

// around adds to rows of syntheses whose they are, and the times around each for a link.
var around = fmt.Sprintf(`
    |> map(
        fn: (r) => ({r with
            whose: r.host + " " + r.instance,
            from: string(v: int(v: r._time) / 1000000 - 300000),
            to: string(v: int(v: r._time) / 1000000 + 60000),
        }),
    )
    |> keep(columns: %s)
`, list(slices.Concat([]string{"_time", "whose", "host", "mode", "outcome", "error"}, told, []string{"from", "to"})...))

func slowest(s *scripts) (*panel, error) {
	text, err := s.file("slowest.flux", map[string]string{
		"only": chosen(ofServers), "n": "20", "fields": pattern(told), "start": "v.timeRangeStart", "stop": "v.timeRangeStop",
	}, around)
	if err != nil {
		return nil, err
	}
	return rows(panel{
		title: words.Text{En: "The slowest", Zh: "最慢的合成"},
		about: words.Text{
			En: "The 20 syntheses of the range that took the longest; the time leads to what went on then. cosyvoicectl why --request ID says why.",
			Zh: "所选时间内耗时最长的 20 次合成；点击时间查看当时情况。cosyvoicectl why --request 编号 可说明原因。",
		},
		width: 24, height: 10, none: noSyntheses, columns: synthesisOrder, hidden: []string{"host", "from", "to"}, fields: synthesisColumns,
		queries: []string{text},
	}), nil
}

func failed(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "The last that did not go well", Zh: "最近未成功的合成"},
		about: words.Text{
			En: "The last 50 syntheses of the range that failed, got stuck or were left by the client, or whose audio was cut short.",
			Zh: "所选时间内最近 50 次失败、卡住、客户端中途断开或音频被截断的合成。",
		},
		width: 24, height: 10, none: words.Text{En: "none are known", Zh: "没有已知的未成功合成"}, columns: synthesisOrder, hidden: []string{"host", "from", "to"}, fields: synthesisColumns,
		queries: []string{s.plain(newestSyntheses(ofServers+` and (r.outcome != "ok" or r.error =~ /./)`, 50))},
	})
}

// newestSyntheses are the last so many for which a condition holds, the newest first.
func newestSyntheses(only string, number int) string {
	return fmt.Sprintf(`only = (r) => %[1]s
times =
    from(bucket: events)
        |> range(start: since, stop: until)
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id")
        |> filter(fn: only)
        |> group()
        |> sort(columns: ["_time"], desc: true)
        |> limit(n: %[2]d)
        |> sort(columns: ["_time"])
        |> findColumn(fn: (key) => true, column: "_time")
oldest = if length(arr: times) == 0 then until else times[0]

from(bucket: events)
    |> range(start: if oldest < until then oldest else 1970-01-01T00:00:00Z, stop: if oldest < until then until else 1970-01-01T00:00:01Z)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field =~ %[3]s)
    |> filter(fn: only)
    |> drop(columns: ["_start", "_stop", "_measurement"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"], desc: true)`, only, number, pattern(told)) + around
}
