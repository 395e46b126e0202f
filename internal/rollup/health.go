package rollup

import (
	"fmt"
	"strings"
	"time"
)

// CheckID is the one by which InfluxDB keeps the statuses that the task of the health writes.
// InfluxDB's own have an id of that form too.
const CheckID = "c05e000000000001"

// HealthTask is the name of the task that watches over the history.
const HealthTask = "cosyvoice health"

// healthTask writes that task.
func healthTask(params Params) (Task, error) {
	var ticks, facts []Source
	for _, s := range Sources {
		if s.Facts {
			facts = append(facts, s)
		} else {
			ticks = append(ticks, s)
		}
	}
	var text strings.Builder
	err := templates.ExecuteTemplate(&text, "health.flux.tmpl", map[string]any{
		"Name": HealthTask, "CheckID": CheckID, "Offset": Duration(50 * time.Second),
		"Inventory":   params,
		"SilentAfter": Duration(max(params.SilentAfter, 3*params.Interval)), "LateAfter": Duration(max(params.LateAfter, 3*params.Every)), "NewSeries": params.NewSeries,
		"Ticks": ticks, "Facts": facts,
		"WeekKept": min(params.RawRetention, params.EventsRetention) >= 8*24*time.Hour,
	})
	if err != nil {
		return Task{}, fmt.Errorf("write the task %q: %w", HealthTask, err)
	}
	return Task{Name: HealthTask, File: "health.flux", Flux: text.String()}, nil
}

// Inventory is for how long a host is expected to be heard again. That it was forgotten is known for
// as long as events are kept.
func (p Params) Inventory() time.Duration { return min(30*24*time.Hour, p.EventsRetention) }

// marks is a predicate for the field that each point of any of the sources has.
func marks(sources []Source) string {
	parts := make([]string, len(sources))
	for i, s := range sources {
		parts[i] = fmt.Sprintf("                        r._measurement == %q and r._field == %q", s.Measurement, s.Mark)
	}
	return strings.Join(parts, " or\n")
}

// InventoryQuery is Flux that lists the hosts that are expected to be heard: the column host, and
// heard, when it was heard last, in nanoseconds: the start of an hour where its ticks are gone.
func InventoryQuery(params Params) (string, error) {
	var text strings.Builder
	text.WriteString("import \"date\"\n\n")
	if err := templates.ExecuteTemplate(&text, "inventory", params); err != nil {
		return "", fmt.Errorf("write the query of the inventory: %w", err)
	}
	text.WriteString("\n\ninventory\n")
	return text.String(), nil
}
