package diagnosis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// TestTheTaskWritesWhatItFinds runs the task of the minutes while a neighbour comes, goes and comes
// again.
func TestTheTaskWritesWhatItFinds(t *testing.T) {
	s := lab(t)
	onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	for _, c := range scenario.Cases() {
		if c.Cause == "gpu_memory_neighbour" && c.Strength == "strong" {
			whole := c.At
			c.At = func(after time.Duration) scenario.Tick {
				if after > 12*time.Minute && after < 30*time.Minute {
					after = -1
				}
				return whole(after)
			}
			store(s, c.Write(onset, 2*time.Hour, 10*time.Minute, 45*time.Minute))
		}
	}
	tasks, err := Tasks(rollup.Defaults, nil)
	require.NoError(t, err)
	run := func(at time.Time) {
		for _, task := range tasks {
			_, err := s.Query(influxd.At(at, task.Flux))
			require.NoError(t, err, task.Name)
		}
	}
	since := func(at time.Time) string {
		rows, err := s.Query(fmt.Sprintf(`from(bucket: "performance_monitor_events") |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since")`,
			at.Format(time.RFC3339), at.Add(time.Second).Format(time.RFC3339)))
		require.NoError(t, err)
		var told []string
		for _, row := range rows {
			require.Equal(t, "warning", row.ValueByKey("severity"))
			require.Equal(t, "GPU-gpu_memory_neighbour-strong", row.ValueByKey("uuid"))
			require.Nil(t, row.ValueByKey("instance"))
			after := time.Unix(int64(row.Value().(float64)), 0).Sub(onset)
			told = append(told, fmt.Sprintf("%s since %s", row.ValueByKey("code"), after))
		}
		return strings.Join(told, ", ")
	}
	judged := func(at time.Time) map[string]any {
		rows, err := s.Query(fmt.Sprintf(`from(bucket: "performance_monitor_events") |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_judgement" and r._field == "findings")`,
			at.Format(time.RFC3339), at.Add(time.Second).Format(time.RFC3339)))
		require.NoError(t, err)
		found := map[string]any{}
		for _, row := range rows {
			found[row.ValueByKey("group").(string)] = row.Value()
		}
		return found
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{-time.Minute, ""},
		{6 * time.Minute, "gpu_memory_neighbour since 6m0s"},
		{7 * time.Minute, "gpu_memory_neighbour since 6m0s"},
		{8 * time.Minute, "gpu_memory_neighbour since 6m0s"},
		{25 * time.Minute, ""},
		{40 * time.Minute, "gpu_memory_neighbour since 40m0s"},
		{40 * time.Minute, "gpu_memory_neighbour since 40m0s"}, // run again
	} {
		at := onset.Add(step.after)
		run(at)
		require.Equal(t, step.want, since(at), step.after)
		want := map[string]any{"minutes": int64(0), "trends": int64(0)}
		if step.want != "" {
			want["minutes"] = int64(1)
		}
		require.Equal(t, want, judged(at), step.after)
	}
	s.TagsInOrder(rollup.Defaults.Events)
}

// TestATaskThatFailsJudgesNothing has a field of another type where a finding should be written.
func TestATaskThatFailsJudgesNothing(t *testing.T) {
	s := lab(t)
	onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	for _, c := range scenario.Cases() {
		if c.Cause == "gpu_memory_neighbour" && c.Strength == "strong" {
			store(s, c.Write(onset, 2*time.Hour, 10*time.Minute, 45*time.Minute))
		}
	}
	at := onset.Add(6 * time.Minute)
	s.Write(rollup.Defaults.Events, []string{fmt.Sprintf(`cosyvoice_diagnosis,code=of_another value="none" %d`, onset.UnixNano())})
	tasks, err := Tasks(rollup.Defaults, nil)
	require.NoError(t, err)
	_, err = s.Query(influxd.At(at, tasks[0].Flux))
	require.Error(t, err, "InfluxDB does not tell which")
	rows, err := s.Query(`from(bucket: "performance_monitor_events") |> range(start: 0) |> filter(fn: (r) => r._measurement == "cosyvoice_judgement")`)
	require.NoError(t, err)
	require.Empty(t, rows)
}
