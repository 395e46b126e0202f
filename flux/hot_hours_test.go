package flux

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func hotHours(t *testing.T, l *lab) {
	const limit = 66.0
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, c := range []struct {
		name, start, zone string
		from              time.Time
		location          *time.Location
		unit              time.Duration
		fromHour, toHour  int
	}{
		{"China", "-8d", "timezone.fixed(offset: 8h)", now.AddDate(0, 0, -8), time.FixedZone("", 8*3600), time.Minute, 0, 24},
		{"India", "-13h", "timezone.fixed(offset: 5h30m)", now.Add(-13 * time.Hour), time.FixedZone("", 19800), time.Minute, 0, 24},
		{"New York, where the clocks were put forward", "-8d", `timezone.location(name: "America/New_York")`, now.AddDate(0, 0, -8), newYork, time.Minute, 0, 24},
		{"a part of the day", "-1d", "timezone.fixed(offset: 8h)", now.AddDate(0, 0, -1), time.FixedZone("", 8*3600), time.Minute, 10, 12},
		{"a night", "-1d", "timezone.fixed(offset: 8h)", now.AddDate(0, 0, -1), time.FixedZone("", 8*3600), time.Minute, 22, 7},
		{"minutes are gone", "-101d", "timezone.fixed(offset: 8h)", now.AddDate(0, 0, -101), time.FixedZone("", 8*3600), time.Hour, 0, 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			type hour struct {
				series string
				hour   int
			}
			known, hot, when := map[hour]float64{}, map[hour]float64{}, map[window]float64{}
			for w, s := range l.stats("cosyvoice_gpu", "temperature_c", c.unit, floor(c.from, max(c.unit, 15*time.Minute)), now) {
				at := time.Unix(w.at, 0).In(c.location).Hour()
				in := at >= c.fromHour && at < c.toHour
				if c.fromHour > c.toHour {
					in = at >= c.fromHour || at < c.toHour
				}
				if !in {
					continue
				}
				known[hour{w.series, at}]++
				if s.max > limit {
					hot[hour{w.series, at}]++
					when[w] = s.max
				}
			}
			require.NotEmpty(t, when)
			p := params{
				"limit": fmt.Sprintf("%.1f", limit), "start": c.start, "zone": c.zone,
				"fromHour": fmt.Sprint(c.fromHour), "toHour": fmt.Sprint(c.toHour),
			}
			rows := l.ask("hot_hours.flux", "hours", p)
			require.Len(t, rows, len(known))
			for _, r := range rows {
				h := hour{",host=" + text(r, "host") + ",uuid=" + text(r, "uuid"), int(number(t, r, "hour"))}
				require.Contains(t, known, h)
				assert.InDelta(t, known[h], number(t, r, "known"), 0, "%v", h)
				assert.InDelta(t, hot[h], number(t, r, "hot"), 0, "%v", h)
				assert.InDelta(t, 100*hot[h]/known[h], number(t, r, "percent"), 1e-9, "%v", h)
				assert.Equal(t, map[time.Duration]string{time.Minute: "1m", time.Hour: "1h"}[c.unit], text(r, "unit"))
				delete(known, h)
			}
			rows = l.ask("hot_hours.flux", "when", p)
			require.Len(t, rows, len(when))
			for _, r := range rows {
				w := window{",host=" + text(r, "host") + ",uuid=" + text(r, "uuid"), r.Time().Unix()}
				require.Contains(t, when, w)
				assert.InDelta(t, when[w], number(t, r, "_value"), 0, "%v", w)
				delete(when, w)
			}
		})
	}
	t.Run("it is never so hot", func(t *testing.T) {
		for _, r := range l.ask("hot_hours.flux", "hours", params{"limit": "200.0"}) {
			assert.InDelta(t, 0, number(t, r, "percent"), 0)
		}
		require.Empty(t, l.ask("hot_hours.flux", "when", params{"limit": "200.0"}))
	})
	t.Run("the storage compares", func(t *testing.T) {
		addedUp, together, handedOut := reads(l.plan("hot_hours.flux", nil))
		assert.Equal(t, 6, addedUp)
		assert.Zero(t, together+handedOut)
	})
}
