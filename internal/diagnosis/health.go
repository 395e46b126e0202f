package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Health is how things are now.
type Health struct {
	// Status is ok, warning or error, or unknown where no plugin has been heard of late, or none that
	// sees a server.
	Status   string    `json:"status"`
	Findings []Finding `json:"findings"` // the worst first
	Down     []string  `json:"down"`     // servers that do not run
	Heard    bool      `json:"heard"`    // a plugin was, of late
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
	servers, err := f.hear(ctx, now, host, h)
	switch {
	case err != nil:
		return nil, err
	case len(h.Down) > 0:
		h.Status = "error"
	case len(findings) > 0 && findings[0].Severity != "info":
		h.Status = findings[0].Severity
	case servers == 0:
		h.Status = "unknown"
	}
	return h, nil
}

// hear looks which plugin was heard of late, and which servers it sees.
func (f Finder) hear(ctx context.Context, now time.Time, host string, h *Health) (servers int, err error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "success" or r._measurement == "cosyvoice_service" and r._field == "up")
    |> filter(fn: (r) => %s)
    |> last()
    |> group(columns: ["_measurement", "host", "instance"])
    |> sort(columns: ["_time"])
    |> last()`, f.Params.Raw, stamp(now.Add(-unheard)), hostIs(host)))
	if err != nil {
		return 0, fmt.Errorf("looking for the newest reading: %w", err)
	}
	for _, r := range records {
		if r.Measurement() == "cosyvoice_agent" {
			h.Heard = true
			continue
		}
		servers++
		if r.Value() == int64(0) {
			instance, _ := r.ValueByKey("instance").(string)
			h.Down = append(h.Down, instance)
		}
	}
	return servers, nil
}

// Sentence is how things are, in one.
func (h *Health) Sentence(language words.Language) string {
	switch {
	case h.Status == "ok":
		return words.HealthOK.In(language)
	case h.Status == "unknown" && h.Heard:
		return words.HealthNoServer.In(language)
	case h.Status == "unknown":
		return words.HealthUnknown.With(words.Span(unheard.Seconds())).In(language)
	case len(h.Down) > 0 && (len(h.Findings) == 0 || h.Findings[0].Severity != "error"):
		return words.ServerDown.With(h.Down[0]).In(language)
	}
	return causes.Find(h.Findings[0].Code).In(language).Answer
}
