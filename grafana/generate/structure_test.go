package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drawn is a dashboard as Grafana reads it.
type drawn struct {
	name   string
	all    map[string]any
	panels []map[string]any // without the rows
	rows   []map[string]any
}

func dashboards(t *testing.T) []drawn {
	t.Helper()
	var out []drawn
	for name, text := range made(t) {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		d := drawn{name: name}
		require.NoError(t, json.Unmarshal(text, &d.all))
		for _, p := range d.all["panels"].([]any) {
			if panel := p.(map[string]any); panel["type"] == "row" {
				d.rows = append(d.rows, panel)
			} else {
				d.panels = append(d.panels, panel)
			}
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b drawn) int { return strings.Compare(a.name, b.name) })
	require.Len(t, out, 14)
	return out
}

func (d drawn) what(panel map[string]any) string {
	return fmt.Sprintf("%s: %v", d.name, panel["title"])
}

// walk visits each object in JSON.
func walk(value any, visit func(object map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		visit(v)
		for _, inner := range v {
			walk(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, visit)
		}
	}
}

func TestDashboardsAreStrictlyWhatGrafanaReads(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for name, text := range made(t) {
		if strings.HasSuffix(name, ".json") {
			assert.NoError(t, (&dashboard.Dashboard{}).UnmarshalJSONStrict(text), name)
		}
	}
}

// enums are the values that Grafana knows where the SDK takes any text.
var enums = map[string][]string{
	"drawStyle": {"line", "bars", "points"}, "lineInterpolation": {"linear", "smooth", "stepBefore", "stepAfter"},
	"showPoints": {"auto", "never", "always"}, "graphMode": {"none", "line", "area"}, "colorMode": {"none", "value", "background", "background_solid"},
	"textMode": {"auto", "value", "value_and_name", "name", "none"}, "justifyMode": {"auto", "center"}, "orientation": {"auto", "vertical", "horizontal"},
	"placement": {"bottom", "right"}, "sort": {"asc", "desc", "none"}, "cellHeight": {"sm", "md", "lg"}, "align": {"auto", "left", "right", "center"},
	"alignValue": {"left", "right", "center"}, "layout": {"le", "ge", "unknown", "auto"}, "repeatDirection": {"h", "v"},
	"displayMode": {"list", "table", "hidden", "auto", "color-background", "basic", "gradient", "lcd"}, "showValue": {"auto", "never", "always"},
	"axisPlacement": {"auto", "top", "right", "bottom", "left", "hidden"}, "stackingMode": {"none", "normal", "percent"}, "scheme": {"Oranges"},
}

// modes are those that "mode" stands for, by a sibling that tells of what.
var modes = []string{"none", "normal", "percent", "single", "multi", "absolute", "off", "dashed", "line", "thresholds", "palette-classic", "fixed", "scheme", "basic"}

func TestChoicesAreKnown(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.panels {
			walk(p, func(object map[string]any) {
				for key, value := range object {
					text, isText := value.(string)
					if known := enums[key]; isText && known != nil {
						assert.Contains(t, known, text, "%s of %s", key, d.what(p))
					}
					if key == "mode" && isText {
						assert.Contains(t, modes, text, d.what(p))
					}
				}
			})
			assert.Contains(t, []string{"timeseries", "stat", "table", "state-timeline", "heatmap", "barchart"}, p["type"], d.what(p))
		}
	}
}

func TestNumbersAndPlacesAreUnique(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range dashboards(t) {
		uid := d.all["uid"].(string)
		assert.Regexp(t, `^[a-z-]{8,40}$`, uid)
		assert.False(t, uids[uid], uid)
		uids[uid] = true
		assert.Nil(t, d.all["id"], d.name)
		assert.InDelta(t, 38, d.all["schemaVersion"], 0, d.name)
		ids := map[float64]bool{}
		taken := map[[2]int]string{}
		for _, p := range append(slices.Clone(d.rows), d.panels...) {
			id := p["id"].(float64)
			assert.False(t, ids[id], d.what(p))
			ids[id] = true
			at := p["gridPos"].(map[string]any)
			x, y, w, h := int(at["x"].(float64)), int(at["y"].(float64)), int(at["w"].(float64)), int(at["h"].(float64))
			assert.Positive(t, w, d.what(p))
			assert.Positive(t, h, d.what(p))
			assert.LessOrEqual(t, x+w, 24, d.what(p))
			for i := x; i < x+w; i++ {
				for j := y; j < y+h; j++ {
					assert.Empty(t, taken[[2]int{i, j}], "%s lies on it", d.what(p))
					taken[[2]int{i, j}] = d.what(p)
				}
			}
		}
	}
}

// unitsOf are those that the SDK names, which come from Grafana's own list.
func unitsOf(t *testing.T) map[string]bool {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/grafana/grafana-foundation-sdk/go/units").Output()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "*.go"))
	require.NoError(t, err)
	units := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				units[text] = true
			}
			return true
		})
	}
	require.True(t, units["percent"])
	return units
}

func TestPanelsSayWhatTheyShow(t *testing.T) {
	units := unitsOf(t)
	healthy := regexp.MustCompile(`(?i)^\s*(\d|ok\b|well\b|healthy|正常|健康)`)
	for _, d := range dashboards(t) {
		assert.NotEmpty(t, d.all["description"], d.name)
		for _, p := range d.panels {
			assert.NotEmpty(t, p["title"], d.name)
			assert.Greater(t, len(fmt.Sprint(p["description"])), 20, d.what(p))
			defaults := p["fieldConfig"].(map[string]any)["defaults"].(map[string]any)
			assert.NotEmpty(t, defaults["noValue"], d.what(p))
			assert.NotRegexp(t, healthy, defaults["noValue"], "nothing looks like something: %s", d.what(p))
			assert.NotEmpty(t, defaults["unit"], d.what(p))
			walk(p, func(object map[string]any) {
				if unit, ok := object["unit"].(string); ok {
					assert.True(t, units[unit], "unit %q of %s", unit, d.what(p))
				}
				if object["id"] == "unit" {
					assert.True(t, units[fmt.Sprint(object["value"])], "unit %v of %s", object["value"], d.what(p))
				}
			})
			if p["type"] == "timeseries" || p["type"] == "state-timeline" {
				assert.NotEmpty(t, defaults["displayName"], "the legend of %s is all labels", d.what(p))
			}
		}
	}
}

func TestOnlyTheChosenDataSourceIsAsked(t *testing.T) {
	for _, d := range dashboards(t) {
		asked := 0
		for _, part := range []string{"panels", "annotations", "templating"} {
			walk(d.all[part], func(object map[string]any) {
				if source, ok := object["datasource"]; ok {
					asked++
					assert.Equal(t, map[string]any{"type": "influxdb", "uid": "${datasource}"}, source, d.name)
				}
			})
		}
		assert.Greater(t, asked, 2*len(d.panels), d.name)
		assert.NotContains(t, d.all, "__inputs", d.name)
	}
}

// thresholdsOf are those of a panel and of its fields.
func thresholdsOf(p map[string]any) (all []map[string]any) {
	config := p["fieldConfig"].(map[string]any)
	if own, ok := config["defaults"].(map[string]any)["thresholds"].(map[string]any); ok {
		all = append(all, own)
	}
	walk(config["overrides"], func(object map[string]any) {
		if object["id"] == "thresholds" {
			all = append(all, object["value"].(map[string]any))
		}
	})
	return all
}

// The description of a panel says from where on its colours are others; a share above 0 stands as 0, and
// a time of more than ten minutes is told in minutes.
func TestThresholdsHaveAMeaning(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.panels {
			numbers := regexp.MustCompile(`\d+(\.\d+)?`).FindAllString(fmt.Sprint(p["description"]), -1)
			for _, thresholds := range thresholdsOf(p) {
				last := -1.0
				for i, s := range thresholds["steps"].([]any) {
					value := s.(map[string]any)["value"]
					if i == 0 {
						assert.Nil(t, value, d.what(p))
						continue
					}
					assert.Greater(t, value, last, d.what(p))
					last = value.(float64)
					told := last
					switch {
					case told < 0.001:
						told = 0
					case told > 600:
						told /= 60
					}
					assert.Contains(t, numbers, fmt.Sprint(told), d.what(p))
				}
			}
		}
	}
}

// What is not known looks neither well nor ill: in all tables and figures, and in each of their fields that
// has mappings of its own.
func TestAbsenceHasNoColour(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.panels {
			if p["type"] != "table" && p["type"] != "stat" {
				continue
			}
			config := p["fieldConfig"].(map[string]any)
			mappings := []any{config["defaults"].(map[string]any)["mappings"]}
			walk(config["overrides"], func(object map[string]any) {
				if object["id"] == "mappings" {
					mappings = append(mappings, object["value"])
				}
			})
			for _, m := range mappings {
				colours := 0
				walk(m, func(object map[string]any) {
					if options, ok := object["options"].(map[string]any); ok && object["type"] == "special" && options["match"] == "null" {
						colours++
						assert.Contains(t, []any{"transparent", grey}, options["result"].(map[string]any)["color"], d.what(p))
					}
				})
				assert.Equal(t, 1, colours, d.what(p))
			}
		}
	}
}

// Grafana writes a text that is a number as one, unless its unit is that of texts.
func TestTablesAreOfTexts(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.panels {
			if p["type"] == "table" {
				assert.Equal(t, "string", p["fieldConfig"].(map[string]any)["defaults"].(map[string]any)["unit"], d.what(p))
			}
		}
	}
}

// All dashboards begin alike, link to each other, and offer the same choices.
func TestDashboardsAreSetUpAlike(t *testing.T) {
	for _, d := range dashboards(t) {
		assert.Equal(t, "30s", d.all["refresh"], d.name)
		assert.InDelta(t, 1, d.all["graphTooltip"], 0, d.name)
		assert.Equal(t, "now", d.all["time"].(map[string]any)["to"], d.name)
		link := d.all["links"].([]any)[0].(map[string]any)
		assert.Equal(t, true, link["keepTime"], d.name)
		assert.Equal(t, true, link["includeVars"], d.name)
		assert.Subset(t, d.all["tags"], link["tags"], d.name)
		var names []any
		for _, v := range d.all["templating"].(map[string]any)["list"].([]any) {
			variable := v.(map[string]any)
			names = append(names, variable["name"])
			if variable["type"] == "query" {
				assert.Equal(t, true, variable["multi"], "%s: %v", d.name, variable["name"])
				assert.Equal(t, true, variable["includeAll"], "%s: %v", d.name, variable["name"])
				assert.Equal(t, ".*", variable["allValue"], "%s: %v", d.name, variable["name"])
			}
		}
		assert.Equal(t, []any{"datasource", "bucket", "host", "service", "instance", "gpu"}, names[:6], d.name)
	}
}
