package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Period is how long a cause was there, of all that the tasks found in a time.
type Period struct {
	Code     string    `json:"code"`
	Severity string    `json:"severity"`
	Host     string    `json:"host"`
	Instance string    `json:"instance,omitempty"`
	UUID     string    `json:"uuid,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`    // when it was found last
	Times    int64     `json:"times"` // that it was found

	Evidence map[string]float64 `json:"evidence"` // figures of the catalogue, when it was found last
}

// key is whose it is, and what.
func (p Period) key() string { return strings.Join([]string{p.Code, p.Host, p.Instance, p.UUID}, "|") }

// Failures are how many syntheses failed in the same way.
type Failures struct {
	Host    string    `json:"host"`
	Outcome string    `json:"outcome"`
	Error   string    `json:"error,omitempty"`
	Number  int64     `json:"number"`
	Last    time.Time `json:"last"`
}

// Summary is what went wrong in a time.
type Summary struct {
	From     time.Time  `json:"from"`
	To       time.Time  `json:"to"`
	Periods  []Period   `json:"causes"`   // the worst first
	Failures []Failures `json:"failures"` // the most first
}

// Since puts together what was found and what failed since a time.
func (f Finder) Since(ctx context.Context, from, to time.Time, host string) (*Summary, error) {
	s := &Summary{From: from, To: to, Periods: []Period{}, Failures: []Failures{}}
	records, err := f.Client.Query(ctx, fmt.Sprintf(`points = from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and %s)
    |> keep(columns: ["_time", "_value", "host", "instance", "uuid", "code", "severity"])
points |> reduce(
    identity: {from: 1000000000000.0, to: 0, times: 0},
    fn: (r, accumulator) => ({
        from: if r._value < accumulator.from then r._value else accumulator.from,
        to: if int(v: r._time) > accumulator.to then int(v: r._time) else accumulator.to,
        times: accumulator.times + 1,
    }),
)`, f.Params.Events, influx.Time(from), influx.Time(to), hostIs(host)))
	if err != nil {
		return nil, fmt.Errorf("reading what was found since %s: %w", from.Format(time.DateTime), err)
	}
	for _, r := range records {
		p := Period{Evidence: map[string]float64{}}
		texts(r, map[string]*string{"code": &p.Code, "severity": &p.Severity, "host": &p.Host, "instance": &p.Instance, "uuid": &p.UUID})
		since, _ := r.ValueByKey("from").(float64)
		last, _ := r.ValueByKey("to").(int64)
		p.Times, _ = r.ValueByKey("times").(int64)
		p.From, p.To = time.Unix(int64(since), 0), time.Unix(0, last)
		if causes.Find(p.Code) != nil {
			s.Periods = append(s.Periods, p)
		}
	}
	if err := f.prove(ctx, s, host); err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.Periods, func(a, b Period) int {
		return cmp.Or(slices.Index(severities, a.Severity)-slices.Index(severities, b.Severity), b.To.Compare(a.To), cmp.Compare(a.Code, b.Code))
	})
	records, err = f.Client.Query(ctx, fmt.Sprintf(`failed = from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "request_id" and %s)
    |> filter(fn: (r) => r.outcome != "ok" or exists r.error)
union(tables: [
    failed |> count() |> toFloat() |> set(key: "of", value: "number"),
    failed |> last() |> map(fn: (r) => ({r with _value: float(v: int(v: r._time))})) |> set(key: "of", value: "last"),
])
    |> group(columns: ["host", "outcome", "error", "of"])
    |> reduce(identity: {sum: 0.0, max: 0.0}, fn: (r, accumulator) => ({sum: accumulator.sum + r._value, max: if r._value > accumulator.max then r._value else accumulator.max}))
    |> group()
    |> map(fn: (r) => ({r with error: if exists r.error then r.error else "", _value: if r.of == "number" then r.sum else r.max}))
    |> pivot(rowKey: ["host", "outcome", "error"], columnKey: ["of"], valueColumn: "_value")`, f.Params.Events, influx.Time(from), influx.Time(to), hostIs(host)))
	if err != nil {
		return nil, fmt.Errorf("counting what failed since %s: %w", from.Format(time.DateTime), err)
	}
	for _, r := range records {
		var failures Failures
		texts(r, map[string]*string{"host": &failures.Host, "outcome": &failures.Outcome, "error": &failures.Error})
		number, _ := r.ValueByKey("number").(float64)
		last, _ := r.ValueByKey("last").(float64)
		failures.Number, failures.Last = int64(number), time.UnixMicro(int64(last/1e3))
		s.Failures = append(s.Failures, failures)
	}
	slices.SortFunc(s.Failures, func(a, b Failures) int { return cmp.Or(cmp.Compare(b.Number, a.Number), cmp.Compare(a.Error, b.Error)) })
	return s, nil
}

// prove reads the figures of each period when it was found last.
func (f Finder) prove(ctx context.Context, s *Summary, host string) error {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field != "since" and %s)
    |> last()`, f.Params.Events, influx.Time(s.From), influx.Time(s.To), hostIs(host)))
	if err != nil {
		return fmt.Errorf("reading the figures of what was found: %w", err)
	}
	byKey := map[string]Period{}
	for _, p := range s.Periods {
		byKey[p.key()] = p
	}
	for _, r := range records {
		found := findingOf(r, r.Time())
		p, known := byKey[found.key()]
		figure, isNumber := r.Value().(float64)
		// What is older than the last finding was not among its figures.
		if known && isNumber && !r.Time().Before(p.To) && slices.Contains(causes.Find(p.Code).Evidence, r.Field()) {
			p.Evidence[r.Field()] = figure
		}
	}
	return nil
}
