//go:build e2e

package proof

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var overview = map[string]golden{
	"Health at the end of the range": lines(func(q *question) values {
		q.look("cosyvoice_agent", "success")
		q.look("cosyvoice_judgement", "findings")
		return values{"code: " + activeFindings(q)[0]["code"].(string): {0: 1}}
	}),
	"Servers at the end of the range": lines(func(q *question) values {
		all := values{}
		for _, p := range q.newest(ofServer) {
			all.set(named("_value", map[string]string{"host": p.Tags["host"], "instance": p.Tags["instance"]})+": "+q.value(p, "state").(string), 0, 1)
		}
		return all
	}),
	"Ready":   lines(func(q *question) values { return q.stats(ofServer.whole(), "ready", "_value", mean).times(100) }),
	"RTF p95": lines(func(q *question) values { return q.quantile(ofSynthesis.whole(), "rtf", "_value", 0.95) }),
	"First chunk p95": lines(func(q *question) values {
		return q.quantile(ofSynthesis.whole(), "first_chunk_seconds", "_value", 0.95)
	}),
	"Failed":                          lines(failedShare),
	"Syntheses":                       lines(func(q *question) values { return q.number(ofSynthesis.whole(), "_value") }),
	"What is wrong, and what to do":   tabled(activeFindings),
	"Real-time factor: p50, p95, p99": lines(func(q *question) values { return q.quantiles("rtf") }),
	"First chunk: p50, p95, p99":      lines(func(q *question) values { return q.quantiles("first_chunk_seconds") }),
	"Syntheses by outcome":            lines(byOutcome),
	"Syntheses in flight":             lines(func(q *question) values { return q.meanAndHighest(ofServer, "in_flight", "in_flight") }),
	"GPU memory by owner":             lines(memoryByOwner),
	"GPU temperature":                 lines(func(q *question) values { return q.meanAndHighest(ofCard, "temperature_c", "temperature_c") }),
	"GPU utilisation": lines(func(q *question) values {
		return q.meanAndHighest(ofCard, "utilization_percent", "utilization_max_percent")
	}),
	"Processors of the host": lines(func(q *question) values { return q.meanAndHighest(ofHost, "cpu_usage_percent", "cpu_usage_percent") }),
}

// What panels show series of.
var (
	ofHost      = how{measurement: "system_metrics", by: hosts, tags: []string{"host"}}
	ofServer    = how{measurement: "cosyvoice_service", by: servers, tags: []string{"host", "instance"}}
	ofRole      = how{measurement: "cosyvoice_process", by: servers, tags: []string{"host", "instance", "role"}}
	ofSynthesis = how{measurement: "cosyvoice_synthesis", by: servers}
	// Each card has the number that it has on its host too.
	ofCard = how{measurement: "cosyvoice_gpu", by: cards, tags: []string{"host", "uuid"}, labels: func(labels map[string]string) {
		labels["gpu"] = gpuName(labels["uuid"])
	}}
)

func gpuName(uuid string) string { return "GPU " + uuid[len(uuid)-1:] }

func (h how) whole() how {
	h.once, h.tags, h.labels = true, nil, nil
	return h
}

func (h how) kept(tags ...string) how {
	h.tags = tags
	return h
}

// filled gives a series without the tag a name for it.
func (h how) filled() how {
	h.labels = func(labels map[string]string) {
		labels[h.tags[0]] = cmp.Or(labels[h.tags[0]], "?")
	}
	return h
}

func (h how) only(keep func(*known.Point) bool) how {
	h.keep = keep
	return h
}

// quantiles are those of each server.
func (q *question) quantiles(field string) values {
	h := ofSynthesis.kept("host", "instance")
	return join(q.quantile(h, field, "p50", 0.5), q.quantile(h, field, "p95", 0.95), q.quantile(h, field, "p99", 0.99))
}

// bad are syntheses that failed for another reason than the client's.
func bad(p *known.Point) bool { return p.Tags["outcome"] == "error" || p.Tags["outcome"] == "stuck" }

func failedShare(q *question) values {
	all := q.number(ofSynthesis.whole(), "")[""][0]
	return values{"_value": {0: 100 * q.number(ofSynthesis.whole().only(bad), "")[""][0] / all}}
}

// byOutcome is how many there are, by fields of the names of the outcomes.
func byOutcome(q *question) values {
	all := values{}
	for _, outcome := range []string{"ok", "error", "abandoned", "stuck"} {
		all = join(all, q.number(ofSynthesis.only(func(p *known.Point) bool { return p.Tags["outcome"] == outcome }), outcome))
	}
	return all
}

// memoryByOwner is the sum of the cards' means.
func memoryByOwner(q *question) values {
	all := values{}
	for _, owner := range []string{"service", "other", "unowned", "reserved", "total"} {
		name, factor := owner, 1.0
		if owner == "total" {
			name, factor = "limit", 0.95
		}
		for _, card := range q.stats(ofCard, "memory_"+owner+"_bytes", owner, mean) {
			for at, v := range card {
				all.set(name, at, all[name][at]+factor*v)
			}
		}
	}
	return all
}

// found are the findings whose last is of so late, by their places: the worst first.
func (q *question) found(late func(*known.Point) bool) []*known.Point {
	var all []*known.Point
	for _, code := range []string{"stuck_dead_thread", "no_data", "gpu_memory_leak", "gpu_memory_high", "throttle_thermal", "clocks_lowered"} {
		last := map[string]*known.Point{}
		points := q.within(how{measurement: "cosyvoice_diagnosis", keep: func(p *known.Point) bool { return p.Tags["code"] == code && late(p) && q.ofAny(p) }})
		for _, p := range points {
			if whose := whose(p); last[whose] == nil {
				last[whose] = p
				all = append(all, p)
			}
		}
	}
	return all
}

// ofAny tells whether a finding is of a host that is chosen, and of a server or card that is, or of neither.
func (q *question) ofAny(p *known.Point) bool {
	return q.of(p, "host") && (p.Tags["instance"] == "" || q.of(p, "instance")) && (p.Tags["uuid"] == "" || q.of(p, "gpu"))
}

// whose is the thing that a point is of, in words.
func whose(p *known.Point) string {
	s := p.Tags["host"]
	if v := p.Tags["instance"]; v != "" {
		s += " " + v
	}
	for _, host := range known.Hosts {
		if i := slices.Index(host.Cards, p.Tags["uuid"]); i >= 0 {
			s += fmt.Sprintf(" GPU %d", i)
		}
	}
	return s
}

func activeFindings(q *question) []row {
	var rows []row
	for _, p := range q.found(func(p *known.Point) bool { return p.At.After(known.Now.Add(-200 * time.Second)) }) {
		since := time.Unix(int64(q.value(p, "since").(float64)), 0)
		rows = append(rows, row{
			"_time": since, "severity": p.Tags["severity"], "code": p.Tags["code"], "advice": p.Tags["code"], "host": p.Tags["host"], "whose": whose(p),
			"from": fmt.Sprint(since.Add(-15 * time.Minute).UnixMilli()), "to": fmt.Sprint(since.Add(15 * time.Minute).UnixMilli()),
		})
	}
	return rows
}
