//go:build e2e || bench

package proof

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

const day = 24 * time.Hour

// spans are the ranges that are looked at.
var spans = map[string]time.Duration{"15m": 15 * time.Minute, "6h": 6 * time.Hour, "7d": 7 * day, "90d": 90 * day}

// choices are what is chosen above a dashboard, by the variable; of one that is not named here, All.
var choices = map[string]map[string][]string{
	"single":  {"host": {"beta"}, "service": {"cosyvoice3"}, "instance": {"50000"}, "gpu": {"GPU-b0"}},
	"several": {"host": {"alpha", "beta"}, "service": {"cosyvoice3"}, "instance": {"50000", "50001"}, "gpu": {"GPU-a0", "GPU-b1"}},
	"All":     {},
	"well":    {"host": {"alpha"}}, // of which nothing is found
}

// matrix are the choices with which each dashboard is looked at.
var matrix = []string{"single", "several", "All"}

var generations = map[string]grafana.Generation{"Grafana 10": grafana.UpTo11, "Grafana 12": grafana.From12}

// view is a dashboard as it is looked at.
type view struct {
	*grafana.Dashboard
	span       time.Duration
	choice     string
	generation grafana.Generation
	variables  grafana.Variables
	to         time.Time
}

// boards are the dashboards of a language, by the names of their files.
func boards(t *testing.T, language string) map[string]*grafana.Dashboard {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../../grafana/dashboards", language, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string]*grafana.Dashboard{}
	for _, file := range files {
		d, err := grafana.ReadDashboard(file)
		require.NoError(t, err)
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = d
	}
	return all
}

// titled is the panel of which the title begins so.
func titled(t *testing.T, d *grafana.Dashboard, title string) *grafana.Panel {
	t.Helper()
	i := slices.IndexFunc(d.Panels, func(p grafana.Panel) bool { return strings.HasPrefix(p.Title, title) })
	require.GreaterOrEqual(t, i, 0, title)
	return &d.Panels[i]
}

// look chooses what the variables are, in their order: what may be chosen of one depends on those before.
func (o *organization) look(d *grafana.Dashboard, span time.Duration, choice string, g grafana.Generation) *view {
	o.t.Helper()
	v := &view{d, span, choice, g, grafana.Variables{
		"__from": {Values: []string{strconv.FormatInt(known.Now.Add(-span).UnixMilli(), 10)}},
		"__to":   {Values: []string{strconv.FormatInt(known.Now.UnixMilli(), 10)}},
	}, known.Now}
	for _, m := range d.Variables {
		chosen := grafana.Variable{Multi: m.Multi, AllValue: m.AllValue}
		switch m.Type {
		case "datasource":
			chosen.Values = []string{"cosyvoice"}
		case "query":
			options := o.options(v, m)
			chosen.Values = choices[choice][m.Name]
			if chosen.All = chosen.Values == nil && m.IncludeAll; chosen.All {
				chosen.Values = options
			} else if chosen.Values == nil {
				chosen.Values = options[:1]
			}
			require.Subset(o.t, options, chosen.Values, "of the variable %s", m.Name)
		default: // a text, or a list of them
			chosen.Values = strings.Split(m.Query, ",")[:1]
		}
		v.variables[m.Name] = chosen
	}
	return v
}

// options are what may be chosen of a variable.
func (o *organization) options(v *view, m grafana.VariableModel) []string {
	o.t.Helper()
	text, err := v.query(m.Query, grafana.Interval(v.span, 1000, interval))
	require.NoError(o.t, err)
	answer := o.answer(text, 1000)
	require.NoError(o.t, answer.err, "the variable %s", m.Name)
	options, err := m.Options(answer.frames)
	require.NoError(o.t, err)
	require.NotEmpty(o.t, options, "the variable %s", m.Name)
	return options
}

// interval is the least that the data source is told to be of use.
const interval = 10 * time.Second

// series is how many of them the data source takes.
const series = 1000

// query is what Grafana sends.
func (v *view) query(text string, window time.Duration) (string, error) {
	text, err := v.variables.Interpolate(text)
	if err != nil {
		return "", err
	}
	return v.generation.Expand(text, buckets.Raw, "cosyvoice_org", grafana.Range{From: v.to.Add(-v.span), To: v.to, Interval: window}), nil
}

// window is how wide those of a panel are.
func (v *view) window(p *grafana.Panel) time.Duration {
	least := p.Least
	if least == 0 {
		least = interval
	}
	return grafana.Interval(v.span, p.Points, least)
}

// show runs the queries of a panel.
func (o *organization) show(v *view, p *grafana.Panel) ([]*grafana.Frame, error) {
	var frames []*grafana.Frame
	for _, target := range p.Targets {
		if target.Hide {
			continue
		}
		text, err := v.query(target.Query, v.window(p))
		if err != nil {
			return nil, err
		}
		answer := o.answer(text, p.Points)
		if answer.err != nil {
			return nil, fmt.Errorf("query %s: %w", target.RefID, answer.err)
		}
		frames = append(frames, answer.frames...)
	}
	return frames, nil
}

// answer is what InfluxDB says to a query, which is asked once.
type answer struct {
	frames []*grafana.Frame
	err    error
}

func (o *organization) answer(text string, points int) answer {
	once, _ := o.answers.LoadOrStore(fmt.Sprint(points, text), sync.OnceValue(func() answer {
		frames, err := o.ask(text, series, points)
		return answer{frames, err}
	}))
	return once.(func() answer)()
}
