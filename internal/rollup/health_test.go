package rollup

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// status is what the task of the health says of one thing.
type status struct {
	level, detail string
	value, limit  float64
}

// health runs the task, and reads the statuses that it wrote as those of InfluxDB's own checks are.
func (l *lab) health(at time.Time) map[string]status {
	l.t.Helper()
	_, err := l.Query(influxd.At(at, l.tasks[HealthTask].Flux))
	require.NoError(l.t, err)
	records, err := l.Query(fmt.Sprintf(`import "influxdata/influxdb/monitor"
monitor.from(start: %s, stop: %s, fn: (r) => r._check_id == %q)`,
		at.UTC().Format(time.RFC3339), at.Add(time.Second).UTC().Format(time.RFC3339), CheckID))
	require.NoError(l.t, err)
	statuses := map[string]status{}
	for _, r := range records {
		key := r.ValueByKey("code").(string)
		if host, ok := r.ValueByKey("host").(string); ok {
			key += " " + host
		}
		require.NotContains(l.t, statuses, key)
		require.Contains(l.t, r.ValueByKey("_message"), key)
		detail, _ := r.ValueByKey("detail").(string)
		statuses[key] = status{r.ValueByKey("_level").(string), detail, r.ValueByKey("value").(float64), r.ValueByKey("limit").(float64)}
	}
	return statuses
}

// task makes a real task, which fails.
func (l *lab) task(name string) *domain.Task {
	org, err := l.Client.OrganizationsAPI().FindOrganizationByName(l.t.Context(), influxd.Org)
	require.NoError(l.t, err)
	task, err := l.Client.TasksAPI().CreateTaskWithEvery(l.t.Context(), name, `from(bucket: "nowhere") |> range(start: -1m)`, "1d", *org.Id)
	require.NoError(l.t, err)
	return task
}

func (l *lab) runTask(task *domain.Task) {
	l.t.Helper()
	run, err := l.Client.TasksAPI().RunManuallyWithID(l.t.Context(), task.Id)
	require.NoError(l.t, err)
	require.Eventually(l.t, func() bool {
		found, err := l.Client.TasksAPI().GetRunByID(l.t.Context(), task.Id, *run.Id)
		return err == nil && found.FinishedAt != nil && !found.FinishedAt.IsZero()
	}, time.Minute, 50*time.Millisecond)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	failing := l.task("cosyvoice 1m system_metrics")
	l.runTask(failing)
	l.runTask(l.task("somebody else's"))
	now := time.Now().Truncate(time.Second).Add(time.Second)
	tick := func(host string, age time.Duration) string {
		return fmt.Sprintf("cosyvoice_agent,host=%s,collector=plugin success=1i %d", host, now.Add(-age).UnixNano())
	}
	window := func(host string, unit, age time.Duration) string {
		return fmt.Sprintf("cosyvoice_agent,host=%s,collector=plugin points_count=6i %d", host, now.Add(-age).Truncate(unit).UnixNano())
	}
	service := func(unit, age time.Duration) string {
		return strings.Replace(window("well", unit, age), "cosyvoice_agent", "cosyvoice_service", 1)
	}
	forgotten := func(host string, age time.Duration) string {
		return fmt.Sprintf(`cosyvoice_event,host=%s,kind=forgotten,severity=info message="x" %d`, host, now.Add(-age).UnixNano())
	}
	const day = 24 * time.Hour
	l.Write(Defaults.Raw, []string{
		tick("well", 40*time.Minute), tick("well", 16*time.Minute), tick("well", time.Second),
		tick("quiet", 10*time.Minute), tick("back", 2*time.Second), tick("yesterday", 20*time.Hour),
		// An older series of the same host that comes after the newer one.
		strings.Replace(tick("well", time.Hour), "=plugin", "=plugin,version=9", 1),
	})
	l.Write(Defaults.Minutes, []string{window("well", time.Minute, 40*time.Minute), service(time.Minute, 3*time.Hour)})
	l.Write(Defaults.Hours, []string{
		window("well", time.Hour, time.Hour), window("yesterday", time.Hour, 22*time.Hour),
		window("gone", time.Hour, 29*day), window("longer", time.Hour, 31*day),
		window("sold", time.Hour, 5*day), window("back", time.Hour, 5*day),
		service(time.Hour, 6*time.Hour),
	})
	l.Write(Defaults.Events, []string{forgotten("sold", day), forgotten("back", 2*day)})

	statuses := l.health(now)
	require.Equal(t, status{"crit", "cosyvoice 1m system_metrics", 1, 0}, statuses["tasks_failing"])
	late := statuses["minutes_late"]
	require.Equal(t, status{"warn", "cosyvoice_agent", late.value, (15 * time.Minute).Seconds()}, late)
	require.InDelta(t, (39 * time.Minute).Seconds(), late.value, 61)
	late = statuses["hours_late"]
	require.Equal(t, status{"warn", "cosyvoice_service", late.value, (75 * time.Minute).Seconds()}, late)
	require.InDelta(t, (3*time.Hour + 45*time.Minute).Seconds(), late.value, (31 * time.Minute).Seconds())
	for host, want := range map[string]status{
		"well":      {"ok", "", 1, 300},
		"back":      {"ok", "", 2, 300},
		"quiet":     {"crit", "", 600, 300},
		"yesterday": {"crit", "", (20 * time.Hour).Seconds(), 300},
		"gone":      {"crit", "", now.Sub(now.Add(-29 * day).Truncate(time.Hour)).Seconds(), 300},
	} {
		require.Equal(t, want, statuses["host_silent "+host], host)
	}
	require.Equal(t, "ok", statuses["series_growing"].level, "of the week before nothing is known")
	require.Len(t, statuses, 4+5)

	// All is repaired, but there are more series now than a week ago.
	const good = `from(bucket: "performance_monitor") |> range(start: -1m)`
	failing.Flux = strings.Replace(failing.Flux, `from(bucket: "nowhere") |> range(start: -1m)`, good, 1)
	_, err := l.Client.TasksAPI().UpdateTask(t.Context(), failing)
	require.NoError(t, err)
	l.runTask(failing)
	l.Write(Defaults.Minutes, []string{window("well", time.Minute, 2*time.Minute)})
	l.Write(Defaults.Hours, []string{service(time.Hour, 3*time.Hour)})
	var lines []string
	for i := range 2000 {
		lines = append(lines, fmt.Sprintf("cosyvoice_agent,host=h%d,collector=log seconds=1 %d", i, now.Add(-time.Hour).UnixNano()))
	}
	l.Write(Defaults.Raw, append(lines, tick("well", 7*day+time.Hour)))
	statuses = l.health(time.Now().Add(time.Minute))
	require.Equal(t, status{"ok", "", 0, 0}, statuses["tasks_failing"])
	require.Equal(t, "ok", statuses["minutes_late"].level)
	require.Equal(t, "ok", statuses["hours_late"].level)
	series := statuses["series_growing"]
	require.Equal(t, "warn", series.level)
	require.InDelta(t, 2000, series.value, 20)
	require.InDelta(t, 1002, series.limit, 0)
}
