//go:build e2e

package proof

import (
	"maps"
	"slices"
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
	o := start(t, points)
	o.roll()
	o.equals(buckets.Minutes, points, time.Minute)
	o.equals(buckets.Hours, points, time.Hour)
	english, chinese := boards(t, "en"), boards(t, "zh")
	t.Run("panels", func(t *testing.T) {
		for name, d := range english {
			for _, span := range slices.Sorted(maps.Keys(spans)) {
				for choice := range choices {
					t.Run(name+"/"+span+"/"+choice, func(t *testing.T) {
						t.Parallel()
						o := o.in(t)
						for _, g := range generations {
							v := o.look(d, spans[span], choice, g)
							for i := range d.Panels {
								o.check(v, points, name, &d.Panels[i])
							}
							o.agree(v, chinese[name])
						}
					})
				}
			}
		}
	})
}

// check looks at a panel.
func (o *organization) check(v *view, points []known.Point, board string, p *grafana.Panel) {
	o.t.Helper()
	frames, err := o.show(v, p)
	if !assert.NoError(o.t, err, p.Title) {
		return
	}
	for _, f := range frames {
		for _, label := range p.Labels {
			assert.Contains(o.t, f.Labels, label, "%s calls its series by the label", p.Title)
		}
	}
	g, ok := goldens[board+"/"+p.Title]
	if !ok {
		return
	}
	q := v.ask(points, p)
	if g.rows != nil {
		assert.Empty(o.t, otherRows(g.rows(q), table(frames)), p.Title)
		return
	}
	got, err := drawn(p, frames)
	require.NoError(o.t, err, p.Title)
	want := g.numbers(q)
	assert.NotEmpty(o.t, want, p.Title)
	assert.Empty(o.t, differences(want, got), p.Title)
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
		if assert.NoError(o.t, err, other.Panels[i].Title) {
			assert.Equal(o.t, text(a), text(b), other.Panels[i].Title)
		}
	}
}
