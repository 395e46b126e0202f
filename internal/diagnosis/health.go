package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Health is how things are now.
type Health struct {
	// Status is ok, warning or error, or unknown where no plugin has been heard of late, or none that
	// sees a server, or no task has judged.
	Status   string    `json:"status"`
	Findings []Finding `json:"findings"` // the worst first
	Down     []string  `json:"down"`     // servers that do not run
	Heard    bool      `json:"heard"`    // a plugin was, of late
	Judged   bool      `json:"judged"`   // the tasks did so, of late
	servers  int       // that were seen
}

// unheard is how old the newest reading may be.
const unheard = 2 * time.Minute

// Health tells how things are on all hosts.
func (f Finder) Health(ctx context.Context, now time.Time) (*Health, error) {
	return f.HealthOf(ctx, now, "")
}

// HealthOf tells how things are on a host, by the tasks' last runs.
func (f Finder) HealthOf(ctx context.Context, now time.Time, host string) (*Health, error) {
	findings, err := f.Current(ctx, now)
	if err != nil {
		return nil, err
	}
	findings = slices.DeleteFunc(findings, func(found Finding) bool { return host != "" && found.Host != host })
	h := &Health{Status: "ok", Findings: findings, Down: []string{}}
	if err := f.hear(ctx, now, host, h); err != nil {
		return nil, err
	}
	judged, err := f.Judged(ctx, now)
	if err != nil {
		return nil, err
	}
	h.Judged = slices.Contains(judged, host) || host == "" && len(judged) > 0
	switch {
	case len(h.Down) > 0:
		h.Status = "error"
	case len(findings) > 0 && findings[0].Severity != "info":
		h.Status = findings[0].Severity
	case h.servers == 0 || !h.Judged:
		h.Status = "unknown"
	}
	return h, nil
}

// Judged are the hosts of which there are windows to judge: of another one nothing is found. There are
// none where the task that finds causes by the last minutes does not run, or fails.
func (f Finder) Judged(ctx context.Context, now time.Time) (hosts []string, err error) {
	since := influx.Time(now.Add(-causes.Unjudged))
	runs, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_judgement" and r.group == %q and r._field == "findings")
    |> last()`, f.Params.Events, since, influx.Time(now), Minutes))
	if err != nil {
		return nil, fmt.Errorf("looking for the last run of the task %q: %w", taskName(Minutes), err)
	}
	if len(runs) == 0 {
		return nil, nil
	}
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "points_count")
    |> group(columns: ["host"])
    |> last()`, f.Params.Minutes, since))
	if err != nil {
		return nil, fmt.Errorf("looking for the newest windows: %w", err)
	}
	for _, r := range records {
		host, _ := r.ValueByKey("host").(string)
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// Unjudged is of how much of a time the task that finds causes by the last minutes did not judge anything,
// in whole windows of causes.Unjudged: that nothing was found then says nothing.
func (f Finder) Unjudged(ctx context.Context, from, to time.Time) (time.Duration, error) {
	const window = causes.Unjudged
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_judgement" and r.group == %q and r._field == "findings")
    |> aggregateWindow(every: %s, fn: count, createEmpty: false, timeSrc: "_start")
    |> keep(columns: ["_time"])`, f.Params.Events, influx.Time(from.Truncate(window)), influx.Time(to), Minutes, window))
	if err != nil {
		return 0, fmt.Errorf("looking for the runs of the task %q: %w", taskName(Minutes), err)
	}
	judged := map[int64]bool{}
	for _, r := range records {
		judged[r.Time().Unix()] = true
	}
	var unjudged time.Duration
	for at := from.Truncate(window).Add(window); !at.Add(window).After(to); at = at.Add(window) {
		if !judged[at.Unix()] {
			unjudged += window
		}
	}
	return unjudged, nil
}

// hear looks which plugin was heard of late, and which servers it sees.
func (f Finder) hear(ctx context.Context, now time.Time, host string, h *Health) error {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "success" or r._measurement == "cosyvoice_service" and r._field == "up")
    |> filter(fn: (r) => %s)
    |> last()
    |> group(columns: ["_measurement", "host", "instance"])
    |> sort(columns: ["_time"])
    |> last()`, f.Params.Raw, influx.Time(now.Add(-unheard)), hostIs(host)))
	if err != nil {
		return fmt.Errorf("looking for the newest reading: %w", err)
	}
	for _, r := range records {
		if r.Measurement() == "cosyvoice_agent" {
			h.Heard = true
			continue
		}
		h.servers++
		if r.Value() == int64(0) {
			instance, _ := r.ValueByKey("instance").(string)
			h.Down = append(h.Down, instance)
		}
	}
	return nil
}

// Sentence is how things are, in one.
func (h *Health) Sentence(language words.Language) string {
	switch {
	case h.Status == "ok":
		return words.HealthOK.In(language)
	case h.Status == "unknown" && h.Heard && h.servers == 0:
		return words.HealthNoServer.In(language)
	case h.Status == "unknown" && h.Heard:
		return words.HealthUnjudged.With(words.Length(causes.Unjudged.Seconds())).In(language)
	case h.Status == "unknown":
		return words.HealthUnknown.With(words.Span(unheard.Seconds())).In(language)
	case len(h.Down) > 0 && (len(h.Findings) == 0 || h.Findings[0].Severity != "error"):
		return words.ServerDown.With(h.Down[0]).In(language)
	}
	return causes.Find(h.Findings[0].Code).In(language).Answer
}
