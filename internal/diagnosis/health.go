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
	// Status is ok, warning or error, or unknown where no plugin has been heard of late.
	Status   string    `json:"status"`
	Findings []Finding `json:"findings"` // the worst first
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
	h := &Health{Status: "ok", Findings: findings}
	if len(findings) > 0 && findings[0].Severity != "info" {
		h.Status = findings[0].Severity
		return h, nil
	}
	heard, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "success" and %s)
    |> last()`, f.Params.Raw, stamp(now.Add(-unheard)), hostIs(host)))
	if err != nil {
		return nil, fmt.Errorf("looking for the newest reading: %w", err)
	}
	if len(heard) == 0 {
		h.Status = "unknown"
	}
	return h, nil
}

// Sentence is how things are, in one.
func (h *Health) Sentence(language words.Language) string {
	switch h.Status {
	case "unknown":
		return words.HealthUnknown.With(words.Span(unheard.Seconds())).In(language)
	case "ok":
		return words.HealthOK.In(language)
	}
	return causes.Find(h.Findings[0].Code).In(language).Answer
}
