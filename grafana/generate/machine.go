package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// whichCard is how a series of a GPU is called.
const whichCard = "${__field.labels.host} ${__field.labels.gpu}"

// cards names each GPU by the index that it had last, as nvidia-smi does.
const cards = `
told =
    from(bucket: raw.name)
        |> range(start: -30d)
        |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field == "index")
        |> filter(fn: only)
        |> last()
        |> group()
        |> map(fn: (r) => ({pair: r.uuid + "|GPU " + string(v: r._value)}))
        |> findColumn(fn: (key) => true, column: "pair")
names =
    dict.fromList(
        pairs:
            array.map(
                arr: array.concat(arr: told, v: ["|"]),
                fn: (x) => {
                    parts = strings.split(v: x, t: "|")

                    return {key: parts[0], value: parts[1]}
                },
            ),
    )
named = (tables=<-) =>
    tables
        |> map(fn: (r) => ({r with gpu: dict.get(dict: names, key: r.uuid, default: r.uuid)}))
        |> group(columns: ["_time", "_value", "mean", "max"], mode: "except")
`

// whose tells of a row which server or card it is of.
var whose = "only = " + chosen(ofHosts) + "\n" + cards + `
whose = (r) =>
    r.host + (if exists r.instance then " " + r.instance else "") + (if exists r.uuid then " " + dict.get(dict: names, key: r.uuid, default: r.uuid) else "")
`

// cardLines are a reading of each card over time.
func cardLines(s *scripts, p panel, reading, highest string) *panel {
	p.min, p.name, p.fields = cog.ToPtr(0.0), "${__field.name} "+whichCard, []field{
		{name: "mean", text: words.Text{En: "mean " + whichCard, Zh: "平均 " + whichCard}},
		{name: "max", text: words.Text{En: "highest " + whichCard, Zh: "最高 " + whichCard}},
	}
	p.queries = []string{s.windows(ofCards, cards+fmt.Sprintf(`
meanAndHighest(of: "cosyvoice_gpu", known: borders(of: "cosyvoice_gpu"), field: %q, highest: %q, by: ["host", "uuid"]) |> named()
`, reading, highest))}
	return lines(p)
}

func temperature(s *scripts, width uint32) *panel {
	return cardLines(s, panel{
		title: words.Text{En: "GPU temperature", Zh: "GPU 温度"},
		about: words.Text{
			En: "The mean of each window and its highest reading. From about 85 °C on most cards slow down; the line is there.",
			Zh: "每个窗口的平均值与最高读数。多数显卡在约 85 °C 以上开始降频，虚线标出该值。",
		},
		width: width, unit: units.Celsius, steps: []step{{85, red}},
	}, "temperature_c", "temperature_c")
}

func utilisation(s *scripts, width uint32) *panel {
	return cardLines(s, panel{
		title: words.Text{En: "GPU utilisation", Zh: "GPU 利用率"},
		about: words.Text{
			En: "Share of the time in which a kernel ran: the mean of each window and its highest second.",
			Zh: "有 CUDA kernel 运行的时间占比：每个窗口的平均值与最高一秒。",
		},
		width: width, unit: units.Percent, max: cog.ToPtr(100.0),
	}, "utilization_percent", "utilization_max_percent")
}

// memoryByOwner stacks who holds the memory, under the line of 95 % of it.
func memoryByOwner(s *scripts, width uint32, repeat string) *panel {
	p := panel{
		title: words.Text{En: "GPU memory by owner", Zh: "显存占用（按持有者）"},
		about: words.Text{
			En: "Who holds the memory of the chosen GPUs together: the mean of each window. Unowned is in use by no process that the driver lists. Over the dashed line, 95 % of all, a long text may fail.",
			Zh: "所选 GPU 的显存由谁占用（窗口平均值，多卡合计）。“不属于任何进程”指驱动列出的进程都没有持有。超过虚线（总量的 95%）时，长文本可能失败。",
		},
		width: width, unit: units.BytesIEC, min: cog.ToPtr(0.0), name: "${__field.name}",
		fields: []field{
			colored("service", words.Text{En: "CosyVoice", Zh: "CosyVoice"}, blue),
			colored("other", words.Text{En: "other processes", Zh: "其他进程"}, orange),
			colored("unowned", words.Text{En: "unowned", Zh: "不属于任何进程"}, purple),
			colored("reserved", words.Text{En: "driver", Zh: "驱动保留"}, grey),
			dashed("limit", words.Text{En: "95 % of all", Zh: "总量的 95%"}, red),
		},
		queries: []string{s.choosing(wholeCards, `known = exactBorders(of: "cosyvoice_gpu")
owned = (owner) => meanOf(of: "cosyvoice_gpu", known: known, field: "memory_" + owner + "_bytes", by: ["host", "uuid"], name: owner)

union(
    tables: [
        owned(owner: "service"),
        owned(owner: "other"),
        owned(owner: "unowned"),
        owned(owner: "reserved"),
        owned(owner: "total") |> map(fn: (r) => ({r with _value: 0.95 * r._value, _field: "limit"})) |> group(columns: ["host", "uuid", "_field"]),
    ],
)
    |> merged(by: [])
    |> group(columns: ["_field"])
`)},
	}
	if repeat != "" {
		p.title = words.Text{En: p.title.En + ": ${gpu:text}", Zh: p.title.Zh + "：${gpu:text}"}
		p.repeat = repeat
	}
	return stacked(p)
}

func hostCPU(s *scripts, width uint32) *panel {
	return lines(panel{
		title: words.Text{En: "Processors of the host", Zh: "主机 CPU"},
		about: words.Text{
			En: "Use of all processors of the host, the mean of each window and its highest tick. Near 100 % syntheses wait for each other.",
			Zh: "主机全部 CPU 的使用率：每个窗口的平均值与最高值。接近 100% 时合成会互相等待。",
		},
		width: width, unit: units.Percent, min: cog.ToPtr(0.0), max: cog.ToPtr(100.0), name: "${__field.name} ${__field.labels.host}",
		fields: []field{
			{name: "mean", text: words.Text{En: "mean ${__field.labels.host}", Zh: "平均 ${__field.labels.host}"}},
			{name: "max", text: words.Text{En: "highest ${__field.labels.host}", Zh: "最高 ${__field.labels.host}"}},
		},
		queries: []string{s.windows(ofHosts, `meanAndHighest(of: "system_metrics", known: borders(of: "system_metrics"), field: "cpu_usage_percent", highest: "cpu_usage_percent", by: ["host"])
`)},
	})
}
