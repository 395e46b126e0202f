package history

import (
	"context"
	"fmt"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Finding is what the task of the health says of one thing.
type Finding struct {
	Code   string    `json:"code"` // as in the head of tasks/health.flux
	Host   string    `json:"host,omitempty"`
	Level  string    `json:"level"` // ok, warn or crit
	Value  float64   `json:"value"`
	Limit  float64   `json:"limit"`
	Detail string    `json:"detail,omitempty"`
	At     time.Time `json:"at"`
}

// watched is how old a finding may be: the task makes new ones every five minutes.
const watched = 16 * time.Minute

// Findings are those of the task's last run. Without any it did not run of late.
func (k Keeper) Findings(ctx context.Context) ([]Finding, error) {
	records, err := k.Client.Query(ctx, fmt.Sprintf(`from(bucket: "_monitoring")
    |> range(start: -%s)
    |> filter(fn: (r) => r._measurement == "statuses" and r._check_id == %q)
    |> filter(fn: (r) => r._field == "value" or r._field == "limit" or r._field == "detail")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"], desc: true)`, watched, rollup.CheckID))
	if err != nil {
		return nil, fmt.Errorf("reading what the task %q found: %w", rollup.HealthTask, err)
	}
	findings := []Finding{}
	for _, r := range records {
		f := Finding{At: r.Time()}
		if len(findings) > 0 && !f.At.Equal(findings[0].At) {
			break
		}
		for name, value := range map[string]*string{"code": &f.Code, "host": &f.Host, "_level": &f.Level, "detail": &f.Detail} {
			*value, _ = r.ValueByKey(name).(string)
		}
		f.Value, _ = r.ValueByKey("value").(float64)
		f.Limit, _ = r.ValueByKey("limit").(float64)
		findings = append(findings, f)
	}
	return findings, nil
}
