package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// windows are the statistics of a window, by series.
type windows map[string]series

// series are the statistics of one, by the name of the field in the tier.
type series map[string]float64

func (w windows) series(format string, args ...any) series {
	key := fmt.Sprintf(format, args...)
	s := w[key]
	if s == nil {
		s = series{}
		w[key] = s
	}
	s["points_count"]++
	return s
}

func (s series) gauge(name string, value float64) { s.gauges(name, value, 1) }

// gauges are so many readings of the same value.
func (s series) gauges(name string, value float64, number int) {
	if s[name+"_count"] == 0 || value < s[name+"_min"] {
		s[name+"_min"] = value
	}
	if s[name+"_count"] == 0 || value > s[name+"_max"] {
		s[name+"_max"] = value
	}
	s[name+"_sum"] += value * float64(number)
	s[name+"_count"] += float64(number)
	s[name+"_last"] = value
}

func (s series) flag(name string, set bool) {
	if set {
		s[name+"_sum"]++
	} else {
		s[name+"_sum"] += 0
	}
	s[name+"_count"]++
}

func (s series) counter(name string, grew float64) { s[name+"_increase"] += grew }

func (s series) state(name, value string, held time.Duration) {
	s[name+"_"+value+"_seconds"] += held.Seconds()
}

// lines are line protocol: numbers of readings are integers, the rest floats.
func (w windows) lines(at time.Time, measurements []string) (lines []string) {
	for key, s := range w {
		measurement, _, _ := strings.Cut(key, ",")
		if len(measurements) > 0 && !slices.Contains(measurements, measurement) {
			continue
		}
		fields := make([]string, 0, len(s))
		for name, value := range s {
			if strings.HasSuffix(name, "_count") {
				fields = append(fields, fmt.Sprintf("%s=%di", name, int64(value)))
			} else {
				fields = append(fields, fmt.Sprintf("%s=%g", name, value))
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %d", key, strings.Join(fields, ","), at.UnixNano()))
	}
	return lines
}
