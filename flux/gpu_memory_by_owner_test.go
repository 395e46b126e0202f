package flux

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func gpuMemoryByOwner(t *testing.T, l *lab) {
	for _, c := range []struct {
		start, window string
		from          time.Time
		every         time.Duration
	}{
		{"-3h", "10m", now.Add(-3 * time.Hour), 10 * time.Minute},
		{"-13h", "10m", now.Add(-13 * time.Hour), 10 * time.Minute},
		{"-8d", "1h", now.Add(-8 * 24 * time.Hour), time.Hour},
	} {
		t.Run(c.start, func(t *testing.T) {
			want := map[string]map[window]stat{}
			windows := 0
			for _, owner := range []string{"service", "other", "unowned", "reserved"} {
				want[owner] = l.stats("cosyvoice_gpu", "memory_"+owner+"_bytes", c.every, c.from, now)
				windows += len(want[owner])
			}
			rows := l.ask("gpu_memory_by_owner.flux", "_result", params{"start": c.start, "window": c.window})
			require.Len(t, rows, windows)
			for _, r := range rows {
				w := window{",host=" + text(r, "host") + ",uuid=" + text(r, "uuid"), r.Time().Unix()}
				s, ok := want[r.Field()][w]
				require.True(t, ok, "%s %v", r.Field(), w)
				assert.InEpsilon(t, s.sum/s.count, number(t, r, "_value"), 1e-9, "%s %v", r.Field(), w)
				delete(want[r.Field()], w)
			}
			addedUp, together, handedOut := reads(l.plan("gpu_memory_by_owner.flux", params{"start": c.start}))
			assert.Equal(t, 24, addedUp) // two statistics of four owners of three buckets
			assert.Zero(t, together+handedOut)
		})
	}
}
