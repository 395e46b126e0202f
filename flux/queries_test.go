package flux

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The times of which the hosts told something, each for some hours. Of the oldest there are only
// hours, of the next no raw points any more.
var (
	hoursOnly = now.AddDate(0, 0, -100).Truncate(time.Hour)
	noRaw     = now.AddDate(0, 0, -40).Truncate(time.Hour)
	lastWeek  = now.AddDate(0, 0, -7).Add(-11 * time.Hour).Truncate(time.Hour)
	recent    = now.Add(-14 * time.Hour)
	// The tasks came to here.
	hoursEnd   = time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)
	minutesEnd = time.Date(2026, 3, 10, 12, 30, 0, 0, time.UTC)
)

// TestQueries runs the files against hosts whose history the tasks rolled up, and compares what
// they say with the raw points.
func TestQueries(t *testing.T) {
	l := newLab(t)
	r := rand.New(rand.NewPCG(1, 1))
	for _, from := range []time.Time{hoursOnly, noRaw, lastWeek} {
		to := from.Add(2 * time.Hour)
		l.live(history(r, from, to, now.Add(-5*time.Hour)))
		l.roll("1m", to.Add(3*time.Minute), 1)
		l.roll("1h", to.Add(3*time.Minute), 1)
	}
	l.live(history(r, recent, now, now.Add(-5*time.Hour)))
	l.roll("1m", minutesEnd.Add(30*time.Second), 3)
	l.roll("1h", hoursEnd.Add(3*time.Minute), 1)
	l.expire(buckets.Raw, 30*24*time.Hour)
	l.expire(buckets.Minutes, 90*24*time.Hour)

	tests := map[string]func(*testing.T, *lab){
		"glance.flux": glance, "gpu_memory_by_owner.flux": gpuMemoryByOwner, "histogram.flux": histogram, "hot_hours.flux": hotHours,
		"original.flux": original, "outcomes.flux": outcomes, "over_time.flux": overTime, "quantiles.flux": quantiles, "slowest.flux": slowest,
	}
	for _, file := range files(t) {
		t.Run(file, func(t *testing.T) {
			require.Contains(t, tests, file)
			tests[file](t, &lab{l.Server, t, l.points})
		})
	}
}
