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

// drawn are the values that a panel draws. A text is a series of its own, which is 1 where it is shown.
func drawn(p *grafana.Panel, frames []*grafana.Frame) (values, error) {
	out, frameOf := values{}, map[string]int{}
	for n, f := range frames {
		labels := maps.Clone(f.Labels)
		maps.DeleteFunc(labels, func(_, v string) bool { return v == "" })
		times := f.Times()
		for _, field := range f.Fields {
			series, shown := named(field.Name, labels), field.Values
			if field.Type == "time" {
				if p.Calc != "" && p.Every {
					return nil, fmt.Errorf("the time is shown as a figure, since all fields are")
				}
				continue
			}
			if p.Calc != "" {
				single, err := grafana.Reduce(p.Calc, field.Values)
				if err != nil {
					return nil, err
				}
				shown, times = []any{single}, nil
			}
			for i, value := range shown {
				at := int64(0)
				if times != nil {
					at = times[i].(time.Time).UnixMilli()
				}
				v, number := grafana.Number(value)
				name := series
				if text, ok := value.(string); ok && text != "" {
					v, number, name = 1, true, series+": "+text
				}
				if !number {
					continue
				}
				if _, twice := out[name][at]; twice || out[name] != nil && frameOf[name] != n {
					return nil, fmt.Errorf("%s is drawn twice, at %s", name, when(at))
				}
				out.set(name, at, v)
				frameOf[name] = n
			}
		}
	}
	return out, nil
}

// table are the rows of all frames, their labels among the columns. What is not known is left out, and the
// place by which rows are sorted, which nobody sees.
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
			maps.DeleteFunc(r, func(name string, v any) bool { return v == nil || v == "" || name == "place" })
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
		return ok && t.Sub(u).Abs() < time.Microsecond // a float may have held it
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

// joined are the values between which Grafana draws a line, since nothing stands between them, though they
// are further apart than that.
func joined(frames []*grafana.Frame, most time.Duration) (all []string) {
	for _, f := range frames {
		times := f.Times()
		for _, field := range f.Fields {
			if field.Type != "number" {
				continue
			}
			for i := 1; i < len(field.Values); i++ {
				before, at := times[i-1].(time.Time), times[i].(time.Time)
				if field.Values[i-1] != nil && field.Values[i] != nil && at.Sub(before) > most {
					all = append(all, fmt.Sprintf("%s from %s to %s", named(field.Name, f.Labels), when(before.UnixMilli()), when(at.UnixMilli())))
				}
			}
		}
	}
	return all
}
