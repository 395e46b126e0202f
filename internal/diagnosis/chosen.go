package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Slowest are the syntheses of a time that took the longest, of those that went well, the longest first.
func (f Finder) Slowest(ctx context.Context, from, to time.Time, host string, number int) ([]Synthesis, error) {
	return f.chosen(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "duration_seconds" and r.outcome == "ok" and not exists r.error and %s)
    |> group()
    |> top(n: %d)`, f.Params.Events, influx.Time(from), influx.Time(to), hostIs(host), number),
		func(a, b Synthesis) int {
			return cmp.Compare(b.Figures["duration_seconds"], a.Figures["duration_seconds"])
		})
}

// Failed are the newest syntheses of a time that failed in each way, the newest first. Clients that
// left are no failures of the server.
func (f Finder) Failed(ctx context.Context, from, to time.Time, host string, number int) ([]Synthesis, error) {
	return f.chosen(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id" and %s)
    |> filter(fn: (r) => %s)
    |> last()
    |> group(columns: ["outcome", "error"])
    |> sort(columns: ["_time"])
    |> last()
    |> group()
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: %d)`, f.Params.Events, influx.Time(from), influx.Time(to), hostIs(host), isFailure, number),
		func(a, b Synthesis) int { return b.At.Compare(a.At) })
}

// isFailure is a predicate of Flux.
const isFailure = `r.outcome == "error" or r.outcome == "stuck" or exists r.error and r.error != "client_gone"`

// chosen reads what is known of the syntheses that a query names.
func (f Finder) chosen(ctx context.Context, flux string, order func(a, b Synthesis) int) ([]Synthesis, error) {
	records, err := f.Client.Query(ctx, flux)
	if err != nil {
		return nil, fmt.Errorf("choosing syntheses: %w", err)
	}
	found := []Synthesis{}
	for _, r := range records {
		var host, instance string
		texts(r, map[string]*string{"host": &host, "instance": &instance})
		all, err := f.syntheses(ctx, r.Time(), r.Time().Add(time.Nanosecond), hostIs(host)+" and "+instanceIs(instance))
		if err != nil {
			return nil, err
		}
		found = append(found, all...)
	}
	slices.SortStableFunc(found, order)
	return found, nil
}
