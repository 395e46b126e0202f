//go:build e2e

package proof

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var dataHealth = map[string]golden{
	"When each host was heard":              tabled(heardNow),
	"Faults of the monitoring in the range": tabled(monitoringFaults),
	"Time of which something is known":      lines(heardShare),
	"How far the tasks are behind":          tabled(behind),
	"Tasks that look for causes":            tabled(judging),
	"Series of the last day":                lines(cardinality),
	"Collectors that gave readings":         means(ofAgent, 100, "success", "success"),
	"Driver (NVML)": lines(func(q *question) values {
		return q.counted().worst(ofHostAgent.only(collector("gpu")), "nvml_state", []string{"hung", "failed", "mismatch", "denied", "absent", "starting", "ok"})
	}),
	"Points given up":                      growth(ofHostAgent.only(collector("plugin")), "dropped", "points_dropped_total", "invalid", "points_invalid_total", "skipped", "ticks_skipped_total"),
	"Lines of the log that tell something": share("log_lines_understood_total", "log_lines_total"),
	"Log not yet read":                     minutes(means(ofHostAgent.only(collector("log")), 1, "lag", "log_lag_bytes")),
	"Audio that fits several requests":     share("yields_inferred_total", "yields_total"),
	"CPU of the plugin":                    rates(ofAgent, 100, "cpu", "cpu_seconds_total"),
	"Memory of the plugin":                 minutes(means(ofAgent, 1, "memory", "memory_rss_bytes")),
	"Time of a tick":                       minutes(means(ofAgent, 1, "seconds", "seconds")),
}

var (
	ofAgent     = how{measurement: "cosyvoice_agent", by: hosts, tags: []string{"host", "collector"}}
	ofHostAgent = ofAgent.kept("host")
)

func collector(name string) func(*known.Point) bool {
	return func(p *known.Point) bool { return p.Tags["collector"] == name }
}

// minutes are of windows of a minute or more.
func minutes(g golden) golden {
	return lines(func(q *question) values { return g.numbers(q.counted()) })
}

// share is the growth of a counter in percent of another's.
func share(part, all string) golden {
	return lines(func(q *question) values {
		h := ofHostAgent.only(collector("log"))
		return q.counted().grown(h, part, "Value").over(q.counted().grown(h, all, "Value")).times(100)
	})
}

// heardShare is of the time that ticks tell of: each of that since the one before, if it is not too long. All
// hosts were there before the range. The first and the last window may not be whole, and are left out.
func heardShare(q *question) values {
	q = q.counted()
	q.look("cosyvoice_agent", "nvml_state")
	earlier := *q
	earlier.from = q.begin().Add(-gap)
	last, told := map[string]time.Time{}, values{}
	earlier.each(ofHostAgent.only(collector("gpu")), func(p *known.Point, labels string, _ int64) {
		name := "Value" + labels
		if told[name] == nil {
			told[name] = map[int64]float64{}
		}
		if since := p.At.Sub(last[labels]); since <= gap {
			told[name][floor(p.At, q.every).UnixMilli()] += since.Seconds()
		}
		last[labels] = p.At
	})
	for _, h := range known.Hosts {
		if name := named("Value", map[string]string{"host": h.Name}); told[name] == nil && q.of(q.lastOf("cosyvoice_agent", h.Name), "host") {
			told[name] = map[int64]float64{}
		}
	}
	all := values{}
	for series := range told {
		for at := q.begin(); !at.Add(q.every).After(q.to); at = at.Add(q.every) {
			if !at.Before(q.from) {
				all.set(series, at.UnixMilli(), min(100, 100*told[series][at.UnixMilli()]/q.every.Seconds()))
			}
		}
	}
	return all
}

func heardNow(q *question) []row {
	var rows []row
	shares := heardShare(q)
	for _, h := range known.Hosts {
		last := q.lastOf("cosyvoice_agent", h.Name)
		if !q.of(last, "host") {
			continue
		}
		age := q.to.Sub(last.At)
		r := row{"host": h.Name, "age": age.Seconds(), "heard": last.At}
		if age <= 2*time.Minute {
			for _, p := range q.newest(ofAgent.only(collector("plugin"))) {
				if p.Tags["host"] == h.Name {
					r["uptime"] = q.value(p, "uptime_seconds")
				}
			}
		}
		var sum, n float64
		for _, v := range shares[named("Value", map[string]string{"host": h.Name})] {
			sum, n = sum+v, n+1
		}
		if n > 0 {
			r["points"] = sum / n
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(b["age"].(float64), a["age"].(float64)) })
	return rows
}

func monitoringFaults(q *question) []row {
	q.look("cosyvoice_diagnosis", "since")
	var rows []row
	for _, p := range q.found(func(p *known.Point) bool { return p.Tags["code"] == "no_data" }) {
		rows = append(rows, row{"_time": p.At, "severity": p.Tags["severity"], "code": p.Tags["code"], "host": p.Tags["host"]})
	}
	return rows
}

// behind is of all that is in the buckets: the tasks ran at the last full minute.
func behind(q *question) []row {
	newest := map[string]time.Time{}
	windows := map[string]map[time.Duration]time.Time{}
	for p := range q.all() {
		if !p.Rolled() {
			continue
		}
		newest[p.Measurement] = p.At
		for _, length := range []time.Duration{time.Minute, time.Hour} {
			if end := p.At.Truncate(length).Add(length); !end.After(known.Now.Truncate(length)) {
				if windows[p.Measurement] == nil {
					windows[p.Measurement] = map[time.Duration]time.Time{}
				}
				windows[p.Measurement][length] = end
			}
		}
	}
	var rows []row
	for _, m := range []string{"cosyvoice_agent", "cosyvoice_event", "cosyvoice_gpu", "cosyvoice_model", "cosyvoice_process", "cosyvoice_service", "cosyvoice_synthesis", "system_metrics"} {
		rows = append(rows, row{
			"measurement": m, "age": q.to.Sub(newest[m]).Seconds(),
			"minutes": max(0, newest[m].Sub(windows[m][time.Minute]).Seconds()), "hours": max(0, newest[m].Sub(windows[m][time.Hour]).Seconds()),
		})
	}
	return rows
}

// judging is of all hosts alike.
func judging(q *question) []row {
	q.look("cosyvoice_judgement", "findings")
	var last *known.Point
	for i := range q.points["cosyvoice_judgement"] {
		if p := &q.points["cosyvoice_judgement"][i]; last == nil || p.At.After(last.At) {
			last = p
		}
	}
	return []row{{"group": last.Tags["group"], "age": q.to.Sub(last.At).Seconds(), "ran": last.At, "findings": q.value(last, "findings")}}
}

// cardinality is the number of series with points in the last day.
func cardinality(q *question) values {
	series := map[string]map[string]bool{"raw": {}, "events": {}, "1m": {}, "1h": {}}
	since := q.to.AddDate(0, 0, -1)
	for p := range q.all() {
		if p.At.Before(since) {
			continue
		}
		bucket := "raw"
		if p.Fact() {
			bucket = "events"
		}
		name := named(p.Measurement, p.Tags)
		series[bucket][name] = true
		if !p.Rolled() {
			continue
		}
		for bucket, length := range map[string]time.Duration{"1m": time.Minute, "1h": time.Hour} {
			if p.At.Before(known.Now.Truncate(length)) {
				series[bucket][name] = true
			}
		}
	}
	all := values{}
	for bucket, of := range series {
		all.set(named("Value", map[string]string{"bucket": bucket}), 0, float64(len(of)))
	}
	return all
}

// all are the points of all measurements.
func (q *question) all() iter.Seq[*known.Point] {
	return func(yield func(*known.Point) bool) {
		for _, points := range q.points {
			for i := range points {
				if !yield(&points[i]) {
					return
				}
			}
		}
	}
}

// checkNew looks at a host that was heard for the first time five minutes ago, every half a minute, and at
// one that was heard before the range alone.
func (o *organization) checkNew(d *grafana.Dashboard) {
	const tick = "cosyvoice_agent,collector=gpu,host=%s,service=cosyvoice3"
	var lines known.Lines
	for at := known.Now.Add(-5 * time.Minute).Truncate(time.Minute); at.Before(known.Now); at = at.Add(30 * time.Second) {
		lines.Raw = append(lines.Raw, fmt.Sprintf(tick+" nvml_state=\"ok\" %d", "alpha", at.UnixNano()))
	}
	lines.Hours = []string{fmt.Sprintf(tick+" points_count=360i %d", "beta", known.Now.Add(-2*day).Truncate(time.Hour).UnixNano())}
	p := titled(o.t, d, "Time of which something is known")
	frames, err := o.another("new", lines).show(o.look(d, spans["15m"], "All", grafana.From12), p)
	require.NoError(o.t, err)
	got, err := drawn(p, frames)
	require.NoError(o.t, err)
	require.Len(o.t, got, 2)
	fresh, gone := slices.Collect(maps.Values(got[named("Value", map[string]string{"host": "alpha"})])), slices.Collect(maps.Values(got[named("Value", map[string]string{"host": "beta"})]))
	slices.Sort(fresh)
	require.InDeltaSlice(o.t, []float64{50, 100, 100, 100}, fresh[:4], 0, "nothing is known of the time before its first tick")
	require.LessOrEqual(o.t, len(fresh), 5)
	require.InDelta(o.t, 0, slices.Max(gone), 0)
	require.GreaterOrEqual(o.t, len(gone), 14)
}
