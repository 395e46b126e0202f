//go:build bench

package history

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// question is what a dashboard asks, as Flux for the raw points and for the hours.
// In both, hosts stands for a predicate for the hosts that are asked for.
type question struct {
	name       string
	pushed     bool // the storage answers the raw one by itself
	raw, hours string
}

var questions = []question{
	{
		"GPU memory, hourly mean", true,
		`raw(m: "cosyvoice_gpu", f: "memory_used_bytes") |> aggregateWindow(every: 1h, fn: mean, createEmpty: false)`,
		`union(tables: [hours(m: "cosyvoice_gpu", f: "memory_used_bytes_sum"), hours(m: "cosyvoice_gpu", f: "memory_used_bytes_count") |> toFloat()])
    |> drop(columns: ["_start", "_stop"]) |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({r with _value: r.memory_used_bytes_sum / r.memory_used_bytes_count}))`,
	},
	{
		"GPU memory, highest of all", true,
		`raw(m: "cosyvoice_gpu", f: "memory_used_bytes") |> max()`,
		`hours(m: "cosyvoice_gpu", f: "memory_used_bytes_max") |> max()`,
	},
	{
		"GPU memory of a host, hourly mean (the first query)", false,
		`raw(m: "cosyvoice_gpu", f: "memory_used_bytes") |> group(columns: ["host"]) |> aggregateWindow(every: 1h, fn: mean, createEmpty: false)`,
		`union(tables: [hours(m: "cosyvoice_gpu", f: "memory_used_bytes_sum"), hours(m: "cosyvoice_gpu", f: "memory_used_bytes_count") |> toFloat()])
    |> group(columns: ["host", "_field"]) |> aggregateWindow(every: 1h, fn: sum, createEmpty: false)
    |> drop(columns: ["_start", "_stop"]) |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({r with _value: r.memory_used_bytes_sum / r.memory_used_bytes_count}))`,
	},
	{
		"energy, by the hour", false,
		`raw(m: "cosyvoice_gpu", f: "energy_joules") |> increase() |> aggregateWindow(every: 1h, fn: last, createEmpty: false) |> difference()`,
		`hours(m: "cosyvoice_gpu", f: "energy_joules_increase")`,
	},
	{
		"seconds in each state, by the day", false,
		`raw(m: "cosyvoice_gpu", f: "state") |> elapsed(unit: 1s) |> map(fn: (r) => ({_time: r._time, host: r.host, state: r._value, _value: r.elapsed}))
    |> group(columns: ["host", "state"]) |> aggregateWindow(every: 1d, fn: sum, createEmpty: false)`,
		`from(bucket: "performance_monitor_1h") |> range(start: begin, stop: end)
    |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field =~ /^state_.*_seconds$/ and r.host =~ hosts)
    |> aggregateWindow(every: 1d, fn: sum, createEmpty: false)`,
	},
	{
		"rtf, hourly p95 of all", false,
		`from(bucket: "performance_monitor_events") |> range(start: begin, stop: end)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "rtf" and r.outcome == "ok" and r.host =~ hosts)
    |> group() |> aggregateWindow(every: 1h, fn: (tables=<-, column) => tables |> quantile(q: 0.95, method: "exact_selector", column: column), createEmpty: false)`,
		"", // flux/quantiles.flux
	},
}

const head = `import "date"
begin = %s
end = %s
hosts = /^gpu-box-(%s)$/
raw = (m, f) => from(bucket: "performance_monitor") |> range(start: begin, stop: end)
    |> filter(fn: (r) => r._measurement == m and r._field == f and r.host =~ hosts)
hours = (m, f) => from(bucket: "performance_monitor_1h") |> range(start: begin, stop: end)
    |> filter(fn: (r) => r._measurement == m and r._field == f and r.host =~ hosts)
`

// TestQueries compares questions of points every 10 s, asked of the raw points and of the tier of
// the hours: 30 days of one host, and three days of 1, 10 and 50.
func TestQueries(t *testing.T) {
	t.Log("| question | days | hosts | raw, ms | hours, ms | times faster | the storage adds the raw up |")
	t.Log("|---|---|---|---|---|---|---|")
	compare(t, 30, map[string]int{"00": 1})
	compare(t, 3, map[string]int{"00": 1, "0.": 10, "..": 50})
}

// compare asks of the hosts of which the last letters match, in the order of their number.
func compare(t *testing.T, days int, patterns map[string]int) {
	l := newLab(t)
	end := time.Now().UTC().Truncate(24 * time.Hour)
	begin := end.AddDate(0, 0, -days)
	byNumber := slices.SortedFunc(maps.Keys(patterns), func(a, b string) int { return patterns[a] - patterns[b] })
	l.live(begin, end, patterns[byNumber[len(byNumber)-1]])
	quantiles, err := os.ReadFile("../../../flux/quantiles.flux")
	require.NoError(t, err)
	for _, q := range questions {
		for _, pattern := range byNumber {
			preamble := fmt.Sprintf(head, begin.Format(time.RFC3339), end.Format(time.RFC3339), pattern)
			tier := preamble + q.hours
			if q.hours == "" {
				tier = quantilesOf(string(quantiles), begin, end, pattern)
			}
			slow, fast := l.fastest(preamble+q.raw), l.fastest(tier)
			t.Logf("| %s | %d | %d | %d | %d | %.1f | %v |", q.name, days, patterns[pattern],
				slow.Milliseconds(), fast.Milliseconds(), float64(slow)/float64(fast), q.pushed)
		}
	}
}

// live writes what the hosts say between two times, and rolls it up.
func (l *lab) live(begin, end time.Time, hosts int) {
	r := rand.New(rand.NewPCG(1, 1))
	l.fill(buckets.Raw, begin, end, 10*time.Second, func(at time.Time) (lines []string) {
		for h := range hosts {
			state := "ok"
			if at.Minute() < 5 {
				state = "hung"
			}
			lines = append(lines, fmt.Sprintf(`cosyvoice_gpu,host=%s,service=cosyvoice3,uuid=GPU-%d index=0i,memory_used_bytes=%d,energy_joules=%d,state="%s" %d`,
				host(h), h, r.IntN(80e9), at.Unix(), state, at.UnixNano()))
		}
		return lines
	})
	l.fill(buckets.Events, begin, end, 10*time.Second, func(at time.Time) (lines []string) {
		for h := range hosts {
			lines = append(lines, synthesis(r, host(h), at))
		}
		return lines
	})
	l.rest()
	l.roll(begin, end)
	l.rest()
}

// quantilesOf is flux/quantiles.flux for all hosts that are asked for together.
func quantilesOf(text string, begin, end time.Time, pattern string) string {
	for name, value := range map[string]string{
		"start": begin.Format(time.RFC3339), "stop": end.Format(time.RFC3339), "by": `["service"]`,
	} {
		text = regexp.MustCompile(`(?m)^`+name+` = .*$`).ReplaceAllLiteralString(text, name+" = "+value)
	}
	return strings.Replace(text, `r._measurement == of)`, `r._measurement == of and r.host =~ /^gpu-box-(`+pattern+`)$/)`, 1)
}

// roll makes the tiers, three days at a run instead of six hours, to save time.
func (l *lab) roll(begin, end time.Time) {
	l.t.Helper()
	tasks, err := rollup.Tasks(buckets)
	require.NoError(l.t, err)
	for _, kind := range []string{"1m", "1h"} {
		for _, task := range tasks {
			if task.File != kind+"_cosyvoice_gpu.flux" && task.File != kind+"_cosyvoice_synthesis.flux" {
				continue
			}
			script := regexp.MustCompile(`(?m)^atOnce = \w+`).ReplaceAllLiteralString(task.Flux, "atOnce = 3d")
			for at := begin; at.Before(end); at = at.AddDate(0, 0, 3) {
				_, err := l.Query(influxd.At(end, script))
				require.NoError(l.t, err, task.Name)
			}
		}
	}
}

// fastest is the shortest time that a query took, of three, or less where they are slow.
func (l *lab) fastest(flux string) time.Duration {
	l.t.Helper()
	best := time.Hour
	begin := time.Now()
	for i := 0; i < 3 && time.Since(begin) < 10*time.Second; i++ {
		began := time.Now()
		rows, err := l.Query(flux)
		require.NoError(l.t, err, flux)
		require.NotEmpty(l.t, rows, flux)
		best = min(best, time.Since(began))
	}
	return best
}
