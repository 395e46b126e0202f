//go:build e2e

package proof

import (
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var fleet = map[string]golden{
	"Hosts, the worst first":      tabled(hostRows),
	"RTF p95 by host":             lines(func(q *question) values { return q.quantile(ofSynthesis.kept("host"), "rtf", "p95", 0.95) }),
	"Syntheses by host":           lines(func(q *question) values { return q.number(ofSynthesis.kept("host"), "number") }),
	"Failures by host":            lines(func(q *question) values { return q.number(ofSynthesis.kept("host").only(bad), "number") }),
	"GPU utilisation":             overview["GPU utilisation"],
	"Highest memory, of the card": gpu["Highest memory, of the card"],
	"Processors of the host":      overview["Processors of the host"],
}

// hostRows are of the choice of hosts alone.
func hostRows(q *question) []row {
	q.look("cosyvoice_agent", "success")
	q.look("cosyvoice_diagnosis", "since")
	q.look("cosyvoice_judgement", "findings")
	h := ofSynthesis.whole()
	h.by, h.tags = hosts, []string{"host"}
	numbers, failures, rtf := q.number(h, ""), q.number(h.only(bad), ""), q.quantile(h, "rtf", "", 0.95)
	var rows []row
	for _, host := range []struct{ name, verdict string }{{"beta", "stuck_dead_thread"}, {"gamma", "no_data"}, {"alpha", "ok"}} {
		heard := q.lastOf("cosyvoice_agent", host.name)
		if !q.of(heard, "host") {
			continue
		}
		of := " host=" + host.name
		r := row{"host": host.name, "verdict": host.verdict, "heard": heard.At}
		if n := numbers[of][0]; n > 0 {
			r["number"], r["failed"] = n, 100*failures[of][0]/n
		}
		if v, ok := rtf[of][0]; ok {
			r["rtf"] = v
		}
		isHost := func(p *known.Point) bool { return p.Tags["host"] == host.name }
		ofIt := how{measurement: "cosyvoice_service", tags: []string{"instance"}}
		for _, p := range q.newest(ofIt.only(isHost)) {
			up := float64(q.value(p, "up").(int))
			r["up"], r["servers"] = plus(r["up"], up), plus(r["servers"], 1)
		}
		for _, p := range q.newest(ofIt.only(func(p *known.Point) bool { return isHost(p) && q.value(p, "in_flight") != nil })) {
			v, _ := p.Number("in_flight")
			r["in_flight"] = plus(r["in_flight"], v)
		}
		for _, p := range q.newest(ofHost.only(isHost)) {
			r["full"], r["temperature"], r["cpu"] = q.value(p, "gpu_memory_used_percent"), q.value(p, "gpu_temperature_c"), q.value(p, "cpu_usage_percent")
		}
		rows = append(rows, r)
	}
	return rows
}

func plus(sum any, v float64) float64 {
	before, _ := sum.(float64)
	return before + v
}

// lastOf is the newest point of a host.
func (q *question) lastOf(measurement, host string) *known.Point {
	var last *known.Point
	for i := range q.points[measurement] {
		if p := &q.points[measurement][i]; p.Tags["host"] == host && p.At.Before(q.to) {
			last = p
		}
	}
	return last
}
