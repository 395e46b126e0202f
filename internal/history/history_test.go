package history

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// site is an InfluxDB with all buckets and tasks.
type site struct {
	*influxd.Server
	Keeper
	t *testing.T
}

func newSite(t *testing.T) *site {
	t.Parallel()
	s := influxd.Start(t)
	s.SetUp("other")
	settings := toolkit.Default()
	settings.Org = influxd.Org
	desired, err := settings.Desired()
	require.NoError(t, err)
	server := reconcile.Server{URL: s.URL, Org: influxd.Org, Token: influxd.Token, Secrets: reconcile.Secrets(t.TempDir())}
	plan, err := server.Plan(t.Context(), desired, reconcile.Options{})
	require.NoError(t, err)
	require.NoError(t, server.Apply(t.Context(), plan, func(reconcile.Change) {}))
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	return &site{s, Keeper{client, settings.Rollups()}, t}
}

// ticks writes what a host's plugin says between two times, having begun at a third.
func (s *site) ticks(host string, began, from, to time.Time) {
	var lines []string
	for at := from; at.Before(to); at = at.Add(10 * time.Second) {
		lines = append(lines,
			fmt.Sprintf("cosyvoice_agent,host=%s,collector=plugin success=1i,uptime_seconds=%.3f %d", host, at.Sub(began).Seconds(), at.UnixNano()),
			fmt.Sprintf("system_metrics,host=%s load1=1,cpu_usage_percent=%d %d", host, at.Minute(), at.UnixNano()))
	}
	s.Write(s.Params.Raw, lines)
}

// roll runs the tasks of the tiers for a time.
func (s *site) roll(at time.Time) {
	s.t.Helper()
	tasks, err := rollup.Tasks(s.Params)
	require.NoError(s.t, err)
	for _, task := range tasks {
		_, err := s.Server.Query(influxd.At(at, task.Flux))
		require.NoError(s.t, err, task.Name)
	}
}

func (s *site) gaps(from, to time.Time) (told []string) {
	s.t.Helper()
	gaps, err := s.Gaps(s.t.Context(), from, to)
	require.NoError(s.t, err)
	for _, g := range gaps {
		told = append(told, fmt.Sprintf("%s %s %s %v to %v", g.Kind, g.Host, g.Measurement, g.From.Sub(from), g.To.Sub(from)))
	}
	return told
}

func TestGapsAndBackfill(t *testing.T) {
	s := newSite(t)
	end := time.Now().UTC().Truncate(time.Hour)
	begin := end.Add(-24 * time.Hour)
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	// a runs through, b is off for an hour, c's points of two hours are lost, d says no more.
	s.ticks("a", at(-time.Hour), begin, end)
	s.ticks("b", at(-time.Hour), begin, at(5*time.Hour))
	s.ticks("b", at(6*time.Hour), at(6*time.Hour), end)
	s.ticks("c", at(-time.Hour), begin, at(10*time.Hour))
	s.ticks("c", at(-time.Hour), at(12*time.Hour), end)
	s.ticks("d", at(-time.Hour), begin, at(20*time.Hour))
	for range 5 { // six hours a run
		s.roll(end)
	}
	silences := []string{"off b  5h0m0s to 6h0m0s", "lost c  10h0m0s to 12h0m0s", "silent d  20h0m0s to 24h0m0s"}
	require.Equal(t, silences, s.gaps(begin, end))

	// A backlog that no task has seen.
	s.ticks("late", at(-time.Hour), at(2*time.Hour), at(11*time.Hour))
	late := []string{"silent late  11h0m0s to 24h0m0s", "not_rolled_up late system_metrics 2h0m0s to 11h0m0s", "not_rolled_up late cosyvoice_agent 2h0m0s to 11h0m0s"}
	require.Equal(t, append(silences, late...), s.gaps(begin, end))

	var steps []Step
	local := time.FixedZone("", 8*3600)
	left, err := s.Backfill(t.Context(), begin.In(local), end.In(local), "", func(step Step) { steps = append(steps, step) })
	require.NoError(t, err)
	require.Empty(t, left)
	require.Len(t, steps, 2*2, "two measurements, two runs of six hours")
	for i, step := range steps {
		require.Equal(t, i+1, step.Done)
	}
	require.Equal(t, append(silences, late[0]), s.gaps(begin, end))

	_, err = s.Gaps(t.Context(), end.Add(-10*time.Minute), end)
	require.NoError(t, err, "no hour of that time is over and settled")

	// A host that is forgotten is asked for no more, until it is heard again.
	_, err = s.Forget(t.Context(), "z")
	require.ErrorIs(t, err, words.NoSuchHost.With())
	require.ErrorContains(t, err, "a, b, c, d, late")
	host, err := s.Forget(t.Context(), "d")
	require.NoError(t, err)
	require.True(t, host.Heard.Equal(at(20*time.Hour-10*time.Second)), host.Heard)
	require.Equal(t, []string{silences[0], silences[1], late[0]}, s.gaps(begin, end))
	require.Equal(t, "silent late  -1h0m10s to 12h0m0s", s.gaps(at(12*time.Hour), end)[0], "heard before the time that is looked at")
	s.ticks("d", at(-time.Hour), time.Now().Add(time.Second), time.Now().Add(2*time.Second))
	require.Eventually(t, func() bool {
		hosts, err := s.Inventory(t.Context())
		return err == nil && slices.ContainsFunc(hosts, func(h Host) bool { return h.Name == "d" })
	}, 10*time.Second, 100*time.Millisecond)
	require.Contains(t, s.gaps(begin, end), silences[2])

	// What is whole is not computed again.
	s.roll(end)
	left, err = s.Backfill(t.Context(), begin, end, "", func(Step) { require.Fail(t, "a run") })
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestBackfillOfAFreshInstallation fills the tiers before any of their tasks has run.
func TestBackfillOfAFreshInstallation(t *testing.T) {
	s := newSite(t)
	end := time.Now().UTC().Truncate(time.Hour)
	begin := end.Add(-8 * 24 * time.Hour)
	for day := range 8 {
		at := begin.Add(time.Duration(day) * 24 * time.Hour)
		s.ticks("a", begin, at, at.Add(2*time.Hour))
	}
	left, err := s.Backfill(t.Context(), begin, end, "", func(Step) {})
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestBackfillOfOneTier loses windows of an hour, of which those of a minute are whole.
func TestBackfillOfOneTier(t *testing.T) {
	s := newSite(t)
	end := time.Now().UTC().Truncate(time.Hour)
	begin := end.Add(-6 * time.Hour)
	s.ticks("a", begin, begin, end)
	s.roll(end)
	lost := begin.Add(2 * time.Hour)
	require.NoError(t, s.Server.Client.DeleteAPI().DeleteWithName(t.Context(), influxd.Org, s.Params.Hours, lost, lost.Add(time.Minute), ""))
	left, err := s.Backfill(t.Context(), begin, end, rollup.Minutes, func(Step) { require.Fail(t, "a run") })
	require.NoError(t, err)
	require.Empty(t, left)
	require.Len(t, s.gaps(begin, end), 2, "of two measurements")
	left, err = s.Backfill(t.Context(), begin, end, rollup.Hours, func(Step) {})
	require.NoError(t, err)
	require.Empty(t, left)
	require.Empty(t, s.gaps(begin, end))
}

func TestFindings(t *testing.T) {
	s := newSite(t)
	findings, err := s.Findings(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
	now := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	s.ticks("a", now, now.Add(-20*time.Minute), now.Add(-10*time.Minute))
	s.roll(now)
	findings, err = s.Findings(t.Context())
	require.NoError(t, err)
	told := map[string]Finding{}
	for _, f := range findings {
		told[f.Code] = f
	}
	silent := told["host_silent"]
	require.Equal(t, Finding{Code: "host_silent", Host: "a", Level: "crit", Value: 610, Limit: 300, At: silent.At}, silent)
	require.True(t, silent.At.Equal(now), silent.At)
	for _, code := range []string{"tasks_failing", "minutes_late", "hours_late", "series_growing"} {
		require.Equal(t, "ok", told[code].Level, code)
	}
	require.Len(t, findings, 5)

	_, err = s.Forget(t.Context(), "a")
	require.NoError(t, err)
	s.roll(time.Now().Add(time.Second))
	require.Eventually(t, func() bool {
		findings, err := s.Findings(t.Context())
		return err == nil && len(findings) == 4
	}, 10*time.Second, 100*time.Millisecond)
}

func TestBackfillCutOff(t *testing.T) {
	s := newSite(t)
	end := time.Now().UTC().Truncate(time.Hour)
	s.ticks("a", end.Add(-25*time.Hour), end.Add(-time.Hour), end)
	s.roll(end)
	s.ticks("late", end.Add(-25*time.Hour), end.Add(-24*time.Hour), end)
	ctx, cancel := context.WithCancel(t.Context())
	left, err := s.Backfill(ctx, end.Add(-24*time.Hour), end, "", func(Step) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, left)
	runs := 0
	left, err = s.Backfill(t.Context(), end.Add(-24*time.Hour), end, "", func(Step) { runs++ })
	require.NoError(t, err)
	require.Empty(t, left)
	require.Less(t, runs, 8, "what the first made is not made again")
}

func TestBackfillWithoutTasks(t *testing.T) {
	t.Parallel()
	s := influxd.Start(t)
	s.SetUp("performance_monitor", "performance_monitor_events", "performance_monitor_1m", "performance_monitor_1h")
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	defer client.Close()
	_, err := Keeper{client, rollup.Defaults}.Backfill(t.Context(), time.Now().Add(-time.Hour), time.Now(), "", nil)
	require.True(t, errors.Is(err, words.NoTask.With()), err)
}

func TestTasks(t *testing.T) {
	s := newSite(t)
	tasks, err := s.Tasks(t.Context())
	require.NoError(t, err)
	require.Len(t, tasks, 28)
	ids, err := s.taskIDs(t.Context())
	require.NoError(t, err)
	const name = "cosyvoice repair system_metrics"
	bad := "option task = {name: \"" + name + "\", every: 10m}\n\nfrom(bucket: \"nowhere\") |> range(start: -1h)\n"
	require.NoError(t, s.Keeper.Client.Call(t.Context(), "PATCH", "tasks/"+ids[name], nil, map[string]string{"flux": bad}, nil))
	err = s.run(t.Context(), ids[name], time.Now())
	require.ErrorIs(t, err, words.RunFailed.With())
	require.ErrorContains(t, err, `could not find bucket "nowhere"`)
	require.NoError(t, s.run(t.Context(), ids["cosyvoice repair cosyvoice_gpu"], time.Now()))

	tasks, err = s.Tasks(t.Context())
	require.NoError(t, err)
	found := map[string]Task{}
	for _, task := range tasks {
		found[task.Name] = task
	}
	require.Contains(t, found[name].Error, `could not find bucket "nowhere"`)
	require.Equal(t, "failed", found[name].Result)
	good := found["cosyvoice repair cosyvoice_gpu"]
	require.Equal(t, "success", good.Result)
	require.Empty(t, good.Error)
	require.Positive(t, good.Seconds)
	require.Equal(t, "10m", good.Every)
	require.True(t, good.Active)
}

// TestRunThatInfluxDBForgets asks a server that knows nothing of a run, or panics, for a moment.
func TestRunThatInfluxDBForgets(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch n := asked.Add(1); {
		case r.Method == http.MethodPost:
			fmt.Fprint(w, `{"id":"1","status":"scheduled"}`)
		case n == 2:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"code":"not found","message":"run not found"}`)
		case n == 3:
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"code":"internal error","message":"a panic has occurred"}`)
		default:
			fmt.Fprint(w, `{"id":"1","status":"success"}`)
		}
	}))
	defer server.Close()
	client := influx.New(server.URL, "o", "t")
	defer client.Close()
	require.NoError(t, Keeper{client, rollup.Defaults}.run(t.Context(), "task", time.Now()))
	require.Equal(t, int64(4), asked.Load())
}
