package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// gpus is all of the cards: who holds their memory, what slows them down, what they report.
func gpus(s *scripts) (*board, error) {
	return &board{
		name: "gpu", from: "6h", variables: s.variables(), annotations: changes(s),
		title: words.Text{En: "CosyVoice: GPU", Zh: "CosyVoice：GPU"},
		about: words.Text{
			En: "Of each GPU: who holds its memory, how busy and hot it is, what slows it down, and which faults it reported.",
			Zh: "每张 GPU 的显存持有者、繁忙程度与温度、降频原因以及报告的故障。",
		},
		sections: []section{
			{panels: []*panel{cardsNow(s)}},
			{title: words.Text{En: "Memory", Zh: "显存"}, panels: []*panel{memoryByOwner(s, 24, "gpu"), fullness(s), bandwidth(s), energy(s)}},
			{title: words.Text{En: "Work and heat", Zh: "负载与温度"}, panels: []*panel{
				utilisation(s, 8), clock(s, "clock_sm_hz", "SM clock", "SM 频率"), clock(s, "clock_memory_hz", "Memory clock", "显存频率"),
				power(s), temperature(s, 8), coolers(s),
			}},
			{title: words.Text{En: "What slows it down, what is broken", Zh: "降频与故障"}, panels: []*panel{
				cardStatesOver(s), throttling(s), xids(s), xidEvents(s), keptDown(s), memoryErrors(s), remapped(s), pcie(s),
			}},
		},
	}, nil
}

// cardsNow is a row for each card, of the two minutes before the end of the range.
func cardsNow(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "GPUs at the end of the range", Zh: "GPU 现状（所选时间末）"},
		about: words.Text{
			En: "The last readings of each GPU, of the two minutes before the end. A GPU in a state other than ok gives no readings. Orange from 90 % and 80 °C on, red from 95 % and 85 °C.",
			Zh: "每张 GPU 在结束前两分钟内的最后读数。状态不是“正常”的 GPU 没有读数。90%、80 °C 起为橙色，95%、85 °C 起为红色。",
		},
		width: 24, height: 6, none: words.Text{En: "no GPU was seen for two minutes", Zh: "两分钟内没有看到 GPU"},
		columns: []string{"host", "gpu", "name", "state", "full", "memory_used_bytes", "memory_total_bytes", "utilization_percent", "temperature_c", "power_w", "power_limit_w", "clock_sm_hz", "processes"},
		hidden:  []string{"uuid"},
		fields: []field{
			column("host", words.Text{En: "Host", Zh: "主机"}, 140),
			column("gpu", words.Text{En: "GPU", Zh: "GPU"}, 70),
			column("name", words.Text{En: "Model", Zh: "型号"}, 190),
			{name: "state", text: words.Text{En: "State", Zh: "状态"}, mappings: cardStates, properties: append(background(), property("custom.width", 110))},
			graded("full", words.Text{En: "Memory full", Zh: "显存占用率"}, 105, units.Percent, 1, step{lowest, green}, step{90, orange}, step{95, red}),
			column("memory_used_bytes", words.Text{En: "Used", Zh: "已用"}, 90, property("unit", units.BytesIEC)),
			column("memory_total_bytes", words.Text{En: "In all", Zh: "总量"}, 90, property("unit", units.BytesIEC)),
			column("utilization_percent", words.Text{En: "Utilisation", Zh: "利用率"}, 100, property("unit", units.Percent), property("decimals", 0)),
			column("temperature_c", words.Text{En: "Temperature", Zh: "温度"}, 105, append(background(), property("unit", units.Celsius),
				property("color", map[string]any{"mode": "thresholds"}), stepsOf(step{lowest, green}, step{80, orange}, step{85, red}))...),
			column("power_w", words.Text{En: "Power", Zh: "功率"}, 90, property("unit", units.Watt), property("decimals", 0)),
			column("power_limit_w", words.Text{En: "Power limit", Zh: "功率上限"}, 100, property("unit", units.Watt), property("decimals", 0)),
			column("clock_sm_hz", words.Text{En: "SM clock", Zh: "SM 频率"}, 100, property("unit", units.Hertz)),
			column("processes", words.Text{En: "Processes", Zh: "进程数"}, 0, property("unit", units.Short), property("decimals", 0)),
		},
		queries: []string{s.plain("only = " + chosen(ofCards) + "\n" + cards + atEnd + "\n" + endOf("cosyvoice_gpu", "memory_used_bytes|memory_total_bytes|utilization_percent|temperature_c|power_w|power_limit_w|clock_sm_hz|processes", "state") + `
    |> filter(fn: only)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
` + unlast + `    |> group(columns: ["host", "uuid"])
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 1)
    |> drop(columns: ["_start", "_stop", "_measurement", "service", "gpu_uuid", "_time"])
    |> map(fn: (r) => ({r with gpu: dict.get(dict: names, key: r.uuid, default: r.uuid), full: 100.0 * r.memory_used_bytes / r.memory_total_bytes}))
    |> group()
    |> sort(columns: ["host", "gpu"])
`)},
	})
}

// fullness is the highest memory in each window as a share of the card.
func fullness(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Highest memory, of the card", Zh: "显存峰值占比"},
		about: words.Text{
			En: "The highest second of each window, as a share of the card's memory. From 95 % on, the line, a long text may fail.",
			Zh: "每个窗口内最高一秒的显存占整卡的比例。超过 95%（虚线）时，长文本可能失败。",
		},
		width: 8, unit: units.Percent, min: cog.ToPtr(0.0), max: cog.ToPtr(100.0), steps: []step{{95, red}}, name: whichCard,
		queries: []string{s.windows(ofCards, cards+`
known = borders(of: "cosyvoice_gpu")
all = meanOf(of: "cosyvoice_gpu", known: known, field: "memory_total_bytes", by: ["host", "uuid"], name: "total")
used = highestOf(of: "cosyvoice_gpu", known: known, field: "memory_used_max_bytes", by: ["host", "uuid"], name: "max")

union(tables: [all, used])
    |> group(columns: ["host", "uuid"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({r with _value: 100.0 * r.max / r.total, _field: "full"}))
    |> drop(columns: ["max", "total"])
    |> named()
    |> sort(columns: ["_time"])
`)},
	})
}

func bandwidth(s *scripts) *panel {
	return cardLines(s, panel{
		title: words.Text{En: "Memory busy", Zh: "显存带宽利用率"},
		about: words.Text{
			En: "Share of the time in which the card's memory was read or written: the mean of each window and its highest tick.",
			Zh: "显存被读写的时间比例：每个窗口的平均值与最高值。",
		},
		width: 8, unit: units.Percent, max: cog.ToPtr(100.0),
	}, "memory_utilization_percent", "memory_utilization_percent")
}

func energy(s *scripts) *panel {
	return figure(panel{
		title: words.Text{En: "Energy of the range", Zh: "所选时间内的能耗"},
		about: words.Text{
			En: "What the chosen GPUs took in the range, by the counter of the card; times without points are not counted.",
			Zh: "所选 GPU 在所选时间内的能耗（取自显卡计数器）；没有数据的时间不计入。",
		},
		width: 8, height: 8, unit: units.KiloWattHour, decimals: cog.ToPtr(2.0),
		queries: []string{s.counted(ofCards, `grown(of: "cosyvoice_gpu", known: exactBorders(of: "cosyvoice_gpu"), field: "energy_joules", by: [], name: "energy")
    |> map(fn: (r) => ({r with _value: r._value / 3600000.0}))
`)},
	}, "sum")
}

func clock(s *scripts, reading, english, chinese string) *panel {
	return cardLines(s, panel{
		title: words.Text{En: english, Zh: chinese},
		about: words.Text{
			En: "The mean of each window and its highest reading. A clock that falls under load is a card that is slowed down.",
			Zh: "每个窗口的平均值与最高读数。负载下频率下降说明显卡被降频。",
		},
		width: 8, unit: units.Hertz,
	}, reading, reading)
}

func power(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Power and its limit", Zh: "功率与上限"},
		about: words.Text{
			En: "What each card takes, and the limit that is enforced. A card at its limit lowers its clocks.",
			Zh: "每张卡的功率与生效的上限。达到上限时会降低频率。",
		},
		width: 8, unit: units.Watt, min: cog.ToPtr(0.0), name: "${__field.name} " + whichCard,
		fields: []field{
			{name: "power", text: words.Text{En: "power " + whichCard, Zh: "功率 " + whichCard}},
			dashed("limit", words.Text{En: "limit " + whichCard, Zh: "上限 " + whichCard}, red),
		},
		queries: []string{s.windows(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
watts = (field, name) => meanOf(of: "cosyvoice_gpu", known: known, field: field, by: ["host", "uuid"], name: name)

union(tables: [watts(field: "power_w", name: "power"), watts(field: "power_limit_w", name: "limit")]) |> named()
`)},
	})
}

func coolers(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Memory temperature", Zh: "显存温度"},
		about: words.Text{
			En: "Of the memory chips, the mean of each window, where the card tells it.",
			Zh: "显存颗粒温度的窗口平均值（需显卡支持）。",
		},
		width: 8, unit: units.Celsius, min: cog.ToPtr(0.0), name: whichCard,
		none: words.Text{En: "no data, or the card does not tell it", Zh: "没有数据或显卡不提供"},
		queries: []string{s.windows(ofCards, cards+`
meanOf(of: "cosyvoice_gpu", known: exactBorders(of: "cosyvoice_gpu"), field: "memory_temperature_c", by: ["host", "uuid"], name: "memory") |> named()
`)},
	})
}
