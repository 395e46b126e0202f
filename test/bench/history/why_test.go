//go:build bench

package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// TestWhy measures how long an answer takes on 30 days of ticks, windows, syntheses and findings.
func TestWhy(t *testing.T) {
	const days = 30
	l := newLab(t)
	end := time.Now().UTC().Truncate(time.Hour)
	begin := end.AddDate(0, 0, -days)
	client := influx.New(l.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	finder := diagnosis.Finder{Client: client, Params: buckets}
	t.Log("| asked | hosts | syntheses | median, ms | slowest, ms | CPU of influxd, ms |\n|---|---|---|---|---|---|")
	asked := 0
	for _, hosts := range []int{1, 4} {
		for ; asked < hosts; asked++ {
			l.month(host(asked), begin, days)
		}
		l.rest()
		syntheses := l.count(`r._measurement == "cosyvoice_synthesis" and r._field == "request_id"`, begin)
		last, err := finder.Why(t.Context(), diagnosis.Question{Host: host(0)}, end)
		require.NoError(t, err)
		require.NotNil(t, last.Synthesis)
		early := l.requestAt(host(0), begin.Add(30*time.Hour))
		for _, q := range []struct {
			name     string
			question diagnosis.Question
		}{
			{"`why`", diagnosis.Question{}},
			{"`why --at`, yesterday", diagnosis.Question{At: end.Add(-25 * time.Hour), Host: host(0)}},
			{"`why --at`, 29 days ago", diagnosis.Question{At: begin.Add(30 * time.Hour), Host: host(0)}},
			{"`why --request`, of the last hour", diagnosis.Question{Request: last.Synthesis.RequestID}},
			{"`why --request`, of 29 days ago", diagnosis.Question{Request: early}},
		} {
			l.answers(q.name, hosts, syntheses, func() error {
				_, err := finder.Why(t.Context(), q.question, end)
				return err
			})
		}
		l.answers("`why --since 24h`", hosts, syntheses, func() error {
			_, err := finder.Since(t.Context(), end.Add(-24*time.Hour), end, "")
			return err
		})
	}
}

// answers tells how long a question takes, asked often.
func (l *lab) answers(name string, hosts, syntheses int, ask func() error) {
	l.t.Helper()
	const times = 11
	var took []time.Duration
	before := l.CPU()
	for range times {
		began := time.Now()
		require.NoError(l.t, ask(), name)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	cpu := (l.CPU() - before) / times
	l.t.Logf("| %s | %d | %d | %d | %d | %d |", name, hosts, syntheses, took[times/2].Milliseconds(), took[times-1].Milliseconds(), cpu.Milliseconds())
}

// month writes what a healthy host says in so many days: ticks with the main fields, both tiers, the
// syntheses, and a finding that lasts for an hour of each day.
func (l *lab) month(name string, begin time.Time, days int) {
	r := rand.New(rand.NewPCG(1, 2))
	for d, box := range scenario.Days(days) {
		box.Name = name
		midnight := begin.AddDate(0, 0, d)
		history := box.Write(midnight, 0, 0, 24*time.Hour)
		l.Write(buckets.Events, history.Events)
		l.Write(buckets.Minutes, history.Minutes)
		l.Write(buckets.Hours, history.Hours)
	}
	end := begin.AddDate(0, 0, days)
	l.fill(buckets.Raw, begin, end, 10*time.Second, func(at time.Time) []string {
		return []string{
			fmt.Sprintf("system_metrics,host=%s,service=cosyvoice3 cpu_usage_percent=%g,memory_used_mb=%d,memory_total_mb=65536,gpu_utilization_percent=%g,gpu_temperature_c=66,gpu_memory_used_mb=%d,load1=%g %d",
				name, 100*r.Float64(), r.IntN(65536), 100*r.Float64(), r.IntN(24576), r.Float64(), at.UnixNano()),
			fmt.Sprintf(`cosyvoice_gpu,host=%s,service=cosyvoice3,uuid=GPU-%[1]s,name=RTX index=0i,state="ok",utilization_percent=%g,memory_used_bytes=%d,memory_service_bytes=%d,temperature_c=66,power_w=%g,clock_sm_hz=2500000000 %d`,
				name, 100*r.Float64(), r.IntN(24<<30), r.IntN(24<<30), 450*r.Float64(), at.UnixNano()),
			fmt.Sprintf(`cosyvoice_service,host=%s,service=cosyvoice3,instance=50000 up=1i,ready=1i,state="busy",uptime_seconds=%d,in_flight=%d,cpu_percent=%g,memory_rss_bytes=%d,gpu_memory_bytes=%d %d`,
				name, at.Unix()-begin.Unix(), r.IntN(4), 100*r.Float64(), r.IntN(8<<30), r.IntN(24<<30), at.UnixNano()),
			fmt.Sprintf("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin success=1i,seconds=%g %d", name, r.Float64(), at.UnixNano()),
		}
	})
	l.fill(buckets.Events, begin, end, time.Minute, func(at time.Time) []string {
		if at.Hour() != 21 {
			return nil
		}
		return []string{fmt.Sprintf("cosyvoice_diagnosis,host=%s,service=cosyvoice3,instance=50000,code=host_cpu_contention,severity=warning since=%d,value=98,limit=95,host_cpu_percent=98,rtf=0.9 %d",
			name, at.Truncate(time.Hour).Unix(), at.UnixNano())}
	})
}

// count is how many points there are since a time for which a predicate of Flux holds.
func (l *lab) count(predicate string, since time.Time) int {
	l.t.Helper()
	rows, err := l.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: %s) |> filter(fn: (r) => %s) |> group() |> count()`, buckets.Events, since.Format(time.RFC3339), predicate))
	require.NoError(l.t, err)
	require.Len(l.t, rows, 1)
	return int(rows[0].Value().(int64))
}

// requestAt is the first that ended after a time.
func (l *lab) requestAt(name string, at time.Time) string {
	l.t.Helper()
	rows, err := l.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: %s, stop: %s) |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id" and r.host == %q)
    |> group() |> sort(columns: ["_time"]) |> limit(n: 1)`, buckets.Events, at.Format(time.RFC3339), at.Add(4*time.Hour).Format(time.RFC3339), name))
	require.NoError(l.t, err)
	require.Len(l.t, rows, 1)
	return rows[0].Value().(string)
}
