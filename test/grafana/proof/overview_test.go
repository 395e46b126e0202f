//go:build e2e

package proof

import "github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"

var overview = map[string]golden{
	"Ready": lines(func(q *question) values {
		return q.stats(how{measurement: "cosyvoice_service", by: servers, whole: true}, "ready", "ready", mean).times(100)
	}),
	"RTF p95": lines(func(q *question) values {
		return q.quantile(how{by: servers, whole: true}, "rtf", "_value", 0.95)
	}),
	"First chunk p95": lines(func(q *question) values {
		return q.quantile(how{by: servers, whole: true}, "first_chunk_seconds", "_value", 0.95)
	}),
	"Failed": lines(func(q *question) values {
		all, failed := 0.0, 0.0
		q.each(how{measurement: "cosyvoice_synthesis", by: servers}, func(p *known.Point, _ map[string]string, _ int64) {
			all++
			if o := p.Tags["outcome"]; o == "error" || o == "stuck" {
				failed++
			}
		})
		return values{"_value": {0: 100 * failed / all}}
	}),
	"Syntheses": lines(func(q *question) values {
		return q.syntheses(how{by: servers, whole: true}, "_value")
	}),
	"Real-time factor: p50, p95, p99": lines(func(q *question) values { return q.quantiles("rtf") }),
	"First chunk: p50, p95, p99":      lines(func(q *question) values { return q.quantiles("first_chunk_seconds") }),
	"Syntheses by outcome": lines(func(q *question) values {
		all := values{}
		q.each(how{measurement: "cosyvoice_synthesis", by: servers}, func(p *known.Point, _ map[string]string, at int64) {
			outcome := p.Tags["outcome"]
			all.set(outcome, at, all[outcome][at]+1)
		})
		return all
	}),
	"Syntheses in flight": lines(func(q *question) values {
		return q.meanAndHighest(how{measurement: "cosyvoice_service", by: servers, tags: []string{"host", "instance"}}, "in_flight", "in_flight")
	}),
	"GPU memory by owner": lines(memoryByOwner),
	"GPU temperature": lines(func(q *question) values {
		return q.meanAndHighest(ofCard, "temperature_c", "temperature_c")
	}),
	"GPU utilisation": lines(func(q *question) values {
		return q.meanAndHighest(ofCard, "utilization_percent", "utilization_max_percent")
	}),
	"Processors of the host": lines(func(q *question) values {
		return q.meanAndHighest(how{measurement: "system_metrics", by: hosts, tags: []string{"host"}}, "cpu_usage_percent", "cpu_usage_percent")
	}),
}

// ofCard is each card, by the number that it has on its host too.
var ofCard = how{measurement: "cosyvoice_gpu", by: cards, tags: []string{"host", "uuid"}, labels: func(labels map[string]string) {
	labels["gpu"] = map[string]string{"GPU-a0": "GPU 0", "GPU-b0": "GPU 0", "GPU-b1": "GPU 1", "GPU-c0": "GPU 0"}[labels["uuid"]]
}}

func (q *question) syntheses(h how, name string) values {
	h.measurement = "cosyvoice_synthesis"
	all := values{}
	q.each(h, func(_ *known.Point, labels map[string]string, at int64) {
		series := named(name, labels)
		all.set(series, at, all[series][at]+1)
	})
	return all
}

func (q *question) quantiles(field string) values {
	h := how{by: servers, tags: []string{"host", "instance"}}
	return join(q.quantile(h, field, "p50", 0.5), q.quantile(h, field, "p95", 0.95), q.quantile(h, field, "p99", 0.99))
}

// memoryByOwner is the sum of the cards' means.
func memoryByOwner(q *question) values {
	all := values{}
	for _, owner := range []string{"service", "other", "unowned", "reserved", "total"} {
		name, factor := owner, 1.0
		if owner == "total" {
			name, factor = "limit", 0.95
		}
		for _, card := range q.stats(how{measurement: "cosyvoice_gpu", by: cards, tags: []string{"uuid"}}, "memory_"+owner+"_bytes", owner, mean) {
			for at, v := range card {
				all.set(name, at, all[name][at]+factor*v)
			}
		}
	}
	return all
}
