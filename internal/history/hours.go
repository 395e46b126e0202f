// Package history compares what InfluxDB holds of each hour in the raw points and in the tiers,
// tells why something is missing, and has it computed again.
package history

import (
	"context"
	"fmt"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Keeper looks after the history of one organisation.
type Keeper struct {
	Client *influx.Client
	Params rollup.Params
}

// Hour is how many points of a measurement one host has in an hour.
type Hour struct {
	Measurement string
	Host        string
	Start       time.Time
	Raw         int64
	// Minutes and Hours are of how many points the windows of the tiers were made.
	Minutes, Hours int64
}

// IsWhole tells whether the tier holds what there is, or both do where none is named. Points that
// were deleted stay in the windows of a minute.
func (h Hour) IsWhole(tier string) bool {
	return (tier == rollup.Hours || h.Minutes >= h.Raw) && (tier == rollup.Minutes || h.Hours == h.Raw)
}

const hoursQuery = `
perHour = (tables=<-, fn, of) =>
    tables
        |> aggregateWindow(every: 1h, fn: fn, createEmpty: false, timeSrc: "_start")
        |> group(columns: ["_time", "host"])
        |> sum()
        |> set(key: "of", value: of)
points = (bucket, field) =>
    from(bucket: bucket)
        |> range(start: %[1]s, stop: %[2]s)
        |> filter(fn: (r) => r._measurement == %[3]q and r._field == field)
union(
    tables: [
        points(bucket: %[4]q, field: %[5]q) |> perHour(fn: count, of: "raw"),
        points(bucket: %[6]q, field: "points_count") |> perHour(fn: sum, of: "minutes"),
        points(bucket: %[7]q, field: "points_count") |> perHour(fn: sum, of: "hours"),
    ],
)
    |> group()
    |> pivot(rowKey: ["_time", "host"], columnKey: ["of"], valueColumn: "_value")
    |> sort(columns: ["host", "_time"])`

// Hours reads the hours of a measurement between two times, of which the first is aligned to
// the hour, in the order of hosts and times.
func (k Keeper) Hours(ctx context.Context, source rollup.Source, from, to time.Time) ([]Hour, error) {
	records, err := k.Client.Query(ctx, fmt.Sprintf(hoursQuery, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339),
		source.Measurement, source.Bucket(k.Params), source.Mark, k.Params.Minutes, k.Params.Hours))
	if err != nil {
		return nil, fmt.Errorf("counting the points of %s: %w", source.Measurement, err)
	}
	var hours []Hour
	for _, r := range records {
		host, _ := r.ValueByKey("host").(string)
		h := Hour{Measurement: source.Measurement, Host: host, Start: r.Time()}
		for name, value := range map[string]*int64{"raw": &h.Raw, "minutes": &h.Minutes, "hours": &h.Hours} {
			*value, _ = r.ValueByKey(name).(int64)
		}
		hours = append(hours, h)
	}
	return hours, nil
}
