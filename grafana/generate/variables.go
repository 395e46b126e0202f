package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// variable is what is chosen above a dashboard.
type variable struct {
	name  string
	label words.Text
	query string // what may be chosen
	regex string // parts what is shown from what is meant
}

// spoken writes a variable in a language: all of what may be chosen is, at first.
func (v variable) spoken(language words.Language) dashboard.VariableModel {
	datasource := source()
	all := words.Text{En: "All", Zh: "全部"}.In(language)
	model := dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: v.name, Label: cog.ToPtr(v.label.In(language)), Hide: cog.ToPtr(dashboard.VariableHideDontHide),
		Query: &dashboard.StringOrMap{String: &v.query}, Definition: &v.query, Datasource: &datasource,
		Refresh: cog.ToPtr(dashboard.VariableRefreshOnTimeRangeChanged), Sort: cog.ToPtr(dashboard.VariableSortAlphabeticalAsc),
		Multi: cog.ToPtr(true), IncludeAll: cog.ToPtr(true), AllValue: cog.ToPtr(".*"), Options: []dashboard.VariableOption{},
		Current: option([]string{all}, []string{"$__all"}),
	}
	if v.regex != "" {
		model.Regex = &v.regex
	}
	return model
}

func option(text, value []string) *dashboard.VariableOption {
	return &dashboard.VariableOption{
		Selected: cog.ToPtr(true),
		Text:     dashboard.StringOrArrayOfString{ArrayOfString: text}, Value: dashboard.StringOrArrayOfString{ArrayOfString: value},
	}
}

// places are the data source, and the prefix of the names of the buckets in it.
func places(language words.Language) []dashboard.VariableModel {
	prefix := "performance_monitor"
	return []dashboard.VariableModel{
		{
			Type: dashboard.VariableTypeDatasource, Name: "datasource", Label: cog.ToPtr(words.Text{En: "Data source", Zh: "数据源"}.In(language)),
			Query: &dashboard.StringOrMap{String: cog.ToPtr("influxdb")}, Hide: cog.ToPtr(dashboard.VariableHideDontHide),
			Multi: cog.ToPtr(false), IncludeAll: cog.ToPtr(false), Regex: cog.ToPtr(""), Refresh: cog.ToPtr(dashboard.VariableRefreshOnDashboardLoad),
			Options: []dashboard.VariableOption{},
		},
		{
			Type: dashboard.VariableTypeTextbox, Name: "bucket", Label: cog.ToPtr(words.Text{En: "Buckets", Zh: "存储桶"}.In(language)),
			Query: &dashboard.StringOrMap{String: &prefix}, Hide: cog.ToPtr(dashboard.VariableHideDontHide),
			Current: &dashboard.VariableOption{
				Selected: cog.ToPtr(true), Text: dashboard.StringOrArrayOfString{String: &prefix}, Value: dashboard.StringOrArrayOfString{String: &prefix},
			},
			Options: []dashboard.VariableOption{},
		},
	}
}

// known are the values of a tag, of points of late and of the windows of an hour.
func (s *scripts) known(tag, predicate string) string {
	return s.finish(`known = (bucket, start) => schema.tagValues(bucket: bucket, tag: "` + tag + `", predicate: (r) => ` + predicate + `, start: start)

union(tables: [known(bucket: "performance_monitor", start: -30d), known(bucket: "performance_monitor_1h", start: -730d)])
    |> group()
    |> distinct()
    |> sort()
`)
}

// variables are what may be chosen above each dashboard.
func (s *scripts) variables() []variable {
	return []variable{
		{name: "host", label: words.Text{En: "Host", Zh: "主机"}, query: s.known("host", `r._measurement == "cosyvoice_agent"`)},
		{name: "service", label: words.Text{En: "Service", Zh: "服务名"}, query: s.known("service", `r._measurement == "cosyvoice_service" and `+ofHosts)},
		{name: "instance", label: words.Text{En: "Instance", Zh: "服务实例"}, query: s.known("instance", `r._measurement == "cosyvoice_service" and `+ofHosts)},
		{
			name: "gpu", label: words.Text{En: "GPU", Zh: "GPU"}, regex: `/(?<text>.*)\|(?<value>.*)/`,
			query: s.finish(`from(bucket: "performance_monitor")
    |> range(start: -30d)
    |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field == "index" and ` + ofHosts + `)
    |> last()
    |> group()
    |> map(fn: (r) => ({_value: r.host + " GPU " + string(v: r._value) + " " + r.name + "|" + r.uuid}))
    |> sort()
`),
		},
	}
}
