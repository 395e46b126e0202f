package main

import (
	"math"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// lowest is below all values.
var lowest = math.Inf(-1)

func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// nothing is what stands where there are no points of the chosen time.
var nothing = words.Text{En: "no data", Zh: "无数据"}

// lines are readings over time. Where there were none for a while, the line ends.
func lines(p panel) *panel {
	p.kind = "timeseries"
	if p.points == 0 {
		p.points = 400
	}
	if p.spans == 0 {
		p.spans = 90_000
	}
	if p.custom == nil {
		p.custom = &common.GraphFieldConfig{
			DrawStyle: cog.ToPtr(common.GraphDrawStyleLine), LineWidth: cog.ToPtr(1.0), FillOpacity: cog.ToPtr(8.0),
			ShowPoints: cog.ToPtr(common.VisibilityModeAuto), PointSize: cog.ToPtr(4.0),
			SpanNulls:       &common.BoolOrFloat64{Float64: &p.spans},
			ThresholdsStyle: style(p.steps),
			Stacking:        &common.StackingConfig{Mode: cog.ToPtr(common.StackingModeNone), Group: cog.ToPtr("A")},
		}
	}
	p.options = &timeseries.Options{
		Legend: common.VizLegendOptions{
			DisplayMode: common.LegendDisplayModeTable, Placement: common.LegendPlacementBottom, ShowLegend: true,
			Calcs: []string{"mean", "max", "lastNotNull"},
		},
		Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderDescending},
	}
	return finish(&p)
}

// style draws the thresholds, where there are any, as lines.
func style(steps []step) *common.GraphThresholdsStyleConfig {
	mode := common.GraphThresholdsStyleModeOff
	if len(steps) > 0 {
		mode = common.GraphThresholdsStyleModeDashed
	}
	return &common.GraphThresholdsStyleConfig{Mode: mode}
}

// stacked are readings that add up to a whole.
func stacked(p panel) *panel {
	out := lines(p)
	custom := out.custom.(*common.GraphFieldConfig)
	custom.FillOpacity = cog.ToPtr(45.0)
	custom.Stacking.Mode = cog.ToPtr(common.StackingModeNormal)
	return out
}

// bars are numbers that add up, a bar a window.
func bars(p panel) *panel {
	out := stacked(p)
	custom := out.custom.(*common.GraphFieldConfig)
	custom.DrawStyle = cog.ToPtr(common.GraphDrawStyleBars)
	custom.FillOpacity = cog.ToPtr(80.0)
	custom.ShowPoints = cog.ToPtr(common.VisibilityModeNever)
	out.options.(*timeseries.Options).Legend.Calcs = []string{"sum", "max"}
	return out
}

// dashed draws a field as a limit, beside a stack.
func dashed(name string, text words.Text, color string) field {
	return field{name: name, text: text, properties: []dashboard.DynamicConfigValue{
		property("custom.stacking", map[string]any{"mode": "none", "group": "A"}),
		property("custom.fillOpacity", 0),
		property("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 10}}),
		property("color", map[string]any{"mode": "fixed", "fixedColor": color}),
	}}
}

// colored shows a field in a colour.
func colored(name string, text words.Text, color string) field {
	return field{name: name, text: text, properties: []dashboard.DynamicConfigValue{
		property("color", map[string]any{"mode": "fixed", "fixedColor": color}),
	}}
}

// figure is one number, or one for each series; calc puts the windows together.
func figure(p panel, calc string) *panel {
	p.kind = "stat"
	if len(p.steps) == 0 && p.mappings == nil {
		p.steps = []step{{lowest, blue}}
	}
	if len(p.steps) == 0 {
		p.steps = []step{{lowest, "text"}}
	}
	p.options = &stat.Options{
		GraphMode: common.BigValueGraphModeArea, ColorMode: common.BigValueColorModeValue, JustifyMode: common.BigValueJustifyModeAuto,
		TextMode: common.BigValueTextModeAuto, WideLayout: true, Orientation: common.VizOrientationAuto,
		PercentChangeColorMode: common.PercentChangeColorModeStandard,
		ReduceOptions:          common.ReduceDataOptions{Values: cog.ToPtr(false), Calcs: []string{calc}, Fields: cog.ToPtr("")},
	}
	return finish(&p)
}

// word is a text in a colour, for each series.
func word(p panel) *panel {
	out := figure(p, "lastNotNull")
	options := out.options.(*stat.Options)
	options.GraphMode = common.BigValueGraphModeNone
	options.ColorMode = common.BigValueColorModeBackground
	options.ReduceOptions.Fields = cog.ToPtr("/.*/")
	return out
}

// timeline is a word for each window and series.
func timeline(p panel) *panel {
	p.kind = "state-timeline"
	p.custom = &statetimeline.FieldConfig{LineWidth: cog.ToPtr(uint32(0)), FillOpacity: cog.ToPtr(uint32(80))}
	p.options = &statetimeline.Options{
		ShowValue: common.VisibilityModeAuto, RowHeight: 0.9, MergeValues: cog.ToPtr(true), AlignValue: cog.ToPtr(common.TimelineValueAlignmentLeft),
		Legend:  common.VizLegendOptions{DisplayMode: common.LegendDisplayModeList, Placement: common.LegendPlacementBottom, ShowLegend: true, Calcs: []string{}},
		Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeSingle, Sort: common.SortOrderNone},
	}
	return finish(&p)
}

// rows is a table. It is of texts where a column does not say otherwise: Grafana would write the name
// "50000" of a server as the number 50 K.
func rows(p panel) *panel {
	p.kind = "table"
	p.unit = units.String
	p.custom = &common.TableFieldOptions{
		Align: common.FieldTextAlignmentAuto, Inspect: true, Filterable: cog.ToPtr(true), DisplayMode: cog.ToPtr(common.TableCellDisplayModeAuto),
		CellOptions: &common.TableCellOptions{TableAutoCellOptions: &common.TableAutoCellOptions{Type: common.TableCellDisplayModeAuto}},
	}
	p.options = &table.Options{ShowHeader: true, CellHeight: cog.ToPtr(common.TableCellHeightSm)}
	return finish(&p)
}

// column is how wide a field of a table is, and more of it.
func column(name string, text words.Text, width int, more ...dashboard.DynamicConfigValue) field {
	f := field{name: name, text: text, properties: more}
	if width > 0 {
		f.properties = append([]dashboard.DynamicConfigValue{property("custom.width", width)}, more...)
	}
	return f
}

// graded is a column whose cells have the colours of thresholds.
func graded(name string, text words.Text, width int, unit string, decimals int, steps ...step) field {
	return column(name, text, width, append(background(), property("unit", unit), property("decimals", decimals),
		property("color", map[string]any{"mode": "thresholds"}), stepsOf(steps...))...)
}

// background colours the cells of a field by their mappings or thresholds; the first is understood
// by Grafana before 9.5, the second from then on.
func background() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		property("custom.displayMode", "color-background"),
		property("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
	}
}

// wrapped breaks long texts into lines where Grafana can: from 10.4 on.
func wrapped() dashboard.DynamicConfigValue {
	return property("custom.cellOptions", map[string]any{"type": "auto", "wrapText": true})
}

// density shows how many fell into each bin of a histogram; its fields are the upper ends of the bins.
func density(p panel) *panel {
	p.kind = "heatmap"
	p.custom = &heatmap.FieldConfig{
		HideFrom:          &common.HideSeriesConfig{},
		ScaleDistribution: &common.ScaleDistributionConfig{Type: common.ScaleDistributionLinear},
	}
	p.options = &heatmap.Options{
		Calculate: cog.ToPtr(false),
		Color: heatmap.HeatmapColorOptions{
			Mode: cog.ToPtr(heatmap.HeatmapColorModeScheme), Scheme: "Oranges", Fill: "dark-orange", Exponent: 0.5, Steps: 64,
			Scale: cog.ToPtr(heatmap.HeatmapColorScaleExponential),
		},
		FilterValues: &heatmap.FilterValueRange{Le: cog.ToPtr(float32(1e-9))},
		RowsFrame:    &heatmap.RowsHeatmapOptions{Layout: cog.ToPtr(common.HeatmapCellLayoutLe)},
		ShowValue:    common.VisibilityModeNever,
		CellGap:      cog.ToPtr(uint8(1)),
		YAxis:        heatmap.YAxisConfig{Unit: &p.unit, AxisPlacement: cog.ToPtr(common.AxisPlacementLeft)},
		Legend:       heatmap.HeatmapLegend{Show: true},
		Tooltip:      heatmap.HeatmapTooltip{Mode: common.TooltipDisplayModeSingle, YHistogram: cog.ToPtr(false)},
		Exemplars:    heatmap.ExemplarConfig{Color: "rgba(255,0,255,0.7)"},
	}
	return finish(&p)
}

// finish sets what all panels have.
func finish(p *panel) *panel {
	if p.none.En == "" {
		p.none = nothing
	}
	if p.height == 0 {
		p.height = 8
	}
	return p
}

// stepsOf are the thresholds of one field.
func stepsOf(steps ...step) dashboard.DynamicConfigValue {
	return property("thresholds", map[string]any{"mode": "absolute", "steps": thresholds(steps)})
}
