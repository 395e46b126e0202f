package flux

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func outcomes(t *testing.T, l *lab) {
	for _, c := range []struct {
		start, window string
		from          time.Time
		every         time.Duration
	}{
		{"-3h", "20m", now.Add(-3 * time.Hour), 20 * time.Minute},
		{"-13h", "10m", now.Add(-13 * time.Hour), 10 * time.Minute},
		{"-8d", "1h", now.AddDate(0, 0, -8), time.Hour},
		{"-120d", "1d", now.AddDate(0, 0, -120), 24 * time.Hour},
	} {
		t.Run(c.start, func(t *testing.T) {
			want := map[window]float64{}
			for i := range l.points {
				p := &l.points[i]
				if p.measurement == "cosyvoice_synthesis" && !p.at.Before(floor(c.from, c.every)) {
					want[window{p.tags["host"] + " " + p.tags["outcome"] + " " + p.tags["error"], floor(p.at, c.every).Unix()}]++
				}
			}
			require.NotEmpty(t, want)
			rows := l.ask("outcomes.flux", "_result", params{"start": c.start, "window": c.window})
			require.Len(t, rows, len(want))
			for _, r := range rows {
				w := window{text(r, "host") + " " + text(r, "outcome") + " " + text(r, "error"), r.Time().Unix()}
				assert.InDelta(t, want[w], number(t, r, "_value"), 0, "%v", w)
			}
			_, together, handedOut := reads(l.plan("outcomes.flux", params{"start": c.start}))
			assert.Equal(t, 3, together)
			assert.Zero(t, handedOut)
		})
	}
}
