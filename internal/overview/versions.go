package overview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Version is of something that ran in a time.
type Version struct {
	What string // an instance; "" for the driver
	Text string
	Last time.Time // that it was seen, to the hour where that is long ago
}

// Versions are those of the servers and of the driver that were seen in a time, the newest first of each.
// The driver's is known as long as ticks are kept.
func (r Reader) Versions(ctx context.Context, from, to time.Time) ([]Version, error) {
	records, err := r.Client.Query(ctx, fmt.Sprintf(`servers = (bucket) => from(bucket: bucket)
    |> range(start: %[1]s, stop: %[2]s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "points_count" and r.host == %[3]s and exists r.version)
    |> last()
    |> map(fn: (r) => ({_time: r._time, what: r.instance, _value: r.version}))
    |> group()
union(tables: [
    servers(bucket: %[4]s),
    servers(bucket: %[5]s),
    from(bucket: %[6]s)
        |> range(start: %[1]s, stop: %[2]s)
        |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "driver_version" and r.host == %[3]s)
        |> last()
        |> map(fn: (r) => ({_time: r._time, what: "", _value: r._value}))
        |> group(),
])`, influx.Time(from), influx.Time(to), influx.Literal(r.Host), influx.Literal(r.Params.Minutes), influx.Literal(r.Params.Hours), influx.Literal(r.Params.Raw)))
	if err != nil {
		return nil, fmt.Errorf("reading which versions ran: %w", err)
	}
	var versions []Version
	for _, record := range records {
		one := Version{text(record, "what"), text(record, "_value"), record.Time()}
		i := slices.IndexFunc(versions, func(v Version) bool { return v.What == one.What && v.Text == one.Text })
		switch {
		case i < 0:
			versions = append(versions, one)
		case one.Last.After(versions[i].Last):
			versions[i] = one
		}
	}
	slices.SortFunc(versions, func(a, b Version) int { return cmp.Or(cmp.Compare(a.What, b.What), b.Last.Compare(a.Last)) })
	return versions, nil
}
