//go:build e2e

package proof

import (
	"slices"
	"strings"
)

// values are numbers by their series and time; the time is 0 of what is a single figure.
type values map[string]map[int64]float64

// named is the name of a series: its field and its labels.
func named(field string, labels map[string]string) string {
	var all []string
	for name, v := range labels {
		all = append(all, name+"="+v)
	}
	slices.Sort(all)
	return strings.Join(append([]string{field}, all...), " ")
}

func (v values) set(series string, at int64, value float64) {
	if v[series] == nil {
		v[series] = map[int64]float64{}
	}
	v[series][at] = value
}

// times multiplies each.
func (v values) times(factor float64) values {
	for _, series := range v {
		for at := range series {
			series[at] *= factor
		}
	}
	return v
}

// over divides by others; where these are 0, nothing is known.
func (v values) over(others values) values {
	out := values{}
	for series, of := range v {
		for at, value := range of {
			if by := others[series][at]; by > 0 {
				out.set(series, at, value/by)
			}
		}
	}
	return out
}

func join(all ...values) values {
	one := values{}
	for _, v := range all {
		for series, of := range v {
			for at, value := range of {
				one.set(series, at, value)
			}
		}
	}
	return one
}
