package flux

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// userQuery is what users have had from the beginning.
const userQuery = `from(bucket: "performance_monitor") |> range(start: -24h)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_mb")
  |> group(columns: ["host"]) |> aggregateWindow(every: 1m, fn: mean)
`

func original(t *testing.T, l *lab) {
	file, err := os.ReadFile("original.flux")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(file), userQuery))

	want := l.stats("system_metrics", "gpu_memory_used_mb", time.Minute, now.Add(-24*time.Hour), now)
	for _, r := range l.ask("original.flux", "_result", nil) {
		if r.Value() == nil { // a minute of which nothing is known
			continue
		}
		end := r.Time()
		if end.Equal(now) { // the last window ends now
			end = now.Truncate(time.Minute).Add(time.Minute)
		}
		w := window{",host=" + text(r, "host"), end.Add(-time.Minute).Unix()}
		s, ok := want[w]
		require.True(t, ok, "%v", w)
		assert.InEpsilon(t, s.sum/s.count, number(t, r, "_value"), 1e-9, "%v", w)
		delete(want, w)
	}
	require.Empty(t, want)
}
