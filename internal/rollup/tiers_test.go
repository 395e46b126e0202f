package rollup

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
)

const token = "a-token-of-the-test"

// server is a real influxd with the buckets of the product.
type server struct {
	t      *testing.T
	client influxdb2.Client
}

func startServer(t *testing.T) *server {
	part, err := parts.Find(t.Context(), "influxd")
	if err != nil {
		t.Skipf("needs a real influxd: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	dir := t.TempDir()
	cmd := exec.Command(part.Path, "--reporting-disabled", "--log-level", "error", "--http-bind-address", address,
		"--bolt-path", filepath.Join(dir, "bolt"), "--sqlite-path", filepath.Join(dir, "sqlite"), "--engine-path", filepath.Join(dir, "engine"))
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	client := influxdb2.NewClient("http://"+address, token)
	t.Cleanup(client.Close)
	s := &server{t, client}
	require.Eventually(t, func() bool { up, err := client.Ping(t.Context()); return err == nil && up }, 30*time.Second, 50*time.Millisecond)
	_, err = client.SetupWithToken(t.Context(), "admin", "long enough", "org", "performance_monitor", 0, token)
	require.NoError(t, err)
	org, err := client.OrganizationsAPI().FindOrganizationByName(t.Context(), "org")
	require.NoError(t, err)
	for _, bucket := range []string{"performance_monitor_1m", "performance_monitor_1h"} {
		_, err = client.BucketsAPI().CreateBucketWithName(t.Context(), org, bucket)
		require.NoError(t, err)
	}
	return s
}

func (s *server) write(lines []string) {
	s.t.Helper()
	require.NoError(s.t, s.client.WriteAPIBlocking("org", "performance_monitor").WriteRecord(s.t.Context(), strings.Join(lines, "\n")))
}

// run runs a task as if it was scheduled at that time.
func (s *server) run(task Task, at time.Time) {
	s.t.Helper()
	head, body, ok := strings.Cut(task.Flux, "option task")
	require.True(s.t, ok)
	flux := head + fmt.Sprintf("option now = () => %s\noption task", at.Format(time.RFC3339)) + body
	result, err := s.client.QueryAPI("org").Query(s.t.Context(), flux)
	require.NoError(s.t, err)
	for result.Next() {
	}
	require.NoError(s.t, result.Err())
}

// key names one value: measurement, field, series and window.
type key struct {
	field, series string
	at            int64
}

// read returns all that a tier holds of a measurement.
func (s *server) read(bucket, measurement string, series ...string) map[key]float64 {
	s.t.Helper()
	query := fmt.Sprintf(`from(bucket: %q) |> range(start: 0) |> filter(fn: (r) => r._measurement == %q)`, bucket, measurement)
	result, err := s.client.QueryAPI("org").Query(context.Background(), query)
	require.NoError(s.t, err)
	values := map[key]float64{}
	for result.Next() {
		r := result.Record()
		var names []string
		for _, tag := range series {
			if value, ok := r.ValueByKey(tag).(string); ok {
				names = append(names, value)
			}
		}
		var value float64
		switch v := r.Value().(type) {
		case float64:
			value = v
		case int64:
			value = float64(v)
		}
		values[key{r.Field(), strings.Join(names, ","), r.Time().Unix()}] = value
	}
	require.NoError(s.t, result.Err())
	return values
}

func taskNamed(t *testing.T, name string) Task {
	tasks, err := Tasks()
	require.NoError(t, err)
	for _, task := range tasks {
		if task.Name == name {
			return task
		}
	}
	require.Fail(t, "no task", name)
	return Task{}
}

// tick is one point of cosyvoice_service, as far as the test goes.
type tick struct {
	host     string
	at       time.Time
	cpu      float64
	up       int
	oomKills int
	state    string
}

func (k tick) line() string {
	return fmt.Sprintf("cosyvoice_service,host=%s,instance=50000,service=cosyvoice3 cpu_percent=%v,up=%di,cgroup_oom_kills_total=%di,state=%q %d",
		k.host, k.cpu, k.up, k.oomKills, k.state, k.at.UnixNano())
}

// live makes the ticks of a host with gaps and restarts of its counter.
func live(r *rand.Rand, host string, from, to time.Time) []tick {
	var ticks []tick
	kills := 0
	for at := from.Add(time.Duration(r.IntN(10000)) * time.Millisecond); at.Before(to); at = at.Add(10 * time.Second) {
		switch r.IntN(60) {
		case 0:
			at = at.Add(time.Duration(r.IntN(300)) * time.Second)
		case 1:
			kills = 0
		}
		if !at.Before(to) {
			break
		}
		kills += r.IntN(3)
		ticks = append(ticks, tick{
			host: host, at: at, cpu: float64(r.IntN(10000)) / 16, up: r.IntN(2), oomKills: kills,
			state: []string{"ready", "busy", "stuck"}[r.IntN(3)],
		})
	}
	return ticks
}

// recompute is what a tier has to hold, by all the points.
func recompute(ticks []tick, window time.Duration, from, to time.Time) map[key]float64 {
	want := map[key]float64{}
	last := map[string]tick{}
	for _, k := range ticks {
		before, known := last[k.host]
		last[k.host] = k
		if k.at.Before(from) || !k.at.Before(to) {
			continue
		}
		of := func(field string) key { return key{field, k.host, k.at.Truncate(window).Unix()} }
		if want[of("cpu_percent_count")] == 0 {
			want[of("cpu_percent_min")], want[of("cpu_percent_max")] = k.cpu, k.cpu
		}
		want[of("cpu_percent_count")]++
		want[of("cpu_percent_sum")] += k.cpu
		want[of("cpu_percent_min")] = math.Min(want[of("cpu_percent_min")], k.cpu)
		want[of("cpu_percent_max")] = math.Max(want[of("cpu_percent_max")], k.cpu)
		want[of("cpu_percent_last")] = k.cpu
		want[of("up_count")]++
		want[of("up_sum")] += float64(k.up)
		if passed := k.at.Sub(before.at); known && passed <= 90*time.Second {
			grown := k.oomKills - before.oomKills
			if grown < 0 {
				grown = k.oomKills
			}
			want[of("cgroup_oom_kills_total_increase")] += float64(grown)
			want[of("state_"+k.state+"_seconds")] += passed.Seconds()
		}
	}
	return want
}

func TestTiersEqualARecompute(t *testing.T) {
	s := startServer(t)
	minutes, hours := taskNamed(t, "cosyvoice 1m cosyvoice_service"), taskNamed(t, "cosyvoice 1h cosyvoice_service")
	end := time.Now().Truncate(time.Hour)
	begin := end.Add(-3 * time.Hour)
	r := rand.New(rand.NewPCG(8, 2))
	var ticks []tick
	for _, host := range []string{"a", "b"} {
		ticks = append(ticks, live(r, host, begin, end)...)
	}
	// The task runs now and then; points come in the order of their times, some late.
	written := make([]bool, len(ticks))
	arrives := make([]time.Time, len(ticks))
	for i, k := range ticks {
		arrives[i] = k.at
		if r.IntN(4) == 0 {
			arrives[i] = k.at.Add(time.Duration(r.IntN(480)) * time.Second)
		}
	}
	deliver := func(now time.Time) {
		var lines []string
		for i, k := range ticks {
			if !written[i] && arrives[i].Before(now) {
				lines, written[i] = append(lines, k.line()), true
			}
		}
		if len(lines) > 0 {
			s.write(lines)
		}
	}
	for now := begin.Add(time.Minute); now.Before(end.Add(20 * time.Minute)); now = now.Add(time.Minute) {
		deliver(now)
		if r.IntN(12) == 0 {
			now = now.Add(time.Duration(r.IntN(20)) * time.Minute) // nothing runs
			continue
		}
		s.run(minutes, now)
		if now.Minute() == 0 {
			s.run(hours, now)
		}
	}
	// The runs before may not have been.
	deliver(end.Add(20 * time.Minute))
	s.run(minutes, end.Add(20*time.Minute))
	s.run(hours, end.Add(2*time.Hour))
	s.equals("performance_monitor_1m", recompute(ticks, time.Minute, begin, end))
	s.equals("performance_monitor_1h", recompute(ticks, time.Hour, begin, end))
}

func (s *server) equals(bucket string, want map[key]float64) {
	s.t.Helper()
	got := s.read(bucket, "cosyvoice_service", "host")
	wrong := map[string][]string{}
	for k, v := range want {
		if value, ok := got[k]; !ok || math.Abs(v-value) > 1e-6*math.Max(1, math.Abs(v)) {
			wrong[k.field] = append(wrong[k.field], fmt.Sprintf("%s at %s: %v, expected %v", k.series, time.Unix(k.at, 0).UTC().Format(time.TimeOnly), value, v))
		}
	}
	require.Empty(s.t, wrong, bucket)
	require.Len(s.t, got, len(want), bucket)
}
