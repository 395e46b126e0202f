package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// panel is a panel in both languages.
type panel struct {
	title, about words.Text
	width        uint32 // of 24 columns
	height       uint32 // in rows of 30 pixels and a gap
	queries      []string
	interval     string  // the shortest window; that of the ticks where empty
	points       float64 // about how many windows there are
	spans        float64 // without a value, in ms, over which a line goes on; where 0, what states are held over

	unit     string
	decimals *float64
	min, max *float64
	name     string     // of a series, made of its labels
	none     words.Text // what stands where there is nothing
	steps    []step
	mappings []mapping
	fields   []field
	repeat   string // a variable, for each value of which there is one

	// columns are the fields that a table shows, in their order; hidden ones are there for links.
	columns, hidden []string
	links           []link

	kind            string
	options, custom any
	transformations []dashboard.DataTransformerConfig
}

// step is a threshold: from this value on, that colour, and what it means.
type step struct {
	from  float64
	color string
}

// field is what is different for one field, by its name.
type field struct {
	name       string
	text       words.Text // shown for the name
	properties []dashboard.DynamicConfigValue
	mappings   []mapping
	links      []link
}

// link leads to another dashboard from a value.
type link struct {
	text words.Text
	to   string // the dashboard
	with string // the rest of the address: what it sets, and what else it keeps
}

// source is the data source that is chosen above the dashboard.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("influxdb"), Uid: cog.ToPtr("${datasource}")}
}

func query(ref, text string) variants.Dataquery {
	return variants.UnknownDataquery{"refId": ref, "datasource": source(), "query": text}
}

// build writes a panel in a language.
func (p *panel) build(language words.Language) *dashboard.Panel {
	out := dashboard.NewPanel()
	out.Type = p.kind
	out.Title = cog.ToPtr(p.title.In(language))
	out.Description = cog.ToPtr(p.about.In(language))
	out.Datasource = cog.ToPtr(source())
	out.GridPos = &dashboard.GridPos{W: p.width, H: p.height}
	out.Interval = cog.ToPtr("10s")
	if p.interval != "" {
		out.Interval = &p.interval
	}
	if p.points > 0 {
		out.MaxDataPoints = &p.points
	}
	for i, text := range p.queries {
		out.Targets = append(out.Targets, query(string(rune('A'+i)), text))
	}
	if p.repeat != "" {
		out.Repeat = &p.repeat
		out.RepeatDirection = cog.ToPtr(dashboard.PanelRepeatDirectionH)
		out.MaxPerRow = cog.ToPtr(2.0)
	}
	out.Options = p.options
	out.Transformations = p.transformations
	if p.columns != nil {
		out.Transformations = append(out.Transformations, p.order())
	}
	out.FieldConfig = &dashboard.FieldConfigSource{Defaults: p.defaults(language), Overrides: p.overrides(language)}
	return out
}

func (p *panel) defaults(language words.Language) dashboard.FieldConfig {
	config := dashboard.FieldConfig{
		Unit: &p.unit, Decimals: p.decimals, Min: p.min, Max: p.max, Mappings: append(mapped(p.mappings, language), p.absence(language)...),
		NoValue: cog.ToPtr(p.none.In(language)), Links: linked(p.links, language), Custom: p.custom,
		Color: &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassic},
	}
	if p.name != "" {
		config.DisplayName = &p.name
	}
	if len(p.steps) > 0 {
		config.Thresholds = &dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute, Steps: thresholds(p.steps)}
	}
	if len(p.steps) > 0 && p.kind != "timeseries" {
		config.Color.Mode = dashboard.FieldColorModeIdThresholds
	}
	return config
}

// thresholds begin with the colour of all that is below the first: none that says it is well.
func thresholds(steps []step) []dashboard.Threshold {
	out := []dashboard.Threshold{{Color: "text"}}
	for _, s := range steps {
		if s.from == lowest {
			out[0].Color = s.color
			continue
		}
		out = append(out, dashboard.Threshold{Value: cog.ToPtr(s.from), Color: s.color})
	}
	return out
}

// overrides are a rule for each field that differs.
func (p *panel) overrides(language words.Language) []dashboard.DashboardFieldConfigSourceOverrides {
	all := []dashboard.DashboardFieldConfigSourceOverrides{}
	for _, f := range p.fields {
		properties := f.properties
		if name := f.text.In(language); name != "" {
			properties = append([]dashboard.DynamicConfigValue{{Id: "displayName", Value: name}}, properties...)
		}
		if f.mappings != nil {
			properties = append(properties, dashboard.DynamicConfigValue{Id: "mappings", Value: append(mapped(f.mappings, language), p.absence(language)...)})
		}
		if f.links != nil {
			properties = append(properties, dashboard.DynamicConfigValue{Id: "links", Value: linked(f.links, language)})
		}
		all = append(all, dashboard.DashboardFieldConfigSourceOverrides{
			Matcher: dashboard.MatcherConfig{Id: "byName", Options: f.name}, Properties: properties,
		})
	}
	for _, name := range p.hidden {
		all = append(all, dashboard.DashboardFieldConfigSourceOverrides{
			Matcher: dashboard.MatcherConfig{Id: "byName", Options: name}, Properties: []dashboard.DynamicConfigValue{{Id: "custom.hidden", Value: true}},
		})
	}
	return all
}

// order puts the columns of a table into theirs.
func (p *panel) order() dashboard.DataTransformerConfig {
	places := map[string]int{}
	for i, name := range append(append([]string{}, p.columns...), p.hidden...) {
		places[name] = i
	}
	return dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
		"indexByName": places, "excludeByName": map[string]bool{}, "renameByName": map[string]string{},
	}}
}

// linked are the links of a value; each keeps the data source and the buckets.
func linked(links []link, language words.Language) []dashboard.DashboardLink {
	var out []dashboard.DashboardLink
	for _, l := range links {
		url := "/d/" + uid(l.to, language) + "?" + l.with + "&${datasource:queryparam}&${bucket:queryparam}"
		out = append(out, dashboard.DashboardLink{Title: l.text.In(language), Url: &url})
	}
	return out
}
