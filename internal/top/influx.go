package top

import (
	"context"
	"fmt"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// History reads from an InfluxDB.
type History struct {
	Finder diagnosis.Finder
	Every  time.Duration
}

// overlap is how long before the last look a point may be that came after it: Telegraf's interval and
// that of its writes, twice.
const overlap = 40 * time.Second

// Name implements Source.
func (h History) Name(words.Language) string { return h.Finder.Client.Address() }

// Watch implements Source. What InfluxDB does not answer it is asked for again.
func (h History) Watch(ctx context.Context, tell func(News)) error {
	again := time.NewTicker(h.Every)
	defer again.Stop()
	since := time.Now().Add(-remembered)
	for {
		begun := time.Now()
		news, err := h.look(ctx, since, begun)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			since = begun.Add(-overlap)
		}
		news.Problem = err
		tell(news)
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}

func (h History) look(ctx context.Context, since, now time.Time) (News, error) {
	ticks, err := h.points(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) =>
        r._measurement == "system_metrics" and r._field =~ /^(cpu_usage_percent|memory_(used|total)_mb)$/ or
        r._measurement == "cosyvoice_service" and r._field =~ /^(up|state|uptime_seconds|in_flight|oldest_in_flight_seconds|cpu_percent|memory_rss_bytes|gpu_memory_bytes)$/ or
        r._measurement == "cosyvoice_gpu" and r._field =~ /^(index|state|state_reason|utilization_percent|temperature_c|power_w|clock_sm_hz|memory_(used|used_max|total|service|other|unowned)_bytes)$/)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`, h.Finder.Params.Raw, influx.Time(since)))
	if err != nil {
		return News{}, err
	}
	told, err := h.points(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field =~ /^(duration_seconds|compute_seconds|audio_seconds|first_chunk_seconds|rtf|request_id)$/)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`, h.Finder.Params.Events, influx.Time(since)))
	if err != nil {
		return News{}, err
	}
	findings, err := h.Finder.Current(ctx, now)
	if err != nil {
		return News{}, err
	}
	judged, err := h.Finder.Judged(ctx, now)
	return News{Points: append(ticks, told...), Findings: findings, Judged: judged}, err
}

func (h History) points(ctx context.Context, flux string) ([]Point, error) {
	records, err := h.Finder.Client.Query(ctx, flux)
	if err != nil {
		return nil, err
	}
	points := make([]Point, 0, len(records))
	for _, r := range records {
		points = append(points, pointOf(r))
	}
	return points, nil
}

// tags are the columns of InfluxDB that are no fields.
var tags = []string{"host", "service", "instance", "version", "uuid", "gpu_uuid", "name", "mode", "outcome", "error", "streaming"}

func pointOf(r *query.FluxRecord) Point {
	p := Point{Measurement: r.Measurement(), Time: r.Time(), Tags: map[string]string{}, Fields: map[string]any{}}
	for name, value := range r.Values() {
		switch value := value.(type) {
		case float64, int64:
			p.Fields[name] = value
		case string:
			p.Fields[name] = value
		}
	}
	for _, name := range tags {
		if value, ok := p.Fields[name].(string); ok {
			p.Tags[name] = value
			delete(p.Fields, name)
		}
	}
	return p
}
