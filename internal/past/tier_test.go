package past

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

var testBox = Box{
	Host: "demo", Instance: "50000", Version: "51b0a7e", Before: "51b0a6d",
	GPU: "GPU-5eed0000-0000-4000-8000-000000000000", Name: "NVIDIA GeForce RTX 4090", Driver: "570.172.08",
	GPUTotal: 24564 * mib, GPUReserved: 420 * mib, Memory: 32 * gib, MemoryUsed: 3 * gib, Cores: 8,
}

// present is a fixed one, so that chance has no say.
var present = time.Date(2025, 11, 26, 15, 7, 30, 0, time.UTC)

// eventful is a story in which within four hours happens what makes windows differ: a start with
// another version, a card that hangs, failures, many syntheses at once, and both paces of ticks.
func eventful(now time.Time) *story {
	p := Plan{Box: testBox, From: now.Truncate(time.Hour).Add(-30 * time.Hour), Anchor: now, Seed: 7}
	at := func(after time.Duration) time.Time { return p.From.Add(after) }
	return &story{
		plan: p,
		episodes: []episode{
			{begin: at(25 * time.Minute), end: at(55 * time.Minute), change: func(c *conditions, _ time.Time) { c.rate = 30 }},
			{begin: at(40 * time.Minute), end: at(41 * time.Minute), hangs: true},
			{begin: at(150 * time.Minute), end: at(170 * time.Minute), change: func(c *conditions, _ time.Time) { c.heat, c.leaked = true, 1 }},
		},
		restarts: []restart{
			{at: at(72 * time.Minute), down: 4 * time.Minute, signal: "SIGTERM", deploys: true},
			{at: at(110 * time.Minute), down: 9 * time.Second, signal: "SIGTERM"}, // its counters begin anew in the same series
		},
	}
}

// TestWindowsEqualTheTasks has the tasks compute the windows of the same points in a real InfluxDB.
func TestWindowsEqualTheTasks(t *testing.T) {
	s := influxd.Start(t)
	made := rollup.Defaults
	made.Minutes, made.Hours = "made_1m", "made_1h"
	s.SetUp(made.Raw, made.Events, made.Minutes, made.Hours, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	now := present
	r := newRecorder(made, now, func(bucket string, lines []byte) {
		s.Write(bucket, strings.Split(strings.TrimSpace(string(lines)), "\n"))
	})
	told := eventful(now)
	end := told.plan.From.Add(4 * time.Hour)
	require.Equal(t, end, newSimulation(told, r.add).run(func() time.Time { return end }, func(time.Time) bool { return true }))
	require.NoError(t, r.end(end))

	tasks, err := rollup.Tasks(rollup.Defaults)
	require.NoError(t, err)
	for _, task := range tasks {
		if strings.HasPrefix(task.File, rollup.Minutes) || strings.HasPrefix(task.File, rollup.Hours) {
			_, err := s.Query(influxd.At(end, task.Flux))
			require.NoError(t, err, task.Name)
		}
	}
	for ours, theirs := range map[string]string{made.Minutes: rollup.Defaults.Minutes, made.Hours: rollup.Defaults.Hours} {
		got, want := values(t, s, ours), values(t, s, theirs)
		require.Greater(t, len(want), 4*400)
		var wrong []string
		for key, v := range want {
			if value, ok := got[key]; !ok || math.Abs(v-value) > 1e-9*max(1e6, math.Abs(v)) {
				wrong = append(wrong, fmt.Sprintf("%s: %v (held: %t), the task says %v", key, value, ok, v))
			}
		}
		for key, v := range got {
			if _, ok := want[key]; !ok {
				wrong = append(wrong, fmt.Sprintf("%s: %v, the task has none", key, v))
			}
		}
		slices.Sort(wrong)
		require.Empty(t, strings.Join(wrong[:min(len(wrong), 40)], "\n"), "%d of %d values of %s", len(wrong), len(want), ours)
	}
}

// values are all that a bucket holds, by series, field, type and time.
func values(t *testing.T, s *influxd.Server, bucket string) map[string]float64 {
	t.Helper()
	records, err := s.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0)`, bucket))
	require.NoError(t, err)
	all := map[string]float64{}
	for _, r := range records {
		var tags string
		for _, name := range []string{"host", "service", "instance", "version", "uuid", "name", "role", "collector", "mode", "outcome", "error", "streaming", "kind", "severity"} {
			if value, ok := r.ValueByKey(name).(string); ok {
				tags += "," + name + "=" + value
			}
		}
		var value float64
		switch v := r.Value().(type) {
		case float64:
			value = v
		case int64:
			value = float64(v)
		}
		all[fmt.Sprintf("%s%s %s (%T) at %s", r.Measurement(), tags, r.Field(), r.Value(), r.Time().Format(time.DateTime))] = value
	}
	return all
}
