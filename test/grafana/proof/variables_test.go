//go:build e2e

package proof

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// checkVariables holds what may be chosen against the hosts.
func (o *organization) checkVariables(v *view) {
	o.t.Helper()
	want := map[string][]string{"service": {"cosyvoice3"}}
	hosts := choices[v.choice]["host"]
	for _, h := range known.Hosts {
		want["host"] = append(want["host"], h.Name)
		if hosts != nil && !slices.Contains(hosts, h.Name) {
			continue
		}
		want["gpu"] = append(want["gpu"], h.Cards...)
		for _, s := range h.Servers {
			if !slices.Contains(want["instance"], s.Instance) {
				want["instance"] = append(want["instance"], s.Instance)
			}
		}
	}
	if v.span > 2*time.Hour && v.choice != "single" {
		want["event"] = []string{"stuck-1", "exit-1"} // the newest first
	} else {
		want["event"] = []string{"stuck-1"}
	}
	for _, m := range v.Dashboard.Variables {
		if m.Type == "query" {
			assert.Equal(o.t, want[m.Name], o.options(v, m), "the variable %s", m.Name)
		}
	}
}

// marks are the rows of the annotations, by their English names.
var marks = map[string]func(*question) []row{
	"Restarts": func(q *question) []row { return q.marked("start", "ready") },
	"Faults": func(q *question) []row {
		return q.marked("exit", "stuck", "oom", "cuda_error", "llm_thread_died", "killed", "cpu_fallback")
	},
	"Deployments": func(q *question) []row {
		var rows []row
		last := map[string]string{}
		for i := range q.points["cosyvoice_event"] {
			p := &q.points["cosyvoice_event"][i]
			if p.Tags["kind"] != "start" || !q.of(p, servers...) {
				continue
			}
			before, now := last[whose(p)], p.Tags["version"]
			last[whose(p)] = now
			if before != "" && before != now && !p.At.Before(q.from) {
				rows = append(rows, row{"time": p.At, "text": fmt.Sprintf("%s: %s → %s", whose(p), before, now), "tags": "version"})
			}
		}
		return rows
	},
}

// marked are the events of some kinds.
func (q *question) marked(kinds ...string) []row {
	var rows []row
	for _, p := range q.within(how{measurement: "cosyvoice_event", by: servers, keep: func(p *known.Point) bool { return slices.Contains(kinds, p.Tags["kind"]) }}) {
		rows = append(rows, row{"time": p.At, "text": fmt.Sprintf("%s: %s", whose(p), p.Fields["message"]), "tags": p.Tags["kind"]})
	}
	slices.Reverse(rows)
	return rows
}

// checkAnnotations holds the marks against the events.
func (o *organization) checkAnnotations(v *view, points map[string][]known.Point) {
	o.t.Helper()
	assert.Len(o.t, v.Annotations, len(marks))
	for _, a := range v.Annotations {
		text, err := v.query(a.Query, interval)
		assert.NoError(o.t, err, a.Name)
		answer := o.answer(text, 1000)
		if assert.NoError(o.t, answer.err, a.Name) && assert.Contains(o.t, marks, a.Name) {
			q := &question{points: points, chosen: choices[v.choice], from: known.Now.Add(-v.span), to: known.Now}
			assert.Empty(o.t, otherRows(marks[a.Name](q), table(answer.frames)), a.Name)
		}
	}
}
