package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Synthesis is one that finished.
type Synthesis struct {
	At        time.Time          `json:"at"` // its end
	Host      string             `json:"host"`
	Instance  string             `json:"instance"`
	RequestID string             `json:"request_id"`
	Mode      string             `json:"mode,omitempty"`
	Outcome   string             `json:"outcome"`
	Error     string             `json:"error,omitempty"`
	Figures   map[string]float64 `json:"figures"` // its fields, such as rtf and gpu_memory_peak_bytes
}

// Event is one fact that the plugin told.
type Event struct {
	At       time.Time `json:"at"`
	Host     string    `json:"host"`
	Instance string    `json:"instance,omitempty"`
	UUID     string    `json:"uuid,omitempty"`
	Kind     string    `json:"kind"`
	Severity string    `json:"severity"`
	Message  string    `json:"message"`
	Reason   string    `json:"reason,omitempty"`
	Error    string    `json:"error,omitempty"`
	ID       string    `json:"event_id,omitempty"`
}

// syntheses are those of a time for which a predicate of Flux holds, the oldest first.
func (f Finder) syntheses(ctx context.Context, from, to time.Time, predicate string) ([]Synthesis, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis")
    |> filter(fn: (r) => %s)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"])`, f.Params.Events, influx.Time(from), influx.Time(to), predicate))
	if err != nil {
		return nil, fmt.Errorf("reading the syntheses: %w", err)
	}
	var found []Synthesis
	for _, r := range records {
		s := Synthesis{At: r.Time(), Figures: map[string]float64{}}
		texts(r, map[string]*string{"host": &s.Host, "instance": &s.Instance, "request_id": &s.RequestID, "mode": &s.Mode, "outcome": &s.Outcome, "error": &s.Error})
		for name, value := range r.Values() {
			switch value := value.(type) {
			case float64:
				s.Figures[name] = value
			case int64:
				s.Figures[name] = float64(value)
			}
		}
		delete(s.Figures, "table")
		found = append(found, s)
	}
	return found, nil
}

// events are those of a time for which a predicate of Flux holds, the oldest first.
func (f Finder) events(ctx context.Context, from, to time.Time, predicate string) ([]Event, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.kind != "forgotten")
    |> filter(fn: (r) => r._field == "message" or r._field == "reason" or r._field == "error" or r._field == "event_id")
    |> filter(fn: (r) => %s)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"])`, f.Params.Events, influx.Time(from), influx.Time(to), predicate))
	if err != nil {
		return nil, fmt.Errorf("reading the events: %w", err)
	}
	var found []Event
	for _, r := range records {
		e := Event{At: r.Time()}
		texts(r, map[string]*string{
			"host": &e.Host, "instance": &e.Instance, "uuid": &e.UUID, "kind": &e.Kind, "severity": &e.Severity,
			"message": &e.Message, "reason": &e.Reason, "error": &e.Error, "event_id": &e.ID,
		})
		found = append(found, e)
	}
	return found, nil
}

func texts(r *query.FluxRecord, into map[string]*string) {
	for name, value := range into {
		*value, _ = r.ValueByKey(name).(string)
	}
}

// failed is the newest synthesis since a time that failed, nil if none did. Clients that left are
// no failures of the server.
func (f Finder) failed(ctx context.Context, since, until time.Time, predicate string) (*Synthesis, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id")
    |> filter(fn: (r) => %s)
    |> filter(fn: (r) => %s)
    |> last()
    |> group()
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 1)`, f.Params.Events, influx.Time(since), influx.Time(until), predicate, isFailure))
	if err != nil {
		return nil, fmt.Errorf("looking for a synthesis that failed: %w", err)
	}
	if len(records) == 0 {
		return nil, nil
	}
	id, _ := records[0].Value().(string)
	return f.synthesisAt(ctx, records[0].Time(), id)
}

// requested is the synthesis with an id on a host, or on any, the newest if there are several, nil if
// there is none in the last 30 days. Ids are in no index, and it is mostly the last ones that are asked
// for: so these are looked at first.
func (f Finder) requested(ctx context.Context, id, host string, now time.Time) (*Synthesis, error) {
	until := now
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 30 * 24 * time.Hour} {
		since := now.Add(-back)
		records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id" and r._value == %s)
    |> filter(fn: (r) => %s)
    |> group()
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 1)`, f.Params.Events, influx.Time(since), influx.Time(until), influx.Literal(id), hostIs(host)))
		if err != nil {
			return nil, fmt.Errorf("looking for the request: %w", err)
		}
		if len(records) > 0 {
			return f.synthesisAt(ctx, records[0].Time(), id)
		}
		until = since
	}
	return nil, nil
}

func (f Finder) synthesisAt(ctx context.Context, at time.Time, id string) (*Synthesis, error) {
	all, err := f.syntheses(ctx, at, at.Add(time.Nanosecond), "true")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(s Synthesis) bool { return s.RequestID == id })
	if i < 0 {
		return nil, fmt.Errorf("the synthesis %s of %s is gone", id, at.Format(time.DateTime))
	}
	return &all[i], nil
}

// nearest is the synthesis that was at work at a time, or ended the least time from it.
func nearest(all []Synthesis, at time.Time) *Synthesis {
	if len(all) == 0 {
		return nil
	}
	distance := func(s Synthesis) float64 {
		after := s.At.Sub(at).Seconds()
		if after >= 0 && after <= s.Figures["duration_seconds"] {
			return 0
		}
		return min(math.Abs(after), math.Abs(after-s.Figures["duration_seconds"]))
	}
	closest := slices.MinFunc(all, func(a, b Synthesis) int {
		// Of those at work the one that failed is asked for.
		return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a.well(), b.well()))
	})
	return &closest
}

// well is 1 for a synthesis that went well.
func (s Synthesis) well() int {
	if s.Outcome == "ok" && s.Error == "" {
		return 1
	}
	return 0
}
