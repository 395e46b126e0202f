package main

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// datasource is the address of the provisioned data source: an alert rule takes no variable.
const datasource = "cosyvoice-influxdb"

// What Grafana reads from a file of rules, as far as it is used here.
type (
	ruleFile struct {
		APIVersion int         `yaml:"apiVersion"`
		Groups     []ruleGroup `yaml:"groups"`
	}
	ruleGroup struct {
		OrgID    int    `yaml:"orgId"`
		Name     string `yaml:"name"`
		Folder   string `yaml:"folder"`
		Interval string `yaml:"interval"`
		Rules    []rule `yaml:"rules"`
	}
	rule struct {
		UID          string            `yaml:"uid"`
		Title        string            `yaml:"title"`
		Condition    string            `yaml:"condition"`
		Data         []ruleQuery       `yaml:"data"`
		DashboardUID string            `yaml:"dashboardUid"`
		PanelID      uint32            `yaml:"panelId"`
		NoDataState  string            `yaml:"noDataState"`
		ExecErrState string            `yaml:"execErrState"`
		For          string            `yaml:"for"`
		Annotations  map[string]string `yaml:"annotations"`
		Labels       map[string]string `yaml:"labels"`
	}
	ruleQuery struct {
		RefID         string         `yaml:"refId"`
		RelativeRange map[string]int `yaml:"relativeTimeRange"`
		DatasourceUID string         `yaml:"datasourceUid"`
		Model         map[string]any `yaml:"model"`
	}
)

// alertRules are the rules in a language: one for each cause that is an error or a warning, by what
// the tasks found, and two that need no task: for a host that is silent, and for the tasks themselves.
// They show the panel of the overview with what is wrong.
func alertRules(overview *board, language words.Language) ([]byte, error) {
	id, err := overview.id(activeTitle)
	if err != nil {
		return nil, err
	}
	group := ruleGroup{OrgID: 1, Name: "CosyVoice", Folder: "CosyVoice", Interval: "1m"}
	all := causes.All()
	for i := range all {
		if c := &all[i]; c.Severity != "info" {
			group.Rules = append(group.Rules, ruleOf(c, language))
		}
	}
	group.Rules = append(group.Rules, silentRule(language), unjudgedRule(language))
	for i := range group.Rules {
		group.Rules[i].DashboardUID, group.Rules[i].PanelID = uid(overview.name, language), id
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "# Written by `make generate`. %s\n", rulesHead.In(language))
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(ruleFile{APIVersion: 1, Groups: []ruleGroup{group}}); err != nil {
		return nil, fmt.Errorf("writing the alert rules: %w", err)
	}
	return text.Bytes(), nil
}

var rulesHead = words.Text{
	En: "The buckets are those of the default prefix, performance_monitor.",
	Zh: "存储桶使用默认前缀 performance_monitor。",
}

// ruleOf fires while the tasks find a cause, and for as long as one of their runs may fail. That it is
// over is told for a quarter of an hour.
func ruleOf(c *causes.Cause, language words.Language) rule {
	hold := "200s"
	if slices.Contains(trends(), c.Code) {
		hold = "12m"
	}
	texts := c.In(language)
	return newRule(c.Code, texts.Title, c.Severity, "OK", fmt.Sprintf(`from(bucket: "performance_monitor_events")
  |> range(start: -30m)
  |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r.code == %q and r._field == "since")
  |> last()
  |> map(fn: (r) => ({r with _value: if int(v: now()) - int(v: r._time) <= int(v: %s) then 1.0 else 0.0}))
  |> keep(columns: ["_time", "_value", "host", "instance", "uuid"])
  |> group(columns: ["host", "instance", "uuid"])
`, c.Code, hold), 0, adviceOf(texts), language)
}

// silentRule fires when nothing was heard of a host for five minutes, whether or not the tasks run, and
// when nothing is there at all; not for a host that was forgotten since.
func silentRule(language words.Language) rule {
	title := words.Text{En: "A host is silent, by its points", Zh: "主机无数据（按数据点判断）"}
	return newRule("host_silent", title.In(language), "error", "Alerting", `newest = (bucket, only) =>
  from(bucket: bucket)
    |> range(start: -30d)
    |> filter(fn: only)
    |> last()
    |> group(columns: ["host"])
    |> max(column: "_time")
heard = newest(bucket: "performance_monitor", only: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "success")
forgotten = newest(bucket: "performance_monitor_events", only: (r) => r._measurement == "cosyvoice_event" and r.kind == "forgotten" and r._field == "message")

union(
  tables: [
    heard |> map(fn: (r) => ({host: r.host, heard: int(v: r._time), forgotten: 0})),
    forgotten |> map(fn: (r) => ({host: r.host, heard: 0, forgotten: int(v: r._time)})),
  ],
)
  |> group(columns: ["host"])
  |> reduce(
    identity: {heard: 0, forgotten: 0},
    fn: (r, accumulator) => ({heard: accumulator.heard + r.heard, forgotten: accumulator.forgotten + r.forgotten}),
  )
  |> filter(fn: (r) => r.heard > r.forgotten)
  |> map(fn: (r) => ({r with _time: time(v: r.heard), _value: float(v: int(v: now()) - r.heard) / 1000000000.0}))
  |> keep(columns: ["_time", "_value", "host"])
`, 300, adviceOf(causes.Find("no_data").In(language)), language)
}

// unjudgedRule fires when the task that finds causes has not gone well for a while: then the rules of the
// causes say nothing, whatever is wrong. It fires, alone of all, when InfluxDB does not answer.
func unjudgedRule(language words.Language) rule {
	title := words.Text{En: "No task looks for causes", Zh: "问题诊断任务没有成功运行"}
	texts := *causes.Find("task_failing").In(language)
	texts.Answer = unjudged.text.In(language)
	r := newRule("unjudged", title.In(language), "error", "Alerting", `from(bucket: "performance_monitor_events")
  |> range(start: -24h)
  |> filter(fn: (r) => r._measurement == "cosyvoice_judgement" and r.group == "minutes" and r._field == "findings")
  |> last()
  |> group()
  |> max(column: "_time")
  |> map(fn: (r) => ({r with _value: float(v: int(v: now()) - int(v: r._time)) / 1000000000.0}))
  |> keep(columns: ["_time", "_value", "host"])
`, causes.Unjudged.Seconds(), adviceOf(&texts), language)
	r.ExecErrState, r.For = "Alerting", "5m"
	return r
}

// adviceOf is what a cause says beside its title.
func adviceOf(texts *causes.Texts) map[string]string {
	return map[string]string{"answer": texts.Answer, "now": texts.Now, "lasting": texts.Lasting}
}

// newRule asks the query A, takes the last value of each of its series, and fires above a limit. It does
// not fire where the query fails: all would at once, each with the text of a cause that nobody found.
func newRule(code, title, severity, noData, flux string, limit float64, annotations map[string]string, language words.Language) rule {
	colon := words.Text{En: ": ", Zh: "："}.In(language)
	annotations["summary"] = title + "{{ if .Labels.host }}" + colon + "{{ .Labels.host }}{{ end }}{{ if .Labels.instance }} {{ .Labels.instance }}{{ end }}{{ if .Labels.uuid }} {{ .Labels.uuid }}{{ end }}"
	span := map[string]int{"from": 1800, "to": 0}
	return rule{
		UID: fmt.Sprintf("cosyvoice-%s-%s", code, tongue(language)), Title: title, Condition: "C",
		NoDataState: noData, ExecErrState: "OK", For: "0s", Annotations: annotations,
		Labels: map[string]string{"code": code, "severity": severity, "service": "cosyvoice3"},
		Data: []ruleQuery{
			{"A", span, datasource, map[string]any{"refId": "A", "query": flux, "intervalMs": 60000, "maxDataPoints": 1000}},
			{"B", span, "__expr__", map[string]any{"refId": "B", "type": "reduce", "expression": "A", "reducer": "last"}},
			{"C", span, "__expr__", map[string]any{
				"refId": "C", "type": "threshold", "expression": "B",
				"conditions": []map[string]any{{"evaluator": map[string]any{"type": "gt", "params": []float64{limit}}}},
			}},
		},
	}
}
