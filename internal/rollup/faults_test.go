package rollup

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// statistics are the fields that a tier holds of one host.
func (l *lab) statistics(bucket, host string) []string {
	names := map[string]bool{}
	for k := range l.read(bucket) {
		if strings.HasPrefix(k.tags, "host="+host+",") {
			names[k.field] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// TestWrongTypesStopNothingElse gives fields another type than theirs, which InfluxDB lets the
// first writer of a day do, and fields that nobody knows.
func TestWrongTypesStopNothingElse(t *testing.T) {
	l := newLab(t, 1)
	now := time.Now().Truncate(time.Hour).Add(-time.Hour)
	at := now.Add(-90 * time.Second).UnixNano()
	later := now.Add(-70 * time.Second).UnixNano()
	l.Write(Defaults.Raw, []string{
		fmt.Sprintf(`cosyvoice_service,host=odd,service=cosyvoice3,instance=1 up=1i,cpu_percent="high",ready="yes",state=3i,cgroup_oom_kills_total=true,connections=7i %d`, at),
		fmt.Sprintf(`cosyvoice_service,host=good,service=cosyvoice3,instance=1 up=1i,memory_rss_bytes=5,news=1 %d`, at),
		fmt.Sprintf(`cosyvoice_service,host=good,service=cosyvoice3,instance=1 up=1i,memory_rss_bytes=7,news=2 %d`, later),
		fmt.Sprintf(`cosyvoice_gpu,host=gpu,service=cosyvoice3,uuid=a index=0i,processes=3i %d`, later),
	})
	l.Write(Defaults.Events, []string{
		fmt.Sprintf(`cosyvoice_synthesis,host=odd,service=cosyvoice3,outcome=ok request_id="a",rtf_bin="low",duration_bin=3i,rtf=0.5 %d`, at),
	})
	l.run("1m", now)
	l.run("1h", now)
	good := []string{"memory_rss_bytes_count", "memory_rss_bytes_last", "memory_rss_bytes_max", "memory_rss_bytes_min", "memory_rss_bytes_sum", "points_count", "up_count", "up_sum"}
	odd := []string{
		"duration_bin_3_count", "points_count", "rtf_count", "rtf_max", "rtf_min", "rtf_sum", "up_count", "up_sum",
	}
	for _, tier := range []string{Defaults.Minutes, Defaults.Hours} {
		require.Equal(t, good, l.statistics(tier, "good"), tier)
		require.Equal(t, odd, l.statistics(tier, "odd"), tier)
	}
	records, err := l.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0) |> filter(fn: (r) => r._field == "processes_sum")`, Defaults.Minutes))
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.InDelta(t, 3.0, records[0].Value(), 0, "a statistic is a float, whatever it is of")
	require.IsType(t, 0.0, records[0].Value())
}

// TestTagsAreWrittenInOrder has first series without a tag that others have.
func TestTagsAreWrittenInOrder(t *testing.T) {
	l := newLab(t, 1)
	now := time.Now().Truncate(time.Hour)
	at := now.Add(-90 * time.Second)
	synthesis := `service=cosyvoice3 request_id="a",rtf_bin=3i,rtf=1.4,duration_bin=9i`
	l.Write(Defaults.Events, []string{
		fmt.Sprintf("cosyvoice_synthesis,host=a,outcome=ok,%s %d", synthesis, at.UnixNano()),
		fmt.Sprintf("cosyvoice_synthesis,host=b,mode=sft,outcome=ok,%s %d", synthesis, at.UnixNano()),
	})
	for _, since := range []time.Duration{0, 10 * time.Second} {
		l.Write(Defaults.Raw, []string{
			fmt.Sprintf(`cosyvoice_service,host=a,service=cosyvoice3 up=1i,state="idle",memory_rss_bytes=5,cgroup_oom_kills_total=1i %d`, at.Add(since).UnixNano()),
			fmt.Sprintf(`cosyvoice_service,host=b,instance=1,service=cosyvoice3 up=1i,state="idle",memory_rss_bytes=5,cgroup_oom_kills_total=1i %d`, at.Add(since).UnixNano()),
		})
	}
	l.run("1m", now)
	l.run("1h", now)
	kinds := []string{
		"rtf_bin_3_count", "duration_bin_9_count", "rtf_sum", "rtf_max", "state_idle_seconds", "up_sum", "up_count",
		"memory_rss_bytes_last", "cgroup_oom_kills_total_increase", "points_count",
	}
	for _, tier := range []string{Defaults.Minutes, Defaults.Hours} {
		require.Subset(t, l.statistics(tier, "b"), kinds, tier)
		l.TagsInOrder(tier)
	}
}

// TestReadsAreAnsweredByTheStorage compares the task of the minutes with a twin whose readings
// the storage cannot add up by itself, over ten minutes of points a second.
func TestReadsAreAnsweredByTheStorage(t *testing.T) {
	l := newLab(t, 1)
	now := time.Now().Truncate(time.Hour)
	var lines []string
	for at := now.Add(-10 * time.Minute); at.Before(now); at = at.Add(time.Second) {
		for host := range 4 {
			var fields []string
			for _, name := range []string{"cpu_percent", "memory_rss_bytes", "connections", "uptime_seconds", "gpu_sm_percent"} {
				fields = append(fields, fmt.Sprintf("%s=%d", name, at.Unix()%int64(50+host)))
			}
			lines = append(lines, fmt.Sprintf("cosyvoice_service,host=h%d,service=cosyvoice3,instance=1 up=1i,%s %d", host, strings.Join(fields, ","), at.UnixNano()))
		}
	}
	l.Write(Defaults.Raw, lines)
	pushed := l.tasks[Source{Measurement: "cosyvoice_service"}.Task(Minutes)].Flux
	const readings = `readings = () => allReadings()`
	require.Contains(t, pushed, readings)
	twin := strings.Replace(pushed, readings, readings+` |> map(fn: (r) => ({r with _value: r._value}))`, 1)
	took := func(flux string) time.Duration {
		shortest := time.Hour
		for range 3 {
			// Each run has all to do.
			require.NoError(t, l.Client.DeleteAPI().DeleteWithName(t.Context(), influxd.Org, Defaults.Minutes, now.Add(-time.Hour), now, ""))
			began := time.Now()
			_, err := l.Query(influxd.At(now, flux))
			require.NoError(t, err)
			shortest = min(shortest, time.Since(began))
		}
		return shortest
	}
	fast, slow := took(pushed), took(twin)
	t.Logf("as it is %v, not answered by the storage %v: %.1f times", fast, slow, float64(slow)/float64(fast))
	require.Greater(t, float64(slow)/float64(fast), 2.0)
}

// TestRepairOfAnEarlierTime runs the repair for a time in the past, as the backfill does, over a
// hole of which the tasks of the tiers know nothing any more.
func TestRepairOfAnEarlierTime(t *testing.T) {
	l := newLab(t, 1)
	end := time.Now().Truncate(time.Hour)
	begin := end.Add(-20 * time.Hour)
	var before, hole, after []*point
	for _, p := range ticks(l.r, "h", begin, end) {
		switch {
		case p.at.Before(begin.Add(5 * time.Hour)):
			before = append(before, p)
		case p.at.Before(begin.Add(10 * time.Hour)):
			hole = append(hole, p)
		default:
			after = append(after, p)
		}
	}
	l.deliver(before)
	l.deliver(after)
	for range 4 { // six hours a run
		l.run("1m", end)
	}
	l.run("1h", end)
	l.deliver(hole)
	require.Equal(t, int64(10), l.run("repair", begin.Add(10*time.Hour)), "five hours of two measurements")
	all := slices.Concat(before, hole, after)
	l.equals(Defaults.Minutes, recompute(all, time.Minute))
	l.equals(Defaults.Hours, recompute(all, time.Hour))
	require.Zero(t, l.run("repair", end))
}

// TestSeriesOfOtherTagsAreWholeAtOnce has no run of the repair: some syntheses have tags that others lack.
func TestSeriesOfOtherTagsAreWholeAtOnce(t *testing.T) {
	l := newLab(t, 1)
	end := time.Now().Truncate(time.Hour)
	var points []*point
	for _, host := range []string{"a", "b", "c"} {
		points = append(points, syntheses(l.r, host, end.Add(-5*time.Hour), end)...)
	}
	slices.SortFunc(points, func(a, b *point) int { return a.at.Compare(b.at) })
	l.deliver(points)
	l.run("1m", end)
	l.run("1h", end)
	l.equals(Defaults.Minutes, recompute(points, time.Minute))
	l.equals(Defaults.Hours, recompute(points, time.Hour))
}
