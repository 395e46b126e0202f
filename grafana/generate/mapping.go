package main

import (
	"maps"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// mapping shows a text, in a colour, for a value, or for the numbers from one to another.
type mapping struct {
	value    string
	from, to *float64
	text     words.Text
	color    string
}

// mapped are the mappings of a field: the values in one, and each of the ranges.
func mapped(mappings []mapping, language words.Language) []dashboard.ValueMapping {
	if len(mappings) == 0 {
		return nil
	}
	values := dashboard.NewValueMap()
	var out []dashboard.ValueMapping
	for i, m := range mappings {
		result := dashboard.ValueMappingResult{Text: cog.ToPtr(m.text.In(language)), Index: cog.ToPtr(int32(i))}
		if m.color != "" {
			result.Color = &m.color
		}
		if m.from == nil && m.to == nil {
			values.Options[m.value] = result
			continue
		}
		r := dashboard.NewRangeMap()
		r.Options = dashboard.DashboardRangeMapOptions{From: m.from, To: m.to, Result: result}
		out = append(out, dashboard.ValueMapping{RangeMap: r})
	}
	if len(values.Options) > 0 {
		out = append([]dashboard.ValueMapping{{ValueMap: values}}, out...)
	}
	return out
}

// absence shows a text for what is not known. Without it Grafana gives it the colour of the lowest
// threshold, which often is that of what is well, and in each such cell of a table says what stands there
// where there is no row at all.
func (p *panel) absence(language words.Language) []dashboard.ValueMapping {
	unknown := dashboard.NewSpecialValueMap()
	unknown.Options.Match = dashboard.SpecialValueMatchNull
	switch p.kind {
	case "table":
		unknown.Options.Result = dashboard.ValueMappingResult{Text: cog.ToPtr("–"), Color: cog.ToPtr("transparent")}
	case "stat":
		unknown.Options.Result = dashboard.ValueMappingResult{Text: cog.ToPtr(p.none.In(language)), Color: cog.ToPtr(grey)}
	default:
		return nil
	}
	return []dashboard.ValueMapping{{SpecialValueMap: unknown}}
}

// The colours of what is well, of what may be looked at, and of what is wrong.
const (
	green  = "green"
	blue   = "blue"
	yellow = "yellow"
	orange = "orange"
	red    = "red"
	purple = "purple"
	grey   = "#808080"
)

var severityColors = map[string]string{"info": blue, "warning": orange, "error": red}

// Severities, states of servers and of cards, and outcomes of syntheses.
var (
	severities = []mapping{
		{value: "error", text: words.Text{En: "error", Zh: "严重"}, color: red},
		{value: "warning", text: words.Text{En: "warning", Zh: "警告"}, color: orange},
		{value: "info", text: words.Text{En: "hint", Zh: "提示"}, color: blue},
	}
	states = []mapping{
		{value: "ready", text: words.Text{En: "ready", Zh: "就绪"}, color: green},
		{value: "busy", text: words.Text{En: "busy", Zh: "繁忙"}, color: blue},
		{value: "starting", text: words.Text{En: "starting", Zh: "启动中"}, color: yellow},
		{value: "stuck", text: words.Text{En: "stuck", Zh: "卡住"}, color: orange},
		{value: "dead", text: words.Text{En: "dead", Zh: "已退出"}, color: red},
	}
	cardStates = []mapping{
		{value: "ok", text: words.Text{En: "ok", Zh: "正常"}, color: green},
		{value: "hung", text: words.Text{En: "driver hangs", Zh: "驱动无响应"}, color: orange},
		{value: "failed", text: words.Text{En: "fails", Zh: "出错"}, color: orange},
		{value: "lost", text: words.Text{En: "lost", Zh: "掉卡"}, color: red},
	}
	eventKinds = func() (out []mapping) {
		for _, kind := range slices.Sorted(maps.Keys(words.EventKinds)) {
			out = append(out, mapping{value: kind, text: words.EventKinds[kind]})
		}
		return out
	}()
)

// ofCauses shows one of the texts of a cause for its code.
func ofCauses(text func(c *causes.Cause) words.Text) []mapping { return of("", text) }

// of does so for the causes of a group, or for all.
func of(group string, text func(c *causes.Cause) words.Text) []mapping {
	var out []mapping
	all := causes.All()
	for i := range all {
		if group != "" && all[i].Group != group {
			continue
		}
		out = append(out, mapping{value: all[i].Code, text: text(&all[i]), color: severityColors[all[i].Severity]})
	}
	return out
}

func causeTitle(c *causes.Cause) words.Text  { return words.Text{En: c.En.Title, Zh: c.Zh.Title} }
func causeAnswer(c *causes.Cause) words.Text { return words.Text{En: c.En.Answer, Zh: c.Zh.Answer} }

// plainly is without colours, for long texts.
func plainly(mappings []mapping) []mapping {
	out := make([]mapping, len(mappings))
	for i, m := range mappings {
		out[i] = m
		out[i].color = ""
	}
	return out
}

func causeAdvice(c *causes.Cause) words.Text { return words.Text{En: c.En.Now, Zh: c.Zh.Now} }
