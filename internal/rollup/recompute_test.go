package rollup

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// key names one value of a tier.
type key struct {
	measurement, tags, field string
	at                       int64
}

// recompute is what a tier has to hold by all the points, which are in the order of their
// times. It shares nothing with the tasks.
func recompute(points []*point, window time.Duration) map[key]float64 {
	want := map[key]float64{}
	last := map[string]*point{}   // of a series
	lastOf := map[string]*point{} // of a series and field
	for _, p := range points {
		series := p.measurement + "|" + p.host + p.tags
		of := func(field string) key {
			return key{p.measurement, "host=" + p.host + ",service=cosyvoice3" + p.tags, field, p.at.Truncate(window).Unix()}
		}
		passed := func(before *point) (time.Duration, bool) {
			if before == nil {
				return 0, false
			}
			d := p.at.Sub(before.at)
			return d, d <= 90*time.Second
		}
		want[of("points_count")]++
		for name, v := range p.gauges {
			if want[of(name+"_count")] == 0 {
				want[of(name+"_min")], want[of(name+"_max")] = v, v
			}
			want[of(name+"_count")]++
			want[of(name+"_sum")] += v
			want[of(name+"_min")] = math.Min(want[of(name+"_min")], v)
			want[of(name+"_max")] = math.Max(want[of(name+"_max")], v)
			if p.measurement != "cosyvoice_synthesis" {
				want[of(name+"_last")] = v
			}
		}
		for name, v := range p.flags {
			want[of(name+"_count")]++
			want[of(name+"_sum")] += float64(v)
		}
		for name, v := range p.counters {
			before := lastOf[series+name]
			lastOf[series+name] = p
			if _, near := passed(before); near {
				grown := v - before.counters[name]
				if grown < 0 {
					grown = v
				}
				want[of(name+"_increase")] += grown
			}
		}
		if d, near := passed(last[series]); near && p.states["state"] != "" {
			want[of("state_"+p.states["state"]+"_seconds")] += d.Seconds()
		}
		for name, bin := range p.bins {
			if strings.HasSuffix(name, "_bin") && strings.Contains(p.tags, "outcome=ok") {
				want[of(name+"_"+strconv.Itoa(bin)+"_count")]++
			}
		}
		last[series] = p
	}
	return want
}
