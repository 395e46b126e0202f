package overview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Reading is how a field of one series went, window by window; NaN where it is not known.
type Reading struct {
	Host, Instance string
	UUID, Name     string // of a GPU
	Mean, Min, Max []float64
}

// Readings are a field of a measurement, a gauge, of all its series, in the order of their tags.
func (r Reader) Readings(ctx context.Context, span Span, measurement, field string) ([]*Reading, error) {
	rows, err := r.ask(ctx, "over_time.flux", span.From, span.To, map[string]string{
		"measurement": influx.Literal(measurement), "field": influx.Literal(field), "window": rollup.Duration(span.Window),
	})
	if err != nil {
		return nil, err
	}
	var readings []*Reading
	for _, row := range rows {
		if text(row, "gpu_uuid") != "" {
			continue // an instance of MIG; its card has a series of its own
		}
		found := Reading{Host: text(row, "host"), Instance: text(row, "instance"), UUID: text(row, "uuid"), Name: text(row, "name")}
		// A series that got another version goes on.
		i := slices.IndexFunc(readings, func(one *Reading) bool {
			return one.Host == found.Host && one.Instance == found.Instance && one.UUID == found.UUID
		})
		if i < 0 {
			found.Mean, found.Min, found.Max = span.nothing(), span.nothing(), span.nothing()
			readings = append(readings, &found)
			i = len(readings) - 1
		}
		if at, ok := span.index(row.Time()); ok {
			for column, into := range map[string][]float64{"mean": readings[i].Mean, "min": readings[i].Min, "max": readings[i].Max} {
				if v, ok := number(row, column); ok {
					into[at] = v
				}
			}
		}
	}
	slices.SortFunc(readings, func(a, b *Reading) int {
		return strings.Compare(a.Host+" "+a.Instance+a.UUID, b.Host+" "+b.Instance+b.UUID)
	})
	return readings, nil
}

// Hosts are those that were heard in a time.
func (r Reader) Hosts(ctx context.Context, from, to time.Time) ([]string, error) {
	readings, err := r.Readings(ctx, Over(from, to), "cosyvoice_agent", "success")
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, reading := range readings {
		hosts = append(hosts, reading.Host)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), nil
}
