package flux

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// window is one of a series, at a time.
type window struct {
	series string
	at     int64
}

// stat is what raw points say in a window.
type stat struct{ count, sum, min, max float64 }

// stats are those of a field from the window in which from is to that before to.
func (l *lab) stats(measurement, field string, every time.Duration, from, to time.Time) map[window]stat {
	from, to = floor(from, every), floor(to.Add(every-1), every)
	all := map[window]stat{}
	for i := range l.points {
		p := &l.points[i]
		v, ok := p.number(field)
		if p.measurement != measurement || !ok || p.at.Before(from) || !p.at.Before(to) {
			continue
		}
		w := window{p.series(), floor(p.at, every).Unix()}
		s := all[w]
		if s.count == 0 {
			s.min, s.max = v, v
		}
		all[w] = stat{s.count + 1, s.sum + v, math.Min(s.min, v), math.Max(s.max, v)}
	}
	return all
}

// floor is the start of the window that a time is in: windows count from 1970.
func floor(t time.Time, every time.Duration) time.Time {
	return time.Unix(0, t.UnixNano()-t.UnixNano()%int64(every)).UTC()
}

func overTime(t *testing.T, l *lab) {
	for _, c := range []struct {
		name               string
		measurement, field string
		start, stop        time.Time
		window             string
		every              time.Duration // that is expected
	}{
		{"raw points", "cosyvoice_gpu", "temperature_c", now.Add(-3 * time.Hour), now, "10m", 10 * time.Minute},
		{"raw points as they are", "cosyvoice_gpu", "temperature_c", now.Add(-time.Hour), now, "1s", time.Second},
		{"an integer", "cosyvoice_gpu", "processes", now.Add(-time.Hour), now, "10m", 10 * time.Minute},
		{"an integer of a tier", "cosyvoice_gpu", "processes", now.Add(-12 * time.Hour), now, "10m", 10 * time.Minute},
		{"minutes and raw points", "cosyvoice_gpu", "temperature_c", now.Add(-13 * time.Hour), now, "10m", 10 * time.Minute},
		{"a series that ends", "cosyvoice_service", "cpu_percent", now.Add(-13 * time.Hour), now, "7m", 7 * time.Minute},
		{"a window of many minutes of which some are raw", "cosyvoice_gpu", "temperature_c", now.Add(-13 * time.Hour), now, "2h", 2 * time.Hour},
		{"a window that is too short", "cosyvoice_gpu", "temperature_c", now.Add(-13 * time.Hour), now, "10s", time.Minute},
		{"a window that is no whole number of minutes", "cosyvoice_gpu", "temperature_c", now.Add(-13 * time.Hour), now, "90s", 2 * time.Minute},
		{"hours, minutes and raw points", "cosyvoice_gpu", "temperature_c", now.Add(-8 * 24 * time.Hour), now, "1h", time.Hour},
		{"a window as Grafana writes it", "cosyvoice_gpu", "temperature_c", now.Add(-8 * 24 * time.Hour), now, "2h0m0s", 2 * time.Hour},
		{"days", "cosyvoice_service", "cpu_percent", now.Add(-8 * 24 * time.Hour), now, "1d", 24 * time.Hour},
		{"weeks", "cosyvoice_service", "cpu_percent", now.Add(-60 * 24 * time.Hour), now, "1w", 7 * 24 * time.Hour},
		{"an end in the middle of an hour", "cosyvoice_gpu", "temperature_c", now.Add(-9 * 24 * time.Hour), hoursEnd.Add(-90 * time.Minute), "1h", time.Hour},
		{"an end before the tiers'", "cosyvoice_gpu", "temperature_c", now.Add(-12 * time.Hour), minutesEnd.Add(-90 * time.Second), "1m", time.Minute},
		{"an end in the middle of a window", "cosyvoice_gpu", "temperature_c", now.Add(-3 * time.Hour), now.Add(-100 * time.Minute), "30m", 30 * time.Minute},
		{"the same of hours", "cosyvoice_gpu", "temperature_c", now.Add(-9 * 24 * time.Hour), hoursEnd.Add(-90 * time.Minute), "6h", 6 * time.Hour},
		{"raw points are gone", "cosyvoice_gpu", "temperature_c", noRaw, noRaw.Add(2 * time.Hour), "1m", time.Minute},
		{"minutes are gone", "cosyvoice_gpu", "temperature_c", hoursOnly, hoursOnly.Add(2 * time.Hour), "1m", time.Hour},
		{"from hours only to now", "cosyvoice_gpu", "temperature_c", hoursOnly, now, "1h", time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := l.stats(c.measurement, c.field, c.every, c.start, c.stop)
			require.NotEmpty(t, want)
			rows := l.ask("over_time.flux", "_result", params{
				"measurement": fmt.Sprintf("%q", c.measurement), "field": fmt.Sprintf("%q", c.field),
				"start": c.start.Format(time.RFC3339), "stop": c.stop.Format(time.RFC3339), "window": c.window,
			})
			require.Len(t, rows, len(want))
			for _, r := range rows {
				var series string
				for _, tag := range []string{"host", "instance", "uuid", "version"} {
					if v := text(r, tag); v != "" {
						series += "," + tag + "=" + v
					}
				}
				w := window{series, r.Time().Unix()}
				s, ok := want[w]
				require.True(t, ok, "%v", w)
				assert.InEpsilon(t, s.sum/s.count, number(t, r, "mean"), 1e-9, "mean of %v", w)
				assert.InDelta(t, s.min, number(t, r, "min"), 0, "min of %v", w)
				assert.InDelta(t, s.max, number(t, r, "max"), 0, "max of %v", w)
				delete(want, w)
			}
		})
	}
	t.Run("a duration counts from now", func(t *testing.T) {
		rows := l.ask("over_time.flux", "_result", params{"start": "-2h", "stop": "-1h"})
		require.Len(t, rows, len(l.stats("cosyvoice_gpu", "temperature_c", 10*time.Minute, now.Add(-2*time.Hour), now.Add(-time.Hour))))
	})
	t.Run("the storage adds up", func(t *testing.T) {
		for _, start := range []string{"-3h", "-13h", "-8d"} {
			plan := l.plan("over_time.flux", params{"start": start, "window": "1h"})
			addedUp, together, handedOut := reads(plan)
			assert.Equal(t, 12, addedUp, start) // four statistics of three buckets
			assert.Zero(t, together+handedOut, start)
			assert.NotContains(t, plan, "aggregateWindow", start)
		}
	})
}
