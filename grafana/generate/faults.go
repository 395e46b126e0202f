package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// unknown is a time of which nothing is known.
var unknown = mapping{value: "none", text: words.Text{En: "no data", Zh: "无数据"}, color: grey}

// cardStatesOver is the worst state of each card in each window.
func cardStatesOver(s *scripts) *panel {
	return timeline(panel{
		title: words.Text{En: "State of the GPUs", Zh: "GPU 状态"},
		about: words.Text{
			En: "The worst state of each window: driver hangs (no answer), fails (answers with errors only), lost (fell off the bus). Grey: nothing is known.",
			Zh: "每个窗口内最差的状态：驱动无响应、出错（只返回错误）、掉卡。灰色表示没有数据。",
		},
		width: 12, height: 7, unit: units.String, mappings: append([]mapping{unknown}, cardStates...), name: whichCard, interval: "30s", points: 300,
		queries: []string{s.windows(ofCards, cards+`
worst(
    of: "cosyvoice_gpu",
    known: exactBorders(of: "cosyvoice_gpu"),
    field: "state",
    states: ["lost", "failed", "hung", "ok"],
    by: ["host", "uuid"],
    choose: (r) =>
        if exists r.lost then
            "lost"
        else if exists r.failed then
            "failed"
        else if exists r.hung then
            "hung"
        else if exists r.ok then
            "ok"
        else
            "none",
)
    |> named()
`)},
	})
}

// shares say how much of a window something lasted.
var shares = []mapping{
	{from: cog.ToPtr(0.0), to: cog.ToPtr(0.0), text: words.Text{En: "no", Zh: "否"}, color: green},
	{from: cog.ToPtr(0.0001), to: cog.ToPtr(50.0), text: words.Text{En: "at times", Zh: "部分时间"}, color: yellow},
	{from: cog.ToPtr(50.0001), to: cog.ToPtr(100.0), text: words.Text{En: "mostly", Zh: "大部分时间"}, color: red},
}

func throttling(s *scripts) *panel {
	return timeline(panel{
		title: words.Text{En: "Slowed down by", Zh: "降频原因"},
		about: words.Text{
			En: "Whether the card lowered its clocks, and why: heat, a power limit, or a slowdown by the hardware. At times: in up to half of the readings of the window.",
			Zh: "显卡是否降频及原因：过热、功率上限或硬件降频。“部分时间”指窗口内不超过一半的读数。",
		},
		width: 12, height: 7, unit: units.Percent, mappings: shares, name: whichCard + " ${__field.name}", interval: "30s", points: 300,
		fields: []field{
			{name: "thermal", text: words.Text{En: whichCard + " heat", Zh: whichCard + " 过热"}},
			{name: "power", text: words.Text{En: whichCard + " power limit", Zh: whichCard + " 功率上限"}},
			{name: "hw_slowdown", text: words.Text{En: whichCard + " hardware", Zh: whichCard + " 硬件"}},
		},
		queries: []string{s.windows(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
share = (reason) =>
    meanOf(of: "cosyvoice_gpu", known: known, field: "throttle_" + reason, by: ["host", "uuid"], name: reason)
        |> map(fn: (r) => ({r with _value: 100.0 * r._value}))

union(tables: [share(reason: "thermal"), share(reason: "power"), share(reason: "hw_slowdown")]) |> named()
`)},
	})
}

// keptDown is the share of the time in which the clocks were kept down, by the driver's counters.
func keptDown(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "Time with clocks kept down", Zh: "频率受限时间占比"},
		about: words.Text{
			En: "Share of the time in which the driver kept the clocks down, by its own counters: by the power limit, by heat, by the voltage limit.",
			Zh: "驱动限制频率的时间比例（驱动计数器）：功率上限、过热、电压限制。",
		},
		width: 8, unit: units.Percent, min: cog.ToPtr(0.0), name: whichCard + " ${__field.name}", interval: "2m",
		none: words.Text{En: "no data, or the card does not tell it", Zh: "没有数据或显卡不提供"},
		fields: []field{
			{name: "thermal", text: words.Text{En: whichCard + " heat", Zh: whichCard + " 过热"}},
			{name: "power", text: words.Text{En: whichCard + " power limit", Zh: whichCard + " 功率上限"}},
			{name: "reliability", text: words.Text{En: whichCard + " voltage", Zh: whichCard + " 电压"}},
		},
		queries: []string{s.counted(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
share = (reason) =>
    grown(of: "cosyvoice_gpu", known: known, field: "violation_" + reason + "_seconds_total", by: ["host", "uuid"], name: reason) |> rate(times: 100.0)

union(tables: [share(reason: "thermal"), share(reason: "power"), share(reason: "reliability")]) |> named()
`)},
	})
}

func xids(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Faults reported by the driver (Xid)", Zh: "驱动报告的故障（Xid）"},
		about: words.Text{
			En: "How many Xids the driver reported in each window. Their numbers are in the table beside.",
			Zh: "每个窗口内驱动报告的 Xid 数量，编号见旁边的表格。",
		},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), name: whichCard, interval: "1m",
		queries: []string{s.counted(ofCards, cards+`
grown(of: "cosyvoice_gpu", known: exactBorders(of: "cosyvoice_gpu"), field: "xids_total", by: ["host", "uuid"], name: "xids") |> named()
`)},
	})
}

// memoryErrors are what the card's memory corrected and could not.
func memoryErrors(s *scripts) *panel {
	return bars(panel{
		title: words.Text{En: "Memory errors (ECC)", Zh: "显存错误（ECC）"},
		about: words.Text{
			En: "Errors in the card's memory in each window. Corrected ones do no harm while they are few; after an uncorrected one the server's GPU context is broken.",
			Zh: "每个窗口内的显存错误。少量已纠正的错误无妨；出现未纠正的错误后，服务的 GPU 上下文已损坏。",
		},
		width: 8, unit: units.Short, decimals: cog.ToPtr(0.0), min: cog.ToPtr(0.0), name: whichCard + " ${__field.name}", interval: "2m",
		none: words.Text{En: "no data, or no ECC", Zh: "没有数据或显卡没有 ECC"},
		fields: []field{
			{name: "corrected", text: words.Text{En: whichCard + " corrected", Zh: whichCard + " 已纠正"}},
			{name: "uncorrected", text: words.Text{En: whichCard + " uncorrected", Zh: whichCard + " 未纠正"}},
		},
		queries: []string{s.counted(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
errors = (kind) => grown(of: "cosyvoice_gpu", known: known, field: "ecc_" + kind + "_volatile_total", by: ["host", "uuid"], name: kind)

union(tables: [errors(kind: "corrected"), errors(kind: "uncorrected")]) |> named()
`)},
	})
}

func xidEvents(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "What the driver reported", Zh: "驱动事件"},
		about: words.Text{
			En: "Events of the GPUs and the driver in the range, the newest first. cosyvoicectl explain gpu_xid tells what to do.",
			Zh: "所选时间内 GPU 与驱动的事件，最新的在前。cosyvoicectl explain gpu_xid 说明处理办法。",
		},
		width: 16, none: words.Text{En: "no events of GPUs are known", Zh: "没有已知的 GPU 事件"},
		columns: []string{"_time", "severity", "kind", "whose", "message"}, hidden: []string{"host", "from", "to"},
		fields:  eventColumns,
		queries: []string{s.plain(eventRows(`r.kind =~ /^(gpu_|driver_|xid)/ and ` + ofHosts))},
	})
}

func pcie(s *scripts) *panel {
	return lines(panel{
		title: words.Text{En: "PCIe", Zh: "PCIe"},
		about: words.Text{
			En: "What the card sent (tx) and received (rx) over PCIe; read only with pcie = true in cosyvoice.conf.",
			Zh: "显卡经 PCIe 发送（tx）与接收（rx）的数据；仅在 cosyvoice.conf 中设置 pcie = true 时采集。",
		},
		width: 24, unit: units.BytesPerSecondSI, min: cog.ToPtr(0.0), name: "${__field.name} " + whichCard,
		none: words.Text{En: "no data; read only with pcie = true in cosyvoice.conf", Zh: "没有数据；仅在 cosyvoice.conf 中设置 pcie = true 时采集"},
		queries: []string{s.windows(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
way = (name) => meanOf(of: "cosyvoice_gpu", known: known, field: "pcie_" + name + "_bytes_per_second", by: ["host", "uuid"], name: name)

union(tables: [way(name: "tx"), way(name: "rx")]) |> named()
`)},
	})
}

// remapped is whether rows of the card's memory are to be replaced, or could not be.
func remapped(s *scripts) *panel {
	return timeline(panel{
		title: words.Text{En: "Rows of memory", Zh: "显存行替换"},
		about: words.Text{
			En: "Whether a reset of the card will replace rows of its memory, and whether a row could not be replaced: then the card is to be exchanged.",
			Zh: "是否有显存行将在显卡重置后替换，以及是否有行无法替换（此时应更换显卡）。",
		},
		width: 8, unit: units.Percent, mappings: shares, name: whichCard + " ${__field.name}", interval: "1m", points: 200,
		none: words.Text{En: "no data, or the card does not tell it", Zh: "没有数据或显卡不提供"},
		fields: []field{
			{name: "pending", text: words.Text{En: whichCard + " to be replaced", Zh: whichCard + " 待替换"}},
			{name: "failure", text: words.Text{En: whichCard + " not replaced", Zh: whichCard + " 替换失败"}},
		},
		queries: []string{s.windows(ofCards, cards+`
known = exactBorders(of: "cosyvoice_gpu")
rows = (state) =>
    meanOf(of: "cosyvoice_gpu", known: known, field: "remapped_rows_" + state, by: ["host", "uuid"], name: state)
        |> map(fn: (r) => ({r with _value: 100.0 * r._value}))

union(tables: [rows(state: "pending"), rows(state: "failure")]) |> named()
`)},
	})
}
