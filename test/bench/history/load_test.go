//go:build bench

package history

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// TestLoad measures what the tasks take of the processor in an hour, with all fields of all
// measurements of 1, 10 and 100 hosts.
func TestLoad(t *testing.T) {
	t.Log("| hosts | minutes | hours | repair | health | causes | all, s of CPU an hour | memory of the largest run, MB |")
	t.Log("|---|---|---|---|---|---|---|---|")
	for _, hosts := range []int{1, 10, 100} {
		load(t, hosts)
	}
}

// profiled has InfluxDB tell what a query took.
const profiled = "\nimport \"profiler\"\noption profiler.enabledProfilers = [\"query\"]"

func load(t *testing.T, hosts int) {
	l := newLab(t)
	end := time.Now().UTC().Truncate(time.Hour)
	begin := end.Add(-65 * time.Minute)
	for _, s := range rollup.Sources {
		step := 10 * time.Second
		if s.Facts {
			step = time.Minute
		}
		l.fill(s.Bucket(buckets), begin, end, step, func(at time.Time) []string { return whole(s.Measurement, hosts, at) })
	}
	tasks, err := rollup.Tasks(buckets)
	require.NoError(t, err)
	causes, err := diagnosis.Tasks(buckets, nil)
	require.NoError(t, err)
	checks, err := diagnosis.AlertTasks(buckets, diagnosis.Alerts{})
	require.NoError(t, err)
	tasks = slices.Concat(tasks, causes, checks)
	l.rest()

	// The tiers up to the last minutes, so that the next runs have to do what each run has.
	var largest int64
	run := func(kind string, at time.Time) time.Duration {
		before := l.CPU()
		for _, task := range tasks {
			if !strings.HasPrefix(task.File, kind) {
				continue
			}
			records, err := l.Query(strings.Replace(influxd.At(at, task.Flux), "\noption now", profiled+"\noption now", 1))
			require.NoError(t, err, task.Name)
			for _, r := range records {
				if bytes, ok := r.ValueByKey("MaxAllocated").(int64); ok {
					largest = max(largest, bytes)
				}
			}
		}
		return l.CPU() - before
	}
	run("1m", end.Add(-3*time.Minute))
	run("1h", end.Add(-3*time.Minute))
	l.rest()
	var minutes time.Duration
	const runs = 3
	for i := range runs {
		minutes += run("1m", end.Add(time.Duration(i-2)*time.Minute))
	}
	anHour := map[string]time.Duration{
		"1m": minutes / runs * 60, "1h": run("1h", end), "repair": run("repair", end) * 6, "health": run("health", end) * 12,
		"causes": run("causes_minutes", end)*60 + run("causes_trends", end)*12 + run("checks", end)*60,
	}
	var all time.Duration
	for _, d := range anHour {
		all += d
	}
	require.Positive(t, largest)
	t.Logf("| %d | %.0f | %.1f | %.0f | %.0f | %.0f | %.0f | %.1f |", hosts, anHour["1m"].Seconds(), anHour["1h"].Seconds(),
		anHour["repair"].Seconds(), anHour["health"].Seconds(), anHour["causes"].Seconds(), all.Seconds(), float64(largest)/1e6)
}
