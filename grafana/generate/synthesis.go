package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/barchart"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// syntheses is how speech was made: how fast, how well, and which were the worst.
func syntheses(s *scripts) (*board, error) {
	b := &board{
		name: "synthesis", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: synthesis", Zh: "CosyVoice：语音合成"},
		about: words.Text{
			En: "How fast speech was made and how well, by mode and outcome, and which syntheses were the slowest.",
			Zh: "语音合成的速度与质量（按模式与结果），以及最慢的合成。",
		},
	}
	var quantiles []*panel
	for _, q := range []struct {
		quantity, english, chinese, unit string
		steps                            []step
	}{
		{"rtf", "Real-time factor", "实时率 RTF", units.NoUnit, []step{{1, red}}},
		{"duration", "Duration", "合成耗时", units.Seconds, nil},
		{"first_chunk", "First chunk", "首包延迟", units.Seconds, nil},
	} {
		text, err := s.quantiles(q.quantity, list("host", "instance"))
		if err != nil {
			return nil, err
		}
		quantiles = append(quantiles, quantileLines(q.english, q.chinese, q.unit, text, 8, q.steps...))
	}
	modes, err := byMode(s)
	if err != nil {
		return nil, err
	}
	slow, err := slowest(s)
	if err != nil {
		return nil, err
	}
	b.sections = []section{
		{panels: []*panel{rtfOver(s, 4), firstOver(s, 4), failedOver(s, 4), numberOver(s, 4), audioOver(s, 4), stalledOver(s, 4)}},
		{title: words.Text{En: "How many took how long", Zh: "耗时分布"}, panels: []*panel{
			histogram(s, "rtf", "Real-time factor", "实时率 RTF", units.NoUnit, -12, 7),
			histogram(s, "duration", "Duration", "合成耗时", units.Seconds, -8, 15),
			histogram(s, "first_chunk", "First chunk", "首包延迟", units.Seconds, -12, 11),
		}},
		{title: words.Text{En: "Half, 95 % and 99 % of them", Zh: "分位数"}, panels: quantiles},
		{title: words.Text{En: "By mode, outcome and load", Zh: "按模式、结果与负载"}, panels: []*panel{
			requests(s, 8), modes, numberByMode(s), errorsByClass(s), stalls(s), waits(s), concurrency(s, 16), inFlight(s, 8),
		}},
		{title: words.Text{En: "Single ones", Zh: "单次合成"}, panels: []*panel{slow, failed(s)}},
		{title: words.Text{En: "Models of a Triton server", Zh: "Triton 服务的模型"}, panels: triton(s)},
	}
	return b, nil
}

func audioOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Audio made", Zh: "产出音频"},
		about: words.Text{En: "Length of all audio that was handed out in the range.", Zh: "所选时间内产出的音频总长度。"},
		width: width, height: 4, unit: units.Seconds, none: noSyntheses,
		queries: []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")
sumOver(of: "cosyvoice_synthesis", known: known, inRaw: "audio_seconds", inTier: "audio_seconds_sum", ofRaw: sum, by: [], name: "audio") |> keep(columns: ["_value"])
`)},
	}, "lastNotNull")
}

func stalledOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Streams that stalled", Zh: "播放卡顿的流"},
		about: words.Text{
			En: "Share of the streams of the range during which a client that plays what it has would have run out of audio. Yellow above 0, orange from 1 %, red from 5 %.",
			Zh: "所选时间内，边收边播的客户端会出现断音的流所占比例。大于 0 为黄色，1% 起为橙色，5% 起为红色。",
		},
		width: width, height: 4, unit: units.Percent, decimals: cog.ToPtr(1.0), none: words.Text{En: "no streams", Zh: "没有流式合成"},
		steps: []step{{lowest, green}, {0.0001, yellow}, {1, orange}, {5, red}},
		queries: []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")
streams = (inTier, ofRaw, name) => sumOver(of: "cosyvoice_synthesis", known: known, inRaw: "playback_stalled", inTier: inTier, ofRaw: ofRaw, by: [], name: name)

union(tables: [streams(inTier: "playback_stalled_sum", ofRaw: sum, name: "stalled"), streams(inTier: "playback_stalled_count", ofRaw: count, name: "all")])
    |> group()
    |> pivot(rowKey: [], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({_value: 100.0 * r.stalled / r.all}))
`)},
	}, "lastNotNull")
}

// histogram shows bins of an eighth of a decade, from 10^(first/8) to 10^((last+1)/8).
func histogram(s *scripts, quantity, english, chinese, unit string, first, last int) *panel {
	var bins []string
	for i := first; i <= last; i++ {
		bins = append(bins, fmt.Sprint(i))
	}
	return density(panel{
		title: words.Text{En: english + ": how many", Zh: chinese + "：分布"},
		about: words.Text{
			En: "How many syntheses that went well fell into each range of values; the label is its upper end. The lowest and highest range hold all beyond.",
			Zh: "成功的合成落入各区间的次数，标签为区间上限；更低或更高的值分别计入最低和最高区间。",
		},
		width: 8, unit: unit, interval: "1m", points: 90, none: noSyntheses,
		queries: []string{s.counted(ofServers, fmt.Sprintf(`histogram(known: exactBorders(of: "cosyvoice_synthesis"), quantity: %q, bins: [%s])
`, quantity, strings.Join(bins, ", ")))},
	})
}

// byMode is the RTF p95 of each mode.
func byMode(s *scripts) (*panel, error) {
	text, err := s.quantiles("rtf", list("mode"))
	if err != nil {
		return nil, err
	}
	return lines(panel{
		title: words.Text{En: "RTF p95 by mode", Zh: "RTF p95（按模式）"},
		about: words.Text{
			En: "95 % of the syntheses of each mode that went well were at or below this.",
			Zh: "每种模式成功的合成中有 95% 不超过此值。",
		},
		width: 8, unit: units.NoUnit, min: cog.ToPtr(0.0), name: "${__field.labels.mode}", interval: "1m", points: 120, spans: seldom, none: noSyntheses,
		queries: []string{strings.TrimRight(text, "\n") + "\n    |> drop(columns: [\"p50\", \"p99\"])\n" + filled("mode", list("mode"))},
	}), nil
}

func numberByMode(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Syntheses by mode", Zh: "合成次数（按模式）"},
		about: words.Text{En: "How many syntheses of each mode ended in each window.", Zh: "每个时间窗口内各模式结束的合成次数。"},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), interval: "1m", none: noSyntheses, name: "${__field.labels.mode}",
		queries: []string{s.windows(ofServers, `number(known: exactBorders(of: "cosyvoice_synthesis"), by: ["mode"])
`+filled("mode", list("mode", "_field")))},
	})
}

func errorsByClass(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Errors by class", Zh: "错误（按类别）"},
		about: words.Text{
			En: "How many syntheses failed in each window, by the class of the error; with the outcome ok the audio was cut short.",
			Zh: "每个窗口内失败的合成次数，按错误类别区分；结果为成功但有错误类别时，表示音频被截断。",
		},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), interval: "1m", name: "${__field.labels.error}",
		none: words.Text{En: "no errors are known", Zh: "没有已知的错误"},
		queries: []string{s.windows(ofServers+` and (r.outcome == "error" or r.error =~ /./)`, `number(known: exactBorders(of: "cosyvoice_synthesis"), by: ["error"])
`+filled("error", list("error", "_field")))},
	})
}

func stalls(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Streams that stalled", Zh: "播放卡顿比例"},
		about: words.Text{
			En: "Share of the streams of each window during which a client that plays what it has would have run out of audio.",
			Zh: "每个窗口内，边收边播的客户端会出现断音的流所占比例。",
		},
		width: 8, unit: units.Percent, min: cog.ToPtr(0.0), max: cog.ToPtr(100.0), interval: "1m", points: 120, name: whichServer,
		none: words.Text{En: "no streams", Zh: "没有流式合成"},
		queries: []string{s.windows(ofServers, `meanOf(of: "cosyvoice_synthesis", known: exactBorders(of: "cosyvoice_synthesis"), field: "playback_stalled", by: ["host", "instance"], name: "stalled")
    |> map(fn: (r) => ({r with _value: 100.0 * r._value}))
`)},
	})
}

func waits(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Waiting before the first segment", Zh: "第一段开始前的等待"},
		about: words.Text{
			En: "From the request's line in the log to its first segment: queue and front end. Mean and longest of each window, where the log tells arrivals.",
			Zh: "从日志中的请求到第一段开始：排队与前端处理。每个窗口的平均与最长值（需日志记录请求到达）。",
		},
		width: 8, unit: units.Seconds, min: cog.ToPtr(0.0), interval: "1m", points: 120, name: "${__field.name} " + whichServer, fields: meanAndMost,
		none: words.Text{En: "no data, or the log does not tell arrivals", Zh: "没有数据或日志未记录请求到达"},
		queries: []string{s.windows(ofServers, `meanAndHighest(of: "cosyvoice_synthesis", known: borders(of: "cosyvoice_synthesis"), field: "wait_seconds", highest: "wait_seconds", by: ["host", "instance"])
`)},
	})
}

// concurrency is the RTF by how many syntheses ran at once.
func concurrency(s *scripts, width uint32) *panel {
	p := &panel{
		title: words.Text{En: "RTF by syntheses at once", Zh: "并发数与 RTF"},
		about: words.Text{
			En: "The mean RTF of windows by how many syntheses were in flight at once in them, rounded. Where it begins to rise steeply is the knee: more at once do not help. Long ranges have few and long windows, and tell less.",
			Zh: "按窗口内同时进行的合成数（取整）统计的平均 RTF。开始陡升处即拐点，继续增加并发没有帮助。时间范围越长，窗口越长，结论越粗略。",
		},
		width: width, unit: units.NoUnit, min: cog.ToPtr(0.0), decimals: cog.ToPtr(2.0), none: noSyntheses, kind: "barchart", points: 1000,
		fields: []field{
			{name: "at_once", text: words.Text{En: "at once", Zh: "并发数"}},
			{name: "rtf", text: words.Text{En: "mean RTF", Zh: "平均 RTF"}},
			column("syntheses", words.Text{En: "syntheses", Zh: "合成次数"}, 0, property("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false}), property("decimals", 0)),
		},
		options: &barchart.Options{
			XField: cog.ToPtr("at_once"), Orientation: common.VizOrientationVertical, Stacking: common.StackingModeNone, ShowValue: common.VisibilityModeAuto,
			BarWidth: 0.8, GroupWidth: 0.7,
			Legend:  common.VizLegendOptions{DisplayMode: common.LegendDisplayModeList, Placement: common.LegendPlacementBottom, ShowLegend: true, Calcs: []string{}},
			Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderNone},
		},
		custom: &barchart.FieldConfig{FillOpacity: cog.ToPtr(int32(80)), LineWidth: cog.ToPtr(int32(1))},
		queries: []string{s.windows(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")

union(
    tables: [
        meanOf(of: "cosyvoice_synthesis", known: known, field: "concurrency_mean", by: [], name: "at_once"),
        totals(of: "cosyvoice_synthesis", known: known, field: "rtf", by: []),
    ],
)
    |> group()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => exists r.at_once and exists r.sum and r.count > 0.0)
    |> map(fn: (r) => ({at_once: int(v: math.round(x: r.at_once)), rtf: r.sum, syntheses: r.count}))
    |> group(columns: ["at_once"])
    |> reduce(identity: {rtf: 0.0, syntheses: 0.0}, fn: (r, accumulator) => ({rtf: accumulator.rtf + r.rtf, syntheses: accumulator.syntheses + r.syntheses}))
    |> group()
    |> sort(columns: ["at_once"])
    |> map(fn: (r) => ({at_once: string(v: r.at_once), rtf: r.rtf / r.syntheses, syntheses: r.syntheses}))
`)},
	}
	return finish(p)
}

// filled gives series without a tag a name for it, so that a legend has one.
func filled(tag, by string) string {
	return fmt.Sprintf("    |> map(fn: (r) => ({r with %[1]s: if exists r.%[1]s and r.%[1]s != \"\" then r.%[1]s else \"?\"}))\n    |> group(columns: %[2]s)\n", tag, by)
}
