package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// whichModel is how a series of a model of Triton is called.
const whichModel = whichServer + " ${__field.labels.model}"

var noTriton = words.Text{En: "no data: no Triton server, or not probed", Zh: "没有数据：没有 Triton 服务或未启用探测"}

// triton is what a Triton server counts of its models.
func triton(s *scripts) []*panel {
	model := func(p panel, body string) *panel {
		p.width, p.none, p.min, p.name, p.interval = 8, noTriton, cog.ToPtr(0.0), whichModel, "1m"
		p.queries = []string{s.counted(ofServers, "known = exactBorders(of: \"cosyvoice_model\")\n"+body)}
		return lines(p)
	}
	return []*panel{
		model(panel{
			title: words.Text{En: "Requests of Triton's models", Zh: "Triton 模型请求数"},
			about: words.Text{En: "Requests a second that each model of a Triton server answered.", Zh: "Triton 服务各模型每秒成功响应的请求数。"},
			unit:  units.RequestsPerSecond,
		}, `grown(of: "cosyvoice_model", known: known, field: "requests_success_total", by: ["host", "instance", "model"], name: "requests") |> rate(times: 1.0)
`),
		model(panel{
			title: words.Text{En: "Time in the queue, by model", Zh: "排队时间（按模型）"},
			about: words.Text{
				En: "Mean time that a request waited before a model had it in work. A model whose requests wait is the one that is too slow.",
				Zh: "请求在模型处理前的平均排队时间。哪个模型的请求在排队，哪个模型就是瓶颈。",
			},
			unit: units.Seconds,
		}, `
union(
    tables: [
        grown(of: "cosyvoice_model", known: known, field: "queue_seconds_total", by: ["host", "instance", "model"], name: "waited"),
        grown(of: "cosyvoice_model", known: known, field: "requests_success_total", by: ["host", "instance", "model"], name: "requests"),
    ],
)
    |> group(columns: ["host", "instance", "model"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => not exists r.requests or r.requests > 0.0)
    |> map(fn: (r) => ({r with _value: r.waited / r.requests}))
    |> drop(columns: ["waited", "requests"])
`),
		model(panel{
			title: words.Text{En: "Requests that wait, by model", Zh: "等待中的请求（按模型）"},
			about: words.Text{En: "Requests that wait for each model: the mean of each window.", Zh: "等待各模型处理的请求数：每个窗口的平均值。"},
			unit:  units.Short,
		}, `
meanOf(of: "cosyvoice_model", known: known, field: "pending", by: ["host", "instance", "model"], name: "pending")
`),
	}
}
