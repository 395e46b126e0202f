package main

import (
	"path"
	"strings"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// trends are the codes that are judged every five minutes, all others each minute.
func trends() []string {
	files, err := cosyvoicetelegraf.Conditions.ReadDir("flux/causes/trends")
	if err != nil {
		panic(err) // they are part of the program
	}
	var codes []string
	for _, f := range files {
		if f.Name() != "readings.flux" {
			codes = append(codes, strings.TrimSuffix(path.Base(f.Name()), ".flux"))
		}
	}
	return codes
}

var allWell = words.Text{
	En: "Nothing is found. That says something only where the health above is not unknown.",
	Zh: "没有发现问题。若上方健康状况显示“无法判断”，则不能说明一切正常。",
}

var activeTitle = words.Text{En: "What is wrong, and what to do", Zh: "当前问题与处理办法"}

// noFindings does not say that all was well: the tasks may not have run.
var noFindings = words.Text{En: "no findings; Data health says whether the tasks run", Zh: "没有发现问题；任务是否在运行，见“数据健康”"}

// activeFindings is what is wrong at the end of the range, and what to do.
func activeFindings(s *scripts) *panel {
	return rows(panel{
		title: activeTitle,
		about: words.Text{
			En: "What the tasks found in their last runs before the end of the range, the worst first. The link shows what went on when it began; cosyvoicectl explain CODE tells more.",
			Zh: "任务在所选时间末之前最后几次运行发现的问题，最严重的在前。链接显示问题开始时的情况；cosyvoicectl explain 加代码可查看详细说明。",
		},
		width: 24, height: 7, none: allWell,
		columns: []string{"severity", "code", "whose", "_time", "advice"}, hidden: []string{"from", "to", "host"},
		fields: []field{
			{name: "severity", text: words.Text{En: "Severity", Zh: "级别"}, mappings: severities, properties: append(background(), property("custom.width", 90))},
			{name: "code", text: words.Text{En: "What", Zh: "问题"}, mappings: plainly(ofCauses(causeTitle)), properties: column("", words.Text{}, 410).properties, links: []link{toMoment}},
			column("whose", words.Text{En: "Where", Zh: "位置"}, 200),
			column("_time", words.Text{En: "Since", Zh: "开始时间"}, 180, property("unit", "dateTimeAsLocal")),
			{name: "advice", text: words.Text{En: "What to do now", Zh: "现在怎么做"}, mappings: plainly(ofCauses(causeAdvice)), properties: column("", words.Text{}, 0, wrapped()).properties},
		},
		queries: []string{s.plain(active(ofAny) + whose + `
active
    |> map(
        fn: (r) => ({
            _time: r._time,
            severity: r.severity,
            code: r.code,
            advice: r.code,
            host: r.host,
            whose: whose(r: r),
            from: string(v: int(v: r._time) / 1000000 - 900000),
            to: string(v: int(v: r._time) / 1000000 + 900000),
        }),
    )
`)},
	})
}

// toMoment shows what went on around the time of a row, of what is chosen.
var toMoment = link{
	text: words.Text{En: "What went on then", Zh: "查看当时情况"}, to: "incident",
	with: "var-host=${__data.fields.host}&from=${__data.fields.from}&to=${__data.fields.to}&${service:queryparam}&${instance:queryparam}&${gpu:queryparam}",
}

// changes are the marks in all panels: restarts, ends, and other versions.
func changes(s *scripts) []annotation {
	events := func(kinds, text string) string {
		return s.plain(`from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "message" and r.kind =~ ` + kinds + ` and ` + ofServers + `)
    |> group()
    |> map(fn: (r) => ({time: r._time, text: ` + text + `, tags: r.kind}))
    |> sort(columns: ["time"])
`)
	}
	return []annotation{
		{words.Text{En: "Restarts", Zh: "重启"}, blue, events("/^(start|ready)$/", `r.host + " " + r.instance + ": " + r._value`)},
		{words.Text{En: "Faults", Zh: "故障"}, red, events("/^(exit|stuck|oom|cuda_error|llm_thread_died|killed|cpu_fallback)$/", `r.host + " " + r.instance + ": " + r._value`)},
		{words.Text{En: "Deployments", Zh: "版本变更"}, purple, s.plain(`starts =
    from(bucket: events)
        |> range(start: date.sub(d: 90d, from: since), stop: until)
        |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "message" and r.kind == "start" and exists r.version and ` + ofServers + `)
        |> group(columns: ["host", "instance"])
        |> sort(columns: ["_time"])
        |> map(fn: (r) => ({_time: r._time, host: r.host, instance: r.instance, version: r.version, n: 1}))
        |> cumulativeSum(columns: ["n"])

join(tables: {after: starts, before: starts |> map(fn: (r) => ({r with n: r.n + 1}))}, on: ["host", "instance", "n"])
    |> filter(fn: (r) => r.version_after != r.version_before and r._time_after >= since)
    |> group()
    |> map(fn: (r) => ({time: r._time_after, text: r.host + " " + r.instance + ": " + r.version_before + " → " + r.version_after, tags: "version"}))
    |> sort(columns: ["time"])
`)},
	}
}
