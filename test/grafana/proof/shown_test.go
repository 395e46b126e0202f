//go:build e2e

package proof

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
)

// row is one of a table, by its columns.
type row map[string]any

// numbers are the numbers that a panel draws.
func numbers(p *grafana.Panel, frames []*grafana.Frame) (values, error) {
	out := values{}
	for _, f := range frames {
		labels := maps.Clone(f.Labels)
		maps.DeleteFunc(labels, func(_, v string) bool { return v == "" })
		var times []any
		for _, field := range f.Fields {
			if field.Type == "time" {
				times = field.Values
				break
			}
		}
		for _, field := range f.Fields {
			if field.Type != "number" {
				continue
			}
			series := named(field.Name, labels)
			if out[series] != nil {
				return nil, fmt.Errorf("two series are called %s", series)
			}
			out[series] = map[int64]float64{}
			if p.Calc != "" {
				single, err := grafana.Reduce(p.Calc, field.Values)
				if err != nil {
					return nil, err
				}
				if v, ok := grafana.Number(single); ok {
					out[series][0] = v
				}
				continue
			}
			for i, value := range field.Values {
				v, ok := grafana.Number(value)
				if !ok {
					continue
				}
				at := int64(0)
				if times != nil {
					at = times[i].(time.Time).UnixMilli()
				}
				if _, twice := out[series][at]; twice {
					return nil, fmt.Errorf("%s has two values at %s", series, when(at))
				}
				out[series][at] = v
			}
		}
	}
	maps.DeleteFunc(out, func(_ string, of map[int64]float64) bool { return len(of) == 0 })
	return out, nil
}

// table are the rows of all frames, their labels among the columns. What is not known is left out.
func table(frames []*grafana.Frame) []row {
	var rows []row
	for _, f := range frames {
		for i := range f.Rows() {
			r := row{}
			for name, v := range f.Labels {
				r[name] = v
			}
			for _, field := range f.Fields {
				r[field.Name] = field.Values[i]
			}
			maps.DeleteFunc(r, func(_ string, v any) bool { return v == nil || v == "" })
			rows = append(rows, r)
		}
	}
	return rows
}

func when(at int64) string { return time.UnixMilli(at).UTC().Format(time.DateTime) }

// differences tells what is drawn otherwise than it should be, the first few.
func differences(want, got values) []string {
	var all []string
	for series, of := range want {
		for at, w := range of {
			if g, ok := got[series][at]; !ok {
				all = append(all, fmt.Sprintf("%s at %s: nothing, want %v", series, when(at), w))
			} else if !near(w, g) {
				all = append(all, fmt.Sprintf("%s at %s: %v, want %v", series, when(at), g, w))
			}
		}
	}
	for series, of := range got {
		for at, g := range of {
			if _, ok := want[series][at]; !ok {
				all = append(all, fmt.Sprintf("%s at %s: %v, want nothing", series, when(at), g))
			}
		}
	}
	return few(all)
}

// otherRows are the differences of tables.
func otherRows(want, got []row) []string {
	var all []string
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			all = append(all, fmt.Sprintf("row %d: nothing, want %v", i, want[i]))
		case i >= len(want):
			all = append(all, fmt.Sprintf("row %d: %v, want nothing", i, got[i]))
		case !maps.EqualFunc(want[i], got[i], same):
			all = append(all, fmt.Sprintf("row %d: %v, want %v", i, got[i], want[i]))
		}
	}
	return few(all)
}

func few(all []string) []string {
	slices.Sort(all)
	if n := len(all); n > 8 {
		return append(all[:8], fmt.Sprintf("… %d in all", n))
	}
	return all
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(math.Abs(a), math.Abs(b), 1e-6) }

func same(a, b any) bool {
	if n, ok := a.(int); ok {
		a = float64(n)
	}
	x, ok := grafana.Number(a)
	y, too := grafana.Number(b)
	if ok && too {
		return near(x, y)
	}
	if t, ok := a.(time.Time); ok {
		u, ok := b.(time.Time)
		return ok && t.Equal(u)
	}
	return a == b
}

// text is the frames as they are, to compare those of two queries.
func text(frames []*grafana.Frame) string {
	var s strings.Builder
	for _, f := range frames {
		fmt.Fprintln(&s, f.Name, f.Labels, f.Fields)
	}
	return s.String()
}
