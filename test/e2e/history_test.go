//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// week is how much history the test of the backfill writes.
const week = 7 * 24 * time.Hour

// TestBackfillOfAWeek writes a week of history of the host that Telegraf writes of all the time,
// has it rolled up, and gives Telegraf new tokens meanwhile.
func TestBackfillOfAWeek(t *testing.T) {
	s := startStack(t)
	var host string
	s.eventually("the host's name is known", func() bool {
		rows := s.rows(`from(bucket: "performance_monitor") |> range(start: -1m) |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "load1")`)
		if len(rows) > 0 {
			host = rows[0]["host"].(string)
		}
		return len(rows) > 0
	})
	began := time.Now()
	end := began.UTC().Truncate(time.Hour)
	begin := end.Add(-week)
	history(s, host, begin, end.Add(-time.Hour))
	history(s, "past", begin, begin.Add(time.Hour))

	backfill := s.command("backfill", "--from", begin.Format(time.RFC3339), "--to", end.Add(-time.Hour).Format(time.RFC3339))
	output := &lockedBuffer{}
	backfill.Stdout, backfill.Stderr = output, output
	require.NoError(t, backfill.Start())
	for range 3 {
		old := s.secret("telegraf", "influx_write_token")
		out, err := s.command("rotate-token", "telegraf").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.NotEqual(t, old, s.secret("telegraf", "influx_write_token"))
		assert.Equal(t, http.StatusUnauthorized, s.write(old, "performance_monitor", "system_metrics load1=1"), "the old token")
		rotated := time.Now()
		s.eventually("Telegraf goes on with the new token", func() bool { return s.newerThan(rotated, "system_metrics", "load1") > 1 })
	}
	require.NoError(t, backfill.Wait(), "%s", output)
	require.Contains(t, output.String(), "hold all of their ticks")

	for _, tier := range []struct {
		bucket string
		unit   time.Duration
	}{{"performance_monitor_1m", time.Minute}, {"performance_monitor_1h", time.Hour}} {
		whole(s, tier.bucket, host, begin, end.Add(-time.Hour), tier.unit)
		whole(s, tier.bucket, "past", begin, begin.Add(time.Hour), tier.unit)
	}
	noTickLost(s, began)
	rolledUp(t, s)

	// What watches over the history sees a host that says nothing any more, until it is forgotten.
	s.runHealth()
	findings, ok := s.findings()
	assert.False(t, ok)
	assert.Equal(t, "crit", findings["host_silent past"])
	assert.Equal(t, "ok", findings["host_silent "+host])
	assert.Equal(t, "ok", findings["tasks_failing"])
	out, err := s.command("forget", "past").CombinedOutput()
	require.NoError(t, err, "%s", out)
	s.eventually("nothing is found", func() bool {
		s.runHealth()
		findings, ok = s.findings()
		return ok
	})
	assert.NotContains(t, findings, "host_silent past")
}

// command is one of cosyvoicectl for the stack.
func (s *stack) command(arguments ...string) *exec.Cmd {
	return exec.Command(program(s.t, "cosyvoicectl"), append(arguments, "--lang", "en", "--state", s.dir)...)
}

// load is what the processors had to do in a minute of the history that is made up.
func load(at time.Time) float64 { return float64(at.Unix() / 60 % 97) }

// history writes ticks every 10 s: of the machine, and that the plugin ran, by which a host is known
// to be heard.
func history(s *stack, host string, from, to time.Time) {
	var lines strings.Builder
	for at := from; at.Before(to); at = at.Add(10 * time.Second) {
		fmt.Fprintf(&lines, "system_metrics,host=%s,service=cosyvoice3 load1=1,cpu_usage_percent=%g %d\n", host, load(at), at.UnixNano())
		fmt.Fprintf(&lines, "cosyvoice_agent,collector=plugin,host=%s,service=cosyvoice3 success=1i %d\n", host, at.UnixNano())
		if lines.Len() > 1<<20 {
			require.Equal(s.t, http.StatusNoContent, s.write(s.secret("telegraf", "influx_write_token"), "performance_monitor", lines.String()))
			lines.Reset()
		}
	}
	require.Equal(s.t, http.StatusNoContent, s.write(s.secret("telegraf", "influx_write_token"), "performance_monitor", lines.String()))
}

// whole checks each window between two times: there is one, and it holds each tick once.
func whole(s *stack, bucket, host string, from, to time.Time, unit time.Duration) {
	t := s.t
	ticks := int64(unit / (10 * time.Second))
	for field, want := range map[string]func(at time.Time) any{
		"points_count":            func(time.Time) any { return ticks },
		"cpu_usage_percent_count": func(time.Time) any { return ticks },
		"cpu_usage_percent_sum": func(at time.Time) any {
			var sum float64
			for minute := at; minute.Before(at.Add(unit)); minute = minute.Add(time.Minute) {
				sum += 6 * load(minute)
			}
			return sum
		},
	} {
		rows := s.rows(fmt.Sprintf(`from(bucket: %q) |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r.host == %q and r._field == %q)
  |> group() |> sort(columns: ["_time"])`, bucket, from.Format(time.RFC3339), to.Format(time.RFC3339), host, field))
		require.Len(t, rows, int(to.Sub(from)/unit), "%s in windows of %v of %s", field, unit, host)
		for i, row := range rows {
			at := from.Add(time.Duration(i) * unit)
			require.True(t, at.Equal(row["_time"].(time.Time)), "%v", row["_time"])
			require.Equal(t, want(at), row["_value"], "%s at %s", field, at)
		}
	}
}

// noTickLost checks that each tick of the plugin since a time is in InfluxDB, but those that it
// says that it left out.
func noTickLost(s *stack, since time.Time) {
	t := s.t
	rows := s.rows(fmt.Sprintf(`from(bucket: "performance_monitor") |> range(start: %s)
  |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "ticks_skipped_total")`,
		since.UTC().Format(time.RFC3339)))
	require.Greater(t, len(rows), 5)
	first, last := rows[0], rows[len(rows)-1]
	seconds := last["_time"].(time.Time).Sub(first["_time"].(time.Time)).Round(time.Second) / time.Second
	skipped := last["_value"].(int64) - first["_value"].(int64)
	assert.InDelta(t, int64(seconds)+1-skipped, len(rows), 1, "ticks in %d s, %d left out", seconds, skipped)
}

// runHealth has the task that watches over the history run now, and waits for its end.
func (s *stack) runHealth() {
	s.t.Helper()
	s.run(time.Now(), "cosyvoice health")
}

// findings are the levels of what `cosyvoicectl tasks` tells; ok is its exit.
func (s *stack) findings() (levels map[string]string, ok bool) {
	out, err := s.command("tasks", "--json").Output()
	var told struct {
		Findings []struct{ Code, Host, Level string }
	}
	require.NoError(s.t, json.Unmarshal(out, &told), "%s", out)
	levels = map[string]string{}
	for _, f := range told.Findings {
		levels[strings.TrimSpace(f.Code+" "+f.Host)] = f.Level
	}
	return levels, err == nil && len(levels) > 0
}
