//go:build e2e

package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// equals holds the newest windows, which the tasks made, against those that the tests make of the points.
// So the older ones are right too, which only the tests made.
func (o *organization) equals(bucket string, points []known.Point, length time.Duration) {
	o.t.Helper()
	frames, err := o.ask(fmt.Sprintf(`from(bucket: %q) |> range(start: %s)`, bucket, known.Tail.Format(time.RFC3339)), 1e6, 1e6)
	require.NoError(o.t, err)
	got, newest := map[string]any{}, known.Tail
	for _, f := range frames {
		field, series := f.Fields[1], seriesOf(f)
		for i, v := range field.Values {
			at := f.Fields[0].Values[i].(time.Time)
			got[fmt.Sprint(series, " ", field.Name, " ", at)] = v
			if at.After(newest) {
				newest = at
			}
		}
	}
	require.Less(o.t, known.Now.Sub(newest), 2*length, "the tasks come to the present")
	var wrong []string
	for w, fields := range known.Roll(points, length) {
		for name, v := range fields {
			key := fmt.Sprint(w.Series, " ", name, " ", w.At)
			if g := got[key]; !w.At.Before(known.Tail) && !w.At.After(newest) && !same(v, g) {
				wrong = append(wrong, fmt.Sprintf("%s: %v, want %v", key, g, v))
			}
			delete(got, key)
		}
	}
	for key, v := range got {
		wrong = append(wrong, fmt.Sprintf("%s: %v, want nothing", key, v))
	}
	slices.Sort(wrong)
	require.Empty(o.t, strings.Join(wrong[:min(len(wrong), 20)], "\n"), "%d values of %s", len(wrong), bucket)
}

// seriesOf writes a series as in line protocol.
func seriesOf(f *grafana.Frame) string {
	var tags []string
	for name, v := range f.Labels {
		if name != "service" {
			tags = append(tags, ","+name+"="+strings.ReplaceAll(v, " ", `\ `))
		}
	}
	slices.Sort(tags)
	return f.Name + strings.Join(tags, "") + ",service=" + f.Labels["service"]
}
