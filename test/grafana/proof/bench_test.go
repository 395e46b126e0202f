//go:build bench

package proof

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/installed"
)

// TestLoadTime measures how long the queries of each dashboard take, one after another, for each range:
// of a host with two servers and two GPUs, a tick every ten seconds, and all tiers full. Of some 430
// syntheses in an hour there are 36 in the hours of 90 days, in which nearly all kinds and bins occur.
func TestLoadTime(t *testing.T) {
	o := full(t)
	t.Log("| dashboard | 15 min, s | 6 h, s | 7 d, s | 90 d, s | 90 d against 6 h |")
	t.Log("|---|---|---|---|---|---|")
	for _, d := range boards(t, "en") {
		took := map[string]float64{}
		for range 3 { // the ranges in turn, so that each meets the same machine
			for span, length := range spans {
				seconds := o.load(d, length).Seconds()
				if before, ok := took[span]; !ok || seconds < before {
					took[span] = seconds
				}
			}
		}
		t.Logf("| %s | %.2f | %.2f | %.2f | %.2f | %.1f × |", d.Title, took["15m"], took["6h"], took["7d"], took["90d"], took["90d"]/took["6h"])
	}
}

// load runs the queries of all panels of a dashboard.
func (o *organization) load(d *grafana.Dashboard, span time.Duration) time.Duration {
	v := o.look(d, span, "All", grafana.From12)
	began := time.Now()
	for i := range d.Panels {
		p := &d.Panels[i]
		for _, target := range p.Targets {
			text, err := v.query(target.Query, v.window(p))
			require.NoError(o.t, err)
			_, err = o.ask(text, series, p.Points)
			require.NoError(o.t, err, p.Title)
		}
	}
	return time.Since(began)
}

// full is a history of which all tiers are full.
func full(t *testing.T) *organization {
	t.Helper()
	o, host := in(influxd.StartForMeasure(t), t), known.Hosts[1]
	installed.Buckets(t, o.Server)
	o.write(known.Lines{Events: known.Write(known.Points(), known.Now).Events})
	fill := func(from time.Time, step, part time.Duration, keep func(known.Lines) known.Lines) {
		for at := from; at.Before(known.Now); at = at.Add(part) {
			end := at.Add(part)
			if end.After(known.Now) {
				end = known.Now
			}
			o.write(keep(known.Write(host.Steady(at, end, step), end)))
		}
	}
	fill(known.Now.Add(-6*time.Hour-time.Minute).Truncate(time.Hour), 10*time.Second, time.Hour, func(l known.Lines) known.Lines {
		return known.Lines{Raw: l.Raw, Events: l.Events}
	})
	fill(known.Now.Add(-7*day-time.Hour).Truncate(time.Hour), 30*time.Second, 6*time.Hour, func(l known.Lines) known.Lines {
		return known.Lines{Minutes: l.Minutes}
	})
	fill(known.Now.Add(-91*day).Truncate(24*time.Hour), 2*time.Minute, 24*time.Hour, func(l known.Lines) known.Lines {
		return known.Lines{Hours: l.Hours}
	})
	o.Settle()
	return o
}
