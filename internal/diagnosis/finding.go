package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Finding is a cause that is there at a time.
type Finding struct {
	Code     string             `json:"code"` // of the catalogue
	Severity string             `json:"severity"`
	Host     string             `json:"host"`
	Instance string             `json:"instance,omitempty"`
	UUID     string             `json:"uuid,omitempty"` // of the GPU
	Since    time.Time          `json:"since"`          // when it was first found; At where no task did
	At       time.Time          `json:"at"`
	Value    float64            `json:"value"`
	Limit    float64            `json:"limit"`
	Evidence map[string]float64 `json:"evidence"` // figures of the catalogue
}

// key is whose finding it is, and what.
func (f Finding) key() string { return strings.Join([]string{f.Code, f.Host, f.Instance, f.UUID}, "|") }

// Finder asks an InfluxDB what is wrong.
type Finder struct {
	Client *influx.Client
	Params rollup.Params // the buckets
	Limits Limits        // as the tasks have them
}

// At judges a time, by the very text that the tasks run. The worst comes first. Host is one, or ""
// for all.
func (f Finder) At(ctx context.Context, at time.Time, host string) ([]Finding, error) {
	answers := make([][]Finding, len(groups))
	problems := make([]error, len(groups))
	var asking sync.WaitGroup
	for i, g := range groups {
		asking.Go(func() { answers[i], problems[i] = f.Of(ctx, g.Group, at, host) })
	}
	begun, err := f.begun(ctx, at, host)
	asking.Wait()
	for _, problem := range append(problems, err) {
		if problem != nil {
			return nil, fmt.Errorf("judging what was the matter at %s: %w", at.Format(time.DateTime), problem)
		}
	}
	findings := append([]Finding{}, slices.Concat(answers...)...) // none is an empty list in JSON
	for i := range findings {
		if since, known := begun[findings[i].key()]; known {
			findings[i].Since = since
		}
	}
	rank(findings)
	return findings, nil
}

// Of is what one group finds at a time.
func (f Finder) Of(ctx context.Context, g Group, at time.Time, host string) ([]Finding, error) {
	text, err := g.findings(f.Params, f.Limits)
	if err != nil {
		return nil, err
	}
	records, err := f.Client.Query(ctx, fmt.Sprintf("%s\noption now = () => %s\n\nhosts = %s\n%s\nfindings\n", imports, influx.Time(at), hostPattern(host), text))
	if err != nil {
		return nil, err
	}
	findings := make([]Finding, len(records))
	for i, r := range records {
		findings[i] = findingOf(r, at)
	}
	return findings, nil
}

// imports are what the conditions need.
const imports = "import \"array\"\nimport \"date\"\nimport \"experimental\"\nimport \"regexp\"\nimport \"system\"\n"

// begun is since when the tasks have found what they found of late.
func (f Finder) begun(ctx context.Context, at time.Time, host string) (map[string]time.Time, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and %s)
    |> last()`, f.Params.Events, influx.Time(at.Add(-15*time.Minute)), influx.Time(at.Add(time.Minute)), hostIs(host)))
	if err != nil {
		return nil, err
	}
	begun := map[string]time.Time{}
	for _, r := range records {
		found := findingOf(r, at)
		if since, ok := r.Value().(float64); ok && int64(since) <= at.Unix() {
			begun[found.key()] = time.Unix(int64(since), 0)
		}
	}
	return begun, nil
}

// findingOf reads a row of the conditions.
func findingOf(r *query.FluxRecord, at time.Time) Finding {
	f := Finding{At: at, Since: at, Evidence: map[string]float64{}}
	for name, value := range map[string]*string{"code": &f.Code, "severity": &f.Severity, "host": &f.Host, "instance": &f.Instance, "uuid": &f.UUID} {
		*value, _ = r.ValueByKey(name).(string)
	}
	f.Value, _ = r.ValueByKey("value").(float64)
	f.Limit, _ = r.ValueByKey("limit").(float64)
	if cause := causes.Find(f.Code); cause != nil {
		for _, name := range cause.Evidence {
			if figure, ok := r.ValueByKey(name).(float64); ok {
				f.Evidence[name] = figure
			}
		}
	}
	return f
}

// severities are ordered from the worst.
var severities = []string{"error", "warning", "info"}

// rank puts the worst first, and of the same severity in the order of the catalogue.
func rank(findings []Finding) {
	place := map[string]int{}
	for i, cause := range causes.All() {
		place[cause.Code] = i
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		if d := slices.Index(severities, a.Severity) - slices.Index(severities, b.Severity); d != 0 {
			return d
		}
		return place[a.Code] - place[b.Code]
	})
}

// Current are the findings of the tasks' last runs.
func (f Finder) Current(ctx context.Context, now time.Time) ([]Finding, error) {
	findings := []Finding{}
	for _, g := range groups {
		codes, err := g.conditions()
		if err != nil {
			return nil, err
		}
		// One run may be under way, and one may have failed.
		recent := now.Add(-2*max(g.every, f.Params.Every) - g.offset - 30*time.Second)
		records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis")
    |> last()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`, f.Params.Events, influx.Time(recent), influx.Time(now)))
		if err != nil {
			return nil, fmt.Errorf("reading what the tasks found: %w", err)
		}
		for _, r := range records {
			found := findingOf(r, r.Time())
			if since, ok := r.ValueByKey("since").(float64); ok {
				found.Since = time.Unix(int64(since), 0)
			}
			if slices.Contains(codes, found.Code) {
				findings = append(findings, found)
			}
		}
	}
	rank(findings)
	return findings, nil
}
