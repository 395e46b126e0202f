//go:build e2e

package proof

import (
	"fmt"
	"regexp"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

var gpu = map[string]golden{
	"GPUs at the end of the range":     tabled(cardsNow),
	"GPU memory by owner: ${gpu:text}": lines(memoryByOwner),
	"Highest memory, of the card":      lines(fullness),
	"Memory busy":                      both(ofCard, "memory_utilization_percent"),
	"Energy of the range": lines(func(q *question) values {
		var joules float64
		for _, card := range q.counted().grown(ofCard, "energy_joules", "") {
			for _, v := range card {
				joules += v
			}
		}
		return values{"energy": {0: joules / 3.6e6}}
	}),
	"GPU utilisation":     overview["GPU utilisation"],
	"SM clock":            both(ofCard, "clock_sm_hz"),
	"Memory clock":        both(ofCard, "clock_memory_hz"),
	"Power and its limit": means(ofCard, 1, "power", "power_w", "limit", "power_limit_w"),
	"GPU temperature":     overview["GPU temperature"],
	"Memory temperature":  means(ofCard, 1, "memory", "memory_temperature_c"),
	"State of the GPUs":   lines(func(q *question) values { return q.worst(ofCard, "state", []string{"lost", "failed", "hung", "ok"}) }),
	"Slowed down by":      means(ofCard, 100, "thermal", "throttle_thermal", "power", "throttle_power", "hw_slowdown", "throttle_hw_slowdown"),
	"Time with clocks kept down": rates(ofCard, 100,
		"thermal", "violation_thermal_seconds_total", "power", "violation_power_seconds_total", "reliability", "violation_reliability_seconds_total"),
	"Faults reported by the driver (Xid)": growth(ofCard, "xids", "xids_total"),
	"Memory errors (ECC)":                 growth(ofCard, "corrected", "ecc_corrected_volatile_total", "uncorrected", "ecc_uncorrected_volatile_total"),
	"Rows of memory":                      means(ofCard, 100, "pending", "remapped_rows_pending", "failure", "remapped_rows_failure"),
	"What the driver reported": tabled(func(q *question) []row {
		return q.events(hosts, func(p *known.Point) bool {
			return regexp.MustCompile(`^(gpu_|driver_|xid)`).MatchString(p.Tags["kind"])
		})
	}),
	"PCIe": means(ofCard, 1, "tx", "pcie_tx_bytes_per_second", "rx", "pcie_rx_bytes_per_second"),
}

// both are the mean and the highest of a field.
func both(h how, field string) golden {
	return lines(func(q *question) values { return q.meanAndHighest(h, field, field) })
}

// means are those of fields, each after the name of its series.
func means(h how, times float64, pairs ...string) golden {
	return lines(func(q *question) values {
		return each(pairs, func(name, field string) values { return q.stats(h, field, name, mean).times(times) })
	})
}

// rates are by how much counters grew in a second.
func rates(h how, times float64, pairs ...string) golden {
	return lines(func(q *question) values {
		return each(pairs, func(name, field string) values { return q.counted().rate(h, field, name, times) })
	})
}

// growth is by how much counters grew.
func growth(h how, pairs ...string) golden {
	return lines(func(q *question) values {
		return each(pairs, func(name, field string) values { return q.counted().grown(h, field, name) })
	})
}

func each(pairs []string, of func(name, field string) values) values {
	all := values{}
	for i := 0; i < len(pairs); i += 2 {
		all = join(all, of(pairs[i], pairs[i+1]))
	}
	return all
}

func fullness(q *question) values {
	all := q.stats(ofCard, "memory_total_bytes", "full", mean)
	full := q.stats(ofCard, "memory_used_max_bytes", "full", highest)
	for series, of := range full {
		for at := range of {
			of[at] *= 100 / all[series][at]
		}
	}
	return full
}

func cardsNow(q *question) []row {
	var rows []row
	for _, p := range q.newest(ofCard) {
		r := row{"host": p.Tags["host"], "uuid": p.Tags["uuid"], "name": p.Tags["name"], "gpu": gpuName(p.Tags["uuid"])}
		for _, field := range []string{
			"state", "memory_used_bytes", "memory_total_bytes", "utilization_percent", "temperature_c", "power_w", "power_limit_w", "clock_sm_hz", "processes",
		} {
			r[field] = q.value(p, field)
		}
		used, _ := p.Number("memory_used_bytes")
		total, _ := p.Number("memory_total_bytes")
		r["full"] = 100 * used / total
		rows = append(rows, r)
	}
	return rows
}

// events are those of the range, the newest first, with the minutes around each.
func (q *question) events(by []string, keep func(*known.Point) bool) []row {
	var rows []row
	for _, p := range q.within(how{measurement: "cosyvoice_event", by: by, keep: keep}) {
		rows = append(rows, row{
			"_time": p.At, "severity": p.Tags["severity"], "kind": p.Tags["kind"], "message": q.value(p, "message"), "host": p.Tags["host"], "whose": whose(p),
			"from": fmt.Sprint(p.At.Add(-3 * time.Minute).UnixMilli()), "to": fmt.Sprint(p.At.Add(time.Minute).UnixMilli()),
		})
	}
	return rows
}

// checkParts looks at the memory of a card and of one of its parts (MIG), whose memory is told with the
// card's, too.
func (o *organization) checkParts(d *grafana.Dashboard) {
	var lines []string
	for at := known.Now.Add(-10 * time.Minute); at.Before(known.Now); at = at.Add(10 * time.Second) {
		for card, service := range map[string]int{"uuid=GPU-m": 30, "gpu_uuid=GPU-m,uuid=MIG-m": 20} {
			lines = append(lines, fmt.Sprintf("cosyvoice_gpu,%s,host=alpha,service=cosyvoice3 memory_service_bytes=%d,memory_other_bytes=0,memory_unowned_bytes=0,memory_reserved_bytes=1,memory_total_bytes=80 %d", card, service, at.UnixNano()))
		}
	}
	p := titled(o.t, d, "GPU memory by owner")
	v := o.look(d, spans["15m"], "All", grafana.From12)
	divided := o.another("divided", known.Lines{Raw: lines})
	all := v.variables["gpu"]
	for chosen, service := range map[string]float64{"": 30, "GPU-m": 30, "MIG-m": 20} {
		v.variables["gpu"] = all
		if chosen != "" {
			v.variables["gpu"] = grafana.Variable{Multi: true, Values: []string{chosen}}
		}
		frames, err := divided.show(v, p)
		require.NoError(o.t, err)
		got, err := drawn(p, frames)
		require.NoError(o.t, err)
		require.NotEmpty(o.t, got["service"], chosen)
		for _, held := range got["service"] {
			require.InDelta(o.t, service, held, 0, "of %q", chosen)
		}
	}
}
