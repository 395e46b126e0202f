//go:build e2e

package proof

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var incident = map[string]golden{
	"Events: click on a time": tabled(func(q *question) []row {
		return q.events(hosts, func(p *known.Point) bool { return p.Tags["severity"] != "info" })
	}),
	"GPU memory":                flight("gpu_memory_bytes"),
	"GPU utilisation":           flight("gpu_utilization_percent"),
	"Syntheses in flight":       flight("in_flight"),
	"Syntheses in flight (2)":   overview["Syntheses in flight"],
	"CPU of the server":         flight("cpu_percent"),
	"Memory of the server":      flight("memory_rss_bytes"),
	"SM clock":                  flight("clock_sm_hz"),
	"State of the servers":      service["State of the servers"],
	"GPU memory by owner":       overview["GPU memory by owner"],
	"Causes that were found":    tabled(periods),
	"The figures that prove it": tabled(evidence),
	"Syntheses of the range":    tabled(func(q *question) []row { return q.syntheses(100, nil) }),
}

// flight is a reading of the black box.
func flight(field string) golden {
	return lines(func(q *question) values {
		one := *q
		one.every = q.window // there are no tiers
		h := how{measurement: "cosyvoice_flight", by: servers, tags: []string{"host", "instance"}}
		h.keep = func(p *known.Point) bool { return !p.At.Before(q.from) }
		return one.stats(h, field, "Value", mean)
	})
}

func periods(q *question) []row {
	var rows []row
	for _, p := range q.found(func(*known.Point) bool { return true }) {
		rows = append(rows, row{
			"code": p.Tags["code"], "severity": p.Tags["severity"], "whose": whose(p), "last": p.At, "first": time.Unix(int64(q.value(p, "since").(float64)), 0),
		})
	}
	slices.SortStableFunc(rows, func(a, b row) int { // of one code the oldest first
		if a["code"] != b["code"] {
			return 0
		}
		return a["last"].(time.Time).Compare(b["last"].(time.Time))
	})
	return rows
}

// evidence is in the units of the figures.
func evidence(q *question) []row {
	var rows []row
	for _, p := range q.found(func(*known.Point) bool { return true }) {
		var own []row
		for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
			if name != "since" && name != "value" && name != "limit" {
				v := q.value(p, name).(float64)
				own = append(own, row{"code": p.Tags["code"], "whose": whose(p), "figure": name, "value": written(name, v)})
			}
		}
		rows = append(rows, own...)
	}
	return rows
}

func written(name string, v float64) string {
	divisor, unit := 1.0, ""
	switch {
	case strings.HasPrefix(name, "rise_bytes"), strings.HasSuffix(name, "_bytes"):
		divisor, unit = 1<<30, " GiB"
	case strings.HasSuffix(name, "_hz"):
		divisor, unit = 1e9, " GHz"
	case strings.HasSuffix(name, "_percent"), name == "fit":
		unit = " %"
	case strings.Contains(name, "seconds"):
		divisor, unit = 60, " min"
	case strings.HasSuffix(name, "_c"):
		unit = " °C"
	}
	return strconv.FormatFloat(math.Round(v/divisor*10)/10, 'f', -1, 64) + unit
}
