//go:build e2e

package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// TestDashboards looks at each dashboard for each range, choice and generation of Grafana.
func TestDashboards(t *testing.T) {
	points := known.Points()
	by := byMeasurement(points)
	o := start(t, points, known.Tail)
	o.roll()
	o.equals(buckets.Minutes, points, time.Minute)
	o.equals(buckets.Hours, points, time.Hour)
	english, chinese := boards(t, "en"), boards(t, "zh")
	require.ElementsMatch(t, slices.Collect(maps.Keys(english)), slices.Collect(maps.Keys(chinese)))
	allHaveGoldens(t, english)
	t.Run("alerts", func(t *testing.T) { o.in(t).checkAlerts(by) })
	t.Run("long ago", func(t *testing.T) { o.in(t).checkAges(english) })
	t.Run("a new host", func(t *testing.T) { o.in(t).checkNew(english["data-health"]) })
	t.Run("a divided card", func(t *testing.T) { o.in(t).checkParts(english["overview"]) })
	t.Run("all is well", func(t *testing.T) {
		o := o.in(t)
		without := func(what string, fields map[known.Field]bool, windows func(line string) bool) *organization {
			lines := known.Write(known.Without(points, known.Now.Add(-time.Hour), fields), known.Now)
			lines.Minutes, lines.Hours = slices.DeleteFunc(lines.Minutes, windows), nil
			return o.another("without-"+what, lines)
		}
		judgements := map[known.Field]bool{{Measurement: "cosyvoice_judgement", Name: "findings"}: true}
		for where, verdict := range map[*organization]string{
			o: "ok",
			without("windows", nil, func(string) bool { return true }):                                                  "unjudged",
			without("windows-of-the-host", nil, func(line string) bool { return strings.Contains(line, "host=alpha") }): "unjudged",
			without("judgements", judgements, func(string) bool { return false }):                                       "unjudged",
		} {
			for _, board := range []string{"overview", "fleet"} {
				v := o.look(english[board], spans["15m"], "well", grafana.From12)
				frames, err := where.show(v, &v.Panels[0])
				require.NoError(t, err)
				rows := table(frames)
				require.Len(t, rows, 1)
				require.Contains(t, []any{rows[0]["code"], rows[0]["verdict"]}, verdict, v.Panels[0].Title)
			}
		}
	})
	var shown sync.Map // what there was to show, by the panel: some, or nothing
	t.Run("views", func(t *testing.T) {
		for name, d := range english {
			for span, length := range spans {
				for _, choice := range matrix {
					t.Run(name+"/"+span+"/"+choice, func(t *testing.T) {
						t.Parallel()
						o := o.in(t)
						for i := range d.Panels {
							any := o.check(name, i, by, o.views(d, length, choice)...)
							shown.Store(fmt.Sprint(key(name, d, i), " ", any), true)
						}
						for _, v := range o.views(d, length, choice) {
							o.checkVariables(v)
							o.checkAnnotations(v, by)
							o.agree(v, chinese[name])
						}
					})
				}
			}
		}
	})
	for name := range goldens {
		_, some := shown.Load(name + " true")
		_, nothing := shown.Load(name + " false")
		if !some && !nothing {
			continue // a part of the test was asked for
		}
		assert.True(t, some, "%s has nothing to show in any view", name)
		assert.Equal(t, nothingAtTimes[name], nothing, "whether %s has nothing to show in some view", name)
	}
}

// key names a panel: by the dashboard and its English title, which may be there twice.
func key(board string, d *grafana.Dashboard, i int) string {
	n := 1
	for _, earlier := range d.Panels[:i] {
		if earlier.Title == d.Panels[i].Title {
			n++
		}
	}
	if n > 1 {
		return fmt.Sprintf("%s/%s (%d)", board, d.Panels[i].Title, n)
	}
	return board + "/" + d.Panels[i].Title
}

// allHaveGoldens holds the panels against those of which is known what they should show.
func allHaveGoldens(t *testing.T, all map[string]*grafana.Dashboard) {
	t.Helper()
	var there []string
	for name, d := range all {
		for i := range d.Panels {
			there = append(there, key(name, d, i))
		}
	}
	require.ElementsMatch(t, there, slices.Concat(slices.Collect(maps.Keys(goldens)), slices.Collect(maps.Keys(without))))
}

func byMeasurement(points []known.Point) map[string][]known.Point {
	by := map[string][]known.Point{}
	for _, p := range points {
		by[p.Measurement] = append(by[p.Measurement], p)
	}
	return by
}

// views are those of a dashboard in both generations of Grafana.
func (o *organization) views(d *grafana.Dashboard, span time.Duration, choice string) []*view {
	o.t.Helper()
	var all []*view
	for _, g := range generations {
		all = append(all, o.look(d, span, choice, g))
	}
	return all
}

// check looks at a panel, and tells whether there is something to show.
func (o *organization) check(board string, i int, points map[string][]known.Point, views ...*view) (some bool) {
	o.t.Helper()
	p, name := &views[0].Panels[i], key(board, views[0].Dashboard, i)
	g := goldens[name]
	var want values
	var rows []row
	q := views[0].ask(points, p)
	if g.rows != nil {
		rows = g.rows(q)
	} else if g.numbers != nil {
		want = g.numbers(q)
	}
	for _, v := range views {
		frames, err := o.show(v, p)
		if !assert.NoError(o.t, err, name) {
			continue
		}
		for _, f := range frames {
			for _, label := range p.Labels {
				assert.Contains(o.t, f.Labels, label, "%s calls its series by the label", name)
			}
		}
		if g.rows != nil {
			assert.Empty(o.t, otherRows(rows, table(frames)), name)
			continue
		}
		if p.Spans > 0 {
			assert.Empty(o.t, joined(frames, max(p.Spans, q.every)), "%s draws lines over gaps", name)
		}
		got, err := drawn(p, frames)
		if assert.NoError(o.t, err, name) && g.numbers != nil {
			assert.Empty(o.t, differences(want, got), name)
		}
	}
	return len(rows)+len(want) > 0
}

// agree looks at the dashboard in the other language, which has the same queries or such that are
// answered alike.
func (o *organization) agree(v *view, other *grafana.Dashboard) {
	o.t.Helper()
	require.NotNil(o.t, other)
	require.Len(o.t, other.Panels, len(v.Panels))
	w := *v
	w.Dashboard = other
	for i := range v.Panels {
		a, err := o.show(v, &v.Panels[i])
		if err != nil {
			continue // told before
		}
		b, err := o.show(&w, &other.Panels[i])
		if assert.NoError(o.t, err, other.Panels[i].Title) && !slices.Equal(a, b) {
			assert.Equal(o.t, text(a), text(b), other.Panels[i].Title)
		}
	}
}
