package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// whichServer is how a series of a server is called; a single host is not named again.
const whichServer = "${__field.labels.host} ${__field.labels.instance}"

var outcomes = []field{
	colored("ok", words.Text{En: "went well", Zh: "成功"}, green),
	colored("error", words.Text{En: "failed", Zh: "失败"}, red),
	colored("abandoned", words.Text{En: "client left", Zh: "客户端中途断开"}, yellow),
	colored("stuck", words.Text{En: "stuck", Zh: "卡住"}, orange),
}

// noSyntheses stands where none ended in the chosen time, or none can be seen.
var noSyntheses = words.Text{En: "no syntheses", Zh: "没有合成"}

// quantileLines are p50, p95 and p99 over time.
func quantileLines(english, chinese, unit, query string, width uint32, steps ...step) *panel {
	about := words.Text{
		En: "Half, 95 % and 99 % of the syntheses that went well were at or below this, to within 5 %. Windows without syntheses have no value; after an hour of them the line ends.",
		Zh: "成功的合成中有 50%、95%、99% 不超过此值，误差在 5% 以内。没有合成的时段没有数值，超过一小时则曲线断开。",
	}
	if len(steps) > 0 {
		about = words.Text{En: about.En + aboutOne.En, Zh: about.Zh + aboutOne.Zh}
	}
	return lines(panel{
		title: words.Text{En: english + ": p50, p95, p99", Zh: chinese + "：p50、p95、p99"},
		about: about,
		width: width, unit: unit, min: cog.ToPtr(0.0), steps: steps, queries: []string{query}, none: noSyntheses,
		interval: "1m", points: 120, spans: seldom,
		name: "${__field.name} " + whichServer,
	})
}

// aboutOne says what the line at an RTF of 1 is.
var aboutOne = words.Text{En: " Above the dashed line, an RTF of 1, a listener waits.", Zh: "超过虚线（RTF 为 1）时听者需要等待。"}

// over is a quantile of the whole range as one figure.
func (s *scripts) over(quantity, q string) []string {
	return []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")
quantileOver(known: known, quantity: "`+quantity+`", q: `+q+`, by: [])
`)}
}

func rtfOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "RTF p95", Zh: "RTF p95"},
		about: words.Text{
			En: "95 % of the syntheses of the range that went well needed at most this many seconds of computing for a second of audio. Orange from 0.7 on; red from 1 on, when a listener waits.",
			Zh: "所选时间内成功的合成中，95% 每秒音频所需的计算秒数不超过此值。0.7 以上为橙色；达到 1 为红色，听者需要等待。",
		},
		width: width, height: 4, unit: units.NoUnit, decimals: cog.ToPtr(2.0), queries: s.over("rtf", "0.95"), none: noSyntheses,
		steps: []step{{lowest, green}, {0.7, orange}, {1, red}},
	}, "lastNotNull")
}

func firstOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "First chunk p95", Zh: "首包 p95"},
		about: words.Text{
			En: "95 % of the syntheses of the range that went well gave their first audio within this time from their first segment's start.",
			Zh: "所选时间内成功的合成中，95% 从第一段开始到首包的时间不超过此值。",
		},
		width: width, height: 4, unit: units.Seconds, decimals: cog.ToPtr(2.0), queries: s.over("first_chunk", "0.95"), none: noSyntheses,
	}, "lastNotNull")
}

// failedOver is the share of the syntheses that did not go well for another reason than the client's.
func failedOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Failed", Zh: "失败率"},
		about: words.Text{
			En: "Share of the syntheses of the range that failed or got stuck. A client that left is no failure. Yellow above 0, orange from 1 %, red from 5 %.",
			Zh: "所选时间内失败或卡住的合成所占比例。客户端中途断开不算失败。大于 0 为黄色，1% 起为橙色，5% 起为红色。",
		},
		width: width, height: 4, unit: units.Percent, decimals: cog.ToPtr(1.0), none: noSyntheses,
		steps: []step{{lowest, green}, {0.0001, yellow}, {1, orange}, {5, red}},
		queries: []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")
all = sumOver(of: "cosyvoice_synthesis", known: known, inRaw: "request_id", inTier: "points_count", ofRaw: count, by: ["outcome"], name: "number")

all
    |> filter(fn: (r) => exists r.outcome)
    |> map(fn: (r) => ({failed: if r.outcome == "error" or r.outcome == "stuck" then r._value else 0.0, all: r._value}))
    |> group()
    |> reduce(identity: {failed: 0.0, all: 0.0}, fn: (r, accumulator) => ({failed: accumulator.failed + r.failed, all: accumulator.all + r.all}))
    |> map(fn: (r) => ({_value: 100.0 * r.failed / r.all}))
`)},
	}, "lastNotNull")
}

func numberOver(s *scripts, width uint32) *panel {
	return figure(panel{
		title: words.Text{En: "Syntheses", Zh: "合成次数"},
		about: words.Text{
			En: "How many syntheses ended in the range, however they ended, as far as the log or the server tells of them.",
			Zh: "所选时间内结束的合成次数（无论结果），以日志或服务上报为准。",
		},
		width: width, height: 4, unit: units.Short, decimals: cog.ToPtr(0.0), none: noSyntheses,
		queries: []string{s.whole(ofServers, `known = exactBorders(of: "cosyvoice_synthesis")
sumOver(of: "cosyvoice_synthesis", known: known, inRaw: "request_id", inTier: "points_count", ofRaw: count, by: [], name: "number") |> keep(columns: ["_value"])
`)},
	}, "lastNotNull")
}

func requests(s *scripts, width uint32) *panel {
	return bars(panel{
		title: words.Text{En: "Syntheses by outcome", Zh: "合成次数（按结果）"},
		about: words.Text{
			En: "How many syntheses ended in each window, by how they ended.",
			Zh: "每个时间窗口内结束的合成次数，按结果区分。",
		},
		width: width, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), interval: "1m", none: noSyntheses, fields: outcomes, name: "${__field.name}",
		queries: []string{s.windows(ofServers, `number(known: exactBorders(of: "cosyvoice_synthesis"), by: ["outcome"])
    |> map(fn: (r) => ({r with _field: r.outcome}))
    |> drop(columns: ["outcome"])
    |> group(columns: ["_field"])
`)},
	})
}

func inFlight(s *scripts, width uint32) *panel {
	return lines(panel{
		title: words.Text{En: "Syntheses in flight", Zh: "进行中的合成"},
		about: words.Text{
			En: "Syntheses that had begun and not ended: the mean of each window, and the most at a tick.",
			Zh: "已开始但未结束的合成：每个窗口的平均值与最大值。",
		},
		width: width, unit: units.Short, min: cog.ToPtr(0.0), name: "${__field.name} " + whichServer, fields: meanAndMost,
		queries: []string{s.windows(ofServers, `meanAndHighest(of: "cosyvoice_service", known: borders(of: "cosyvoice_service"), field: "in_flight", highest: "in_flight", by: ["host", "instance"])
`)},
	})
}

// meanAndMost are the columns of meanAndHighest.
var meanAndMost = []field{
	{name: "mean", text: words.Text{En: "mean " + whichServer, Zh: "平均 " + whichServer}},
	{name: "max", text: words.Text{En: "highest " + whichServer, Zh: "最高 " + whichServer}},
}
