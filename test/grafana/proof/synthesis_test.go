//go:build e2e

package proof

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var synthesis = map[string]golden{
	"RTF p95":         overview["RTF p95"],
	"First chunk p95": overview["First chunk p95"],
	"Failed":          overview["Failed"],
	"Syntheses":       overview["Syntheses"],
	"Audio made":      lines(func(q *question) values { return q.stats(ofSynthesis.whole(), "audio_seconds", "_value", sum) }),
	"Streams that stalled": lines(func(q *question) values {
		return q.stats(ofSynthesis.whole(), "playback_stalled", "_value", mean).times(100)
	}),
	"Streams that stalled (2)":         means(ofSynthesis.kept("host", "instance"), 100, "stalled", "playback_stalled"),
	"Real-time factor: how many":       histogram("rtf", -12, 7),
	"Duration: how many":               histogram("duration_seconds", -8, 15),
	"First chunk: how many":            histogram("first_chunk_seconds", -12, 11),
	"Real-time factor: p50, p95, p99":  overview["Real-time factor: p50, p95, p99"],
	"Duration: p50, p95, p99":          lines(func(q *question) values { return q.quantiles("duration_seconds") }),
	"First chunk: p50, p95, p99":       overview["First chunk: p50, p95, p99"],
	"Syntheses by outcome":             overview["Syntheses by outcome"],
	"RTF p95 by mode":                  lines(func(q *question) values { return q.quantile(ofSynthesis.kept("mode").filled(), "rtf", "p95", 0.95) }),
	"Syntheses by mode":                lines(func(q *question) values { return q.number(ofSynthesis.kept("mode").filled(), "number") }),
	"Errors by class":                  lines(errorsByClass),
	"Waiting before the first segment": both(ofSynthesis.kept("host", "instance"), "wait_seconds"),
	"Requests of Triton's models":      rates(ofModel, 1, "requests", "requests_success_total"),
	"Time in the queue, by model": lines(func(q *question) values {
		return q.counted().grown(ofModel, "queue_seconds_total", "Value").over(q.counted().grown(ofModel, "requests_success_total", "Value"))
	}),
	"Requests that wait, by model": minutes(means(ofModel, 1, "pending", "pending")),
	"RTF by syntheses at once":     tabled(concurrency),
	"Syntheses in flight":          overview["Syntheses in flight"],
	"The slowest":                  tabled(slowest),
	"The last that did not go well": tabled(func(q *question) []row {
		return q.syntheses(50, func(p *known.Point) bool { return p.Tags["outcome"] != "ok" || p.Tags["error"] != "" })
	}),
}

var ofModel = how{measurement: "cosyvoice_model", by: servers, tags: []string{"host", "instance", "model"}}

func errorsByClass(q *question) values {
	h := ofSynthesis.kept("error").filled().only(func(p *known.Point) bool { return p.Tags["outcome"] == "error" || p.Tags["error"] != "" })
	return q.number(h, "number")
}

// histogram is how many fell into each eighth of a decade; what is beyond the first or the last, into these.
func histogram(field string, first, last int) golden {
	return lines(func(q *question) values {
		q = q.counted()
		q.look("cosyvoice_synthesis", strings.TrimSuffix(field, "_seconds")+"_bin")
		all := values{}
		upper := func(bin int) string {
			return strconv.FormatFloat(math.Round(1000*math.Pow(10, float64(bin+1)/8))/1000, 'f', -1, 64)
		}
		for bin := first; bin <= last; bin++ {
			all.set(upper(bin), q.begin().UnixMilli(), 0)
		}
		q.each(ofSynthesis, func(p *known.Point, _ string, at int64) {
			if v, ok := p.Number(field); ok && p.Tags["outcome"] == "ok" {
				name := upper(max(first, min(last, int(math.Floor(8*math.Log10(v))))))
				all.set(name, at, all[name][at]+1)
			}
		})
		return all
	})
}

// concurrency is the mean RTF of the syntheses of all windows in which about as many were in flight.
func concurrency(q *question) []row {
	atOnce, counts := q.stats(ofSynthesis, "concurrency_mean", "", mean)[""], q.stats(ofSynthesis, "rtf", "", number)[""]
	rtf, numbers := map[int]float64{}, map[int]float64{}
	for at, sum := range q.stats(ofSynthesis, "rtf", "", sum)[""] {
		n := int(math.Round(atOnce[at]))
		rtf[n] += sum
		numbers[n] += counts[at]
	}
	var rows []row
	for n := range 20 {
		if numbers[n] > 0 {
			rows = append(rows, row{"at_once": fmt.Sprint(n), "rtf": rtf[n] / numbers[n], "syntheses": numbers[n]})
		}
	}
	return rows
}

func slowest(q *question) []row {
	all := q.syntheses(1e6, nil)
	all = slices.DeleteFunc(all, func(r row) bool { return r["duration_seconds"] == nil })
	slices.SortStableFunc(all, func(a, b row) int {
		return cmp.Compare(b["duration_seconds"].(float64), a["duration_seconds"].(float64))
	})
	return all[:min(20, len(all))]
}

// syntheses are the newest of the range.
func (q *question) syntheses(most int, keep func(*known.Point) bool) []row {
	var rows []row
	for _, p := range q.within(ofSynthesis.only(keep)) {
		r := row{
			"_time": p.At, "host": p.Tags["host"], "whose": p.Tags["host"] + " " + p.Tags["instance"],
			"from": fmt.Sprint(p.At.Add(-5 * time.Minute).UnixMilli()), "to": fmt.Sprint(p.At.Add(time.Minute).UnixMilli()),
		}
		for _, tag := range []string{"mode", "outcome", "error"} {
			if v := p.Tags[tag]; v != "" {
				r[tag] = v
			}
		}
		for _, field := range []string{
			"duration_seconds", "rtf", "first_chunk_seconds", "audio_seconds", "characters", "concurrency_mean", "request_id",
		} {
			if v := q.value(p, field); v != nil {
				r[field] = v
			}
		}
		rows = append(rows, r)
	}
	return rows[:min(most, len(rows))]
}
